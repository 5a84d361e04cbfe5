"""Who is connecting, and commands in: each a few lines to the same verbs that the HTTP door calls."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import structlog
from babel import Locale
from flask import Flask, current_app, request
from flask_babel import force_locale, get_locale
from flask_socketio import ConnectionRefusedError as Refusal
from marshmallow import Schema, ValidationError
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolEmpty

from dispatch.core import wire
from dispatch.core.doors import check_text
from dispatch.core.errors import Busy, Invalid, Refused, SignInNeeded, Unforeseen
from dispatch.core.idempotency import Once
from dispatch.extensions import socketio
from dispatch.hazards import reporting
from dispatch.hazards.api import said_with
from dispatch.hazards.forms import ReportForm
from dispatch.hazards.photographing import brought
from dispatch.orders import closing, delivering
from dispatch.orders.forms import DeliverForm, HolderForm, PlaceForm, ReasonForm, place_in
from dispatch.orders.listing import claim_or_suggest
from dispatch.orders.presenting import outcome_order
from dispatch.people.clocking import set_duty
from dispatch.people.identity import Actor, actor_for, credential_of
from dispatch.realtime.broadcaster import Broadcaster
from dispatch.realtime.catching_up import DutyForm, SinceForm, catch_up
from dispatch.realtime.listeners import Listener, listeners
from dispatch.realtime.sockets import FRAME_MOST, CappedWebSocket

log = structlog.get_logger()
Answer = dict[str, Any]
STRANGERS_LANGUAGE = Locale("zh")


def _once(actor: Actor, verb: str, data: Answer, body: Answer) -> Once:
    if not data.get("key"):
        raise Invalid("key")
    return Once(actor.id, str(data["key"]), verb, body)


def _claim(actor: Actor, data: Answer, body: Answer) -> Answer:
    key = _once(actor, "claim", data, {"order_id": data["order_id"]})
    return claim_or_suggest(actor, data["order_id"], key, place_in(body))


def _release(actor: Actor, data: Answer, body: Answer) -> Answer:
    key = _once(actor, "release", data, {"order_id": data["order_id"], **body})
    return delivering.release(actor, data["order_id"], body["reason"], key, body.get("epoch"))


def _pick_up(actor: Actor, data: Answer, body: Answer) -> Answer:
    key = _once(actor, "pick_up", data, {"order_id": data["order_id"], **body})
    return delivering.pick_up(actor, data["order_id"], key, body.get("epoch"))


def _deliver(actor: Actor, data: Answer, body: Answer) -> Answer:
    key = _once(actor, "deliver", data, {"order_id": data["order_id"], **body, "reason": None, "photo": None, "receipt": None})
    return delivering.deliver(actor, data["order_id"], key, **body)


def _decline(actor: Actor, data: Answer, body: Answer) -> Answer:
    key = _once(actor, "decline", data, {"order_id": data["order_id"], **body})
    return closing.decline(actor, data["order_id"], body["reason"], key)


#: Command → the form of its body and the verb it calls; each answers with the order.
ORDER_COMMANDS: dict[str, tuple[Schema, Callable[[Actor, Answer, Answer], Answer]]] = {
    "order.claim": (PlaceForm(), _claim),
    "order.release": (ReasonForm(), _release),
    "order.pick_up": (HolderForm(), _pick_up),
    "order.deliver": (DeliverForm(), _deliver),
    "order.decline": (ReasonForm(), _decline),
}


def _order_command(name: str) -> Callable[[Actor, Answer], Answer]:
    form, verb = ORDER_COMMANDS[name]
    may_be_bare = not any(field.required for field in form.fields.values())

    def command(actor: Actor, data: Answer) -> Answer:
        if not isinstance(data.get("order_id"), str):
            raise Invalid("order_id")
        # Most claims say no place: of a form of which nothing is said there is nothing to judge.
        body = {} if may_be_bare and form.fields.keys().isdisjoint(data) else form.load(data)
        return {"order": outcome_order(actor, verb(actor, data, body))}

    return command


def _report_hazard(actor: Actor, data: Answer) -> Answer:
    """Photos come as binary parts as far as a frame is large; larger ones go by HTTP first and are named in `photo_ids`."""
    body = ReportForm().load({name: value for name, value in data.items() if name != "photos"})
    files = data.get("photos") or []
    if not isinstance(files, list) or not all(isinstance(file, bytes) for file in files):
        raise Invalid("photos")
    key = _once(actor, "hazard.report", data, said_with(body, files))
    with brought(actor, files, body.pop("photo_ids"), key) as photo_ids:
        return {"hazard_id": reporting.report(actor, body, photo_ids, key)["hazard_id"]}


def _set_duty(actor: Actor, data: Answer) -> Answer:
    body = DutyForm().load(data)
    set_duty(actor, body["on"], place_in(body))
    return {"duty": {"on": body["on"]}}


def _journal_since(actor: Actor, data: Answer) -> Answer:
    body = SinceForm().load(data)
    return catch_up(actor, body["station_id"], body["seq"], body["limit"])


COMMANDS: dict[str, Callable[[Actor, Answer], Answer]] = {
    **{name: _order_command(name) for name in ORDER_COMMANDS},
    "hazard.report": _report_hazard,
    "duty.set": _set_duty,
    "journal.since": _journal_since,
}


def _answer(listener: Listener | None, name: str, data: Any) -> Answer:
    """Carry out a command for whoever this socket belongs to now; the person is loaded afresh each time."""
    try:
        actor = actor_for(listener.credential) if listener else None
        if actor is None:
            raise SignInNeeded()
        if not isinstance(data, dict):
            raise Invalid("body")
        check_text(data)
        return {"ok": True, **COMMANDS[name](actor, data)}
    except Refused as refused:
        return _refusal(listener, refused)
    except ValidationError as error:
        return _refusal(listener, Invalid(next(iter(error.messages_dict))))
    except (OperationalError, PoolEmpty) as error:
        log.warning("gateway.database_away", error=type(error).__name__)
        return _refusal(listener, Busy(retry_after=2))
    except Exception as error:  # the socket's counterpart of core/problems: told as a sentence, logged whole
        log.exception("gateway.unforeseen", error=type(error).__name__)
        return _refusal(listener, Unforeseen())


def _refusal(listener: Listener | None, refused: Refused) -> Answer:
    """In the language that the page was in when it connected."""
    language = listener.language if listener else STRANGERS_LANGUAGE
    if refused.detail is type(refused).detail:
        refused.detail = _usual_words(type(refused), language)
    with force_locale(language):
        return {"ok": False, "error": refused.as_problem()}


@lru_cache
def _usual_words(kind: type[Refused], language: Locale) -> str:
    """What a refusal says unless something else was to be said: looked up once, not for each of eighty losers."""
    with force_locale(language):
        return str(kind.detail)


def _connect(auth: Any) -> None:
    """Let a known person in, to the rooms that the server decides; say where the streams stand."""
    credential = credential_of(auth if isinstance(auth, dict) else None)
    actor = actor_for(credential) if credential else None
    if credential is None or actor is None:
        raise Refusal("sign_in_needed")
    sid: str = request.sid  # type: ignore[attr-defined]
    if sid in listeners.by_sid:  # an event of this name, sent by a client: a line stays with whom it was opened for
        return
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    listeners.let_in(app, sid, actor, credential, get_locale() or STRANGERS_LANGUAGE)


def _disconnect(*_reason: Any) -> None:
    listeners.by_sid.pop(request.sid, None)  # type: ignore[attr-defined]
    # A client can send an event of this name: nobody stays in the rooms without being among those who are looked after.
    socketio.server.disconnect(request.sid)  # type: ignore[attr-defined]


def origins(config: dict[str, Any]) -> list[str]:
    """The pages that may open a socket: our own, by name."""
    return [config["PUBLIC_ORIGIN"] or f"http://{host}:{config['PORT']}" for host in ("localhost", "127.0.0.1")]


def _is_ours(config: dict[str, Any]) -> Callable[[str, dict[str, Any]], bool]:
    """Whether a page is one of ours. On the demo street also one from the host that it asks, such as a phone's on this network."""

    def ours(origin: str, environ: dict[str, Any]) -> bool:
        return origin in origins(config) or (config["DEMO"] and origin == f"http://{environ.get('HTTP_HOST')}")

    return ours


def init_app(app: Flask) -> None:
    """Open the door for sockets: WebSocket only, our own origins, small frames."""
    socketio.init_app(
        app,
        async_mode="gevent",
        json=wire,
        transports=["websocket"],
        manage_session=False,
        cors_allowed_origins=_is_ours(app.config),
        max_http_buffer_size=FRAME_MOST,
        ping_interval=25,
        ping_timeout=20,
    )
    # python-engineio has no public way to choose the WebSocket class; tests/realtime/test_gateway.py watches that it works.
    socketio.server.eio._async = {**socketio.server.eio._async, "websocket": CappedWebSocket}
    app.extensions["broadcaster"] = Broadcaster(app)
    socketio.on_event("connect", _connect)
    socketio.on_event("disconnect", _disconnect)
    for name in COMMANDS:
        socketio.server.on(name, _handler(app, name))


def _handler(app: Flask, name: str) -> Callable[..., Answer]:
    """A command needs no request around it, only the application: half the time of an acknowledgement."""

    def handle(sid: str, data: Any = None, *_more: Any) -> Answer:
        with app.app_context():
            return _answer(listeners.by_sid.get(sid), name, data)

    return handle

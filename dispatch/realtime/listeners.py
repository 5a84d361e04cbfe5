"""Who is connected to this process, and the rooms they stand in."""

from __future__ import annotations

import socket
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from babel import Locale
from flask import Flask

from dispatch.core.unit_of_work import reading
from dispatch.extensions import socketio
from dispatch.journal.reading import heads
from dispatch.orders.alert_queries import alerts_to
from dispatch.people.identity import Actor, Credential, actor_for
from dispatch.people.models import Role
from dispatch.people.presence import presence
from dispatch.realtime.audience import Audience, audience_of, streams_of

#: A client that has let so many packets lie is cut off; it comes back and catches up by its cursor.
QUEUE_MOST = 200

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Listener:
    """One connected browser."""

    person_id: str
    credential: Credential
    audience: Audience
    streams: tuple[str, ...]
    language: Locale
    # Stations where he may hold something although he does not hear them: of these he is told what to forget.
    minds: tuple[str, ...] = ()
    # Lent: until then he stands in the rooms of the other station.
    until: datetime | None = None


class Listeners:
    """The connected browsers of this process. Events of a socket that is not here are refused."""

    def __init__(self) -> None:
        self.by_sid: dict[str, Listener] = {}

    def streams(self) -> dict[str, set[Audience]]:
        """Stream → the audiences that listen to it here."""
        heard: dict[str, set[Audience]] = {}
        for listener in list(self.by_sid.values()):
            for station_id in listener.streams:
                heard.setdefault(station_id, set()).add(listener.audience)
            for station_id in listener.minds:
                heard.setdefault(station_id, set())
        return heard

    def let_in(self, app: Flask, sid: str, actor: Actor, credential: Credential, language: Locale) -> None:
        """Stand a line in the rooms that its person belongs in now, and say hello."""
        if actor.on_duty:
            presence().note(actor.id)
        streams = tuple(streams_of(reading(), actor))
        self._stand(app, sid, actor, _listener(actor, streams, credential, language), heads(reading(), streams))

    def _stand(self, app: Flask, sid: str, actor: Actor, listener: Listener, at: Mapping[str, int]) -> None:
        socketio.server.enter_room(sid, person_room(actor.id))
        for station_id in listener.streams:
            socketio.server.enter_room(sid, room(station_id, listener.audience))
        self.by_sid[sid] = listener
        follow = app.extensions["broadcaster"].follow
        said = [{"station_id": station_id, "head": follow(station_id, head)} for station_id, head in at.items()]
        person = {"id": actor.id, "role": actor.role, "on_duty": actor.on_duty}
        socketio.emit(
            "hello",
            {"person": person, "streams": said, "alerts": alerts_to(reading(), actor.id) if actor.role == Role.COURIER else []},
            to=sid,
        )

    def look_again_who(self, app: Flask) -> None:
        """Disconnect whoever has been signed out, suspended or given another role; who is lent, or home again, hears the other station.

        The others have been heard of.
        """
        for sid, listener in list(self.by_sid.items()):
            with app.app_context():
                actor = actor_for(listener.credential)
                if actor is not None and actor.on_duty:
                    presence().note(actor.id)
                if actor is None or (audience_of(actor) != listener.audience and not _serves_elsewhere(actor, listener)):
                    self.by_sid.pop(sid, None)
                    socketio.server.disconnect(sid)
                elif audience_of(actor) != listener.audience or actor.lent_until != listener.until:
                    self._change_rooms(app, sid, listener, actor)

    def _change_rooms(self, app: Flask, sid: str, listener: Listener, actor: Actor) -> None:
        streams = tuple(streams_of(reading(), actor))
        at = heads(reading(), streams)
        # From here on nothing is waited for. Whoever has hung up while we asked has no rooms to leave or enter.
        if sid not in self.by_sid:
            return
        for station_id in listener.streams:
            socketio.server.leave_room(sid, room(station_id, listener.audience))
        self._stand(app, sid, actor, _listener(actor, streams, listener.credential, listener.language), at)

    def somebody_is_due_home(self, moment: datetime) -> bool:
        """Whether a loan of somebody who listens here has just run out; no job need have said so."""
        return any(listener.until is not None and listener.until <= moment for listener in list(self.by_sid.values()))

    def greet_again(self, app: Flask, persons: Collection[str]) -> None:
        """Say hello once more to these persons' lines: their pages look again at what is theirs."""
        for sid, listener in list(self.by_sid.items()):
            if listener.person_id in persons:
                with app.app_context():
                    actor = actor_for(listener.credential)
                    if actor is not None:
                        self._change_rooms(app, sid, listener, actor)

    def cut_off_the_deaf(self) -> None:
        """Cut the line of a client that answers pings but never reads, before its queue grows without bound."""
        eio = socketio.server.eio
        for eio_sid, connection in list(eio.sockets.items()):
            if connection.queue.qsize() > QUEUE_MOST:
                log.warning("listener.cut_off", queued=connection.queue.qsize())
                _cut(socketio.server.environ.get(eio_sid))
                connection.close(wait=False, abort=True)


def _listener(actor: Actor, streams: tuple[str, ...], credential: Credential, language: Locale) -> Listener:
    minds = tuple(station for station in actor.stations if station and station not in streams) if actor.lent_to else ()
    return Listener(actor.id, credential, audience_of(actor), streams, language, minds, actor.lent_until)


def _serves_elsewhere(actor: Actor, listener: Listener) -> bool:
    """The same courier, at another station."""
    return actor.role == Role.COURIER and listener.audience.role == Role.COURIER


def _cut(environ: dict[str, Any] | None) -> None:
    """Shut the line itself: the writer hangs in a send that a polite close would wait for."""
    line = (environ or {}).get("gunicorn.socket")
    if line is not None:
        try:
            line.shutdown(socket.SHUT_RDWR)
        except OSError:
            log.info("listener.gone_already")


def room(station_id: str, audience: Audience) -> str:
    """The name of an audience's room on one stream."""
    return f"{station_id}/{audience.room}"


def person_room(person_id: str) -> str:
    """The room of one person's browsers."""
    return f"person/{person_id}"


listeners = Listeners()

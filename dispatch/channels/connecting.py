"""How a channel is added, tried and taken away."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from flask import current_app
from flask_babel import LazyString
from flask_babel import lazy_gettext as _
from sqlalchemy import delete, func, insert, select

from dispatch.channels.announcing import COURIER_HEARS, STATION_HEARS
from dispatch.channels.models import Channel, Notice
from dispatch.channels.policy import HOUSE_PERMITS, PERMITS
from dispatch.channels.queries import Row, mine_alone, one_channel
from dispatch.channels.robots import Unusable, address_of
from dispatch.core.clock import now
from dispatch.core.errors import Invalid, NotEligible, NotFound
from dispatch.core.ids import new_id
from dispatch.core.permits import permitted
from dispatch.core.secrets import keyring
from dispatch.core.unit_of_work import Work, transaction
from dispatch.journal.appending import append
from dispatch.people.identity import Actor, locked_actor
from dispatch.people.models import Role

#: Of one station or one courier.
MOST = 5
_KNOWN: LazyString = _("这个渠道已经在下面了。")
_FULL: LazyString = _("最多五个渠道，请先删掉一个。")

_channels, _notices = Channel.__table__, Notice.__table__


def add(actor: Actor, kind: str, pasted: str, secret: str, hears: Collection[str], lang: str) -> str:
    """A new channel; its first message is a test.

    Args:
        kind: a key of `robots.ROBOTS`.
        pasted: what the robot's page shows, as somebody has copied it.
        secret: for signing, where DingTalk wants it.
        hears: of what: `orders`, `hazards`; a courier's hears of his alerts.
        lang: zh or en.
    Returns:
        its id.
    Raises:
        NotEligible: neither a coordinator nor a courier.
        Invalid: no such address, the same once more, or too many.
    """
    if not permitted(HOUSE_PERMITS, "keep", actor, None) or actor.station_id is None:
        raise NotEligible()
    try:
        address = address_of(kind, pasted, secret, strict=not current_app.config["DEMO"])
    except Unusable as unusable:
        raise Invalid(unusable.field, unusable.detail) from unusable
    chosen = COURIER_HEARS if actor.role == Role.COURIER else tuple(one for one in STATION_HEARS if one in hears)
    if not chosen:
        raise Invalid("hears", _("请至少选一样。"))
    with transaction() as work:
        me = locked_actor(work.connection, actor.id)
        if me is None or me.role != actor.role:
            raise NotEligible()
        return _write(work, me, kind, address, pasted.strip().rstrip("/").removesuffix(".send")[-4:], chosen, lang)


def _write(work: Work, me: Actor, kind: str, address: str, tail: str, hears: tuple[str, ...], lang: str) -> str:
    hashes = keyring().hashes(address)
    if work.execute(select(_channels.c.id).where(mine_alone(me), _channels.c.address_hash.in_(hashes))).first():
        raise Invalid("address", _KNOWN)
    if work.execute(select(func.count()).select_from(_channels).where(mine_alone(me))).scalar_one() >= MOST:
        raise Invalid("address", _FULL)
    own = me.role == Role.COURIER
    row = {
        "id": new_id(), "station_id": None if own else me.station_id, "person_id": me.id if own else None, "kind": kind,
        "address": address, "address_hash": hashes[0], "tail": tail, "hears": list(hears), "lang": lang,
        "made_by": me.id, "made_at": now(), "not_before": now(),
        "failures": 0, "failing_since": None, "wrong": None, "sent_at": None,
    }  # fmt: skip
    work.execute(insert(_channels), row)
    _write_test(work, str(row["id"]))
    _tell(work, me, "channel.added", str(row["id"]), kind)
    return str(row["id"])


def _tell(work: Work, me: Actor, entry: str, channel_id: str, kind: str) -> None:
    """Of a station's channel its coordinators hear. That a courier has one is nobody else's business, and stands in no journal."""
    if me.role == Role.COORDINATOR and me.station_id:
        append(work, me.station_id, entry, channel_id=channel_id, kind=kind, persons=[me.id])


def _held(work: Work, actor: Actor, channel_id: str, verb: str) -> Row:
    """A channel that is one's own, held.

    Raises:
        NotFound: there is none, or it is another's.
    """
    channel = one_channel(work.connection, channel_id, lock=True)
    if channel is None or not permitted(PERMITS, verb, actor, channel):
        raise NotFound()
    return channel


def test(actor: Actor, channel_id: str) -> None:
    """Send a word by it, as soon as it may speak; one at a time.

    Raises:
        NotFound: it is none of one's own.
    """
    with transaction() as work:
        _held(work, actor, channel_id, "test")
        waits = (_notices.c.channel_id == channel_id, _notices.c.what == "test", _notices.c.ended_at.is_(None))
        if work.execute(select(_notices.c.id).where(*waits)).first() is None:
            _write_test(work, channel_id)


def _write_test(work: Work, channel_id: str) -> None:
    row: dict[str, Any] = {"id": new_id(), "channel_id": channel_id, "what": "test", "said": {}, "made_at": now()}
    work.execute(insert(_notices), row)


def remove(actor: Actor, channel_id: str) -> None:
    """It is forgotten with everything that waits.

    Raises:
        NotFound: it is none of one's own.
    """
    with transaction() as work:
        channel = _held(work, actor, channel_id, "remove")
        work.execute(delete(_notices).where(_notices.c.channel_id == channel_id))
        work.execute(delete(_channels).where(_channels.c.id == channel_id))
        _tell(work, actor, "channel.removed", channel_id, channel.kind)

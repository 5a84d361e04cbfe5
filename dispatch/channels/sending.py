"""When a channel speaks, and what becomes of it: everything that waits in one message, a pause after each, longer ones after failures.

A channel is taken for a while, spoken to, and then it is written what has gone out. Should the process end in between, the same is said
again when that while is over: nothing is lost, and what was under way at that moment may come twice.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import structlog
from flask import current_app
from sqlalchemy import Connection, delete, select, update

from dispatch.channels.models import Channel, Notice
from dispatch.channels.queries import Row, due_channels, waiting_notices
from dispatch.channels.texts import message
from dispatch.core.children import TooSlow, work_apart
from dispatch.core.clock import now
from dispatch.core.errors import Busy
from dispatch.core.unit_of_work import Work, look_again, reading, transaction
from dispatch.orders.alert_queries import alerts_for
from dispatch.orders.models import Order
from dispatch.orders.states import Status

#: Robots take 20 messages a minute: with a message in four seconds at most they are given 15.
PAUSE = timedelta(seconds=4)
#: After a failure, doubled with each further one; a robot that says *too many* is left alone for its minute.
FIRST_WAIT, LONGEST_WAIT, LIMIT_WAIT = timedelta(seconds=10), timedelta(minutes=10), timedelta(seconds=65)
#: For so long a channel is ours while we speak; the child ends before.
TAKEN = timedelta(seconds=60)
CHILD_SECONDS = 40.0
#: So many channels at the same time.
AT_ONCE = 16
#: For how long it is tried; afterwards nobody is helped by hearing it.
KEEPS_TRYING = {"alert": timedelta(minutes=3), "test": timedelta(minutes=3)}
KEEPS_TRYING_OTHERS = timedelta(hours=1)
#: Kept for the page's count.
KEPT = timedelta(days=8)
#: Of an order only while something can still be done.
_OPEN = frozenset({Status.OPEN})
_ALIVE = frozenset({Status.OPEN, Status.CLAIMED, Status.PICKED_UP})
_WHILE = {"no_show": _ALIVE, "late_drop_out": _ALIVE, "wrong_code": _ALIVE, "holder_suspended": _ALIVE}
_CHILD = Path(__file__).with_name("sending_child.py")

_channels, _notices, _orders = Channel.__table__, Notice.__table__, Order.__table__
log = structlog.get_logger()


class Spoken(NamedTuple):
    """A channel that we have taken, and what it is to say."""

    channel: Row
    notices: list[Row]


def send() -> int:
    """Say what waits, as far as it may go out now; returns how many messages were tried."""
    taken = _take()
    if taken:
        outcomes = _speak([_worded(one) for one in taken])
        with transaction() as work:
            for one, why in zip(taken, outcomes, strict=True):
                _finish(work, one, why)
    return len(taken)


def _take() -> list[Spoken]:
    look_again()
    found = due_channels(reading(), now(), AT_ONCE)
    look_again()
    if not found:
        return []
    with transaction() as work:
        return [spoken for channel_id in found if (spoken := _take_one(work, channel_id)) is not None]


def _take_one(work: Work, channel_id: str) -> Spoken | None:
    """Take a channel unless another process was quicker; what is over or too old is put aside. None: nothing is left to say."""
    moment = now()
    free = (_channels.c.id == channel_id, _channels.c.not_before <= moment)
    if work.execute(update(_channels).where(*free).values(not_before=moment + TAKEN)).rowcount == 0:
        return None
    channel = work.execute(select(_channels).where(_channels.c.id == channel_id)).one()
    _rest(work, channel, moment + TAKEN)
    waiting, left = waiting_notices(work.connection, channel_id), []
    states = _states(work.connection, waiting)
    for notice in waiting:
        if _over(work.connection, notice, states, channel.person_id):
            _end(work, notice, "over")
        elif moment - notice.made_at > KEEPS_TRYING.get(notice.what, KEEPS_TRYING_OTHERS):
            _end(work, notice, "given_up")
        else:
            left.append(notice)
    if not left:
        _rest(work, channel, moment)
        return None
    return Spoken(channel, left)


def _rest(work: Work, channel: Row, until: datetime) -> None:
    """Nothing goes to this address before: the limit is the robot's, which another station or a courier may have chosen too."""
    work.execute(update(_channels).where(_channels.c.address_hash == channel.address_hash).values(not_before=until))


def _over(connection: Connection, notice: Row, states: Mapping[str, str], person_id: str | None) -> bool:
    """Whether nobody is helped any more: the order is taken or ended, or it is not asked of this courier now."""
    if notice.what == "alert":
        return not alerts_for(connection, notice.about_id, [person_id or ""])
    return notice.about_id in states and states[notice.about_id] not in _WHILE.get(notice.what, _OPEN)


def _states(connection: Connection, notices: list[Row]) -> dict[str, str]:
    """How the orders stand that are spoken of."""
    ids = {notice.about_id for notice in notices if notice.about_id}
    return {row.id: row.status for row in connection.execute(select(_orders.c.id, _orders.c.status).where(_orders.c.id.in_(ids)))}


def _end(work: Work, notice: Row, ended_as: str) -> None:
    work.execute(update(_notices).where(_notices.c.id == notice.id).values(ended_at=now(), ended_as=ended_as))


def _worded(one: Spoken) -> dict[str, str]:
    page = "/board" if one.channel.person_id else "/watch"
    title, body = message(one.notices, one.channel.lang, page)
    return {"address": one.channel.address, "kind": one.channel.kind, "title": title, "body": body}


def _speak(messages: list[dict[str, str]]) -> list[str]:
    """What became of each: empty where it has gone out."""
    where = "everywhere" if current_app.config["DEMO"] else "outside"
    try:
        written = work_apart(_CHILD, io.BytesIO(json.dumps(messages).encode()), CHILD_SECONDS, where, most=64 * 1024)
        outcomes = json.loads(written or b"null")
    except (TooSlow, Busy, ValueError) as error:
        log.warning("channels.child", error=type(error).__name__)
        outcomes = None
    if not isinstance(outcomes, list) or len(outcomes) != len(messages):
        return ["unreachable"] * len(messages)
    return [str(why)[:12] for why in outcomes]


def _finish(work: Work, one: Spoken, why: str) -> None:
    """Write what became of it. What came in meanwhile waits for the next message."""
    values: dict[str, Any]
    if why == "":
        for notice in one.notices:
            _end(work, notice, "sent")
        _rest(work, one.channel, now() + PAUSE)
        values = {"failures": 0, "failing_since": None, "wrong": None, "sent_at": now()}
    else:
        log.warning("channels.not_sent", kind=one.channel.kind, why=why)
        _rest(work, one.channel, now() + wait(one.channel.failures, why))
        values = {"failures": one.channel.failures + 1, "wrong": why, "failing_since": one.channel.failing_since or now()}
    work.execute(update(_channels).where(_channels.c.id == one.channel.id).values(**values))


def wait(failures: int, why: str) -> timedelta:
    """How long a channel is left alone after so many failures in a row and one more."""
    pause = min(FIRST_WAIT * 2 ** min(failures, 10), LONGEST_WAIT)
    return max(pause, LIMIT_WAIT) if why == "limited" else pause


def forget_notices(work: Work) -> int:
    """Delete what was settled more than a week ago; returns how many."""
    until: datetime = now() - KEPT
    return work.execute(delete(_notices).where(_notices.c.ended_at < until)).rowcount

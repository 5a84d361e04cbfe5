"""What is asked of the database about channels and what waits to go out by them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, select

from dispatch.channels.models import Channel, Notice
from dispatch.core.clock import now
from dispatch.people.identity import Actor
from dispatch.people.models import Person, Role, Unit

Row = Any
#: Over so many days the page counts what was given up.
COUNTED = timedelta(days=7)
#: A channel that has failed for so long is a finding.
FAILS_LONG = timedelta(hours=1)

_channels, _notices, _persons, _units = Channel.__table__, Notice.__table__, Person.__table__, Unit.__table__


def mine_alone(actor: Actor) -> Any:
    """The channels that are this person's to keep."""
    return _channels.c.person_id == actor.id if actor.role == Role.COURIER else _channels.c.station_id == (actor.station_id or "")


def channels_of(connection: Connection, actor: Actor) -> list[dict[str, Any]]:
    """Each with what waits, what was given up lately, and what became of the last test."""
    names = ("id", "kind", "tail", "hears", "made_at", "failing_since", "wrong", "sent_at", "station_id", "person_id")
    found = connection.execute(select(*(_channels.c[name] for name in names)).where(mine_alone(actor)).order_by(_channels.c.made_at))
    return [{**row._mapping, **_waiting(connection, row.id)} for row in found.all()]


def _waiting(connection: Connection, channel_id: str) -> dict[str, Any]:
    of_it = _notices.c.channel_id == channel_id
    waits = connection.execute(select(func.count()).where(of_it, _notices.c.ended_at.is_(None))).scalar_one()
    lost = of_it & (_notices.c.ended_as == "given_up") & (_notices.c.ended_at > now() - COUNTED)
    given_up = connection.execute(select(func.count()).where(lost)).scalar_one()
    tests = select(_notices.c.made_at, _notices.c.ended_at, _notices.c.ended_as).where(of_it, _notices.c.what == "test")
    test = connection.execute(tests.order_by(_notices.c.made_at.desc()).limit(1)).first()
    return {"waits": waits, "given_up": given_up, "test": test}


def one_channel(connection: Connection, channel_id: str, *, lock: bool = False) -> Row | None:
    """A channel's owner and kind, or None."""
    found = select(_channels.c.id, _channels.c.kind, _channels.c.station_id, _channels.c.person_id).where(_channels.c.id == channel_id)
    return connection.execute(found.with_for_update() if lock else found).first()


def hearing(connection: Connection, station_id: str, persons: list[str]) -> list[Row]:
    """The channels of a station, and those of these persons."""
    theirs = (_channels.c.station_id == station_id) | _channels.c.person_id.in_(persons)
    return list(
        connection.execute(select(_channels.c.id, _channels.c.person_id, _channels.c.hears, _channels.c.made_at).where(theirs)).all()
    )


def due_channels(connection: Connection, moment: datetime, most: int) -> list[str]:
    """The channels that may speak now and have something to say, who has waited longest first; a suspended person's has nothing to say."""
    waiting = select(_notices.c.channel_id, func.min(_notices.c.made_at).label("since")).where(_notices.c.ended_at.is_(None))
    oldest = waiting.group_by(_notices.c.channel_id).subquery()
    found = select(_channels.c.id).join(oldest, oldest.c.channel_id == _channels.c.id)
    found = found.outerjoin(_persons, _persons.c.id == _channels.c.person_id).where(
        _channels.c.not_before <= moment, _channels.c.person_id.is_(None) | _persons.c.active
    )
    return list(connection.execute(found.order_by(oldest.c.since).limit(most)).scalars())


def waiting_notices(connection: Connection, channel_id: str) -> list[Row]:
    """What waits to go out by a channel, in order."""
    of_it = (_notices.c.channel_id == channel_id, _notices.c.ended_at.is_(None))
    return list(connection.execute(select(_notices).where(*of_it).order_by(_notices.c.made_at, _notices.c.seq)).all())


def failing(connection: Connection) -> list[str]:
    """A line for each station's channel that has not worked for long, for who looks after the house; couriers' are their own."""
    found = select(_channels.c.kind, _channels.c.tail, _channels.c.wrong, _channels.c.failing_since, _units.c.name)
    found = found.join(_units, _units.c.id == _channels.c.station_id).where(_channels.c.failing_since < now() - FAILS_LONG)
    return [
        f"channel {row.kind} …{row.tail} of {row.name}: {row.wrong} since {row.failing_since:%Y-%m-%d %H:%M} UTC"
        for row in connection.execute(found)
    ]

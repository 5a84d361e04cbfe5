"""What is asked of the days: the figures of units over a period, over time, and which communities are silent."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, select

from dispatch.core.errors import NotFound
from dispatch.core.permits import permitted
from dispatch.orders.models import Order
from dispatch.orders.states import Status
from dispatch.people.identity import Actor
from dispatch.people.models import Level, Unit
from dispatch.reports.models import CommunityDay, Served
from dispatch.reports.periods import Period, period_of
from dispatch.reports.policy import PERMITS

Row = Any
FIGURES = ("needs", "in_time", "unclaimed", "late", "delivered")
#: A community that has posted nothing for so many days is silent.
SILENT_DAYS = 14

_days, _served, _units, _orders = CommunityDay.__table__, Served.__table__, Unit.__table__, Order.__table__
_station = _units.alias("station")


def unit_seen(connection: Connection, actor: Actor, unit_id: str) -> Row:
    """A unit whose counts this person may see.

    Raises:
        NotFound: there is none, or none of theirs.
    """
    row = connection.execute(select(_units.c.id, _units.c.name, _units.c.level, _units.c.parent_id).where(_units.c.id == unit_id)).first()
    if row is None or not permitted(PERMITS, "see", actor, row):
        raise NotFound()
    return row


def communities_under(connection: Connection, unit: Row) -> list[Row]:
    """The communities of a district or station, with their stations; or the one community itself."""
    found = select(_units.c.id, _units.c.name, _station.c.id.label("station_id"), _station.c.name.label("station"))
    found = found.join(_station, _station.c.id == _units.c.parent_id).where(_units.c.level == Level.COMMUNITY)
    column = {Level.DISTRICT: _station.c.parent_id, Level.STATION: _units.c.parent_id}.get(unit.level, _units.c.id)
    return list(connection.execute(found.where(column == unit.id).order_by(_station.c.id, _units.c.id)).all())


def _over(communities: Sequence[str], first: Period, last: Period) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return _days.c.community_id.in_(communities), _days.c.day.between(first.first.isoformat(), last.last.isoformat())


def figures(connection: Connection, communities: Sequence[str], period: Period) -> dict[str, Row]:
    """Community → its figures over a period."""
    sums = (func.sum(_days.c[name]).label(name) for name in FIGURES)
    found = select(_days.c.community_id, *sums).where(*_over(communities, period, period)).group_by(_days.c.community_id)
    return {row.community_id: row for row in connection.execute(found)}


def over_time(
    connection: Connection, communities: Sequence[str], steps: Sequence[Period], *, by_station: bool
) -> dict[str, list[tuple[int, int]]]:
    """Community, or its station → needs and claimed in time, step by step.

    Args:
        steps: months, or weeks, that follow each other.
    """
    by_month = steps[0].kind == "month"
    bucket = func.substr(_days.c.day, 1, 7) if by_month else _days.c.day
    sums = (func.sum(_days.c.needs), func.sum(_days.c.in_time))
    over = _over(communities, steps[0], steps[-1])
    # Added up by the database: thousands of rows cost more on the way here than all the rest of a page.
    unit = _units.c.parent_id if by_station else _days.c.community_id
    read = _days.join(_units, _units.c.id == _days.c.community_id) if by_station else _days
    found = select(unit, bucket, *sums).select_from(read).where(*over).group_by(unit, bucket)
    series: dict[str, list[tuple[int, int]]] = defaultdict(lambda: [(0, 0)] * len(steps))
    numbers = {step.key: n for n, step in enumerate(steps)}
    for unit_id, when, needs, in_time in connection.execute(found):
        n = numbers[when if by_month else period_of("week", date.fromisoformat(when)).key]
        line = series[unit_id]
        line[n] = (line[n][0] + int(needs), line[n][1] + int(in_time))
    return dict(series)


def served(connection: Connection, communities: Sequence[str], period: Period) -> dict[str, int]:
    """Community → how many persons were served in a period, each once."""
    found = select(_served.c.community_id, func.count()).where(_served.c.period == period.key, _served.c.community_id.in_(communities))
    return {community: int(count) for community, count in connection.execute(found.group_by(_served.c.community_id))}


def last_needs(connection: Connection, communities: Sequence[str]) -> dict[str, str | None]:
    """Community → the last day on which it posted a need."""
    posted = (_days.c.community_id == _units.c.id, _days.c.needs > 0)
    last = select(_days.c.day).where(*posted).order_by(_days.c.day.desc()).limit(1).correlate(_units).scalar_subquery()
    found = select(_units.c.id, last.label("day")).where(_units.c.id.in_(communities))
    return {row.id: row.day for row in connection.execute(found)}


def is_silent(last_day: str | None, today: date) -> bool:
    """Nothing for fourteen days, today included."""
    return last_day is None or last_day <= (today - timedelta(days=SILENT_DAYS)).isoformat()


def open_now(connection: Connection, stations: Sequence[str]) -> dict[str, tuple[int, int]]:
    """Community → on the board at this moment, and how many of them nobody has taken for too long."""
    there = (_orders.c.station_id.in_(stations), _orders.c.status == Status.OPEN)
    long = func.count().filter(_orders.c.escalated_at.is_not(None))
    found = select(_orders.c.community_id, func.count(), long).where(*there).group_by(_orders.c.community_id)
    return {community: (int(count), int(escalated)) for community, count, escalated in connection.execute(found)}

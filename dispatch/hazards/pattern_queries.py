"""What is asked of the pattern: the corners of a station or community, what came back there, and the records of a time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, exists, false, func, null, select

from dispatch.core.breathing import in_parts
from dispatch.core.errors import NotFound
from dispatch.core.permits import permitted
from dispatch.hazards.models import Hazard
from dispatch.hazards.pattern_models import HazardCorner, HazardRecord, HazardReturn
from dispatch.hazards.pattern_policy import RATES_PERMITS
from dispatch.hazards.policy import PERMITS
from dispatch.hazards.queries import Row
from dispatch.people.identity import Actor
from dispatch.people.models import Level, Role, Unit

#: Corners on a page.
CORNERS = 20

_hazards, _units, _records = Hazard.__table__, Unit.__table__, HazardRecord.__table__
_corners, _returns = HazardCorner.__table__, HazardReturn.__table__
_station = _units.alias("station")


class AskedCorners(NamedTuple):
    """Which corners: only where something has come back lately, unless `all_of_them`."""

    all_of_them: bool = False
    community_id: str | None = None
    family: str | None = None


def _of(actor: Actor) -> ColumnElement[bool]:
    """A clerk's are those of her community, a coordinator's those of her station."""
    if actor.role == Role.CLERK:
        return _corners.c.community_id == actor.unit_id
    return _corners.c.station_id == actor.station_id if actor.role == Role.COORDINATOR and actor.station_id else false()


def corners_page(connection: Connection, actor: Actor, asked: AskedCorners, page: int) -> tuple[list[Row], int]:
    """One page of the corners, and how many in all: where something comes back most often now stands first."""
    where = [_of(actor)]
    where += [] if asked.all_of_them else [_corners.c.recent > 0]
    where += [_corners.c[name] == said for name in ("community_id", "family") if (said := getattr(asked, name))]
    total = connection.execute(select(func.count()).select_from(_corners).where(*where)).scalar_one()
    # Both columns the same way, so that an index is walked backwards and the page costs what it shows.
    ranked = select(_corners, _units.c.name.label("community")).outerjoin(_units, _units.c.id == _corners.c.community_id).where(*where)
    ranked = ranked.order_by(_corners.c.recent.desc(), _corners.c.last_at.desc(), _corners.c.id.desc())
    return list(connection.execute(ranked.limit(CORNERS).offset((page - 1) * CORNERS)).all()), total


def returns_at(connection: Connection, corner_ids: Sequence[str]) -> dict[str, list[Row]]:
    """Corner → what came back there, the latest first; each with the last closing before it."""
    latest = func.max(_returns.c.closed_at).label("closed_at")
    found = select(_returns.c.corner_id, _returns.c.hazard_id, _returns.c.came_at, latest).where(_returns.c.corner_id.in_(corner_ids))
    rows = connection.execute(found.group_by(_returns.c.corner_id, _returns.c.hazard_id, _returns.c.came_at))
    there: dict[str, list[Row]] = {}
    for row in sorted(rows, key=lambda row: (row.came_at, row.hazard_id), reverse=True):
        there.setdefault(row.corner_id, []).append(row)
    return there


def told_of(connection: Connection, actor: Actor, hazard_ids: Iterable[str]) -> dict[str, Row]:
    """Number and category of those of these hazards that this person may see."""
    names = ("id", "number", "category", "status", "public", "station_id", "community_id", "district_id", "district_told_at")
    # Asked for by id alone: with the station beside it a database may walk through all that the station ever had.
    found = select(*(_hazards.c[name] for name in names), null().label("my_report_at"))
    rows = [row for ids in in_parts(sorted(set(hazard_ids))) for row in connection.execute(found.where(_hazards.c.id.in_(ids)))]
    return {row.id: row for row in rows if permitted(PERMITS, "see", actor, row)}


def unit_rated(connection: Connection, actor: Actor, unit_id: str) -> Row:
    """A unit whose rates this person may see.

    Raises:
        NotFound: there is none, or none of theirs.
    """
    row = connection.execute(select(_units.c.id, _units.c.name, _units.c.level, _units.c.parent_id).where(_units.c.id == unit_id)).first()
    if row is None or not permitted(RATES_PERMITS, "see", actor, row):
        raise NotFound()
    return row


def parts_of(connection: Connection, unit: Row) -> list[Row]:
    """What a unit is made of: a district of stations, a station of communities; a community is itself."""
    column, level = {
        Level.DISTRICT: (_units.c.parent_id, Level.STATION),
        Level.STATION: (_units.c.parent_id, Level.COMMUNITY),
    }.get(unit.level, (_units.c.id, Level.COMMUNITY))
    found = select(_units.c.id, _units.c.name).where(column == unit.id, _units.c.level == level)
    return list(connection.execute(found.order_by(_units.c.id)).all())


def records_of(connection: Connection, unit: Row, first: str, last: str) -> list[Row]:
    """The records of a unit's hazards that were accepted in these months, each with whether it came back.

    Args:
        first, last: months like 2026-11, both included.
    """
    came_back = exists().where(_returns.c.before_id == _records.c.hazard_id).label("came_back")
    found = select(_records, came_back).where(_records.c.month.between(first, last))
    if unit.level == Level.DISTRICT:
        stations = select(_station.c.id).where(_station.c.parent_id == unit.id, _station.c.level == Level.STATION)
        return list(connection.execute(found.where(_records.c.station_id.in_(stations))).all())
    column = _records.c.station_id if unit.level == Level.STATION else _records.c.community_id
    return list(connection.execute(found.where(and_(column == unit.id))).all())


def corners_counted(connection: Connection, unit: Row) -> dict[str | None, int]:
    """Station or community → how many corners keep coming back there now."""
    column = _corners.c.station_id if unit.level == Level.DISTRICT else _corners.c.community_id
    where = [_corners.c.recent > 0]
    if unit.level == Level.DISTRICT:
        stations = select(_station.c.id).where(_station.c.parent_id == unit.id, _station.c.level == Level.STATION)
        where.append(_corners.c.station_id.in_(stations))
    else:
        where.append((_corners.c.station_id if unit.level == Level.STATION else _corners.c.community_id) == unit.id)
    rows = connection.execute(select(column.label("unit_id"), func.count().label("many")).where(*where).group_by(column))
    return {row.unit_id: row.many for row in rows}

"""What is asked of the audit: a station's reveals and exports in one list, and a district's counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Connection, Integer, Select, String, Subquery, cast, func, literal, null, select, union_all

from dispatch.core.clock import SHANGHAI, now
from dispatch.orders.models import Order
from dispatch.people.models import Level, Person, Unit
from dispatch.residents.models import Export, Reveal

PAGE = 50
#: The longest time that one look covers, in days; and what it covers unless told otherwise.
DAYS_MOST, DAYS_USUAL = 366, 7
KINDS = ("reveal", "export")

_reveals, _exports, _orders = Reveal.__table__, Export.__table__, Order.__table__
_persons, _units = Person.__table__, Unit.__table__


@dataclass(frozen=True)
class Wanted:
    """What somebody wants to read: whole days, both of them too; a person and a kind, or all."""

    first: date
    last: date
    person_id: str = ""
    kind: str = ""

    @property
    def span(self) -> tuple[datetime, datetime]:
        """From the first moment to the one after the last."""
        return _midnight(self.first), _midnight(self.last + timedelta(days=1))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), SHANGHAI)


def today() -> date:
    """The day where the station is."""
    return now().astimezone(SHANGHAI).date()


def _said(begin: datetime, end: datetime, stations: Select[Any] | Sequence[str]) -> Subquery:
    """Both kinds of rows of these stations under the same names, within a span. A further table of such things is one more select here."""
    seen: Select[Any] = (
        select(
            _reveals.c.id, _reveals.c.at, _reveals.c.person_id, literal("reveal").label("kind"), _reveals.c.what, _reveals.c.why,
            _orders.c.number, cast(null(), Integer).label("rows"), _reveals.c.station_id,
        )
        .outerjoin(_orders, _orders.c.id == _reveals.c.order_id)
        .where(_reveals.c.station_id.in_(stations), _reveals.c.at >= begin, _reveals.c.at < end)
    )  # fmt: skip
    taken: Select[Any] = select(
        _exports.c.id, _exports.c.at, _exports.c.person_id, literal("export").label("kind"), _exports.c.what, _exports.c.why,
        cast(null(), String).label("number"), _exports.c.rows, _exports.c.station_id,
    ).where(_exports.c.station_id.in_(stations), _exports.c.at >= begin, _exports.c.at < end)  # fmt: skip
    return union_all(seen, taken).subquery("said")


def rows_of(connection: Connection, station_id: str, wanted: Wanted, page: int, most: int = PAGE) -> tuple[list[dict[str, Any]], int]:
    """One page of a station's rows, the newest first, with the names of who did it; and how many there are in all.

    Args:
        page: from 1.
        most: how many on a page.
    """
    said = _said(*wanted.span, [station_id])
    where = [said.c.person_id == wanted.person_id] if wanted.person_id else []
    where += [said.c.kind == wanted.kind] if wanted.kind else []
    total = connection.execute(select(func.count()).select_from(said).where(*where)).scalar_one()
    found = select(said, _persons.c.name, _persons.c.role).outerjoin(_persons, _persons.c.id == said.c.person_id).where(*where)
    listed = found.order_by(said.c.at.desc(), said.c.id.desc()).limit(most).offset((page - 1) * most)
    return [dict(row._mapping) for row in connection.execute(listed)], total


def doers(connection: Connection, station_id: str, wanted: Wanted) -> list[dict[str, Any]]:
    """Who is in these days' rows at all, for the filter."""
    persons = select(_said(*wanted.span, [station_id]).c.person_id).distinct()
    found = select(_persons.c.id, _persons.c.name).where(_persons.c.id.in_(persons)).order_by(_persons.c.role, _persons.c.created_at)
    return [dict(row._mapping) for row in connection.execute(found)]


def counts_of(connection: Connection, district_id: str, wanted: Wanted) -> list[dict[str, Any]]:
    """Per station of a district how many reveals and exports there were: numbers alone."""
    stations = (_units.c.parent_id == district_id, _units.c.level == Level.STATION)
    said = _said(*wanted.span, select(_units.c.id).where(*stations))
    counts = [func.count(said.c.id).filter(said.c.kind == kind).label(kind) for kind in KINDS]
    found = select(_units.c.name.label("station"), *counts).outerjoin(said, said.c.station_id == _units.c.id)
    rows = connection.execute(found.where(*stations).group_by(_units.c.id, _units.c.name).order_by(_units.c.id))
    return [dict(row._mapping) for row in rows]

"""The pattern as doors and pages give it: the corners with their history, and the rates by month and by unit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import Connection

from dispatch.core.clock import SHANGHAI, iso, now
from dispatch.core.errors import Invalid, NotEligible
from dispatch.core.permits import permitted
from dispatch.core.unit_of_work import reading
from dispatch.hazards.categorising import Category, categories
from dispatch.hazards.pattern_policy import PATTERN_PERMITS
from dispatch.hazards.pattern_queries import (
    CORNERS,
    AskedCorners,
    corners_counted,
    corners_page,
    parts_of,
    records_of,
    returns_at,
    told_of,
    unit_rated,
)
from dispatch.hazards.queries import Row
from dispatch.hazards.rating import figures
from dispatch.hazards.words import reads_english
from dispatch.people.identity import Actor
from dispatch.people.models import Level, Role

#: Lines of history that a corner brings along, the latest.
HISTORY = 12
#: Months that are told of when nobody says which, and at most.
USUAL_MONTHS, MONTHS_MOST = 6, 36
#: Of fewer than so many a district is told no times: it might be one that somebody knows.
FEW = 3


def corners_listing(actor: Actor, asked: AskedCorners, page: int) -> dict[str, Any]:
    """One page of the corners that keep coming back.

    Raises:
        NotEligible: not of the station's staff, nor a committee's.
    """
    if not permitted(PATTERN_PERMITS, "see_corners", actor, None):
        raise NotEligible()
    rows, total = corners_page(reading(), actor, asked, page)
    items = _corner_items(reading(), actor, rows)
    return {"items": items, "page": page, "pages": max(1, -(-total // CORNERS)), "total": total}


def _corner_items(connection: Connection, actor: Actor, rows: Sequence[Row]) -> list[dict[str, Any]]:
    there = returns_at(connection, [row.id for row in rows])
    known = categories(connection, str(actor.station_id))
    ids = [row.id for row in rows] + [back.hazard_id for backs in there.values() for back in backs]
    told = told_of(connection, actor, ids)
    names = ("id", "family", "community_id", "community", "building", "lat", "lon", "hazards", "returns", "recent")
    return [
        {name: getattr(row, name) for name in names}
        | {"first_at": iso(row.first_at), "last_at": iso(row.last_at)}
        | {
            "kinds": _kinds([told[one] for one in [row.id, *(back.hazard_id for back in there.get(row.id, ()))] if one in told], known),
            "history": [_line(back, told) for back in there.get(row.id, [])[:HISTORY]],
        }
        for row in rows
    ]


def _kinds(rows: Iterable[Row], known: Mapping[str, Category]) -> list[str]:
    """What has been there, in words, each once."""
    found = [known[row.category] for row in rows if row.category in known]
    return sorted({one.name_en if reads_english() else one.name for one in found})


def _line(back: Row, told: Mapping[str, Row]) -> dict[str, Any]:
    hazard = told.get(back.hazard_id)
    return {
        "hazard_id": hazard.id if hazard else None,
        "number": hazard.number if hazard else None,
        "closed_at": iso(back.closed_at),
        "came_at": iso(back.came_at),
        "days": (back.came_at - back.closed_at) // timedelta(days=1),
    }


def months_between(first: str | None, last: str | None) -> list[str]:
    """The months from the one to the other, both included; without them the last six.

    Raises:
        Invalid: they are the wrong way round, or too many.
    """
    here = now().astimezone(SHANGHAI).date()
    end = _month(last) if last else here.replace(day=1)
    begin = _month(first) if first else _back(end, USUAL_MONTHS - 1)
    many = (end.year - begin.year) * 12 + end.month - begin.month + 1
    if not 1 <= many <= MONTHS_MOST:
        raise Invalid("first", _("请选先后两个月，最多三年。"))
    return [f"{_back(end, n):%Y-%m}" for n in reversed(range(many))]


def _month(said: str) -> date:
    year, month = said.split("-")
    return date(int(year), int(month), 1)


def _back(month: date, many: int) -> date:
    counted = month.year * 12 + month.month - 1 - many
    return date(counted // 12, counted % 12 + 1, 1)


def rates_listing(actor: Actor, unit_id: str | None, first: str | None, last: str | None) -> dict[str, Any]:
    """The rates of a unit: in all, by month, and by its stations or communities.

    Args:
        unit_id: a district, station or community; their own without it.
        first, last: months like 2026-11.
    Raises:
        NotEligible: somebody for whom there are none.
        NotFound: not a unit of theirs.
        Invalid: no such time.
    """
    if actor.role not in (Role.COORDINATOR, Role.CLERK, Role.SUPERVISOR):
        raise NotEligible()
    months = months_between(first, last)
    unit = unit_rated(reading(), actor, unit_id or actor.unit_id)
    rows = records_of(reading(), unit, months[0], months[-1])
    corners, least = corners_counted(reading(), unit), FEW if actor.role == Role.SUPERVISOR else 1
    column = "station_id" if unit.level == Level.DISTRICT else "community_id"
    by_unit, by_month = _grouped(rows, column), _grouped(rows, "month")
    parts = [] if unit.level == Level.COMMUNITY else parts_of(reading(), unit)
    return {
        "unit_id": unit.id,
        "name": unit.name,
        "level": unit.level,
        "first": months[0],
        "last": months[-1],
        "total": figures(rows, least=least) | {"corners": sum(corners.values())},
        "months": [{"month": month} | figures(by_month.get(month, []), least=least) for month in months],
        "units": [
            {"id": part.id, "name": part.name, "corners": corners.get(part.id, 0)} | figures(by_unit.get(part.id, []), least=least)
            for part in parts
        ],
    }


def _grouped(rows: Iterable[Row], column: str) -> dict[str, list[Row]]:
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(getattr(row, column), []).append(row)
    return groups

"""What the desks read of standing needs: the plan, the days it comes next, what was missed, and who answers for it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, select

from dispatch.core.clock import SHANGHAI, iso, now
from dispatch.core.errors import NotFound
from dispatch.core.holidays import Calendar, calendar, is_holiday, known_until
from dispatch.core.permits import permitted
from dispatch.orders.planning import DAY, Plan, moved_from, still_to_come, window
from dispatch.orders.policy import STANDING_PERMITS
from dispatch.orders.queries import Row
from dispatch.orders.standing import check_near, plan_from, plan_of, standing_row
from dispatch.orders.standing_models import Occurrence, StandingNeed
from dispatch.orders.states import Standing
from dispatch.people.identity import Actor
from dispatch.people.models import Person, Role, Unit
from dispatch.residents.models import Resident
from dispatch.residents.revealing import masked

#: How many of the coming days are shown.
SHOWN = 4
_standings, _occurrences = StandingNeed.__table__, Occurrence.__table__
_persons, _residents, _units = Person.__table__, Resident.__table__, Unit.__table__
_SAID = ("id", "status", "community_id", "resident_id", "community", "kind", "summary", "building", "urgency", "slots", "money_limit",
         "skills", "familiar_first", "weekdays", "first_day", "last_day", "opens", "closes", "on_holidays", "stopped")  # fmt: skip


def coming(plan: Plan, table: Calendar, settled: date | None = None) -> dict[str, Any]:
    """The next days of a plan, and from when on the holidays are not published yet, so that it may still change.

    Args:
        settled: up to which day everything has been done.
    """
    moment = now()
    since = max(settled or date.min, moment.astimezone(SHANGHAI).date() - DAY)
    days = still_to_come(plan, since, moment, table, SHOWN)
    unsure = [day for day in days if day > known_until(table)]
    return {"next": [_day(plan, day, table) for day in days], "unsure_from": unsure[0].isoformat() if unsure else None}


def _day(plan: Plan, day: date, table: Calendar) -> dict[str, Any]:
    start, end = window(plan, day)
    moved = moved_from(plan, day, table) if plan.on_holidays == "move" else None
    own = day.isoweekday() in plan.weekdays and not is_holiday(day, table)
    said = {"day": day.isoformat(), "window_start": iso(start), "window_end": iso(end), "holiday": is_holiday(day, table)}
    return {**said, "moved_from": moved.isoformat() if moved and not own else None}


def plan_preview(connection: Connection, given: dict[str, Any]) -> dict[str, Any]:
    """The next days of a plan that is not saved yet.

    Raises:
        Invalid: it ends before it begins, or lies too far away.
    """
    plan = plan_from(given)
    check_near(plan.first)
    return coming(plan, calendar(connection))


def _visible(actor: Actor) -> ColumnElement[bool]:
    """The `see` permit as a condition."""
    if actor.role == Role.CLERK:
        return _standings.c.community_id == actor.unit_id
    return (_units.c.parent_id == actor.station_id) & (_units.c.parent_id.is_not(None))


def standings_listing(connection: Connection, actor: Actor) -> list[dict[str, Any]]:
    """The standing needs that have not ended, the next one first."""
    if actor.role not in (Role.CLERK, Role.COORDINATOR):
        return []
    found = _full().where(_visible(actor), _standings.c.status != Standing.ENDED)
    rows = connection.execute(found.order_by(_standings.c.next_at.is_(None), _standings.c.next_at, _standings.c.made_at)).all()
    return _present(connection, rows)


def one_standing(connection: Connection, actor: Actor, standing_id: str) -> dict[str, Any]:
    """One standing need, also one that has ended.

    Raises:
        NotFound: there is none that they may know of.
    """
    row = standing_row(connection, standing_id)
    if not permitted(STANDING_PERMITS, "see", actor, row):
        raise NotFound()
    return _present(connection, [connection.execute(_full().where(_standings.c.id == standing_id)).one()])[0]


def _full() -> Any:
    resident = (
        _residents.c.name.label("resident_name"),
        _residents.c.phone.label("resident_phone"),
        _residents.c.door.label("resident_door"),
    )
    keeper = (_persons.c.active, _persons.c.role, _persons.c.unit_id.label("keeper_unit"))
    units = (_units.c.name.label("community"), _units.c.parent_id.label("station_id"))
    return (
        select(_standings, *resident, *keeper, *units)
        .join(_units, _units.c.id == _standings.c.community_id)
        .outerjoin(_residents, _residents.c.id == _standings.c.resident_id)
        .outerjoin(_persons, _persons.c.id == _standings.c.kept_by)
    )


def _keeper_gone(row: Row) -> bool:
    """Who last answered for it works here no longer; it goes on, and the desk is told."""
    theirs = {Role.CLERK: row.community_id, Role.COORDINATOR: row.station_id}.get(row.role)
    return not row.active or theirs is None or theirs != row.keeper_unit


def _present(connection: Connection, rows: Sequence[Row]) -> list[dict[str, Any]]:
    table, missed = calendar(connection), _missed(connection, [row.id for row in rows])
    return [_said(row, table, missed.get(row.id, [])) for row in rows]


def _said(row: Row, table: Calendar, missed: list[str]) -> dict[str, Any]:
    resident = {"name": row.resident_name, "phone": masked(row.resident_phone), "door": row.resident_door}
    nothing: dict[str, Any] = {"next": [], "unsure_from": None}
    ahead = coming(plan_of(row), table, date.fromisoformat(row.settled_day)) if row.status == Standing.ACTIVE else nothing
    said = {name: getattr(row, name) for name in _SAID} | {"private_note": row.private_note, "resident": resident}
    return said | ahead | {"missed": missed, "keeper_gone": _keeper_gone(row)}


def _missed(connection: Connection, ids: list[str]) -> dict[str, list[str]]:
    """The days that were missed and that nobody has looked at yet."""
    found = select(_occurrences.c.standing_id, _occurrences.c.day).where(_occurrences.c.standing_id.in_(ids))
    days: dict[str, list[str]] = {}
    for row in connection.execute(found.where(_occurrences.c.seen_at.is_(None)).order_by(_occurrences.c.day)):
        days.setdefault(row.standing_id, []).append(row.day)
    return days

"""What the clock does with standing needs: posts what is due, each day once, and says what it was too late for.

A day whose time is over when we look (the server was down) is written as missed and told, not posted: nobody would be at home
for it any more. A resident or a community that is gone stops the need until somebody looks; a clerk who has left does not.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, exists, select, update

from dispatch.core.clock import now
from dispatch.core.errors import NotFound
from dispatch.core.holidays import Calendar, calendar
from dispatch.core.unit_of_work import Work, transaction
from dispatch.core.upserts import insert_into
from dispatch.core.workflow import advance
from dispatch.journal.appending import append
from dispatch.orders.planning import Plan, days_after, post_at, window
from dispatch.orders.posting import community_row, enter
from dispatch.orders.queries import Row
from dispatch.orders.standing import STANDINGS, plan_of, standing_row
from dispatch.orders.standing_models import Occurrence
from dispatch.orders.states import STANDING_MOVES, Standing
from dispatch.people.choosing import settings_of
from dispatch.people.models import Person, Role
from dispatch.residents.models import Resident

#: So many are looked at in one sweep; the others in the next.
AT_ONCE = 500
_occurrences, _persons, _residents = Occurrence.__table__, Person.__table__, Resident.__table__


def due_standings(connection: Connection) -> list[str]:
    """The ids of the standing needs of which a day is due."""
    due = (STANDINGS.c.status == Standing.ACTIVE, STANDINGS.c.next_at <= now())
    return list(connection.execute(select(STANDINGS.c.id).where(*due).order_by(STANDINGS.c.next_at).limit(AT_ONCE)).scalars())


def fall_due(standing_id: str) -> bool:
    """Do what is due to one standing need, all its days up to now; returns whether anything was. Harmless if called twice."""
    with transaction() as work:
        try:
            row = standing_row(work, standing_id, lock=True)
        except NotFound:
            return False
        if row.status != Standing.ACTIVE or row.next_at is None or row.next_at > now():
            return False
        community = community_row(work, row.community_id)
        why = _stopped(work, row, community)
        if why:
            _stop(work, row, why)
            return True
        plan, table = plan_of(row), calendar(work.connection)
        settled, missed = _settle(work, row, community, plan, table)
        if missed:
            append(work, row.station_id, "standing.missed", standing_id=row.id, community_id=row.community_id, count=missed)
        _aim(work, row, plan, settled, table)
        return True


def _stopped(work: Work, row: Row, community: Row | None) -> str | None:
    """Why it cannot go on, if it cannot."""
    if community is None:
        return "community_gone"
    there = row.resident_id and work.execute(select(exists().where(_residents.c.id == row.resident_id))).scalar()
    return None if there else "resident_gone"


def _stop(work: Work, row: Row, why: str) -> None:
    values = {"stopped": why, "next_day": None, "next_at": None, "changed_at": now()}
    advance(work, STANDINGS, row.id, STANDING_MOVES["stop"], values=values)
    # A community that is under no station has no journal to write in; its desk reads it from the list.
    if row.station_id:
        append(work, row.station_id, "standing.stopped", standing_id=row.id, community_id=row.community_id, why=why)


def _settle(work: Work, row: Row, community: Row, plan: Plan, table: Calendar) -> tuple[date, int]:
    """Post or write off each day up to now; returns the last of them, and how many were missed."""
    settled, missed = date.fromisoformat(row.settled_day), 0
    for day in days_after(plan, settled, table):
        if post_at(plan, day) > now():
            break
        settled, over = day, window(plan, day)[1] <= now()
        if _first(work, row.id, day, "missed" if over else "posted"):
            missed += over
            if not over:
                order_id = _post(work, row, community, window(plan, day))
                mine = (_occurrences.c.standing_id == row.id, _occurrences.c.day == day.isoformat())
                work.execute(update(_occurrences).where(*mine).values(order_id=order_id))
    return settled, missed


def _first(work: Work, standing_id: str, day: date, became: str) -> bool:
    """Write the day down; False if it stands there already, whoever wrote it."""
    row: dict[str, Any] = {"standing_id": standing_id, "day": day.isoformat(), "became": became, "at": now()}
    row["seen_at"] = None if became == "missed" else now()
    # What comes back is what was written: not every driver counts the rows of an INSERT.
    written = insert_into(work, _occurrences).on_conflict_do_nothing().returning(_occurrences.c.day)
    return work.execute(written, row).first() is not None


def _post(work: Work, row: Row, community: Row, times: tuple[datetime, datetime]) -> str:
    """As the clerk would: the station may want to look at it first."""
    settings = settings_of(work.connection, community.parent_id)
    role = work.execute(select(_persons.c.role).where(_persons.c.id == row.kept_by)).scalar_one_or_none()
    need = {**row._mapping, "window_start": times[0], "window_end": times[1]}
    looked_at = settings.look_first and role != Role.COORDINATOR
    return enter(work, community, need, settings, posted_by=row.kept_by, looked_at=looked_at, standing_id=row.id)


def _aim(work: Work, row: Row, plan: Plan, settled: date, table: Calendar) -> None:
    """Note the next day, or that there is none any more."""
    coming = next(days_after(plan, settled, table), None)
    values: dict[str, Any] = {"settled_day": settled.isoformat(), "next_day": coming and coming.isoformat()}
    values["next_at"] = post_at(plan, coming) if coming else None
    work.execute(update(STANDINGS).where(STANDINGS.c.id == row.id).values(**values))
    if coming is None:
        advance(work, STANDINGS, row.id, STANDING_MOVES["run_out"], values={"changed_at": now()})
        append(work, row.station_id, "standing.ended", standing_id=row.id, community_id=row.community_id)


def replan(work: Work) -> int:
    """The calendar has changed: aim every active need anew; returns how many now come on another day."""
    table, moved = calendar(work.connection), 0
    for row in work.execute(select(STANDINGS).where(STANDINGS.c.status == Standing.ACTIVE)).all():
        plan = plan_of(row)
        coming = next(days_after(plan, date.fromisoformat(row.settled_day), table), None)
        day, at = (coming.isoformat(), post_at(plan, coming)) if coming else (row.next_day, row.next_at)
        if day != row.next_day:
            work.execute(update(STANDINGS).where(STANDINGS.c.id == row.id).values(next_day=day, next_at=at))
            moved += 1
    return moved

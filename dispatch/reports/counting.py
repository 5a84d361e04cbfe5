"""How days are counted: a day in which something has moved is counted anew from its orders, so that twice is the same as once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, delete, func, select

from dispatch.core.clock import SHANGHAI, now
from dispatch.core.secrets import keyring
from dispatch.core.unit_of_work import Work, look_again, reading, transaction
from dispatch.core.upserts import insert_into
from dispatch.journal.following import read_on
from dispatch.orders.models import Claim, Order
from dispatch.orders.states import Status
from dispatch.people.choosing import settings_at
from dispatch.people.settings import Settings
from dispatch.reports.models import CommunityDay, Served
from dispatch.reports.periods import periods_of

READER = "reports"
#: Reasons of cancelling that say that there was no need.
NO_NEED = ("duplicate", "mistake")
#: What became late longer ago than this has been counted so; looked for every hour, it would be found again for ever.
OVERDUE_FOR = timedelta(days=7)
#: Orders that are asked for by name in one question.
ORDERS_AT_ONCE = 500

_orders, _claims = Order.__table__, Claim.__table__
_days, _served = CommunityDay.__table__, Served.__table__
_of_the_order = _claims.c.order_id == _orders.c.id
_first_claimed = select(func.min(_claims.c.claimed_at)).where(_of_the_order).correlate(_orders).scalar_subquery().label("claimed_at")
_delivered = (
    select(func.max(_claims.c.ended_at)).where(_of_the_order, _claims.c.ended_as == "delivered").correlate(_orders).scalar_subquery()
).label("delivered_at")
_told = select(
    *(_orders.c[name] for name in ("station_id", "community_id", "status", "reason", "urgency", "posted_at",
                                   "window_end", "resident_id")),
    _first_claimed, _delivered,
)  # fmt: skip


class Cell(NamedTuple):
    """A community and a day on which it posted."""

    community_id: str
    day: str


def count() -> int:
    """Count anew what has moved since the last time; returns how many entries of the journal were read. Harmless if run twice."""
    return read_on(READER, _count_touched)


def _count_touched(entries: Sequence[dict[str, Any]]) -> None:
    """Each day once, however much has moved in it."""
    moved, cells = sorted({entry["data"]["order_id"] for entry in entries if "order_id" in entry["data"]}), set()
    for start in range(0, len(moved), ORDERS_AT_ONCE):
        found = select(_orders.c.community_id, _orders.c.posted_at).where(_orders.c.id.in_(moved[start : start + ORDERS_AT_ONCE]))
        cells |= {Cell(row.community_id, _day(row.posted_at)) for row in reading().execute(found)}
    _recount_each(cells)


def count_overdue() -> int:
    """What becomes late, or was not taken in time, by the clock alone and without an entry in the journal: what is under way past
    its window, and what still waits for the station's first look; returns how many days were counted anew."""
    late = _orders.c.status.in_([Status.CLAIMED, Status.PICKED_UP, Status.FAILED]) & _orders.c.window_end.between(
        now() - OVERDUE_FOR, now()
    )
    found = select(_orders.c.community_id, _orders.c.posted_at)
    cells = {
        Cell(row.community_id, _day(row.posted_at))
        for which in (late, _orders.c.status == Status.WAITING)
        for row in reading().execute(found.where(which))
    }
    return _recount_each(cells)


def _recount_each(cells: Collection[Cell]) -> int:
    """Each in a transaction of its own: nobody's claim waits for two."""
    look_again()
    for cell in sorted(cells):
        with transaction() as work:
            recount(work, [cell])
    return len(cells)


def recount_all() -> int:
    """Count every day of every community anew, each community in a transaction of its own; returns how many days."""
    communities = reading().execute(select(_orders.c.community_id).distinct().order_by(_orders.c.community_id)).scalars().all()
    total = 0
    for community_id in communities:
        with transaction() as work:
            work.execute(delete(_days).where(_days.c.community_id == community_id))
            total += _write(work, _orders.c.community_id == community_id)
    return total


def recount(work: Work, cells: Iterable[Cell]) -> None:
    """Count these days anew, as they are now."""
    for cell in sorted(cells):
        start = datetime.combine(date.fromisoformat(cell.day), datetime.min.time(), SHANGHAI)
        on_that_day = _orders.c.posted_at.between(start, start + timedelta(days=1) - timedelta(microseconds=1))
        _write(work, (_orders.c.community_id == cell.community_id) & on_that_day)


def _write(work: Work, which: ColumnElement[bool]) -> int:
    """The days of these orders, which are whole days of whole communities."""
    rows = work.execute(_told.where(which).order_by(_orders.c.posted_at)).all()
    rules = settings_at(work.connection, {row.station_id for row in rows})
    counted = [_counted(list(orders), rules) for _cell, orders in groupby(rows, lambda row: (row.community_id, _day(row.posted_at)))]
    if counted:
        fresh = insert_into(work, _days)
        kept = {column.name: fresh.excluded[column.name] for column in _days.columns if not column.primary_key}
        work.execute_many(fresh.on_conflict_do_update(index_elements=["community_id", "day"], set_=kept), counted)
    _note_served(work, rows)
    return len(counted)


def _counted(orders: list[Any], rules: Mapping[str, Settings]) -> dict[str, Any]:
    needs = [order for order in orders if not (order.status == Status.CANCELLED and order.reason in NO_NEED)]
    # Until when somebody should have it: posted, and the minutes that the station gives to its urgency.
    limits = [order.posted_at + timedelta(minutes=rules[order.station_id].escalate_after(order.urgency)) for order in needs]
    both = list(zip(needs, limits, strict=True))
    return {
        "community_id": orders[0].community_id, "day": _day(orders[0].posted_at), "needs": len(needs),
        "in_time": sum(order.claimed_at is not None and order.claimed_at <= limit for order, limit in both),
        "unclaimed": sum(_unclaimed(order, limit) for order, limit in both), "late": sum(map(_late, needs)),
        "delivered": sum(order.delivered_at is not None for order in needs),
    }  # fmt: skip


def _unclaimed(order: Any, limit: datetime) -> bool:
    """Nobody has ever taken it and its limit has passed."""
    return order.claimed_at is None and order.status != Status.CANCELLED and limit < now()


def _late(order: Any) -> bool:
    """Somebody took it, and when its window ended she still did not have it."""
    if order.claimed_at is None or order.status == Status.CANCELLED:
        return False
    return bool((order.delivered_at or now()) > order.window_end)


def _note_served(work: Work, rows: Sequence[Any]) -> None:
    """That she was served, once in each week, month and year; who she is stays with her order."""
    marks = {
        (period.key, row.community_id, row.resident_id)
        for row in rows if row.delivered_at is not None and row.resident_id
        for period in periods_of(row.posted_at.astimezone(SHANGHAI).date())
    }  # fmt: skip
    fresh = [made for mark in sorted(marks) if (made := _mark(work, *mark))]
    if fresh:
        work.execute_many(insert_into(work, _served).on_conflict_do_nothing(), fresh)


def _mark(work: Work, period: str, community_id: str, resident_id: str) -> dict[str, str] | None:
    """The row of one person and period, unless she stands there under an older key."""
    newest, *older = [hashed[:32] for hashed in keyring().hashes(f"served:{period}:{resident_id}")]
    there = (_served.c.period == period, _served.c.community_id == community_id, _served.c.hash.in_(older))
    if older and work.execute(select(_served.c.hash).where(*there)).first():
        return None
    return {"period": period, "community_id": community_id, "hash": newest}


def _day(moment: datetime) -> str:
    return moment.astimezone(SHANGHAI).date().isoformat()

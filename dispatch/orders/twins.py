"""Which orders ask for the same already: for the same person, of the same kind, for the same day. Asked by desk and ledgers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from dispatch.core.breathing import breathing
from dispatch.core.clock import SHANGHAI, now
from dispatch.orders.models import Order
from dispatch.orders.opening import USEFUL_FOR
from dispatch.orders.queries import midnight
from dispatch.orders.states import Status
from dispatch.residents.models import Resident
from dispatch.residents.registering import plain_name

#: An end within this of the usual one was not chosen by anybody.
CHOSEN = timedelta(seconds=5)
_READ = ("id", "number", "status", "kind", "urgency", "building", "window_start", "window_end", "posted_at", "resident_id")
_orders, _residents = Order.__table__, Resident.__table__
#: What was not done may be asked for again.
UNDONE = (Status.CANCELLED, Status.FAILED, Status.EXPIRED)


class Asked(NamedTuple):
    """A need as far as it is known. `first`, `last`: for which days; without them it is for today."""

    kind: str
    name: str = ""
    phone: str | None = None
    building: str = ""
    resident_ids: Sequence[str] = ()
    first: date | None = None
    last: date | None = None


class Standing:
    """A community's orders that are of today or still to come, to be asked for twins."""

    def __init__(self, rows: Iterable[Any]) -> None:
        self.rows: dict[tuple[str, ...], list[Any]] = {}
        for row in rows:
            for mark in {("id", row.resident_id), *persons(row.name, row.phone, row.building)}:
                self.rows.setdefault((*mark, row.kind), []).append(row)

    def twins(self, asked: Asked) -> list[Any]:
        """The orders that ask for the same, the latest first: `id`, `number` and what tells whose they are."""
        marks = [*(("id", one) for one in asked.resident_ids), *persons(asked.name, asked.phone, asked.building)]
        found = {row.id: row for mark in marks for row in self.rows.get((*mark, asked.kind), ())}
        today = now().astimezone(SHANGHAI).date()
        last = asked.last or today
        first = min(asked.first or last, last)
        same = [row for row in found.values() if not _namesake(asked, row) and _meets(row, first, last)]
        return sorted(same, key=lambda row: row.posted_at, reverse=True)


def standing(connection: Connection, community_id: str, kind: str | None = None) -> Standing:
    """Read them: names and phones are opened here, and go no further than into the comparison.

    Args:
        connection: where to read.
        community_id: whose.
        kind: only of this kind.
    """
    found = (
        select(*(_orders.c[name] for name in _READ), _residents.c.name, _residents.c.phone)
        .join(_residents, _residents.c.id == _orders.c.resident_id)
        .where(_orders.c.community_id == community_id, _orders.c.status.not_in(UNDONE))
        .where((_orders.c.posted_at >= midnight()) | (_orders.c.window_end >= midnight()))
    )
    return Standing(breathing(connection.execute(found if kind is None else found.where(_orders.c.kind == kind))))


def persons(name: str, phone: str | None, building: str) -> list[tuple[str, ...]]:
    """By her phone and name, and by her name in her building: a couple has one phone, and a list may leave it out."""
    name = plain_name(name)
    named: list[tuple[str, ...]] = [("at", name, building)] if name and building else []
    return [("phone", phone, name), *named] if phone and name else named


def _namesake(asked: Asked, row: Any) -> bool:
    """Known by name and building alone, where both have a number: then the numbers have the word."""
    return row.resident_id not in asked.resident_ids and bool(asked.phone and row.phone) and asked.phone != row.phone


def _meets(row: Any, first: date, last: date) -> bool:
    """Whether an order is for one of these days: those that it says, or from its posting for as long as it is of use.

    One that says none and is done was for the day on which it was posted.
    """
    begins = _day(row.window_start or row.posted_at)
    over = row.status in (Status.DELIVERED, Status.CLOSED) and usual_end(row)
    return begins <= last and first <= (begins if over else _day(row.window_end))


def usual_end(row: Any) -> bool:
    """Whether nobody has chosen until when an order is of use."""
    return row.window_start is None and abs(row.window_end - row.posted_at - USEFUL_FOR[row.urgency]) < CHOSEN


def _day(moment: datetime) -> date:
    return moment.astimezone(SHANGHAI).date()

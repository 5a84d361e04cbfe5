"""Which lines of a ledger ask for what has been asked for already: in the same ledger, or among the orders that stand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from dispatch.core.clock import SHANGHAI, now
from dispatch.ledgers.needs import Judged
from dispatch.orders.models import Order
from dispatch.orders.queries import Row
from dispatch.orders.states import FINISHED, Status
from dispatch.residents.models import Resident

_orders, _residents = Order.__table__, Resident.__table__
#: What was not done may be asked for again.
_UNDONE = (Status.CANCELLED, Status.FAILED, Status.EXPIRED)


class Standing:
    """A community's orders of today and those still under way, to be asked for twins."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self.rows: dict[tuple[str, ...], list[Row]] = {}
        for row in rows:
            for who in _persons(row.name, row.phone, row.building):
                self.rows.setdefault((*who, row.kind), []).append(row)

    def twins(self, line: Judged) -> list[str]:
        """The numbers of the orders that are for the same person, of the same kind and for the same day."""
        said, today = line.said, _day(now())
        day = _day(line.when.end) if line.when else None
        found: dict[str, None] = {}
        for who in _persons(said["name"], said["phone"], said["building"]):
            for row in self.rows.get((*who, said["kind"]), ()):
                if day == _day(row.window_end) if day else _day(row.posted_at) == today:
                    found[row.number] = None
        return list(found)


def standing(connection: Any, community_id: str) -> Standing:
    """Read them: names and phones are opened here, and go no further than into the comparison."""
    midnight = now().astimezone(SHANGHAI).replace(hour=0, minute=0, second=0, microsecond=0)
    wanted = (_orders.c.posted_at >= midnight) | _orders.c.status.not_in(sorted(FINISHED))
    found = (
        select(_orders.c.number, _orders.c.kind, _orders.c.building, _orders.c.window_end, _orders.c.posted_at,
               _residents.c.name, _residents.c.phone)
        .join(_residents, _residents.c.id == _orders.c.resident_id)
        .where(_orders.c.community_id == community_id, wanted, _orders.c.status.not_in(_UNDONE))
    )  # fmt: skip
    return Standing(connection.execute(found).all())


def same_lines(lines: Mapping[int, Judged]) -> dict[int, int]:
    """Row → the first row above it that says the same: person, kind, need and time."""
    first: dict[tuple[str, ...], int] = {}
    same: dict[int, int] = {}
    for row, line in lines.items():
        said = line.said
        for who in _persons(said["name"], said["phone"], said["building"]):
            before = first.setdefault((*who, said["kind"], said["need"], said["time"]), row)
            if before != row:
                same.setdefault(row, before)
    return same


def _persons(name: str, phone: str | None, building: str) -> list[tuple[str, ...]]:
    """By her phone and name, and by her name in her building: a couple has one phone, and a list may leave it out."""
    named: list[tuple[str, ...]] = [("at", name, building)] if name and building else []
    return [("phone", phone, name), *named] if phone and name else named


def _day(moment: datetime) -> date:
    return moment.astimezone(SHANGHAI).date()

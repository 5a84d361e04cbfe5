"""What is asked about the money: the advances that somebody may see, and what a book says of a time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, case, func, select, true

from dispatch.accounts.models import Account, Kind
from dispatch.core.clock import SHANGHAI
from dispatch.orders.models import Advance, Claim, Order, Receipt
from dispatch.orders.states import ENTERED_LATE, MoneyStatus
from dispatch.people.identity import Actor
from dispatch.people.models import Level, Person, Role, Unit
from dispatch.residents.models import Resident

PAGE = 50
#: A row of a query here: named columns, each of its own type.
Row = Any

_advances, _orders, _receipts, _accounts = Advance.__table__, Order.__table__, Receipt.__table__, Account.__table__
_claims, _units, _persons, _residents = Claim.__table__, Unit.__table__, Person.__table__, Resident.__table__
#: What waits for somebody's money, and what does not any more.
WAITING = (MoneyStatus.OPEN, MoneyStatus.OWED)


class Span(NamedTuple):
    """From a moment until before another."""

    start: datetime
    end: datetime


def span_of(year: int, month: int | None) -> Span:
    """A month of Shanghai's calendar, or the whole year."""
    first = date(year, month or 1, 1)
    after = (first + timedelta(days=31)).replace(day=1) if month else date(year + 1, 1, 1)
    return Span(*(datetime.combine(day, time(), SHANGHAI) for day in (first, after)))


def communities_of(connection: Connection, actor: Actor) -> list[Row]:
    """The communities whose books somebody may look into: a clerk's own, those of a coordinator's station."""
    found = select(_units.c.id, _units.c.name, _units.c.parent_id).where(_units.c.level == Level.COMMUNITY).order_by(_units.c.id)
    if actor.role == Role.CLERK:
        return list(connection.execute(found.where(_units.c.id == actor.unit_id)))
    if actor.role == Role.COORDINATOR:
        return list(connection.execute(found.where(_units.c.parent_id == actor.station_id)))
    return []


def _visible(actor: Actor) -> ColumnElement[bool]:
    if actor.role == Role.CLERK:
        return _advances.c.community_id == actor.unit_id
    if actor.role == Role.COORDINATOR:
        return _advances.c.station_id == actor.station_id
    if actor.role == Role.COURIER:
        return _advances.c.courier_id == actor.id
    return ~true()


def advances_page(connection: Connection, actor: Actor, status: str | None, community_id: str | None, page: int) -> tuple[list[Row], int]:
    """One page of the advances that somebody may see, and how many there are; what waits for money first, the oldest first.

    Args:
        status: a `MoneyStatus`, `waiting` (the courier or the community waits for money), or None for all.
        community_id: only of this one.
        page: from 1.
    """
    where = [_visible(actor)]
    if community_id:
        where.append(_advances.c.community_id == community_id)
    if status:
        where.append(_advances.c.status.in_(WAITING if status == "waiting" else [status]))
    total = connection.execute(select(func.count()).select_from(_advances).where(*where)).scalar_one()
    order = (_orders.c[name] for name in ("number", "kind", "building", "money_limit"))
    found = (
        select(_advances, *order, _units.c.name.label("community"), _receipts.c.photo)
        .join(_orders, _orders.c.id == _advances.c.order_id)
        .join(_units, _units.c.id == _advances.c.community_id)
        .join(_receipts, _receipts.c.id == _advances.c.receipt_id)
        .where(*where)
    )
    found = found if actor.role == Role.COURIER else _with_names(found)
    urgent = case({MoneyStatus.OPEN: 0, MoneyStatus.OWED: 1}, value=_advances.c.status, else_=2)
    ordered = found.order_by(urgent, _advances.c.at, _advances.c.id).limit(PAGE).offset((page - 1) * PAGE)
    return list(connection.execute(ordered)), total


def _with_names(found: Select[Any]) -> Select[Any]:
    """With courier and resident, for those who may know them; a courier's own page does not even open her name."""
    hers = (_accounts.c.community_id == _advances.c.community_id) & (_accounts.c.owner_id == _advances.c.resident_id)
    names = (_persons.c.name.label("courier"), _residents.c.name.label("resident"), _accounts.c.number.label("account_number"))
    return (
        found.add_columns(*names)
        .join(_persons, _persons.c.id == _advances.c.courier_id)
        .join(_accounts, hers & (_accounts.c.kind == Kind.RESIDENT))
        .outerjoin(_residents, _residents.c.id == _advances.c.resident_id)
    )


def payers(connection: Connection, order_id: str) -> list[Row]:
    """Who had an order and has nothing entered for one of his claims on it, who had it last first."""
    entered = select(_advances.c.id).where(_advances.c.id == _claims.c.id, _advances.c.status != MoneyStatus.VOID).exists()
    had_it = (_claims.c.order_id == order_id, _claims.c.ended_at.is_not(None), ~entered)
    found = select(_persons.c.id, _persons.c.name).join(_claims, _claims.c.person_id == _persons.c.id).where(*had_it)
    return list(connection.execute(found.group_by(_persons.c.id, _persons.c.name).order_by(func.max(_claims.c.epoch).desc())))


def ended_orders(
    connection: Connection, community_id: str, most: int, *, number: str | None = None, residents: Iterable[str] = ()
) -> tuple[list[Row], int]:
    """The ids of a community's errands that somebody has had and that are over, the newest first, and how many there are.

    Args:
        most: so many at most.
        number: only those of this number.
        residents: without a number, only those for one of these.
    """
    which = _orders.c.number == number if number else _orders.c.resident_id.in_(list(residents))
    where = (_orders.c.community_id == community_id, _orders.c.status.in_(sorted(ENTERED_LATE)), _orders.c.epoch > 0, which)
    total = connection.execute(select(func.count()).select_from(_orders).where(*where)).scalar_one()
    return list(connection.execute(select(_orders.c.id).where(*where).order_by(_orders.c.posted_at.desc()).limit(most))), total


def names_of(connection: Connection, owners: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The names of account owners that are still known: owner's id → name.

    Args:
        owners: kind and owner's id of each account.
    """
    names: dict[str, str] = {}
    wanted = set(owners)
    for kind, table in ((Kind.COURIER, _persons), (Kind.RESIDENT, _residents)):
        ids = [owner_id for of, owner_id in wanted if of == kind]
        rows = connection.execute(select(table.c.id, table.c.name).where(table.c.id.in_(ids))) if ids else ()
        names |= {row.id: row.name for row in rows}
    return names


def persons_named(connection: Connection, ids: Iterable[str]) -> Mapping[str, str]:
    """Who entered what: id → name."""
    rows = connection.execute(select(_persons.c.id, _persons.c.name).where(_persons.c.id.in_(list(ids))))
    return {row.id: row.name for row in rows}


def order_numbers(connection: Connection, ids: Iterable[str]) -> Mapping[str, str]:
    """Orders' numbers as they are said on the telephone: id → number."""
    rows = connection.execute(select(_orders.c.id, _orders.c.number).where(_orders.c.id.in_(list(ids))))
    return {row.id: row.number for row in rows}

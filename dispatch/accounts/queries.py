"""What is asked of the books: what an account holds, what a transfer says, and whether everything adds up."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from dispatch.accounts.models import Account, BookYear, Kind, Line, Transfer

#: A row of a query here: named columns, each of its own type.
Row = Any
#: What each claim has left on each kind of account, in fen; a debit is positive.
OfClaims = dict[str, dict[str, int]]

_accounts, _transfers, _lines, _years = Account.__table__, Transfer.__table__, Line.__table__, BookYear.__table__
_counterparts = _transfers.alias("counterparts")


def _total(name: str) -> Any:
    # PostgreSQL sums whole numbers to a decimal, which is whole all the same.
    return func.coalesce(func.sum(_lines.c.amount), 0).label(name)


def balance_of(connection: Connection, community_id: str, kind: Kind, owner_id: str) -> int:
    """What an account holds; nothing where there is none."""
    found = select(_total("balance")).join(_accounts, _accounts.c.id == _lines.c.account_id)
    mine = (_accounts.c.community_id == community_id, _accounts.c.kind == kind, _accounts.c.owner_id == owner_id)
    return int(connection.execute(found.where(*mine)).scalar_one())


def lines_of(connection: Connection, transfer_id: str) -> list[Row]:
    """The lines of a transfer, debits first, with whose accounts they are."""
    found = select(_lines.c.amount, _accounts.c.id, _accounts.c.kind, _accounts.c.owner_id, _accounts.c.number)
    joined = found.join(_accounts, _accounts.c.id == _lines.c.account_id).where(_lines.c.transfer_id == transfer_id)
    return list(connection.execute(joined.order_by(_lines.c.amount.desc(), _accounts.c.id)))


def of_claims(connection: Connection, claim_ids: Iterable[str]) -> OfClaims:
    """What these claims on errands have left on each kind of account."""
    found = (
        select(_transfers.c.claim_id, _accounts.c.kind, _total("balance"))
        .join(_lines, _lines.c.transfer_id == _transfers.c.id)
        .join(_accounts, _accounts.c.id == _lines.c.account_id)
        .where(_transfers.c.claim_id.in_(list(claim_ids)))
        .group_by(_transfers.c.claim_id, _accounts.c.kind)
    )
    left: OfClaims = {}
    for row in connection.execute(found):
        left.setdefault(row.claim_id, {})[row.kind] = int(row.balance)
    return left


def balances(connection: Connection, community_id: str, before: datetime | None = None) -> list[Row]:
    """Each account of a book with its debits, credits and what it holds, before a moment or now."""
    debit = func.coalesce(func.sum(_lines.c.amount).filter(_lines.c.amount > 0), 0).label("debit")
    credit = func.coalesce(func.sum(-_lines.c.amount).filter(_lines.c.amount < 0), 0).label("credit")
    columns = (_accounts.c.id, _accounts.c.kind, _accounts.c.owner_id, _accounts.c.number)
    found = (
        select(*columns, debit, credit, _total("balance"))
        .join(_lines, _lines.c.account_id == _accounts.c.id)
        .join(_transfers, _transfers.c.id == _lines.c.transfer_id)
        .where(_accounts.c.community_id == community_id)
    )
    found = found if before is None else found.where(_transfers.c.at < before)
    return list(connection.execute(found.group_by(*columns).order_by(_accounts.c.kind, _accounts.c.number)))


def transfers(connection: Connection, community_id: str, start: datetime, end: datetime) -> list[Row]:
    """The transfers entered from `start` until before `end`, by number; `countered` is the one that took it back."""
    found = (
        select(_transfers, _counterparts.c.number.label("countered"), _counterparts.c.year.label("countered_year"))
        .outerjoin(_counterparts, _counterparts.c.counters == _transfers.c.id)
        .where(_transfers.c.community_id == community_id, _transfers.c.at >= start, _transfers.c.at < end)
    )
    return list(connection.execute(found.order_by(_transfers.c.year, _transfers.c.number)))


def lines_between(connection: Connection, community_id: str, start: datetime, end: datetime) -> dict[str, list[Row]]:
    """The lines of those transfers, debits first."""
    found = (
        select(_lines.c.transfer_id, _lines.c.amount, _accounts.c.kind, _accounts.c.owner_id, _accounts.c.number)
        .join(_accounts, _accounts.c.id == _lines.c.account_id)
        .join(_transfers, _transfers.c.id == _lines.c.transfer_id)
        .where(_transfers.c.community_id == community_id, _transfers.c.at >= start, _transfers.c.at < end)
        .order_by(_lines.c.amount.desc(), _accounts.c.id)
    )
    by_transfer: dict[str, list[Row]] = {}
    for row in connection.execute(found):
        by_transfer.setdefault(row.transfer_id, []).append(row)
    return by_transfer


def one_transfer(connection: Connection, transfer_id: str) -> Row | None:
    """A transfer, or None."""
    return connection.execute(select(_transfers).where(_transfers.c.id == transfer_id)).first()


def owing() -> Any:
    """The residents who owe something in any book: a condition's subquery of their ids."""
    found = select(_accounts.c.owner_id).join(_lines, _lines.c.account_id == _accounts.c.id).where(_accounts.c.kind == Kind.RESIDENT)
    return found.group_by(_accounts.c.id, _accounts.c.owner_id).having(func.sum(_lines.c.amount) != 0)


def faults(connection: Connection) -> list[str]:
    """What does not add up: nothing, ever. Asked by `doctor`."""
    lame = (
        select(_transfers.c.id)
        .outerjoin(_lines, _lines.c.transfer_id == _transfers.c.id)
        .group_by(_transfers.c.id)
        .having((_total("sum") != 0) | (func.count(_lines.c.account_id) < 2))
    )
    found = [f"transfer {row.id}: its lines are not together nothing" for row in connection.execute(lame)]
    counted = select(func.count(_transfers.c.id)).where(
        _transfers.c.community_id == _years.c.community_id, _transfers.c.year == _years.c.year
    )
    last = select(func.coalesce(func.max(_transfers.c.number), 0)).where(
        _transfers.c.community_id == _years.c.community_id, _transfers.c.year == _years.c.year
    )
    gaps = select(_years.c.community_id, _years.c.year).where(
        (_years.c.count != counted.scalar_subquery()) | (_years.c.count != last.scalar_subquery())
    )
    return found + [f"book {row.community_id} of {row.year}: its numbers have a gap" for row in connection.execute(gaps)]

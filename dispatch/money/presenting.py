"""What the money looks like to its reader: advances, a book of a month, its vouchers; a courier reads no resident's name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Connection

from dispatch.accounts.models import Kind
from dispatch.accounts.queries import balances, lines_between, of_claims, transfers
from dispatch.core.clock import iso
from dispatch.money.queries import PAGE, Row, Span, advances_page, names_of, order_numbers, payers, persons_named
from dispatch.orders.commanding import refuse_early
from dispatch.orders.queries import order_facts
from dispatch.people.identity import Actor
from dispatch.people.models import Role


def present_advances(connection: Connection, actor: Actor, status: str | None, community_id: str | None, page: int) -> dict[str, Any]:
    """A page of advances as this person may read them."""
    rows, total = advances_page(connection, actor, status, community_id, page)
    left = of_claims(connection, [row.id for row in rows])
    items = [_advance(actor, row, left.get(row.id, {})) for row in rows]
    return {"items": items, "page": page, "pages": max(1, -(-total // PAGE)), "total": total}


def _advance(actor: Actor, row: Row, left: dict[str, int]) -> dict[str, Any]:
    names = ("number", "community_id", "community", "kind", "building", "status", "amount", "version", "money_limit")
    said: dict[str, Any] = {name: getattr(row, name) for name in names}
    said |= {"id": row.id, "order_id": row.order_id, "due": -left.get(Kind.COURIER, 0), "at": iso(row.at), "receipt": row.photo is not None}
    if actor.role != Role.COURIER:
        said |= {"owed": left.get(Kind.RESIDENT, 0), "courier": {"id": row.courier_id, "name": row.courier}}
        said |= {"resident": {"number": row.account_number, "name": row.resident}}
    return said


def present_payers(connection: Connection, actor: Actor, order_id: str) -> list[dict[str, str]]:
    """Whose outlay for an order this person may still enter.

    Raises:
        NotFound, NotEligible: as for `enter`.
    """
    refuse_early("enter", actor, order_facts(connection, order_id, actor.id))
    return [{"id": row.id, "name": row.name} for row in payers(connection, order_id)]


def account_name(kind: str, number: int, name: str | None) -> str:
    """An account as an accountant reads it; a resident by her number, whose name she need not know."""
    return {
        Kind.CASH: _("库存现金—社区备用金"),
        Kind.FUND: _("其他应付款—拨入备用金"),
        Kind.AID: _("业务活动成本—帮扶支出"),
        Kind.RESIDENT: _("其他应收款—居民 %(number)s", number=f"{number:04d}"),
        Kind.COURIER: _("其他应付款—志愿者 %(name)s", name=name or f"{number:04d}"),
    }[Kind(kind)]


def summary_of(transfer: Row) -> str:
    """What a transfer was, in the accountant's few words."""
    words = {
        ("advanced", None): _("代购垫付"),
        ("settled", "resident"): _("居民还给志愿者"),
        ("settled", "box"): _("备用金还给志愿者"),
        ("settled", "aid"): _("备用金还给志愿者，由社区承担"),
        ("settled", "repaid"): _("居民还给备用金"),
        ("settled", "waived"): _("居民欠款由社区承担"),
        ("funded", "in"): _("拨入备用金"),
        ("funded", "out"): _("交回备用金"),
    }[(transfer.what, transfer.way)]
    return _("冲销：%(what)s", what=words) if transfer.counters else words


def voucher_number(year: int, number: int) -> str:
    return f"{year}-{number:04d}"


def present_accounts(connection: Connection, community_id: str, span: Span) -> list[dict[str, Any]]:
    """Each account: what it held before, what came on either side, what it holds after. Debits are positive."""
    before = {row.id: row for row in balances(connection, community_id, span.start)}
    after = balances(connection, community_id, span.end)
    names = names_of(connection, [(row.kind, row.owner_id) for row in after])
    found = []
    for row in after:
        old, name = before.get(row.id), names.get(row.owner_id)
        found.append(
            {
                "kind": row.kind, "number": row.number, "name": name, "account": account_name(row.kind, row.number, name),
                "opening": int(old.balance) if old else 0, "debit": int(row.debit - (old.debit if old else 0)),
                "credit": int(row.credit - (old.credit if old else 0)), "closing": int(row.balance),
            }
        )  # fmt: skip
    return found


def present_vouchers(connection: Connection, community_id: str, span: Span) -> list[dict[str, Any]]:
    """The vouchers of a time, by number, each with its lines as debits against credits."""
    rows = transfers(connection, community_id, *span)
    lines = lines_between(connection, community_id, *span)
    owners = names_of(connection, [(line.kind, line.owner_id) for of in lines.values() for line in of])
    people = persons_named(connection, {row.person_id for row in rows})
    orders = order_numbers(connection, {row.order_id for row in rows if row.order_id})
    numbers = {row.id: voucher_number(row.year, row.number) for row in rows}
    return [
        {
            "id": row.id, "number": numbers[row.id], "at": iso(row.at), "paid_on": row.paid_on.isoformat(), "summary": summary_of(row),
            "how": row.how, "reason": row.reason, "by": people.get(row.person_id), "order": orders.get(row.order_id),
            "order_id": row.order_id, "countered": voucher_number(row.countered_year, row.countered) if row.countered else None,
            "reversible": row.what != "advanced" and not row.counters and not row.countered,
            "lines": pairs(lines[row.id], owners),
        }
        for row in rows
    ]  # fmt: skip


def pairs(lines: Sequence[Row], names: dict[str, str]) -> list[dict[str, Any]]:
    """A transfer's lines as debit against credit, each pair with its amount."""

    def named(line: Row) -> str:
        return account_name(line.kind, line.number, names.get(line.owner_id))

    # One that gives and takes the same stands against the account it is meant for: the courier's against the box.
    order = {Kind.COURIER: 0, Kind.CASH: 1, Kind.AID: 2, Kind.RESIDENT: 3, Kind.FUND: 4}
    debits = [[named(line), line.amount] for line in sorted(lines, key=lambda line: order[line.kind]) if line.amount > 0]
    credits = [[named(line), -line.amount] for line in sorted(lines, key=lambda line: order[line.kind]) if line.amount < 0]
    found = []
    while debits and credits:
        amount = min(debits[0][1], credits[0][1])
        found.append({"debit": debits[0][0], "credit": credits[0][0], "amount": int(amount)})
        for side in (debits, credits):
            side[0][1] -= amount
            if not side[0][1]:
                side.pop(0)
    return found

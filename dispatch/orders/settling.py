"""How an advance is settled: who paid the courier back, when and how; in parts or whole; corrected by counter-entries alone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import select

from dispatch.accounts.booking import Whose, book, counter
from dispatch.accounts.models import Kind
from dispatch.accounts.queries import of_claims, one_transfer
from dispatch.core.clock import SHANGHAI, now
from dispatch.core.errors import Invalid, NotFound, TooLate
from dispatch.core.idempotency import Once
from dispatch.core.unit_of_work import Work
from dispatch.core.workflow import advance
from dispatch.core.yuan import yuan
from dispatch.orders.advancing import ADVANCES, Part, book_advance, check_limit
from dispatch.orders.commanding import Outcome, carry_out, tell
from dispatch.orders.queries import Row
from dispatch.orders.states import MONEY_MOVES, MoneyStatus
from dispatch.people.identity import Actor

#: Who paid → what it does to which account: + debit, − credit, each with the whole amount.
WAYS: dict[str, dict[Kind, int]] = {
    "resident": {Kind.COURIER: 1, Kind.RESIDENT: -1},  # the resident paid the courier
    "box": {Kind.COURIER: 1, Kind.CASH: -1},  # the community's cash box paid him; the resident still owes it
    "aid": {Kind.COURIER: 1, Kind.CASH: -1, Kind.AID: 1, Kind.RESIDENT: -1},  # the box paid him, and the community bears it
    "repaid": {Kind.CASH: 1, Kind.RESIDENT: -1},  # the resident paid the box
    "waived": {Kind.AID: 1, Kind.RESIDENT: -1},  # the community bears what she still owes
}
HOW = ("cash", "wechat", "alipay", "bank", "other")
REASONS = ("wrong_amount", "wrong_way", "wrong_person", "not_paid", "goods_returned", "other")
#: A payment is entered within this time.
PAID_BEFORE_MOST = timedelta(days=366)


def today() -> date:
    """The day that it is for people."""
    return now().astimezone(SHANGHAI).date()


def check_payment(how: str, paid_on: date | None) -> dict[str, Any]:
    """How and when money changed hands, as `book` takes it.

    Raises:
        Invalid: a way to pay that is none, or a day that has not come or is long gone.
    """
    if how not in HOW:
        raise Invalid("how")
    day = paid_on or today()
    if not today() - PAID_BEFORE_MOST <= day <= today():
        raise Invalid("paid_on", _("付款日期不能是以后，也不能早于一年前。"))
    return {"how": how, "paid_on": day}


def settle(actor: Actor, order_id: str, once: Once, *, version: int, way: str, how: str, amount: int | None = None,
           paid_on: date | None = None, advance_id: str | None = None) -> Outcome:  # fmt: skip
    """Money has changed hands over an advance.

    Args:
        version: how many bookings of this advance the clerk has seen; of two clerks who settle the same, one is too late.
        way: a key of WAYS.
        how: one of HOW.
        amount: fen; by default all that this way can still settle.
        paid_on: on which day; by default today.
        advance_id: which of the order's advances; needed where it has several.
    Raises:
        Invalid: way, how or day are none, it is not said which advance, the amount is more than is open, or the cash box has not so much.
        NotFound: no such order, or nothing was laid out for it.
        NotEligible: as for every command.
        TooLate: somebody has booked meanwhile, or nothing is open.
    """
    if way not in WAYS:
        raise Invalid("way")
    said = check_payment(how, paid_on)

    def act(work: Work, me: Actor, order: Row) -> Outcome:
        kept = _kept(work, order_id, version, advance_id)
        paid = _amount(amount, _most(work, kept.id, way))
        lines = {Whose(kind, _owner(kind, kept)): sign * paid for kind, sign in WAYS[way].items()}
        transfer_id = book(work, order.community_id, lines, what="settled", person_id=me.id, way=way, **_of(kept), **said)
        due = _move(work, kept, "settle")
        told = {"advance_id": kept.id, "transfer_id": transfer_id, "persons": [kept.courier_id]}
        tell(work, order, "money.settled", amount=paid, way=way, due=due, **told)
        return {"order_id": order_id}

    return carry_out("settle", actor, order_id, once, act)


def correct(actor: Actor, order_id: str, once: Once, *, version: int, amount: int, reason: str, advance_id: str | None = None) -> Outcome:
    """What was laid out was another amount, or nothing: the old transfer is taken back and the right one entered.

    Args:
        version, advance_id: as for `settle`.
        amount: what it should have been, in fen; 0 makes the advance void.
        reason: one of REASONS.
    Raises:
        Invalid: less than has been paid already, over the limit, or what it is now.
        NotFound, NotEligible, TooLate: as for `settle`.
    """
    if reason not in REASONS:
        raise Invalid("reason")

    def act(work: Work, me: Actor, order: Row) -> Outcome:
        kept = _kept(work, order_id, version, advance_id)
        paid = kept.amount - min(left(work, kept.id).values())
        if amount < paid:
            raise Invalid("amount", _("已经结了 %(yuan)s 元。先冲销那几笔，再改金额。", yuan=yuan(paid)))
        if amount == kept.amount:
            raise Invalid("amount", _("金额没有变。"))
        check_limit(work, order_id, amount)
        transfer_id = counter(work, kept.transfer_id, person_id=me.id, reason=reason)
        if amount:
            part = Part(kept.id, kept.courier_id, kept.resident_id)
            transfer_id = book_advance(work, order, part, amount, me.id, reason=reason)
        _move(work, kept, "correct", amount=amount, transfer_id=transfer_id)
        told = {"advance_id": kept.id, "transfer_id": transfer_id, "persons": [kept.courier_id]}
        tell(work, order, "money.corrected", amount=amount, reason=reason, **told)
        return {"order_id": order_id}

    return carry_out("correct_advance", actor, order_id, once, act)


def reverse(actor: Actor, order_id: str, transfer_id: str, reason: str, once: Once) -> Outcome:
    """A settlement was none: its opposite is entered, and what it settled is open again.

    Args:
        transfer_id: which of this order's settlements.
        reason: one of REASONS.
    Raises:
        Invalid: the reason is none, or without it the cash box would hold less than nothing.
        NotFound: no settlement of this order's.
        NotEligible: as for every command.
        TooLate: it was taken back already.
    """
    if reason not in REASONS:
        raise Invalid("reason")

    def act(work: Work, me: Actor, order: Row) -> Outcome:
        old = one_transfer(work.connection, transfer_id)
        if old is None or old.order_id != order_id or old.what != "settled":
            raise NotFound()
        kept = _kept(work, order_id, None, old.claim_id)
        countered = counter(work, transfer_id, person_id=me.id, reason=reason)
        _move(work, kept, "reverse")
        said = {"reason": reason, "advance_id": kept.id, "transfer_id": countered, "counters": transfer_id}
        tell(work, order, "money.corrected", amount=kept.amount, persons=[kept.courier_id], **said)
        return {"order_id": order_id, "transfer_id": countered}

    return carry_out("reverse", actor, order_id, once, act)


def left(work: Work, claim_id: str) -> dict[Kind, int]:
    """What an advance has left to settle: what the courier is owed, what the resident owes; both in fen."""
    of_kinds = of_claims(work.connection, [claim_id]).get(claim_id, {})
    return {Kind.COURIER: -of_kinds.get(Kind.COURIER, 0), Kind.RESIDENT: of_kinds.get(Kind.RESIDENT, 0)}


def _of(kept: Row) -> dict[str, str]:
    return {"order_id": kept.order_id, "claim_id": kept.id}


def _kept(work: Work, order_id: str, version: int | None, advance_id: str | None) -> Row:
    """The advance that is meant: the one that is named, or the order's only one."""
    rows = work.execute(select(ADVANCES).where(ADVANCES.c.order_id == order_id)).all()
    meant = [row for row in rows if advance_id in (None, row.id)]
    if not meant:
        raise NotFound(_("这一单没有垫付。"))
    if len(meant) > 1:
        raise Invalid("advance_id", _("这一单有几位快递员垫了钱，请选择是哪一笔。"))
    row = meant[0]
    if version is not None and version != row.version:
        raise TooLate(_("刚刚有人记过这一单的账。请看一眼最新的金额，再记一次。"))
    return row


def _most(work: Work, claim_id: str, way: str) -> int:
    """The most that this way can still settle.

    Raises:
        TooLate: nothing.
    """
    most = min(amount for kind, amount in left(work, claim_id).items() if kind in WAYS[way])
    if most <= 0:
        raise TooLate(_("这一笔已经结清了。"))
    return most


def _amount(amount: int | None, most: int) -> int:
    if amount is None:
        return most
    if not 0 < amount <= most:
        raise Invalid("amount", _("最多还能结 %(yuan)s 元。", yuan=yuan(most)))
    return amount


def _owner(kind: Kind, kept: Row) -> str:
    owners: Mapping[Kind, str] = {Kind.COURIER: kept.courier_id, Kind.RESIDENT: kept.resident_id}
    return owners.get(kind, kept.community_id)


def _move(work: Work, kept: Row, verb: str, **values: Any) -> int:
    """The advance's status by what is left now; returns what the courier is still owed."""
    now_left = left(work, kept.id)
    due, owed = now_left[Kind.COURIER], now_left[Kind.RESIDENT]
    status = MoneyStatus.OPEN if due else MoneyStatus.OWED if owed else MoneyStatus.SETTLED
    if values.get("amount") == 0:
        status = MoneyStatus.VOID
    fresh = {"version": kept.version + 1, **values}
    advance(work, ADVANCES, kept.id, MONEY_MOVES[verb], enters=status, values=fresh, guards={"version": kept.version})
    return due

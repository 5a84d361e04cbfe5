"""How a transfer is entered: balanced or not at all, numbered without a gap, never changed, taken back only by its opposite."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from flask_babel import lazy_gettext as _
from sqlalchemy import func, insert, select

from dispatch.accounts.models import Account, BookYear, Kind, Line, Transfer
from dispatch.accounts.queries import balance_of, lines_of
from dispatch.core.clock import SHANGHAI, now
from dispatch.core.errors import Invalid, TooLate
from dispatch.core.ids import new_id
from dispatch.core.unit_of_work import Work
from dispatch.core.upserts import counted_up, insert_into
from dispatch.core.yuan import yuan

_accounts, _transfers, _lines, _years = Account.__table__, Transfer.__table__, Line.__table__, BookYear.__table__


class Whose(NamedTuple):
    """An account, by what kind it is and whose: a courier's or a resident's id, for the community's own the community's."""

    kind: Kind
    owner_id: str


def book(work: Work, community_id: str, lines: Mapping[Whose, int], *, what: str, person_id: str, **said: Any) -> str:
    """Enter a transfer.

    Args:
        work: the transaction.
        community_id: whose book.
        lines: account → fen, debit positive and credit negative; two or more, together zero.
        what: what it is of, a short code.
        person_id: by whom.
        **said: order_id, claim_id, way, how, reason: ids and codes; paid_on: the day on which the money changed hands, today by default.
    Returns:
        the transfer's id.
    Raises:
        ValueError: the lines are not a transfer; our own mistake, never the asker's.
        Invalid: there is not so much in the cash box.
    """
    if len(lines) < 2 or sum(lines.values()) != 0 or not all(isinstance(amount, int) and amount for amount in lines.values()):
        raise ValueError("a transfer has two lines or more, none of them nothing, together nothing")
    today = now().astimezone(SHANGHAI).date()
    # The number first: it holds the book, so that two of its transfers are entered one after the other.
    number = counted_up(work, _years, community_id=community_id, year=today.year)
    row = {"id": new_id(), "community_id": community_id, "year": today.year, "number": number, "what": what, "person_id": person_id,
           "order_id": None, "claim_id": None, "way": None, "how": None, "reason": None, "counters": None, "paid_on": today, "at": now(),
           **said}  # fmt: skip
    work.execute(insert(_transfers), row)
    entered = [
        {"transfer_id": row["id"], "account_id": _account(work, community_id, whose), "amount": amount} for whose, amount in lines.items()
    ]
    work.execute_many(insert(_lines), entered)
    if any(whose.kind == Kind.CASH and amount < 0 for whose, amount in lines.items()):
        _check_box(work, community_id)
    return str(row["id"])


def counter(work: Work, transfer_id: str, *, person_id: str, reason: str) -> str:
    """Take a transfer back: its opposite is entered, as of today; it stays where it is.

    Args:
        work: the transaction.
        transfer_id: which one; it must be there.
        person_id: by whom.
        reason: why, a code.
    Returns:
        the counter-transfer's id.
    Raises:
        TooLate: it was taken back already, or is itself what took another back.
        Invalid: without it there would be less than nothing in the cash box.
    """
    old = work.execute(select(_transfers).where(_transfers.c.id == transfer_id)).one()
    _hold(work, old.community_id)
    if old.counters or work.execute(select(_transfers.c.id).where(_transfers.c.counters == transfer_id)).first():
        raise TooLate(_("这一笔已经冲销过了，请看一眼最新的账。"))
    lines = {Whose(Kind(line.kind), line.owner_id): -line.amount for line in lines_of(work.connection, transfer_id)}
    said = {"order_id": old.order_id, "claim_id": old.claim_id, "way": old.way, "how": old.how, "reason": reason, "counters": transfer_id}
    return book(work, old.community_id, lines, what=old.what, person_id=person_id, **said)


def _hold(work: Work, community_id: str) -> None:
    """Hold the book of this year, whether it has had a transfer or not."""
    year = now().astimezone(SHANGHAI).year
    work.execute(insert_into(work, _years).values(community_id=community_id, year=year, count=0).on_conflict_do_nothing())
    work.execute(select(_years.c.count).where(_years.c.community_id == community_id, _years.c.year == year).with_for_update())


def _account(work: Work, community_id: str, whose: Whose) -> str:
    """The id of an account, opened if it is new. The book is held: nobody else opens one meanwhile."""
    of_kind = (_accounts.c.community_id == community_id, _accounts.c.kind == whose.kind)
    known = work.execute(select(_accounts.c.id).where(*of_kind, _accounts.c.owner_id == whose.owner_id)).scalar()
    if known:
        return str(known)
    number = work.execute(select(func.count()).select_from(_accounts).where(*of_kind)).scalar_one() + 1
    row = {"id": new_id(), "community_id": community_id, "kind": whose.kind, "owner_id": whose.owner_id, "number": number}
    work.execute(insert(_accounts), row)
    return row["id"]


def _check_box(work: Work, community_id: str) -> None:
    """Nobody can take out of a cash box what is not in it.

    Raises:
        Invalid: the transfer would.
    """
    there = balance_of(work.connection, community_id, Kind.CASH, community_id)
    if there < 0:
        raise Invalid("amount", _("备用金不够，还差 %(yuan)s 元。请先登记拨入的备用金。", yuan=yuan(-there)))

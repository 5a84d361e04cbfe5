"""How what a courier has laid out is entered: within the limit, with its receipt, in the transaction of the delivery itself."""

from __future__ import annotations

from typing import NamedTuple

from flask_babel import lazy_gettext as _
from sqlalchemy import insert, select, update

from dispatch.accounts.booking import Whose, book
from dispatch.accounts.models import Kind
from dispatch.core.clock import now
from dispatch.core.errors import Invalid, TooLate
from dispatch.core.idempotency import Once
from dispatch.core.unit_of_work import Work
from dispatch.core.workflow import advance
from dispatch.core.yuan import yuan
from dispatch.orders.commanding import ORDERS, Outcome, carry_out, tell
from dispatch.orders.models import Advance, Claim
from dispatch.orders.queries import Row
from dispatch.orders.receipting import check_receipt
from dispatch.orders.states import ENTERED_LATE, MONEY_MOVES, MoneyStatus
from dispatch.people.identity import Actor

ADVANCES = Advance.__table__
#: The largest limit, in fen: ten thousand yuan.
LIMIT_MOST = 1_000_000
#: Whoever had the order to its end is meant where nobody is named; of those who gave it back before, one is named.
TO_THE_END = ("delivered", "failed")

_claims = Claim.__table__


class Part(NamedTuple):
    """Whose advance it is, and for whom."""

    claim_id: str
    courier_id: str
    resident_id: str


def check_amount(amount: int | None, receipt_id: str | None) -> None:
    """What can be said against an amount without looking anything up.

    Raises:
        Invalid: it is less than nothing, or has no receipt.
    """
    if amount is not None and amount < 0:
        raise Invalid("amount", _("金额不能小于 0。"))
    if amount and not receipt_id:
        raise Invalid("receipt", _("请拍一张小票；没有垫钱就把金额填 0。"))


def check_limit(work: Work, order_id: str, amount: int) -> None:
    """An advance keeps to the order's limit: each holder's own, as each has been to a shop.

    Raises:
        Invalid: there is none, or the amount is more; the sentence says whom to call.
    """
    limit = work.execute(select(ORDERS.c.money_limit).where(ORDERS.c.id == order_id)).scalar_one()
    if limit is None:
        raise Invalid("amount", _("这一单没有代付。要是垫了钱，请打电话给居委会，请工作人员先设代付上限。"))
    if amount > limit:
        raise Invalid("amount", _("超过了代付上限 %(yuan)s 元。请打电话给居委会，请工作人员调高上限，再点一次。", yuan=yuan(limit)))


def enter_advance(work: Work, order: Row, claim_id: str, courier_id: str, amount: int, receipt_id: str, by: Actor) -> None:
    """Enter what a courier has laid out: he is owed it, the resident owes it.

    Args:
        work: the transaction, that of the delivery.
        order: its facts, held.
        claim_id: his claim on it: who had the order before him, or beside him, has an advance of his own.
        courier_id: who laid it out.
        amount: fen, more than nothing.
        receipt_id: its receipt, sent by `by`.
        by: who says so: the courier himself, or the clerk afterwards.
    Raises:
        Invalid: no such receipt. The limit is for the caller to check.
        TooLate: there is one of this claim already.
    """
    check_receipt(work, order.id, by.id, receipt_id)
    transfer_id = book_advance(work, order, Part(claim_id, courier_id, str(order.resident_id)), amount, by.id)
    values = {"courier_id": courier_id, "resident_id": order.resident_id, "amount": amount, "transfer_id": transfer_id,
              "receipt_id": receipt_id, "at": now()}  # fmt: skip
    there = work.execute(select(ADVANCES.c.version, ADVANCES.c.status).where(ADVANCES.c.id == claim_id)).first()
    if there and there.status not in MONEY_MOVES["enter"].leaves:
        raise TooLate(_("他的垫付已经记过了，金额不对请用“更正”。"))
    if there:
        advance(work, ADVANCES, claim_id, MONEY_MOVES["enter"], values={**values, "version": there.version + 1})
    else:
        of = {"id": claim_id, "order_id": order.id, "station_id": order.station_id, "community_id": order.community_id}
        work.execute(insert(ADVANCES), {**of, **values, "status": MoneyStatus.OPEN, "version": 1})
    tell(work, order, "money.advanced", amount=amount, advance_id=claim_id, transfer_id=transfer_id, persons=[courier_id])


def claim_of(work: Work, order: Row, holder: Actor) -> str:
    """The claim under which somebody holds the order, or held it a moment ago in this transaction."""
    his = (_claims.c.order_id == order.id, _claims.c.person_id == holder.id, _claims.c.epoch == order.my_epoch)
    return str(work.execute(select(_claims.c.id).where(*his)).scalar_one())


def book_advance(work: Work, order: Row, part: Part, amount: int, by: str, **said: str) -> str:
    """The transfer of an advance; returns its id."""
    lines = {Whose(Kind.RESIDENT, part.resident_id): amount, Whose(Kind.COURIER, part.courier_id): -amount}
    return book(work, order.community_id, lines, what="advanced", person_id=by, order_id=order.id, claim_id=part.claim_id, **said)


def part_of(work: Work, order: Row, courier_id: str | None) -> Row:
    """The ended claim for which something is entered late: a claim's id and person.

    Args:
        courier_id: whose; by default of him alone who delivered, or else of him alone who tried to.
    Raises:
        Invalid: he never had the order, or it is not certain who is meant.
    """
    entered = select(ADVANCES.c.id).where(ADVANCES.c.id == _claims.c.id, ADVANCES.c.status.not_in(MONEY_MOVES["enter"].leaves)).exists()
    columns = (_claims.c.id, _claims.c.person_id, _claims.c.ended_as, entered.label("entered"))
    found = select(*columns).where(_claims.c.order_id == order.id, _claims.c.ended_at.is_not(None))
    had_it = list(work.execute(found.order_by(_claims.c.epoch.desc())))
    if courier_id is None:
        ends = [[part for part in had_it if part.ended_as == end] for end in TO_THE_END]
        meant = next((parts for parts in ends if parts), [])
        if len({part.person_id for part in meant}) != 1:
            raise Invalid("courier_id", _("请选择是哪一位快递员垫的钱。"))
    else:
        meant = [part for part in had_it if part.person_id == courier_id]
        if not meant:
            raise Invalid("courier_id", _("这位快递员没有接过这一单。"))
    # Who has had it twice has two: the latest of which nothing is entered yet.
    return min(meant, key=lambda part: bool(part.entered))


def enter_late(actor: Actor, order_id: str, amount: int, receipt_id: str, once: Once, courier_id: str | None = None) -> Outcome:
    """The clerk enters what a courier forgot to say at the door, laid out for nothing, or had paid before he gave the order back.

    Args:
        amount: fen.
        receipt_id: the receipt, sent by the clerk.
        courier_id: who laid it out; by default who delivered, or tried to.
    Raises:
        Invalid: nothing, over the limit, no receipt, a courier who had no part in it, or none is named and it is not certain.
        NotFound, NotEligible: as for every command.
        TooLate: the order is not at its end, or his advance is entered already: that is corrected.
    """
    check_amount(amount, receipt_id)
    if not amount:
        raise Invalid("amount", _("请填写垫付的金额。"))

    def act(work: Work, me: Actor, order: Row) -> Outcome:
        if order.status not in ENTERED_LATE:
            raise TooLate()
        part = part_of(work, order, courier_id)
        if order.resident_id is None:
            raise TooLate(_("老人的信息已按期清除，这一单不能再记账。"))
        check_limit(work, order_id, amount)
        enter_advance(work, order, part.id, part.person_id, amount, receipt_id, me)
        return {"order_id": order_id}

    return carry_out("enter", actor, order_id, once, act)


def raise_limit(actor: Actor, order_id: str, money_limit: int, once: Once) -> Outcome:
    """The clerk lets the courier lay out more, or anything at all: he has called from the shop, or has laid it out already.

    Args:
        money_limit: the new limit in fen; more than the old one.
    Raises:
        Invalid: it is not more, or more than LIMIT_MOST.
        NotFound, NotEligible: as for every command.
    """
    if not 0 < money_limit <= LIMIT_MOST:
        raise Invalid("money_limit", _("上限最多 %(yuan)s 元。", yuan=yuan(LIMIT_MOST)))

    def act(work: Work, _me: Actor, order: Row) -> Outcome:
        lower = ORDERS.c.money_limit.is_(None) | (ORDERS.c.money_limit < money_limit)
        if work.execute(update(ORDERS).where(ORDERS.c.id == order_id, lower).values(money_limit=money_limit)).rowcount != 1:
            raise Invalid("money_limit", _("新的上限要比原来的高。"))
        tell(work, order, "order.limit_raised", money_limit=money_limit)
        return {"order_id": order_id}

    return carry_out("raise_limit", actor, order_id, once, act)

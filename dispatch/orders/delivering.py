"""What a holder does with his order: pick up, hand over, give back, or say that it cannot be done."""

from __future__ import annotations

import secrets
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import select, update

from dispatch.core.clock import now
from dispatch.core.errors import BadCode, Invalid
from dispatch.core.idempotency import Once
from dispatch.core.unit_of_work import Work
from dispatch.core.workflow import advance
from dispatch.orders.advancing import check_amount, check_limit, claim_of, enter_advance
from dispatch.orders.commanding import ORDERS, Outcome, carry_out, check_epoch, end_claims, tell
from dispatch.orders.opening import give_back
from dispatch.orders.queries import Row
from dispatch.orders.ringing import nearly_time, ring
from dispatch.orders.states import MOVES
from dispatch.people.choosing import settings_of
from dispatch.people.identity import Actor
from dispatch.residents.revealing import reveal_phone, write_reveal

RELEASE_REASONS = ("busy", "far", "cannot_carry", "later", "resident_changed", "other")
FAILURE_REASONS = ("nobody_home", "out_of_stock", "wrong_address", "refused", "unsafe", "other")
#: Whose number can be asked for.
WHOSE = ("resident", "caller")
#: After so many wrong codes the station is told, and the code no longer opens: a photo and a reason do.
WRONG_CODES_MOST = 5


def _advance(work: Work, order: Row, verb: str, **values: Any) -> None:
    advance(work, ORDERS, order.id, MOVES[verb], values={"changed_at": now(), **values})


def pick_up(actor: Actor, order_id: str, once: Once, epoch: int | None = None) -> Outcome:
    """He has the goods and is on his way.

    Raises:
        NotFound, NotEligible: as for every command.
        TooLate: no longer his, or `epoch` names an older claim of his.
    """

    def act(work: Work, _me: Actor, order: Row) -> Outcome:
        check_epoch(order, epoch)
        _advance(work, order, "pick_up", pick_up_by=None)
        tell(work, order, "order.picked_up", persons=[actor.id])
        return {"order_id": order_id}

    return carry_out("pick_up", actor, order_id, once, act)


def deliver(
    actor: Actor,
    order_id: str,
    once: Once,
    *,
    code: str | None = None,
    photo: str | None = None,
    reason: str | None = None,
    amount: int | None = None,
    receipt_id: str | None = None,
    epoch: int | None = None,
) -> Outcome:
    """It is in her hands: by the code that she reads out, or by a photo and a reason where she cannot.

    Args:
        code: the four digits.
        photo: the name of a stored photo.
        reason: why there is no code; kept encrypted.
        amount: fen that he has laid out; nothing by default. It is entered with the delivery, or neither is.
        receipt_id: the receipt that was kept for it.
        epoch: the claim that the command belongs to.
    Raises:
        Invalid: neither a code nor a photo with its reason; an amount over the order's limit, or without its receipt.
        BadCode: the code is wrong; it has been counted, and the fifth time the station is told.
        NotFound, NotEligible, TooLate: as for every command.
    """
    if not code and not (photo and reason):
        raise Invalid("code", _("请输入四位交接码；老人念不出来时，请拍照并说明原因。"))

    def act(work: Work, me: Actor, order: Row) -> Outcome:
        check_epoch(order, epoch)
        # Before the code is looked at: a slip in the amount must not cost one of five tries.
        check_amount(amount, receipt_id)
        if amount:
            check_limit(work, order_id, amount)
        if not photo and not _code_fits(work, order, code or ""):
            return {"order_id": order_id, "refused": BadCode.code, "worn_out": order.wrong_codes + 1 >= WRONG_CODES_MOST}
        _advance(work, order, "deliver", delivery_photo=photo, delivery_reason=reason)
        persons = end_claims(work, order_id, "delivered")
        tell(work, order, "order.delivered", persons=persons, by="photo" if photo else "code")
        if amount:
            enter_advance(work, order, claim_of(work, order, me), me.id, amount, str(receipt_id), me)
        return {"order_id": order_id}

    return carry_out("deliver", actor, order_id, once, act)


def _code_fits(work: Work, order: Row, code: str) -> bool:
    """Compare, and count what is wrong."""
    right = work.execute(select(ORDERS.c.code).where(ORDERS.c.id == order.id)).scalar_one()
    if order.wrong_codes < WRONG_CODES_MOST and secrets.compare_digest(code.encode(), (right or "").encode()):
        return True
    wrong = order.wrong_codes + 1
    values: dict[str, Any] = {"wrong_codes": wrong}
    if wrong == WRONG_CODES_MOST:
        values["escalated_at"] = now()
        tell(work, order, "order.escalated", why="wrong_code", district_id=order.district_id)
    work.execute(update(ORDERS).where(ORDERS.c.id == order.id).values(**values))
    return False


def release(actor: Actor, order_id: str, reason: str, once: Once, epoch: int | None = None) -> Outcome:
    """He gives it back before the pick-up: at once on the board again, and no penalty.

    Raises:
        Invalid: a reason that is not one of RELEASE_REASONS.
        NotFound, NotEligible, TooLate: as for every command.
    """
    if reason not in RELEASE_REASONS:
        raise Invalid("reason")

    def act(work: Work, me: Actor, order: Row) -> Outcome:
        check_epoch(order, epoch)
        give_back(work, order, me.id, reason)
        return {"order_id": order_id}

    return carry_out("release", actor, order_id, once, act)


def fail(actor: Actor, order_id: str, reason: str, once: Once, epoch: int | None = None) -> Outcome:
    """It cannot be done: straight back to the station, with the reason.

    Raises:
        Invalid: a reason that is not one of FAILURE_REASONS.
        NotFound, NotEligible, TooLate: as for every command.
    """
    if reason not in FAILURE_REASONS:
        raise Invalid("reason")

    def act(work: Work, _me: Actor, order: Row) -> Outcome:
        check_epoch(order, epoch)
        _advance(work, order, "fail", reason=reason, pick_up_by=None)
        persons = end_claims(work, order_id, "failed", reason=reason)
        tell(work, order, "order.failed", persons=persons, reason=reason)
        # By the rules of the order's own station: he may serve elsewhere by now.
        if nearly_time(work, order, settings_of(work.connection, order.station_id)):
            ring(work, order, "late_drop_out", persons)
        return {"order_id": order_id}

    return carry_out("fail", actor, order_id, once, act)


def reveal(actor: Actor, order_id: str, once: Once, whose: str = "resident") -> str | None:
    """The resident's phone number, or that of who called in her stead, and the row that this person has seen it.

    Args:
        whose: one of WHOSE.
    Raises:
        NotFound, NotEligible: as for every command.
        TooLate: a courier who no longer holds the order.
    """
    shown: dict[str, str | None] = {}

    def act(work: Work, me: Actor, order: Row) -> Outcome:
        if order.resident_id:
            errand = {"station_id": order.station_id, "order_id": order_id}
            seen = {"person_id": me.id, "resident_id": order.resident_id, **errand, "why": me.role}
            if whose == "caller":
                write_reveal(work, what="caller", **seen)
                caller = work.execute(select(ORDERS.c.caller).where(ORDERS.c.id == order_id)).scalar_one()
                shown["phone"] = caller["phone"] if caller else None
            else:
                shown["phone"] = reveal_phone(work, **seen)
        return {"order_id": order_id}

    carry_out("reveal", actor, order_id, once, act)
    return shown.get("phone")

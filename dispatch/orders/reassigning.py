"""How an order goes from one courier's hands into another's, without a moment on the board between."""

from __future__ import annotations

from sqlalchemy import update

from dispatch.core.errors import TooLate
from dispatch.core.idempotency import Once
from dispatch.core.unit_of_work import Work
from dispatch.orders.claiming import courier_for
from dispatch.orders.commanding import ORDERS, Outcome, carry_out, end_claims, grant, tell
from dispatch.orders.editing import edit
from dispatch.orders.queries import Row, order_facts
from dispatch.people.identity import Actor


def reassign(actor: Actor, order_id: str, from_person_id: str, person_id: str, version: int, once: Once) -> Outcome:
    """Give one holder's place to another courier (改派). What was picked up already is to be fetched by him: it is claimed again.

    Args:
        from_person_id: who holds it.
        person_id: who shall.
        version: the order's, as the coordinator saw it.
    Raises:
        NotFound, NotEligible: as for every command.
        TooLate: the state has changed, or the first one does not hold it any longer.
        Invalid: the second is not somebody who can have it.
        Edited: by somebody else since `version`.
    """

    def act(work: Work, me: Actor, order: Row) -> Outcome:
        edit(work, order, me, ["reassign"], version)
        if order_facts(work.connection, order_id, from_person_id).my_epoch is None:
            raise TooLate()
        courier = courier_for(work, order, person_id)
        without = order._replace(taken=order.taken - 1)
        persons = end_claims(work, order_id, "reassigned", person_id=from_person_id)
        epoch = grant(work, without, courier, "reassign")
        work.execute(update(ORDERS).where(ORDERS.c.id == order_id).values(wrong_codes=0))
        tell(work, order, "order.released", persons=persons, reason="reassigned", taken=order.taken - 1, slots=order.slots)
        tell(work, order, "order.assigned", persons=[person_id], taken=order.taken, slots=order.slots, epoch=epoch, how="desk")
        return {"order_id": order_id}

    return carry_out("reassign", actor, order_id, once, act)

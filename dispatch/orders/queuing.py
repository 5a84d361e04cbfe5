"""How couriers wait for a full order (候补): in turn, and moved up by the very transaction that sets a place free."""

from __future__ import annotations

from sqlalchemy import delete, insert, select

from dispatch.core.clock import now
from dispatch.core.errors import OverCap, TooLate
from dispatch.core.idempotency import Once
from dispatch.core.unit_of_work import Work
from dispatch.orders.commanding import Outcome, carry_out, grant, tell
from dispatch.orders.models import QueuePlace
from dispatch.orders.policy import has_skills, on_duty, same_station
from dispatch.orders.queries import Row, order_facts
from dispatch.orders.states import Status
from dispatch.orders.turns import TURN
from dispatch.people.identity import Actor, actor_if_free
from dispatch.people.models import Person, Role

#: For so many orders one courier may wait at a time.
QUEUED_MOST = 5

_places, _persons = QueuePlace.__table__, Person.__table__


def queue(actor: Actor, order_id: str, once: Once) -> Outcome:
    """Wait for a full order; saying it twice is saying it once.

    Raises:
        NotFound, NotEligible: as for a claim.
        TooLate: he holds it, or it is not full: then he may claim it.
        OverCap: he waits for as many as one may.
    """

    def act(work: Work, me: Actor, order: Row) -> Outcome:
        if order.my_epoch is not None:
            raise TooLate()
        mine = select(_places.c.order_id).where(_places.c.person_id == me.id)
        waiting_for = set(work.execute(mine).scalars())
        if order_id not in waiting_for:
            if len(waiting_for) >= QUEUED_MOST:
                raise OverCap()
            work.execute(insert(_places), {"order_id": order_id, "person_id": me.id, "at": now()})
            tell(work, order, "order.queued", persons=[me.id])
        return {"order_id": order_id}

    return carry_out("queue", actor, order_id, once, act)


def unqueue(actor: Actor, order_id: str, once: Once) -> Outcome:
    """Not wait any longer; harmless if he does not wait."""

    def act(work: Work, me: Actor, order: Row) -> Outcome:
        stop_waiting(work, order, me.id)
        return {"order_id": order_id}

    return carry_out("unqueue", actor, order_id, once, act)


def stop_waiting(work: Work, order: Row, person_id: str, reason: str = "left") -> None:
    """Somebody does not wait for this order any longer, if he did."""
    mine = (_places.c.order_id == order.id, _places.c.person_id == person_id)
    if work.execute(delete(_places).where(*mine)).rowcount == 1:
        tell(work, order, "order.unqueued", persons=[person_id], reason=reason)


def move_up(work: Work, order_id: str) -> bool:
    """Give the free places of an order, which this transaction holds, to those whose turn it is.

    Who may not have it any more (off duty, suspended, a skill that has ended) leaves the queue. Who holds as many orders as he
    may keeps his place, and the turn passes on. So it does where a command of his own is under way this very moment: whoever
    holds an order must not wait for a person, because a claim waits the other way round.

    Returns:
        whether nobody more is needed now.
    """
    waiting = select(_places.c.person_id).where(_places.c.order_id == order_id).order_by(*TURN)
    for person_id in work.execute(waiting).scalars().all():
        order = order_facts(work.connection, order_id, person_id)
        if order.status != Status.OPEN:
            break
        _offer(work, order, person_id)
    return bool(order_facts(work.connection, order_id).status == Status.CLAIMED)


def _offer(work: Work, order: Row, person_id: str) -> None:
    courier = actor_if_free(work.connection, person_id)
    if courier is None:
        if not work.execute(select(_persons.c.active).where(_persons.c.id == person_id)).scalar_one():
            stop_waiting(work, order, person_id, "not_eligible")
        return
    fits = courier.role == Role.COURIER and same_station(courier, order) and on_duty(courier, order) and has_skills(courier, order)
    if order.my_epoch is not None or not fits:
        return stop_waiting(work, order, person_id, "not_eligible")
    if order.my_open_claims >= courier.settings.claim_cap:
        return
    epoch = grant(work, order, courier, "claim")
    tell(work, order, "order.claimed", taken=order.taken + 1, slots=order.slots, epoch=epoch, persons=[person_id], how="queue")

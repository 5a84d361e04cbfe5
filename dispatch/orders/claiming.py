"""How an order is claimed (抢单): exactly as many winners as persons are needed, everybody else told so at once."""

from __future__ import annotations

from dispatch.core.errors import Invalid, OverCap, Taken, TooLate
from dispatch.core.geo import Point
from dispatch.core.idempotency import Once
from dispatch.core.unit_of_work import Work
from dispatch.orders.commanding import Outcome, carry_out, grant, tell
from dispatch.orders.policy import has_skills, same_station
from dispatch.orders.queries import Row, order_facts
from dispatch.people.clocking import note_place
from dispatch.people.identity import Actor, actor_by_id
from dispatch.people.models import Role


def claim(actor: Actor, order_id: str, once: Once, place: Point | None = None) -> Outcome:
    """Take an open order.

    A claim by whoever holds the order already is answered with it: an answer may have been lost on the way.

    Args:
        actor: the courier.
        order_id: the order.
        once: the command's key.
        place: where he is, if his phone says so.
    Raises:
        NotFound: not an order of his station's board.
        NotEligible: off duty, or without a skill that the order needs.
        Taken: others were quicker.
        TooLate: it is no longer on the board.
        OverCap: he holds as many as his station allows.
    """

    def act(work: Work, me: Actor, order: Row) -> Outcome:
        if order.my_epoch is None:
            if order.my_open_claims >= me.settings.claim_cap:
                raise OverCap()
            _give(work, order, me, "claim")
            if place:
                note_place(work, me.id, place)
        return {"order_id": order_id}

    return carry_out("claim", actor, order_id, once, act)


def _give(work: Work, order: Row, person: Actor, verb: str) -> None:
    try:
        epoch = grant(work, order, person, verb)
    except TooLate:
        raise Taken() from None
    entry = {"claim": "order.claimed", "assign": "order.assigned"}[verb]
    tell(work, order, entry, taken=order.taken + 1, slots=order.slots, epoch=epoch, persons=[person.id])


def assign(actor: Actor, order_id: str, person_id: str, once: Once) -> Outcome:
    """Give an order to a courier by hand, for one who has phoned in. His cap does not bind the coordinator.

    Raises:
        NotFound, NotEligible, TooLate: as for every command.
        Invalid: the person is not an active courier of this station who has what the order asks for, or holds it already.
    """

    def act(work: Work, _me: Actor, order: Row) -> Outcome:
        courier = actor_by_id(work.connection, person_id)
        if courier is None or courier.role != Role.COURIER or not same_station(courier, order):
            raise Invalid("person_id")
        if not has_skills(courier, order) or order_facts(work.connection, order_id, person_id).my_epoch is not None:
            raise Invalid("person_id")
        _give(work, order, courier, "assign")
        return {"order_id": order_id}

    return carry_out("assign", actor, order_id, once, act)

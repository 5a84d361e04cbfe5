"""How an order is claimed (抢单): exactly as many winners as persons are needed, everybody else told so at once."""

from __future__ import annotations

from dispatch.core.errors import Invalid, OverCap, Taken, TooLate
from dispatch.core.geo import Point
from dispatch.core.idempotency import Once
from dispatch.core.unit_of_work import Work
from dispatch.orders.commanding import Outcome, carry_out, grant, tell
from dispatch.orders.editing import edit
from dispatch.orders.policy import has_skills, same_station
from dispatch.orders.preferring import wait_for_turn
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
        TooEarly: for some seconds it is for those who know the resident.
    """

    def act(work: Work, me: Actor, order: Row) -> Outcome:
        if order.my_epoch is None:
            if order.my_open_claims >= me.settings.claim_cap:
                raise OverCap()
            if order.opens_to_all_at is not None:
                wait_for_turn(work.connection, me.id, order.resident_id, order.opens_to_all_at)
            _give(work, order, me, "claim")
            if place:
                note_place(work, me.id, place)
        return {"order_id": order_id}

    return carry_out("claim", actor, order_id, once, act)


def _give(work: Work, order: Row, person: Actor, verb: str, **said: str) -> None:
    try:
        epoch = grant(work, order, person, verb)
    except TooLate:
        raise Taken() from None
    entry = {"claim": "order.claimed", "assign": "order.assigned"}[verb]
    tell(work, order, entry, taken=order.taken + 1, slots=order.slots, epoch=epoch, persons=[person.id], **said)


def courier_for(work: Work, order: Row, person_id: str) -> Actor:
    """A courier to whom this order may be given by hand. Neither duty nor his cap binds the coordinator.

    Raises:
        Invalid: not an active courier of this station who has what the order asks for, or he holds it already.
    """
    courier = actor_by_id(work.connection, person_id)
    if courier is None or courier.role != Role.COURIER or not same_station(courier, order):
        raise Invalid("person_id")
    if not has_skills(courier, order) or order_facts(work.connection, order.id, person_id).my_epoch is not None:
        raise Invalid("person_id")
    return courier


def assign(actor: Actor, order_id: str, person_id: str, once: Once, *, version: int | None = None, phoned_in: bool = False) -> Outcome:
    """Give an order to a courier by hand, or claim it for one who has phoned in.

    Args:
        version: the order's, as the coordinator saw it.
        phoned_in: it is he who asked for it.
    Raises:
        NotFound, NotEligible, TooLate: as for every command.
        Invalid: not somebody who can have it (`courier_for`).
        Edited: by somebody else since `version`.
    """

    def act(work: Work, me: Actor, order: Row) -> Outcome:
        courier = courier_for(work, order, person_id)
        edit(work, order, me, ["assign"], version)
        _give(work, order, courier, "assign", how="phone" if phoned_in else "desk")
        return {"order_id": order_id}

    return carry_out("assign", actor, order_id, once, act)

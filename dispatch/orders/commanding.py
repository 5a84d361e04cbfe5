"""The sentence that every order command is: see it → may you → said before? → still possible? → write, journal, keep."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask_babel import lazy_gettext as _
from prometheus_client import Counter
from sqlalchemy import delete, insert, select, update

from dispatch.core.clock import now
from dispatch.core.commanding import Outcome, carry_out_once
from dispatch.core.errors import BadCode, NotEligible, NotFound, Refused, Taken, TooLate
from dispatch.core.idempotency import Once
from dispatch.core.ids import new_id
from dispatch.core.permits import permitted
from dispatch.core.statements import Prepared
from dispatch.core.unit_of_work import Work, reading
from dispatch.core.workflow import advance
from dispatch.journal.appending import append
from dispatch.orders.models import Claim, Order, QueuePlace
from dispatch.orders.policy import HOLDERS_VERBS, PERMITS
from dispatch.orders.presenting import present_one
from dispatch.orders.queries import Row, order_facts
from dispatch.orders.states import MOVES, POSSIBLE, UNDER_WAY, Status
from dispatch.people.identity import Actor, locked_actor

commands = Counter("lastmetre_commands", "Commands to orders, by verb and by what became of them", ["verb", "outcome"])

ORDERS = Order.__table__
_claims, _places = Claim.__table__, QueuePlace.__table__
#: After these nobody waits for the order any more.
ENDS_QUEUE = frozenset({"delivered", "failed", "cancelled", "expired"})
_insert_claim = Prepared(insert(_claims), ["id", "order_id", "person_id", "epoch", "claimed_at"])


def carry_out(verb: str, actor: Actor, order_id: str, once: Once, act: Callable[[Work, Actor, Row], Outcome]) -> Outcome:
    """Do one command, once.

    Whatever can be refused is refused before the write lock is taken: the losers of a race cost a read.

    Args:
        verb: a key of `states.MOVES` and `policy.PERMITS`.
        actor: who asks.
        order_id: which order.
        once: the command's key.
        act: writes, given the transaction, the person as they are now and the order's facts, both held.
    Returns:
        the outcome, now or the first time; now also with `order`, as its actor may read it after the command.
    Raises:
        NotFound, NotEligible, Taken, TooLate, BadCode, or whatever `act` raises.
    """
    try:
        outcome = _carry_out(verb, actor, order_id, once, act)
    except Refused as refused:
        commands.labels(verb, refused.code).inc()
        raise
    commands.labels(verb, "ok").inc()
    return outcome


def _carry_out(verb: str, actor: Actor, order_id: str, once: Once, act: Callable[[Work, Actor, Row], Outcome]) -> Outcome:
    def write(work: Work) -> Outcome:
        me = locked_actor(work.connection, actor.id)
        if me is None:
            raise NotEligible()
        order = order_facts(work.connection, order_id, actor.id, lock=True)
        refuse_early(verb, me, order)
        held.append(me)
        return act(work, me, order)

    held: list[Actor] = []
    outcome = carry_out_once(
        once,
        lambda: refuse_early(verb, actor, order_facts(reading(), order_id, actor.id)),
        write,
        lambda work, outcome: {**outcome, "order": present_one(work.connection, held[0], order_id)},
    )
    return _told(outcome)


def _told(outcome: Outcome) -> Outcome:
    """A wrong code is written down and then refused; its repetition is the same refusal, uncounted."""
    if outcome.get("refused") == BadCode.code:
        raise BadCode(_("交接码错了五次，不能再用了：请拍照并说明原因。") if outcome["worn_out"] else None)
    return outcome


def refuse_early(verb: str, actor: Actor, order: Row) -> None:
    """Raise what already stands against the command. Seeing, permission and possibility are three questions."""
    if not permitted(PERMITS, "see", actor, order):
        raise NotFound()
    if not permitted(PERMITS, verb, actor, order):
        raise NotEligible()
    mine = order.my_epoch is not None
    if verb == "claim" and mine:
        return
    possible = verb not in POSSIBLE or order.status in POSSIBLE[verb]
    if not possible or (not mine and verb in HOLDERS_VERBS and actor.role == "courier"):
        raise Taken() if verb == "claim" and order.status in UNDER_WAY else TooLate()


def check_epoch(order: Row, epoch: int | None) -> None:
    """A claim that lapsed and was granted again must not be finished by the first holder's late command.

    Raises:
        TooLate: the command names another claim than the one held now.
    """
    if epoch is not None and epoch != order.my_epoch:
        raise TooLate()


def tell(work: Work, order: Row, entry_type: str, **said: Any) -> None:
    """Tell the journal of a change of this order; `was` is the state before."""
    append(work, order.station_id, entry_type, order_id=order.id, community_id=order.community_id, was=order.status, **said)


def grant(work: Work, order: Row, person: Actor, verb: str) -> int:
    """Give an order to a person: one conditional move, one claim row; returns the claim's epoch.

    Raises:
        TooLate: somebody else was quicker.
    """
    epoch, full = order.epoch + 1, order.taken + 1 >= order.slots
    values: dict[str, Any] = {"taken": order.taken + 1, "epoch": epoch, "changed_at": now()}
    values["pick_up_by"] = now() + timedelta(minutes=person.settings.pick_up_within(order.urgency)) if full else None
    if full:
        # What it was announced for is settled; whatever comes next is announced anew.
        values["escalated_at"] = None
    enters = Status.CLAIMED if full else Status.OPEN
    advance(work, ORDERS, order.id, MOVES[verb], enters=enters, values=values, guards={"epoch": order.epoch})
    row = {"id": new_id(), "order_id": order.id, "person_id": person.id, "epoch": epoch, "claimed_at": now()}
    _insert_claim.run(work.connection, **row)
    if order.epoch:
        # Whoever has it waits for it no longer; before the first claim nobody can have waited.
        work.execute(delete(_places).where(_places.c.order_id == order.id, _places.c.person_id == person.id))
    return int(epoch)


def end_claims(work: Work, order_id: str, ended_as: str, *, person_id: str | None = None, reason: str | None = None) -> list[str]:
    """End one person's claim on an order, or everybody's; returns whose. Where the order itself ends, nobody waits for it any more."""
    held = [_claims.c.order_id == order_id, _claims.c.ended_at.is_(None)]
    held += [_claims.c.person_id == person_id] if person_id else []
    persons = list(work.execute(select(_claims.c.person_id).where(*held)).scalars())
    work.execute(update(_claims).where(*held).values(ended_at=now(), ended_as=ended_as, reason=reason))
    waiting = _places.c.order_id == order_id
    # Whoever has just lost it does not wait for it either: it would come straight back to him.
    work.execute(delete(_places).where(waiting if ended_as in ENDS_QUEUE else waiting & _places.c.person_id.in_(persons)))
    return persons

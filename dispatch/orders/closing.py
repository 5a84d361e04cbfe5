"""How an order ends or is given up: confirmed, cancelled, declined by one, or overtaken by the clock."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Connection, null, select, update

from dispatch.core.clock import now
from dispatch.core.errors import Invalid, NotEligible, NotFound, Refused, TooLate
from dispatch.core.idempotency import Once
from dispatch.core.permits import permitted
from dispatch.core.unit_of_work import Work, reading, transaction
from dispatch.core.upserts import inserted
from dispatch.core.workflow import advance
from dispatch.orders.commanding import ORDERS, Outcome, carry_out, end_claims, tell
from dispatch.orders.delivering import RELEASE_REASONS
from dispatch.orders.editing import edit
from dispatch.orders.models import Decline, QueuePlace
from dispatch.orders.opening import back_on_the_board
from dispatch.orders.policy import PERMITS
from dispatch.orders.queries import Row, order_facts
from dispatch.orders.queuing import move_up, stop_waiting
from dispatch.orders.states import MOVES, Status
from dispatch.people.choosing import settings_of
from dispatch.people.identity import Actor
from dispatch.people.models import Person

#: Who did not answer is called again so much later.
CALL_AGAIN_AFTER = timedelta(hours=2)
CANCEL_REASONS = ("resident_changed", "duplicate", "mistake", "solved", "other")

_places, _persons = QueuePlace.__table__, Person.__table__


def confirm(actor: Actor, order_id: str, once: Once, satisfied: bool | None = None, note: str | None = None) -> Outcome:
    """The clerk has asked the resident: it is done.

    Args:
        satisfied: what she said; None if she was not asked.
        note: her words; kept encrypted.
    Raises:
        NotFound, NotEligible, TooLate: as for every command.
    """

    def act(work: Work, _me: Actor, order: Row) -> Outcome:
        values = {"changed_at": now(), "satisfied": satisfied, "closing_note": note or None, "call_again_at": None}
        advance(work, ORDERS, order_id, MOVES["confirm"], values=values)
        # Content is the rule; only what is not is worth a word to the station.
        said = {"satisfied": False} if satisfied is False else {}
        tell(work, order, "order.confirmed", **said)
        return {"order_id": order_id}

    return carry_out("confirm", actor, order_id, once, act)


def not_reached(actor: Actor, order_id: str, once: Once) -> Outcome:
    """She was called back and did not answer: counted, and tried again after CALL_AGAIN_AFTER.

    Raises:
        NotFound, NotEligible, TooLate: as for every command.
    """

    def act(work: Work, _me: Actor, order: Row) -> Outcome:
        tries = work.execute(select(ORDERS.c.call_tries).where(ORDERS.c.id == order_id)).scalar_one() + 1
        values = {"call_tries": tries, "call_again_at": now() + CALL_AGAIN_AFTER}
        advance(work, ORDERS, order_id, MOVES["not_reached"], values=values, guards={"call_tries": tries - 1})
        tell(work, order, "order.not_reached", tries=tries)
        return {"order_id": order_id}

    return carry_out("not_reached", actor, order_id, once, act)


def cancel(actor: Actor, order_id: str, reason: str, once: Once, version: int | None = None) -> Outcome:
    """It is not needed any more; whoever holds it is told.

    Raises:
        Invalid: a reason that is not one of CANCEL_REASONS.
        NotFound, NotEligible, TooLate: as for every command.
        Edited: by somebody else since `version`.
    """
    if reason not in CANCEL_REASONS:
        raise Invalid("reason")

    def act(work: Work, me: Actor, order: Row) -> Outcome:
        edit(work, order, me, ["cancel"], version)
        advance(work, ORDERS, order_id, MOVES["cancel"], values={"changed_at": now(), "reason": reason, "pick_up_by": None})
        persons = end_claims(work, order_id, "cancelled", reason=reason)
        tell(work, order, "order.cancelled", persons=persons, reason=reason)
        return {"order_id": order_id}

    return carry_out("cancel", actor, order_id, once, act)


def decline(actor: Actor, order_id: str, reason: str, once: Once) -> Outcome:
    """It does not suit this courier: it leaves his board; nobody else's.

    Raises:
        Invalid: a reason that is not one of RELEASE_REASONS.
        NotFound, NotEligible: as for every command.
        TooLate: he holds it (then he releases it), or it is no longer open.
    """
    if reason not in RELEASE_REASONS:
        raise Invalid("reason")
    order = order_facts(reading(), order_id, actor.id)
    if not permitted(PERMITS, "see", actor, order):
        raise NotFound()
    if not permitted(PERMITS, "decline", actor, order):
        raise NotEligible()
    with once.running(), transaction() as work:
        once.lock(work)
        outcome = once.earlier(work.connection)
        if outcome is None:
            order = order_facts(work.connection, order_id, actor.id, lock=True)
            if order.status not in MOVES["claim"].leaves or order.my_epoch is not None:
                raise TooLate()
            row = {"order_id": order_id, "person_id": actor.id, "reason": reason, "at": now()}
            if inserted(work, Decline.__table__, row):
                tell(work, order, "order.declined", persons=[actor.id], reason=reason)
            stop_waiting(work, order, actor.id)
            outcome = {"order_id": order_id}
            once.keep(work, outcome)
    return outcome


def _lapse(work: Work, order: Row) -> None:
    """Nobody picked it up in time: back on the board, its holder and the coordinator hear why."""
    if order.pick_up_by is None or order.pick_up_by > now():
        raise TooLate()
    persons = end_claims(work, order.id, "lapsed")
    settings = settings_of(work.connection, order.station_id)
    back_on_the_board(work, order, "lapse", settings, "order.released", taken=0, persons=persons, reason="lapsed")


def _expire(work: Work, order: Row) -> None:
    """The time in which it was of use has passed."""
    if order.window_end > now():
        raise TooLate()
    advance(work, ORDERS, order.id, MOVES["expire"], values={"changed_at": now()})
    tell(work, order, "order.expired", persons=end_claims(work, order.id, "expired"))


def _escalate(work: Work, order: Row) -> None:
    """Nobody has taken it for too long: the coordinator's desk says so, once."""
    late = (ORDERS.c.id == order.id, ORDERS.c.status == "open", ORDERS.c.escalated_at.is_(None), ORDERS.c.escalate_at <= now())
    if work.execute(update(ORDERS).where(*late).values(escalated_at=now())).rowcount != 1:
        raise TooLate()
    tell(work, order, "order.escalated", why="unclaimed", district_id=order.district_id)


def _move_up(work: Work, order: Row) -> None:
    """A place is free and somebody waits who could not have it at that moment."""
    if order.status != "open":
        raise TooLate()
    move_up(work, order.id)
    if not work.entries:  # they hold as many as they may, or are in the middle of a command: nothing has changed
        raise TooLate()


BY_THE_CLOCK = {"lapse": _lapse, "expire": _expire, "escalate": _escalate, "move_up": _move_up}


def due(connection: Connection, what: str) -> list[str]:
    """The ids of orders whose time has come for `lapse`, `expire`, `escalate` or `move_up`."""
    moment = now()
    somebody_waits = select(_places.c.order_id).join(_persons, _persons.c.id == _places.c.person_id).where(_persons.c.on_duty)
    where = {
        "lapse": (ORDERS.c.status == Status.CLAIMED, ORDERS.c.pick_up_by <= moment),
        "expire": (ORDERS.c.status.in_([Status.WAITING, Status.OPEN]), ORDERS.c.window_end <= moment),
        "escalate": (ORDERS.c.status == Status.OPEN, ORDERS.c.escalate_at <= moment, ORDERS.c.escalated_at.is_(null())),
        "move_up": (ORDERS.c.status == Status.OPEN, ORDERS.c.id.in_(somebody_waits)),
    }[what]
    return list(connection.execute(select(ORDERS.c.id).where(*where).limit(500)).scalars())


def by_the_clock(verb: str, order_id: str) -> bool:
    """Do what is due to one order; returns whether it still was. Harmless if called twice.

    Args:
        verb: a key of BY_THE_CLOCK.
    """
    try:
        with transaction() as work:
            BY_THE_CLOCK[verb](work, order_facts(work.connection, order_id, lock=True))
            return True
    except Refused:
        return False

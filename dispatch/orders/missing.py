"""What is written down when a holder did not come: who says so, and his own answer beside it. Nothing is counted from it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, false, func, insert, select, update

from dispatch.core.clock import iso, now
from dispatch.core.errors import NotEligible, NotFound, TooLate
from dispatch.core.idempotency import Once
from dispatch.core.ids import new_id
from dispatch.core.unit_of_work import Work, transaction
from dispatch.journal.appending import append
from dispatch.orders.commanding import ORDERS, Outcome, carry_out, end_claims
from dispatch.orders.editing import edit
from dispatch.orders.models import NoShow
from dispatch.orders.opening import back_on_the_board
from dispatch.orders.queries import PAGE, Row, order_facts
from dispatch.orders.ringing import ring
from dispatch.people.identity import Actor
from dispatch.people.models import Person, Role

NO_SHOW_REASONS = ("never_came", "unreachable", "too_late_to_help", "other")
#: How long he may answer, and change his answer.
ANSWERED_WITHIN = timedelta(days=14)
#: How long both are kept.
KEPT = timedelta(days=180)

_no_shows, _persons = NoShow.__table__, Person.__table__
_said_by = _persons.alias("said_by")


def record_no_show(actor: Actor, order_id: str, person_id: str, reason: str, once: Once, version: int | None = None) -> Outcome:
    """A holder did not come: his claim ends, the order is back on the board, and the desks are rung unless somebody waited for it.

    Args:
        person_id: the holder.
        reason: one of NO_SHOW_REASONS.
        version: the order's, as she who records it saw it.
    Raises:
        NotFound, NotEligible: as for every command.
        TooLate: the state has changed, or he does not hold it any longer.
        Edited: by somebody else since `version`.
    """

    def act(work: Work, me: Actor, order: Row) -> Outcome:
        edit(work, order, me, ["no_show"], version)
        if order_facts(work.connection, order_id, person_id).my_epoch is None:
            raise TooLate()
        persons = end_claims(work, order_id, "no_show", person_id=person_id, reason=reason)
        row = {"id": new_id(), "order_id": order_id, "person_id": person_id, "station_id": order.station_id, "reason": reason,
               "community_id": order.community_id, "recorded_by": me.id, "recorded_at": now()}  # fmt: skip
        work.execute(insert(_no_shows), row)
        said = {"persons": persons, "reason": reason}
        if not back_on_the_board(work, order, "no_show", me.settings, "order.missed", taken=order.taken - 1, **said):
            ring(work, order, "no_show", persons)
        return {"order_id": order_id}

    return carry_out("no_show", actor, order_id, once, act)


def answer_no_show(actor: Actor, no_show_id: str, text: str, once: Once) -> Outcome:
    """What he has to say to it, in his own words; sealed. He may change it while he may answer.

    Raises:
        NotFound: there is none, or none that he sees.
        NotEligible: it is about somebody else.
        TooLate: the time for an answer is over.
    """
    with once.running(), transaction() as work:
        once.lock(work)
        outcome = once.earlier(work.connection)
        if outcome is None:
            row = work.execute(select(_no_shows).where(_no_shows.c.id == no_show_id, _seen_by(actor))).first()
            if row is None:
                raise NotFound()
            if row.person_id != actor.id:
                raise NotEligible()
            if row.recorded_at + ANSWERED_WITHIN <= now():
                raise TooLate()
            work.execute(update(_no_shows).where(_no_shows.c.id == no_show_id).values(answer=text, answered_at=now()))
            said = {"no_show_id": no_show_id, "order_id": row.order_id, "community_id": row.community_id}
            append(work, row.station_id, "order.no_show_answered", **said, persons=[actor.id])
            outcome = {"no_show_id": no_show_id}
            once.keep(work, outcome)
    return outcome


def _seen_by(actor: Actor) -> ColumnElement[bool]:
    """A courier sees what is about him, a desk what is about its orders."""
    mine = {
        Role.COURIER: _no_shows.c.person_id == actor.id,
        Role.CLERK: _no_shows.c.community_id == actor.unit_id,
        Role.COORDINATOR: _no_shows.c.station_id == actor.station_id,
    }
    return mine.get(Role(actor.role), false())


def no_shows_page(connection: Connection, actor: Actor, page: int) -> tuple[list[dict[str, Any]], int]:
    """One page of those that a person may see, the newest first, and how many there are."""
    total = connection.execute(select(func.count()).select_from(_no_shows).where(_seen_by(actor))).scalar_one()
    found = _listed().where(_seen_by(actor)).order_by(_no_shows.c.recorded_at.desc()).limit(PAGE).offset((page - 1) * PAGE)
    return [_presented(row, actor) for row in connection.execute(found)], total


def one_no_show(connection: Connection, actor: Actor, no_show_id: str) -> dict[str, Any]:
    """One of them.

    Raises:
        NotFound: there is none that this person may see.
    """
    row = connection.execute(_listed().where(_no_shows.c.id == no_show_id, _seen_by(actor))).first()
    if row is None:
        raise NotFound()
    return _presented(row, actor)


def _listed() -> Any:
    columns = (ORDERS.c.number, ORDERS.c.kind, ORDERS.c.building, _persons.c.name, _said_by.c.name.label("said_by"))
    found = select(_no_shows, *columns).join(ORDERS, ORDERS.c.id == _no_shows.c.order_id)
    return found.join(_persons, _persons.c.id == _no_shows.c.person_id).join(_said_by, _said_by.c.id == _no_shows.c.recorded_by)


def _presented(row: Row, actor: Actor) -> dict[str, Any]:
    until = row.recorded_at + ANSWERED_WITHIN
    return {name: getattr(row, name) for name in ("id", "order_id", "number", "kind", "building", "reason", "answer")} | {
        "person": {"id": row.person_id, "name": row.name},
        "recorded_by": row.said_by,
        "recorded_at": iso(row.recorded_at),
        "answered_at": iso(row.answered_at),
        "answer_until": iso(until),
        "can_answer": row.person_id == actor.id and until > now(),
    }


def forget_no_shows(work: Work) -> int:
    """Delete what is older than is kept; returns how many."""
    return work.execute(delete(_no_shows).where(_no_shows.c.recorded_at < now() - KEPT)).rowcount

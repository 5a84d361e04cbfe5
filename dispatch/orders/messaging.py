"""A word from the station to its couriers (捎话): seen on their pages at once, gone after two days."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, false, func, insert, select

from dispatch.core.clock import iso, now
from dispatch.core.errors import Invalid, NotEligible, NotFound
from dispatch.core.idempotency import Once
from dispatch.core.ids import new_id
from dispatch.core.unit_of_work import Work, transaction
from dispatch.core.upserts import insert_into
from dispatch.journal.appending import append
from dispatch.orders.commanding import Outcome
from dispatch.orders.models import Message, MessageRead
from dispatch.orders.queries import Row
from dispatch.people.identity import Actor
from dispatch.people.models import Level, Role, Unit

TEXT_MOST = 200
KEPT = timedelta(hours=48)
#: More than so many at a time nobody reads.
LISTED_MOST = 50

_messages, _reads, _units = Message.__table__, MessageRead.__table__, Unit.__table__


def send(actor: Actor, text: str, depot_id: str | None, once: Once) -> Outcome:
    """Write to the couriers of a depot, or to everybody on duty. The text is sealed; the journal has its id.

    Raises:
        NotEligible: not a coordinator.
        Invalid: no words, or not a depot of this station.
    """
    if actor.role != Role.COORDINATOR or actor.station_id is None:
        raise NotEligible()
    if not text.strip():
        raise Invalid("text")
    with once.running(), transaction() as work:
        once.lock(work)
        outcome = once.earlier(work.connection)
        if outcome is None:
            if depot_id is not None:
                _check_depot(work, actor, depot_id)
            row = {"id": new_id(), "station_id": actor.station_id, "depot_id": depot_id, "text": text.strip(), "sent_by": actor.id,
                   "sent_at": now(), "expires_at": now() + KEPT}  # fmt: skip
            work.execute(insert(_messages), row)
            append(work, actor.station_id, "message.sent", message_id=row["id"], depot_id=depot_id)
            outcome = {"message_id": row["id"]}
            once.keep(work, outcome)
    return outcome


def _check_depot(work: Work, actor: Actor, depot_id: str) -> None:
    ours = (_units.c.id == depot_id, _units.c.level == Level.DEPOT, _units.c.parent_id == actor.station_id)
    if work.execute(select(_units.c.id).where(*ours)).first() is None:
        raise Invalid("depot_id")


def read(actor: Actor, message_id: str, once: Once) -> Outcome:
    """He has read it.

    Raises:
        NotFound: there is none, it is gone, or it is not for him.
        NotEligible: couriers alone read.
    """
    with once.running(), transaction() as work:
        once.lock(work)
        outcome = once.earlier(work.connection)
        if outcome is None:
            if work.execute(select(_messages.c.id).where(_messages.c.id == message_id, _for(actor))).first() is None:
                raise NotFound()
            if actor.role != Role.COURIER:
                raise NotEligible()
            row = {"message_id": message_id, "person_id": actor.id, "at": now()}
            work.execute(insert_into(work, _reads).on_conflict_do_nothing(), row)
            outcome = {"message_id": message_id}
            once.keep(work, outcome)
    return outcome


def _for(actor: Actor) -> ColumnElement[bool]:
    """A coordinator sees what her station has sent, a courier what was sent to his depot or, while he is on duty, to everybody."""
    alive = (_messages.c.station_id == actor.station_id) & (_messages.c.expires_at > now())
    if actor.role == Role.COORDINATOR:
        return alive
    if actor.role == Role.COURIER:
        to_all = _messages.c.depot_id.is_(None) if actor.on_duty else false()
        return alive & (to_all | (_messages.c.depot_id == actor.unit_id))
    return false()


def _listed(actor: Actor) -> Any:
    counted = select(func.count()).select_from(_reads).where(_reads.c.message_id == _messages.c.id).correlate(_messages)
    by_me = counted.where(_reads.c.person_id == actor.id)
    columns = (_units.c.name.label("depot"), counted.scalar_subquery().label("read_by"), by_me.scalar_subquery().label("read"))
    return select(_messages, *columns).outerjoin(_units, _units.c.id == _messages.c.depot_id).where(_for(actor))


def messages_for(connection: Connection, actor: Actor) -> list[dict[str, Any]]:
    """What was sent in the last two days and is for this person, the newest first."""
    found = _listed(actor).order_by(_messages.c.sent_at.desc()).limit(LISTED_MOST)
    return [_presented(row, actor) for row in connection.execute(found)]


def one_message(connection: Connection, actor: Actor, message_id: str) -> dict[str, Any]:
    """One of them.

    Raises:
        NotFound: there is none for this person.
    """
    row = connection.execute(_listed(actor).where(_messages.c.id == message_id)).first()
    if row is None:
        raise NotFound()
    return _presented(row, actor)


def _presented(row: Row, actor: Actor) -> dict[str, Any]:
    said = {name: getattr(row, name) for name in ("id", "text", "depot_id", "depot")}
    said |= {"sent_at": iso(row.sent_at), "expires_at": iso(row.expires_at)}
    return said | ({"read": bool(row.read)} if actor.role == Role.COURIER else {"read_by": row.read_by})


def forget_messages(work: Work) -> int:
    """Delete what is older than two days, and who has read it; returns how many."""
    old = list(work.execute(select(_messages.c.id).where(_messages.c.expires_at <= now()).limit(500)).scalars())
    work.execute(delete(_reads).where(_reads.c.message_id.in_(old)))
    return work.execute(delete(_messages).where(_messages.c.id.in_(old))).rowcount

"""What becomes of the orders in the hands of somebody who may not hold them any longer: suspended, or moved elsewhere.

Not yet picked up, an order goes back on the board. Picked up, the goods are with him: the coordinator's desk is told, once,
and she puts it back, assigns or cancels it by hand.
"""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Connection, and_, select, update

from dispatch.core.errors import Refused, TooLate
from dispatch.core.unit_of_work import Work, transaction
from dispatch.orders.commanding import ORDERS
from dispatch.orders.models import Claim
from dispatch.orders.opening import give_back
from dispatch.orders.queries import Row, order_facts
from dispatch.orders.ringing import ring
from dispatch.orders.states import MOVES, Status
from dispatch.people.models import Person, Role

#: Why: in the journal, and on the claim, which shows that the desk has been told.
REASON = "suspended"

_claims, _persons = Claim.__table__, Person.__table__
# Who is lent, or has come home, finishes what he holds from before.
_elsewhere = and_(
    _persons.c.station_id.is_distinct_from(ORDERS.c.station_id), _persons.c.serving_station_id.is_distinct_from(ORDERS.c.station_id)
)
_stranger = ~_persons.c.active | (_persons.c.role != Role.COURIER) | _elsewhere
_held_by_strangers = (
    select(_claims.c.order_id, _claims.c.person_id)
    .join(_persons, _persons.c.id == _claims.c.person_id)
    .join(ORDERS, ORDERS.c.id == _claims.c.order_id)
    .where(_claims.c.ended_at.is_(None), _claims.c.reason.is_(None), _stranger)
    .where(ORDERS.c.status.in_([Status.OPEN, Status.CLAIMED, Status.PICKED_UP]))
)


class Held(NamedTuple):
    """An order and whoever holds it."""

    order_id: str
    person_id: str


def held_by_strangers(connection: Connection) -> list[Held]:
    """The orders in the hands of persons who are not active couriers of the order's station, and of whom the desk knows nothing yet."""
    return [Held(*row) for row in connection.execute(_held_by_strangers.limit(500))]


def recall(held: Held) -> bool:
    """Take an order out of such hands, or tell the desk; returns whether it was still to be done. Harmless if called twice."""
    try:
        with transaction() as work:
            order = order_facts(work.connection, held.order_id, held.person_id, lock=True)
            if work.execute(_held_by_strangers.where(_claims.c.order_id == held.order_id, _persons.c.id == held.person_id)).first() is None:
                raise TooLate()
            if order.status in MOVES["release"].leaves:
                give_back(work, order, held.person_id, REASON)
            else:
                _tell_the_desk(work, order, held.person_id)
            return True
    except Refused:
        return False


def _tell_the_desk(work: Work, order: Row, person_id: str) -> None:
    mine = (_claims.c.order_id == order.id, _claims.c.person_id == person_id, _claims.c.ended_at.is_(None))
    work.execute(update(_claims).where(*mine).values(reason=REASON))
    ring(work, order, "holder_suspended", [person_id])

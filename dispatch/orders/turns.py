"""What is asked of the queues: who waits for which order, and the lists of a courier who does or might."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, func, select

from dispatch.orders.models import Order, QueuePlace
from dispatch.orders.queries import BOARD_MOST, Row, seen_on_the_board
from dispatch.orders.states import Status
from dispatch.people.identity import Actor
from dispatch.people.models import Person

_places, _persons, _orders = QueuePlace.__table__, Person.__table__, Order.__table__
#: First come, first served; of the same moment the same one each time.
TURN = (_places.c.at, _places.c.person_id)


def queued_orders(connection: Connection, actor: Actor) -> list[Row]:
    """The orders that this courier waits for, the longest first."""
    mine = (_places.c.order_id == _orders.c.id) & (_places.c.person_id == actor.id)
    found = seen_on_the_board().join(_places, mine).where(_orders.c.station_id == actor.station_id).order_by(_places.c.at)
    # What he holds meanwhile he does not wait for.
    return [row for row in connection.execute(found, {"me": actor.id}).all() if row.my_epoch is None]


def full_orders(connection: Connection, actor: Actor) -> list[Row]:
    """The orders that others have, and for which this courier may wait; the latest first."""
    there = (_orders.c.station_id == actor.station_id, _orders.c.status == Status.CLAIMED)
    found = seen_on_the_board().where(*there).order_by(_orders.c.posted_at.desc()).limit(BOARD_MOST)
    rows = connection.execute(found, {"me": actor.id}).all()
    return [row for row in rows if row.my_epoch is None and set(row.skills or ()) <= actor.skills]


def places_of(connection: Connection, person_id: str, order_ids: Iterable[str]) -> dict[str, int]:
    """The person's own place in the queue of each of these orders, from 1; no word of who else waits."""
    mine, ahead = _places.alias("mine"), _places
    earlier = (ahead.c.at < mine.c.at) | ((ahead.c.at == mine.c.at) & (ahead.c.person_id <= mine.c.person_id))
    found = (
        select(mine.c.order_id, func.count().label("place"))
        .join(ahead, (ahead.c.order_id == mine.c.order_id) & earlier)
        .where(mine.c.person_id == person_id, mine.c.order_id.in_(list(order_ids)))
        .group_by(mine.c.order_id)
    )
    return {row.order_id: row.place for row in connection.execute(found)}


def queues_of(connection: Connection, order_ids: Iterable[str]) -> dict[str, list[Row]]:
    """Who waits for each of these orders, in turn: for those who may see it."""
    columns = (_places.c.order_id, _places.c.person_id, _places.c.at, _persons.c.name)
    found = select(*columns).join(_persons, _persons.c.id == _places.c.person_id).where(_places.c.order_id.in_(list(order_ids)))
    queues: dict[str, list[Any]] = {}
    for row in connection.execute(found.order_by(*TURN)):
        queues.setdefault(row.order_id, []).append(row)
    return queues

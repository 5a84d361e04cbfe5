"""What is asked of the orders: the facts a rule needs, and the lists that people look at."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Connection, Select, bindparam, false, func, select, true

from dispatch.core.clock import SHANGHAI, now
from dispatch.core.errors import NotFound
from dispatch.core.geo import Point, metres
from dispatch.core.permits import permitted
from dispatch.core.secrets import Encrypted
from dispatch.core.statements import Prepared
from dispatch.orders.models import Claim, Decline, Order
from dispatch.orders.policy import PERMITS
from dispatch.orders.states import FINISHED, Status
from dispatch.people.identity import Actor
from dispatch.people.models import Person, Role, Unit
from dispatch.people.serving import serves_at
from dispatch.residents.models import Resident

PAGE = 50
#: A row of a query here: named columns, each of its own type.
Row = Any
#: A board longer than this is cut: nobody on a phone reads further, and the nearest come first.
BOARD_MOST = 200
#: An order posted longer ago than this is not among today's counts, whatever became of it.
RECENT = timedelta(days=30)

_orders, _claims, _declines = Order.__table__, Claim.__table__, Decline.__table__
_units, _persons, _residents = Unit.__table__, Person.__table__, Resident.__table__
_me: BindParameter[str] = bindparam("me")
_mine = (_claims.c.order_id == _orders.c.id, _claims.c.person_id == _me)
_MY_COLUMNS = (
    select(func.max(_claims.c.epoch)).where(*_mine).correlate(_orders).scalar_subquery().label("held_epoch"),
    select(_claims.c.epoch).where(*_mine, _claims.c.ended_at.is_(None)).correlate(_orders).scalar_subquery().label("my_epoch"),
)
_FACTS = ("id", "status", "district_id", "station_id", "community_id", "urgency", "slots", "taken", "epoch", "skills",
          "escalated_at", "wrong_codes", "resident_id", "window_end", "pick_up_by", "opens_to_all_at")  # fmt: skip
_my_open_claims = (
    select(func.count())
    .select_from(_claims)
    .where(_claims.c.person_id == _me, _claims.c.ended_at.is_(None))
    .correlate(None)
    .scalar_subquery()
)
_facts = select(*(_orders.c[name] for name in _FACTS), *_MY_COLUMNS, _my_open_claims.label("my_open_claims")).where(
    _orders.c.id == bindparam("order_id")
)
_facts_locked = Prepared(_facts.with_for_update(of=_orders))
_facts_read = Prepared(_facts)


def order_facts(connection: Connection, order_id: str, person_id: str = "", *, lock: bool = False) -> Row:
    """What the rules need to know of an order and of one person's part in it; nothing personal.

    Args:
        connection: where to read.
        order_id: which order.
        person_id: whose claims are `my_epoch` (held now), `held_epoch` (ever held) and `my_open_claims`.
        lock: hold the row until the transaction ends.
    Raises:
        NotFound: there is no such order.
    """
    row = (_facts_locked if lock else _facts_read).first(connection, order_id=order_id, me=person_id)
    if row is None:
        raise NotFound()
    return row


_SEEN_BY_ALL = [
    *(column for column in _orders.c if not isinstance(column.type, Encrypted)), *_MY_COLUMNS,
    _units.c.name.label("community"), _units.c.lat.label("unit_lat"), _units.c.lon.label("unit_lon"),
]  # fmt: skip
_WITH_NAMES = [
    *_SEEN_BY_ALL, *(column for column in _orders.c if isinstance(column.type, Encrypted)),
    _residents.c.name.label("resident_name"), _residents.c.phone.label("resident_phone"), _residents.c.door.label("resident_door"),
]  # fmt: skip


#: What is sealed and never for a courier: opening it for him would be work for nothing.
_STAFFS = ("code", "delivery_reason", "closing_note")


def _full(without: Collection[str] = ()) -> Select[Any]:
    return (
        select(*(column for column in _WITH_NAMES if column.name not in without))
        .join(_units, _units.c.id == _orders.c.community_id)
        .outerjoin(_residents, _residents.c.id == _orders.c.resident_id)
    )


_one = Prepared(_full().where(_orders.c.id == bindparam("order_id")))
_one_for_couriers = Prepared(_full(_STAFFS).where(_orders.c.id == bindparam("order_id")))


def full_order(connection: Connection, actor: Actor, order_id: str) -> Row:
    """One order with all that belongs to it, for `presenting`.

    Raises:
        NotFound: there is none, or none that this person may know of.
    """
    one = _one_for_couriers if actor.role == Role.COURIER else _one
    row = one.first(connection, order_id=order_id, me=actor.id)
    if row is None or not permitted(PERMITS, "see", actor, row):
        raise NotFound()
    return row


def _visible(actor: Actor) -> ColumnElement[bool]:
    """The `see` permit as a condition, so that a page counts only what its reader may see."""
    if actor.role == Role.CLERK:
        return _orders.c.community_id == actor.unit_id
    if actor.role in (Role.COORDINATOR, Role.COURIER):
        return _orders.c.station_id == actor.station_id
    if actor.role == Role.SUPERVISOR:
        return (_orders.c.district_id == actor.unit_id) & _orders.c.escalated_at.is_not(None)
    return ~true()


def seen_on_the_board() -> Select[Any]:
    """Orders with what everybody may read; nothing that is sealed is even read."""
    return select(*_SEEN_BY_ALL).join(_units, _units.c.id == _orders.c.community_id)


_board = Prepared(
    seen_on_the_board()
    .where(_orders.c.station_id == bindparam("station"), _orders.c.status == Status.OPEN)
    .where(~select(_declines.c.order_id).where(_declines.c.order_id == _orders.c.id, _declines.c.person_id == _me).exists())
    .order_by(_orders.c.posted_at)
    .limit(BOARD_MOST)
)


def open_board(connection: Connection, actor: Actor) -> list[Row]:
    """The open orders that a courier may take, nearest first from where he was last known, else from his depot."""
    rows = _board.all(connection, station=actor.station_id, me=actor.id)

    def nearness(row: Row) -> tuple[bool, int, datetime]:
        away = distance(actor.start, row)
        return (away is None, away or 0, row.posted_at)

    return sorted((row for row in rows if row.my_epoch is None and set(row.skills or ()) <= actor.skills), key=nearness)


_open_to_all = Prepared(
    select(_orders.c.id, _orders.c.skills, _orders.c.posted_at, _orders.c.lat, _orders.c.lon, _orders.c.opens_to_all_at,
           _units.c.lat.label("unit_lat"), _units.c.lon.label("unit_lon"))
    .join(_units, _units.c.id == _orders.c.community_id)
    .where(_orders.c.station_id == bindparam("station"), _orders.c.status == Status.OPEN)
    .order_by(_orders.c.posted_at)
    .limit(BOARD_MOST)
)  # fmt: skip


def open_to_all(connection: Connection, station_id: str) -> list[Row]:
    """A station's open orders, whoever asks: where they go and what they need."""
    return _open_to_all.all(connection, station=station_id)


def place_of_order(row: Row) -> Point | None:
    """Where the order is to go: its building, else its community."""
    lat, lon = (row.lat, row.lon) if row.lat is not None else (row.unit_lat, row.unit_lon)
    return Point(lat, lon) if lat is not None else None


def distance(start: Point | None, row: Row) -> int | None:
    """Metres from `start` to the order, if both are known."""
    goal = place_of_order(row)
    return metres(start, goal) if start and goal else None


def my_orders(connection: Connection, actor: Actor) -> list[Row]:
    """The orders that this courier holds, the most urgent to pick up first."""
    held = _full().join(_claims, (_claims.c.order_id == _orders.c.id) & (_claims.c.person_id == actor.id) & _claims.c.ended_at.is_(None))
    return list(connection.execute(held.order_by(_orders.c.pick_up_by), {"me": actor.id}).all())


def midnight() -> datetime:
    """When today began for the people who read it."""
    return now().astimezone(SHANGHAI).replace(hour=0, minute=0, second=0, microsecond=0)


def orders_page(connection: Connection, actor: Actor, status: str | None, page: int, size: int = PAGE) -> tuple[list[Row], int]:
    """One page of the orders that a person may see, newest first, and how many there are in all.

    Args:
        status: a status, `active` (not finished), `today` (posted since midnight), `finished` (since midnight), `unsatisfied`
            (closed so) or None for all.
        page: from 1.
        size: orders on a page.
    """
    where = [_visible(actor)]
    if status == "active":
        where.append(_orders.c.status.in_(sorted(set(Status) - FINISHED)))
    elif status == "today":
        where.append(_orders.c.posted_at >= midnight())
    elif status == "finished":
        # What was posted longer ago than any window reaches is finished long since; the index need not go there.
        where += [_orders.c.status.in_(sorted(FINISHED)), _orders.c.changed_at >= midnight(), _orders.c.posted_at > now() - RECENT]
    elif status == "unsatisfied":
        where += [_orders.c.status == Status.CLOSED, _orders.c.satisfied.is_(false())]
    elif status:
        where.append(_orders.c.status == status)
    total = connection.execute(select(func.count()).select_from(_orders).where(*where)).scalar_one()
    found = _full().where(*where).order_by(_orders.c.posted_at.desc()).limit(size).offset((page - 1) * size)
    return list(connection.execute(found, {"me": actor.id}).all()), total


def holders_of(connection: Connection, order_ids: Iterable[str]) -> dict[str, list[Row]]:
    """Who holds, or delivered, each of these orders."""
    found = (
        select(_claims.c.order_id, _claims.c.person_id, _claims.c.epoch, _claims.c.claimed_at, _persons.c.name)
        .join(_persons, _persons.c.id == _claims.c.person_id)
        .where(_claims.c.order_id.in_(list(order_ids)), _claims.c.ended_at.is_(None) | (_claims.c.ended_as == "delivered"))
        .order_by(_claims.c.epoch)
    )
    holders: dict[str, list[Row]] = {}
    for row in connection.execute(found):
        holders.setdefault(row.order_id, []).append(row)
    return holders


def couriers_of(connection: Connection, station_id: str) -> list[Row]:
    """The couriers who serve at the station now, its own and those lent to it, with depot, duty and open claims."""
    held = (
        select(func.count())
        .select_from(_claims)
        .where(_claims.c.person_id == _persons.c.id, _claims.c.ended_at.is_(None))
        .correlate(_persons)
    ).scalar_subquery()
    names = ("id", "name", "on_duty", "duty_since", "active", "skills")
    columns = (*(_persons.c[name] for name in names), _units.c.id.label("depot_id"), _units.c.name.label("depot"))
    found = select(*columns, held.label("open_claims")).join(_units, _units.c.id == _persons.c.unit_id)
    mine = (serves_at(station_id, now()), _persons.c.role == Role.COURIER)
    return list(connection.execute(found.where(*mine).order_by(_persons.c.on_duty.desc(), _persons.c.created_at)).all())

"""What the big screen (大屏) shows of a station: counts, by community and of today, laid out as the communities lie.

It hangs where anybody walks past: no person, no building, no order is in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, sqrt
from typing import Any, NamedTuple

from flask import current_app
from itsdangerous import BadData, URLSafeTimedSerializer
from sqlalchemy import ColumnElement, Connection, case, func, select

from dispatch.core.clock import iso, now
from dispatch.core.errors import SignInNeeded
from dispatch.orders.models import Order
from dispatch.orders.queries import RECENT, midnight
from dispatch.orders.states import FINISHED, UNDER_WAY, Status
from dispatch.people.identity import Actor, actor_by_id
from dispatch.people.models import Level, Person, Role, Unit
from dispatch.people.serving import serves_at

#: A screen of 16 to 9, tiles of 3 to 2: so many columns for each row.
SHAPE = 1.2
#: How long a screen goes on after its coordinator's session has ended, in seconds.
PASS_LASTS_S = 30 * 86_400

_orders, _units, _persons = Order.__table__, Unit.__table__, Person.__table__
_ACTIVE = sorted(set(Status) - FINISHED)
_COUNTS = ("open", "old", "under_way", "late", "word", "done_today")


class Place(NamedTuple):
    """Where a tile stands, from 1."""

    column: int
    row: int


def places(points: Sequence[tuple[float | None, float | None]]) -> tuple[int, list[Place]]:
    """Tiles for these WGS-84 points: what lies further north stands higher, what lies further east further right.

    Bands of latitude become rows of equal length, so that the screen is full and every tile as large as it can be; true
    distances are given up for that. Who has no point comes last.

    Returns:
        how many columns there are, and a place for each point.
    """
    if not points:
        return 1, []
    rows = max(1, round(sqrt(len(points) / SHAPE)))
    columns = ceil(len(points) / rows)
    known = sorted((n for n, (lat, _lon) in enumerate(points) if lat is not None), key=lambda n: (-(points[n][0] or 0), points[n][1]))
    unknown = [n for n, (lat, _lon) in enumerate(points) if lat is None]
    order = known + unknown
    found: dict[int, Place] = {}
    for row in range(rows):
        band = order[row * len(order) // rows : (row + 1) * len(order) // rows]
        band.sort(key=lambda n: (points[n][1] is None, points[n][1] or 0))
        for n, one in enumerate(band):
            found[one] = Place(1 + (2 * n + 1) * columns // (2 * len(band)), row + 1)
    return columns, [found[n] for n in range(len(points))]


def _how_many(name: str, where: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((where, 1), else_=0)), 0).label(name)


def _active(connection: Connection, station_id: str) -> dict[str, Any]:
    """Community → counts of what somebody still has to do something about."""
    in_hands, unclaimed = _orders.c.status.in_(sorted(UNDER_WAY)), _orders.c.status.in_([Status.WAITING, Status.OPEN])
    counts = (
        _how_many("open", unclaimed),
        _how_many("old", unclaimed & _orders.c.escalated_at.is_not(None)),
        _how_many("under_way", in_hands),
        _how_many("late", in_hands & ((_orders.c.window_end < now()) | (_orders.c.pick_up_by < now()))),
        _how_many("word", _orders.c.status.in_([Status.FAILED, Status.EXPIRED]) | (in_hands & _orders.c.escalated_at.is_not(None))),
        func.min(case((unclaimed, func.coalesce(_orders.c.opened_at, _orders.c.posted_at)))).label("oldest"),
    )
    found = select(_orders.c.community_id, *counts).where(_orders.c.station_id == station_id, _orders.c.status.in_(_ACTIVE))
    return {row.community_id: row for row in connection.execute(found.group_by(_orders.c.community_id))}


def _today(connection: Connection, station_id: str) -> dict[str, int]:
    """Community → how many were done since midnight."""
    done = (
        _orders.c.status.in_([Status.DELIVERED, Status.CLOSED]),
        _orders.c.changed_at >= midnight(),
        _orders.c.posted_at > now() - RECENT,
    )
    found = select(_orders.c.community_id, func.count()).where(_orders.c.station_id == station_id, *done).group_by(_orders.c.community_id)
    return {community_id: count for community_id, count in connection.execute(found)}


def wall_of(connection: Connection, station_id: str) -> dict[str, Any]:
    """A station's screen as it stands.

    Returns:
        `at`, `station` (its name), `on_duty`, `posted_today`, the sum of each count, `oldest` (since when the longest waiting
        order has been unclaimed), `columns`, and `tiles`: name, place and counts of each community.
    """
    station = connection.execute(select(_units.c.name).where(_units.c.id == station_id)).scalar_one()
    communities = connection.execute(
        select(_units.c.id, _units.c.name, _units.c.lat, _units.c.lon)
        .where(_units.c.parent_id == station_id, _units.c.level == Level.COMMUNITY)
        .order_by(_units.c.id)
    ).all()
    active, done = _active(connection, station_id), _today(connection, station_id)
    columns, where = places([(one.lat, one.lon) for one in communities])
    tiles = []
    for one, place in zip(communities, where, strict=True):
        counts = {name: int(getattr(active.get(one.id), name, 0)) for name in _COUNTS if name != "done_today"}
        tiles.append({"id": one.id, "name": one.name, **place._asdict(), **counts, "done_today": done.get(one.id, 0)})
    on_duty = select(func.count()).where(
        serves_at(station_id, now()), _persons.c.role == Role.COURIER, _persons.c.on_duty, _persons.c.active
    )
    posted = select(func.count()).where(_orders.c.station_id == station_id, _orders.c.posted_at >= midnight())
    return {
        "at": iso(now()),
        "station": station,
        "on_duty": connection.execute(on_duty).scalar_one(),
        "posted_today": connection.execute(posted).scalar_one(),
        **{name: sum(tile[name] for tile in tiles) for name in _COUNTS},
        "oldest": iso(min((row.oldest for row in active.values() if row.oldest), default=None)),
        "columns": columns,
        "tiles": tiles,
    }


def _seal(passphrase_hash: str | None) -> URLSafeTimedSerializer:
    """A new passphrase makes every pass void that was given before."""
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt=f"wall {passphrase_hash or ''}")


def _passphrase_hash(connection: Connection, person_id: str) -> str | None:
    return connection.execute(select(_persons.c.passphrase_hash).where(_persons.c.id == person_id)).scalar_one_or_none()


def wall_pass(connection: Connection, actor: Actor) -> str:
    """What lets a screen go on for thirty days when its coordinator's session has ended: to these counts, and to nothing else."""
    return f"{actor.id}.{_seal(_passphrase_hash(connection, actor.id)).dumps(actor.station_id)}"


def station_of_pass(connection: Connection, given: str) -> str:
    """The station whose screen this pass opens.

    Raises:
        SignInNeeded: it has run out or is none of ours, or whoever opened the screen is not this station's coordinator any more.
    """
    person_id, _dot, sealed = given.partition(".")
    try:
        station_id = str(_seal(_passphrase_hash(connection, person_id)).loads(sealed, max_age=PASS_LASTS_S))
    except BadData:
        raise SignInNeeded() from None
    actor = actor_by_id(connection, person_id)
    if actor is None or actor.role != Role.COORDINATOR or actor.station_id != station_id:
        raise SignInNeeded()
    return station_id

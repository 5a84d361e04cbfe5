"""What a part of the map shows: the newest of what somebody may see there, found as fast however many there have ever been."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, func, select

from dispatch.core.clock import iso, now
from dispatch.core.errors import Invalid, NotEligible
from dispatch.core.permits import permitted
from dispatch.core.unit_of_work import reading
from dispatch.hazards.categorising import Category, categories
from dispatch.hazards.models import Hazard
from dispatch.hazards.pattern_policy import PATTERN_PERMITS
from dispatch.hazards.queries import Asked, Box, Row, conditions, inside
from dispatch.hazards.states import ALIVE, RUNNING, Status
from dispatch.hazards.words import reads_english
from dispatch.orders.wall import places
from dispatch.people.identity import Actor
from dispatch.people.models import Level, Role, Unit
from dispatch.people.queries import stations_of

#: A box with more than this is cut, the newest stay.
BOX_MOST = 1000
#: So many of the newest are looked at first; of which so many must lie in the box for it to be worth going on along the time.
NEWEST, WORTH = 2000, 100

_hazards, _units = Hazard.__table__, Unit.__table__
_COLUMNS = (
    "id",
    "number",
    "status",
    "station_id",
    "community_id",
    "category",
    "title",
    "building",
    "urgent",
    "due_at",
    "sent_at",
    "lat",
    "lon",
)
_light = select(*(_hazards.c[name] for name in _COLUMNS))
#: Lists that stay short by themselves: somebody still does something about what is in them.
_SHORT = {"queue", "alive", "overdue", "mine", Status.REPORTED, Status.FIXED, *ALIVE}


def box_from(west: float, south: float, east: float, north: float) -> Box:
    """A part of the map.

    Raises:
        Invalid: it is none.
    """
    if west > east or south > north:
        raise Invalid("bbox")
    return Box(west, south, east, north)


def _anyhow(box: Box) -> ColumnElement[bool]:
    """The same as `inside`, told so that no database looks for it by the index of places."""
    return and_((_hazards.c.lat + 0).between(box.south, box.north), (_hazards.c.lon + 0).between(box.west, box.east))


#: The newest first, told so that no database walks along the index of times for it.
_sorted_by_time = func.coalesce(_hazards.c.sent_at, _hazards.c.sent_at).desc()


def by_state(where: list[ColumnElement[bool]], box: Box) -> Select[Any]:
    """Of a short list: all of it, by its states."""
    return _light.where(*where, _anyhow(box)).order_by(_sorted_by_time, _hazards.c.id).limit(BOX_MOST + 1)


def by_time(where: list[ColumnElement[bool]], box: Box, most: int | None = None) -> Select[Any]:
    """Of a long list: along the time, the newest first.

    Args:
        most: so many are looked at, in the box or not; None: until the box is full.
    """
    if most is None:
        return _light.where(*where, _anyhow(box)).order_by(_hazards.c.sent_at.desc()).limit(BOX_MOST + 1)
    newest = _light.where(*where).order_by(_hazards.c.sent_at.desc()).limit(most).subquery()
    within = (newest.c.lat.between(box.south, box.north), newest.c.lon.between(box.west, box.east))
    return select(newest).where(*within).order_by(newest.c.sent_at.desc()).limit(BOX_MOST + 1)


def by_place(where: list[ColumnElement[bool]], box: Box) -> Select[Any]:
    """Of a long list in a small box: all that is in the box."""
    return _light.where(*where, inside(box)).order_by(_sorted_by_time).limit(BOX_MOST + 1)


def hazards_in(connection: Connection, actor: Actor, asked: Asked, box: Box) -> tuple[list[Row], bool]:
    """What a person may see in a part of the map, the newest first; and whether there is more than that.

    An index of places and one of times cannot be used together. A large box fills up from the newest; a small one holds few.
    """
    where = conditions(actor, asked)
    if asked.status in _SHORT:
        rows = connection.execute(by_state(where, box)).all()
    else:
        rows = connection.execute(by_time(where, box, NEWEST)).all()
        older = select(_hazards.c.id).where(*where).order_by(_hazards.c.sent_at.desc()).offset(NEWEST).limit(1)
        if len(rows) <= BOX_MOST and connection.execute(older).first() is not None:
            further = by_time(where, box) if len(rows) >= WORTH else by_place(where, box)
            rows = connection.execute(further).all()
    return list(rows[:BOX_MOST]), len(rows) > BOX_MOST


def map_features(actor: Actor, asked: Asked, box: Box) -> dict[str, Any]:
    """What a person may see in a part of the map, as GeoJSON; `more` where it does not hold all."""
    rows, more = hazards_in(reading(), actor, asked, box)
    known = {station_id: categories(reading(), station_id) for station_id in {row.station_id for row in rows}}
    features = [
        {
            "type": "Feature",
            "id": row.id,
            "geometry": {"type": "Point", "coordinates": [row.lon, row.lat]},
            "properties": _properties(row, known[row.station_id]),
        }
        for row in rows
    ]
    return {"type": "FeatureCollection", "features": features, "more": more}


def _properties(row: Row, known: Mapping[str, Category]) -> dict[str, Any]:
    category = known.get(row.category)
    names = (category.name, category.name_en) if category else (row.category, row.category)
    said = {name: getattr(row, name) for name in ("number", "status", "category", "title", "building", "community_id", "urgent")}
    timed = row.status in RUNNING | {Status.FIXED}
    return said | {
        "category_name": names[reads_english()],
        "sent_at": iso(row.sent_at),
        "deadline": iso(row.due_at) if timed else None,
        "overdue": row.status in RUNNING and row.due_at <= now(),
    }


def blocks_of(connection: Connection, actor: Actor, asked: Asked) -> dict[str | None, dict[str, int]]:
    """Community → how many of what is asked for are there, and how many of them are overdue."""
    late = func.count().filter(_hazards.c.status.in_(sorted(RUNNING)), _hazards.c.due_at <= now())
    found = select(_hazards.c.community_id, func.count().label("many"), late.label("overdue")).where(*conditions(actor, asked))
    rows = connection.execute(found.group_by(_hazards.c.community_id))
    return {row.community_id: {"many": row.many, "overdue": row.overdue} for row in rows}


def blocks_on_page(actor: Actor, asked: Asked, *, drawn: bool) -> dict[str, Any]:
    """Where a map begins, and where there are no tiles the communities as blocks, laid as they lie.

    Args:
        drawn: whether the blocks are the map.
    Returns:
        `around`: south, west, north and east of the communities, or None; `columns` and `blocks`.
    """
    stations = stations_of(reading(), actor)
    own = _units.c.id == actor.unit_id if actor.role == Role.CLERK else _units.c.parent_id.in_(stations)
    communities = reading().execute(select(_units).where(own, _units.c.level == Level.COMMUNITY).order_by(_units.c.id)).all()
    points = [(one.lat, one.lon) for one in communities if one.lat is not None]
    lats, lons = [lat for lat, _lon in points], [lon for _lat, lon in points]
    around = [min(lats), min(lons), max(lats), max(lons)] if points else None
    if not drawn:
        return {"around": around, "columns": 1, "blocks": []}
    counts, (columns, laid) = blocks_of(reading(), actor, asked), places([(one.lat, one.lon) for one in communities])
    blocks = [
        {"id": one.id, "name": one.name, **place._asdict(), **counts.get(one.id, {"many": 0, "overdue": 0})}
        for one, place in zip(communities, laid, strict=True)
    ]
    return {"around": around, "columns": columns, "blocks": blocks}


def check_looks_at_map(actor: Actor) -> None:
    """The page of the map.

    Raises:
        NotEligible: not somebody for whom there is one.
    """
    if not permitted(PATTERN_PERMITS, "look_at_map", actor, None):
        raise NotEligible()

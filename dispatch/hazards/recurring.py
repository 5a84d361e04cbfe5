"""Where hazards keep coming back: read from the journals after each step, so that asking for it costs no more in later years.

What a hazard has to do with others is found anew whenever one of its steps is told, whatever that step was: twice is the same as once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, and_, delete, false, or_, select, update

from dispatch.core.breathing import in_parts
from dispatch.core.clock import now
from dispatch.core.geo import Point
from dispatch.core.unit_of_work import Work, look_again, reading, transaction
from dispatch.core.upserts import insert_into
from dispatch.hazards.categorising import Category, categories
from dispatch.hazards.clustering import Return, Shape, Sighting, all_returns, corners, returns_with
from dispatch.hazards.models import Hazard, HazardStep
from dispatch.hazards.nearby import around
from dispatch.hazards.pattern_models import HazardCorner, HazardReturn
from dispatch.hazards.policy import HEARD
from dispatch.hazards.queries import Row, inside
from dispatch.hazards.rating import record, record_all
from dispatch.hazards.states import KNOWN, Status
from dispatch.journal.following import read_on

#: The name under which the journals are read on.
READER = "hazard_pattern"
#: Steps that change nothing of where, when and whether a hazard was.
_BESIDE = frozenset({"hazard.held", "hazard.let_go", "hazard.asked", "hazard.photo_shown", "hazard.rules_changed"})
#: Without a category of its own to go by, in metres.
USUAL_RADIUS_M = 50

_hazards, _steps = Hazard.__table__, HazardStep.__table__
_returns, _corners = HazardReturn.__table__, HazardCorner.__table__
_PLACE = ("id", "station_id", "family", "category", "lat", "lon", "building", "community_id", "seen_at")
#: What is told of at a meeting: judged to be one, and about no person.
_COUNTS = and_(_hazards.c.status.in_(sorted(KNOWN)), _hazards.c.public)


def read_journals() -> int:
    """Read the journals on, and see what each hazard that has moved has to do with others; returns how many entries were read."""
    return read_on(READER, _look_at_each, frozenset(HEARD) - _BESIDE)


def _look_at_each(entries: Sequence[dict[str, Any]]) -> None:
    """Each once and in a transaction of its own, however often it has moved: nobody's command waits for two."""
    for hazard_id in dict.fromkeys(entry["data"]["hazard_id"] for entry in entries if "hazard_id" in entry["data"]):
        with transaction() as work:
            look_at(work, hazard_id)


def look_at(work: Work, hazard_id: str) -> None:
    """Find anew what came back with this hazard, and how its own steps went."""
    row = work.execute(select(_hazards).where(_hazards.c.id == hazard_id)).first()
    if row is None:
        return
    record(work, row)
    seeds = _drop_returns(work, hazard_id)
    found = _returns_of(work.connection, row) if row.status in KNOWN and row.public else []
    _write_returns(work, found)
    if found or seeds:
        _reshape(work, row.station_id, {hazard_id, *seeds, *(one for back in found for one in (back.hazard_id, back.before_id))})


def _drop_returns(work: Work, hazard_id: str) -> set[str]:
    """Take back what was known of this one; returns the others of its corners, which may fall apart without it."""
    mine = or_(_returns.c.hazard_id == hazard_id, _returns.c.before_id == hazard_id)
    rows = work.execute(delete(_returns).where(mine).returning(_returns.c.hazard_id, _returns.c.before_id)).all()
    return {one for row in rows for one in (row.hazard_id, row.before_id)}


def _returns_of(connection: Connection, row: Row) -> list[Return]:
    known = categories(connection, row.station_id)
    radius = known[row.category].radius_m if row.category in known else USUAL_RADIUS_M
    places = [and_(_hazards.c.building == row.building, _hazards.c.community_id == row.community_id)] if row.building else []
    if row.lat is not None:
        places.append(inside(around(Point(row.lat, row.lon), radius * 1.02)))
    near = (_hazards.c.station_id == row.station_id, _hazards.c.family == row.family, _hazards.c.id != row.id, or_(false(), *places))
    others = connection.execute(select(*(_hazards.c[name] for name in _PLACE)).where(*near, _COUNTS)).all()
    one, *rest = _sightings(connection, [row, *others], known)
    return returns_with(one, rest)


def _sightings(connection: Connection, rows: Sequence[Row], known: dict[str, Category]) -> list[Sighting]:
    """With what their histories say of closing and opening again."""
    closed: dict[str, list[Any]] = {}
    opened: dict[str, list[Any]] = {}
    again = and_(_steps.c.verb == "reopen", _steps.c.was == Status.VERIFIED)
    for ids in in_parts([row.id for row in rows]):
        found = select(_steps.c.hazard_id, _steps.c.verb, _steps.c.at).where(_steps.c.hazard_id.in_(ids))
        for step in connection.execute(found.where(or_(_steps.c.verb == "verify", again)).order_by(_steps.c.version)):
            (closed if step.verb == "verify" else opened).setdefault(step.hazard_id, []).append(step.at)
    return [
        Sighting(
            row.id, row.family, known[row.category].radius_m if row.category in known else USUAL_RADIUS_M, row.lat, row.lon, row.building,
            row.community_id, row.seen_at, tuple(closed.get(row.id, ())), tuple(opened.get(row.id, ())),
        )
        for row in rows
    ]  # fmt: skip


def _write_returns(work: Work, found: Iterable[Return]) -> None:
    rows = [{**back._asdict(), "corner_id": back.before_id} for back in found]
    if rows:
        # Two processes may look at the two ends of one return at the same time.
        work.execute_many(insert_into(work, _returns).on_conflict_do_nothing(), rows)


def _connected(connection: Connection, seeds: Collection[str]) -> list[Row]:
    """Every return that hangs together with these hazards."""
    seen: set[str] = set()
    found: dict[tuple[Any, ...], Row] = {}
    while fresh := sorted(set(seeds) - seen):
        seen.update(fresh)
        rows = [row for ids in in_parts(fresh) for row in connection.execute(select(_returns).where(
            or_(_returns.c.hazard_id.in_(ids), _returns.c.before_id.in_(ids))))]  # fmt: skip
        found |= {(row.hazard_id, row.before_id, row.closed_at): row for row in rows}
        seeds = {one for row in rows for one in (row.hazard_id, row.before_id)}
    return list(found.values())


def _reshape(work: Work, station_id: str, seeds: Collection[str]) -> None:
    """Make the corners anew that these hazards belong to, or belonged to."""
    rows = _connected(work.connection, seeds)
    old = {row.corner_id for row in rows} | set(seeds)
    for ids in in_parts(sorted(old)):
        work.execute(delete(_corners).where(_corners.c.id.in_(ids)))
    _write_corners(work, station_id, [Return(row.hazard_id, row.before_id, row.closed_at, row.came_at) for row in rows])


def _write_corners(work: Work, station_id: str, returns: Sequence[Return]) -> None:
    for shape in corners(returns, now()):
        for ids in in_parts(shape.hazard_ids):
            work.execute(update(_returns).where(_returns.c.before_id.in_(ids)).values(corner_id=shape.id))
        work.execute(insert_into(work, _corners).values(**_corner(work.connection, station_id, shape)))


def _corner(connection: Connection, station_id: str, shape: Shape) -> dict[str, Any]:
    """The row of a corner: it lies where the latest one was."""
    latest = max(shape.backs, key=lambda back: (back.came_at, back.hazard_id))
    names = ("community_id", "family", "building", "lat", "lon")
    place = connection.execute(select(*(_hazards.c[name] for name in names)).where(_hazards.c.id == latest.hazard_id)).one()
    times = {"first_at": min(back.closed_at for back in shape.backs), "last_at": latest.came_at, "stale_at": shape.stale_at}
    counts = {"hazards": len(shape.hazard_ids), "returns": shape.returns, "recent": shape.recent}
    return {"id": shape.id, "station_id": station_id, **place._mapping, **counts, **times}


def stations_with_hazards() -> list[str]:
    """Where there are any."""
    found = list(reading().execute(select(_hazards.c.station_id).distinct().order_by(_hazards.c.station_id)).scalars())
    look_again()
    return found


def rebuild(station_id: str) -> int:
    """Find everything of a station anew, in one go: after its radii have changed. Returns how many corners it has."""
    of_the_station = select(_hazards.c.id).where(_hazards.c.station_id == station_id)
    rows = reading().execute(select(*(_hazards.c[name] for name in _PLACE)).where(_hazards.c.station_id == station_id, _COUNTS)).all()
    found = all_returns(_sightings(reading(), rows, categories(reading(), station_id)))
    with transaction() as work:
        work.execute(delete(_returns).where(_returns.c.hazard_id.in_(of_the_station)))
        work.execute(delete(_corners).where(_corners.c.station_id == station_id))
        _write_returns(work, found)
        _write_corners(work, station_id, found)
        record_all(work, station_id)
    return len(corners(found, now()))


def let_rest() -> int:
    """What was recent and is no longer counts no longer as such; returns how many corners are calmer now."""
    due = reading().execute(select(_corners.c.id, _corners.c.station_id).where(_corners.c.stale_at <= now()).limit(500)).all()
    look_again()
    for row in due:
        with transaction() as work:
            _reshape(work, row.station_id, {row.id})
    return len(due)

"""What counts as coming back, and which of it is one corner. Plain figures in and out; their order decides nothing.

A hazard comes back when one of the same family is seen at the same place within thirty days after an earlier one had been closed, or
when a closed one is opened again within that time. Hazards tied so are one corner: the connected parts of what came back after what
(single linkage), where two are at one place if each lies within the other's radius.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from math import cos, floor, radians
from typing import NamedTuple

from dispatch.core.geo import Point, metres

#: What is seen later than this after the closing is another one.
COMES_BACK_WITHIN = timedelta(days=30)
#: Returns of this much of the past say which corners come back now.
RECENT = timedelta(days=90)
METRES_A_DEGREE = 111_000


class Sighting(NamedTuple):
    """One accepted hazard: where, when it was seen, when it was closed, and when it was opened again after that."""

    id: str
    family: str
    radius_m: int
    lat: float | None
    lon: float | None
    building: str
    community_id: str | None
    seen_at: datetime
    closed: tuple[datetime, ...] = ()
    opened_again: tuple[datetime, ...] = ()


class Return(NamedTuple):
    """`hazard_id` came at `came_at`, after `before_id` had been closed at `closed_at`."""

    hazard_id: str
    before_id: str
    closed_at: datetime
    came_at: datetime


class Shape(NamedTuple):
    """A corner: what came back there, its hazards, how often in all and lately, and when that will be less."""

    id: str
    backs: tuple[Return, ...]
    hazard_ids: tuple[str, ...]
    returns: int
    recent: int
    stale_at: datetime | None


def same_place(one: Sighting, other: Sighting) -> bool:
    """Whether each lies within the other's radius; where one has no point, whether both name the same building of the same community."""
    if one.lat is None or one.lon is None or other.lat is None or other.lon is None:
        return one.building == other.building != "" and one.community_id == other.community_id is not None
    radius = min(one.radius_m, other.radius_m)
    if abs(one.lat - other.lat) * METRES_A_DEGREE > radius * 1.02:
        return False
    return metres(Point(one.lat, one.lon), Point(other.lat, other.lon)) <= radius


def came_back(before: Sighting, later: Sighting) -> Return | None:
    """That `later` came back after `before`, or None: it must have been closed then, and not for longer than thirty days."""
    if before.id == later.id or before.family != later.family:
        return None
    closed_at = _closed_before(before, later.seen_at)
    return Return(later.id, before.id, closed_at, later.seen_at) if closed_at and same_place(before, later) else None


def _closed_before(before: Sighting, moment: datetime) -> datetime | None:
    """When it was closed last before this moment, if it was still closed at it and not for too long."""
    closed_at = max((at for at in before.closed if at < moment), default=None)
    if closed_at is None or moment - closed_at > COMES_BACK_WITHIN:
        return None
    return None if any(closed_at <= at < moment for at in before.opened_again) else closed_at


def opened_again(one: Sighting) -> list[Return]:
    """The times at which it was itself opened again soon after it had been closed."""
    found = ((_closed_before(one, at), at) for at in one.opened_again)
    return [Return(one.id, one.id, closed_at, at) for closed_at, at in found if closed_at]


def returns_with(one: Sighting, others: Iterable[Sighting]) -> list[Return]:
    """Every return that this one has a part in."""
    pairs = (found for other in others for found in (came_back(one, other), came_back(other, one)))
    return sorted({*opened_again(one), *(found for found in pairs if found)})


def all_returns(sightings: Sequence[Sighting]) -> list[Return]:
    """Every return among many."""
    found: set[Return] = set()
    for one, others in _neighbours(sightings):
        found.update(opened_again(one))
        found.update(back for other in others if (back := came_back(other, one)))
    return sorted(found)


def _neighbours(sightings: Sequence[Sighting]) -> Iterator[tuple[Sighting, list[Sighting]]]:
    """Each with those that may be at its place: of the squares around it, or of its building where a point is missing."""
    squares: dict[tuple[str, int, int], list[Sighting]] = defaultdict(list)
    buildings: dict[tuple[str, str | None, str], list[Sighting]] = defaultdict(list)
    # A little wider than any radius, also where a degree of longitude is shortest.
    width = max((one.radius_m for one in sightings), default=1) * 1.05 / METRES_A_DEGREE
    narrowest = min((cos(radians(one.lat)) for one in sightings if one.lat is not None), default=1.0)

    def square(lat: float, lon: float) -> tuple[int, int]:
        return floor(lat / width), floor(lon * narrowest / width)

    for one in sightings:
        buildings[one.family, one.community_id, one.building].append(one)
        if one.lat is not None and one.lon is not None:
            squares[one.family, *square(one.lat, one.lon)].append(one)
    for one in sightings:
        there = buildings[one.family, one.community_id, one.building]
        if one.lat is None or one.lon is None:
            yield one, there
            continue
        row, column = square(one.lat, one.lon)
        near = [other for n in (-1, 0, 1) for m in (-1, 0, 1) for other in squares.get((one.family, row + n, column + m), ())]
        yield one, near + [other for other in there if other.lat is None]


def corners(returns: Iterable[Return], moment: datetime) -> list[Shape]:
    """The corners that these returns make, each named by the hazard that was closed there first.

    Args:
        moment: what has come back within ninety days before it is recent.
    """
    returns = sorted(returns)
    parent: dict[str, str] = {}

    def root(one: str) -> str:
        parent.setdefault(one, one)
        while parent[one] != one:
            parent[one] = one = parent[parent[one]]
        return one

    for back in returns:
        parent[root(back.hazard_id)] = root(back.before_id)
    parts: dict[str, list[Return]] = defaultdict(list)
    for back in returns:
        parts[root(back.hazard_id)].append(back)
    return sorted((_shape(of, moment) for of in parts.values()), key=lambda shape: shape.id)


def _shape(returns: Sequence[Return], moment: datetime) -> Shape:
    first = min(returns, key=lambda back: (back.closed_at, back.before_id))
    ids = {one for back in returns for one in (back.hazard_id, back.before_id)}
    came = {(back.came_at, back.hazard_id) for back in returns}
    recent = sorted(at for at, _id in came if at > moment - RECENT)
    return Shape(first.before_id, tuple(returns), tuple(sorted(ids)), len(came), len(recent), recent[0] + RECENT if recent else None)

"""What may be the same thing: of one family, close by, not long ago. A question to who looks, never a decision."""

from __future__ import annotations

from datetime import timedelta
from math import cos, radians
from typing import NamedTuple

from sqlalchemy import Connection, and_, or_

from dispatch.core.clock import now
from dispatch.core.geo import Point, metres
from dispatch.hazards.models import Hazard
from dispatch.hazards.queries import Box, Row, full, inside, reported_by, visible
from dispatch.hazards.states import ALIVE, Status
from dispatch.people.identity import Actor

#: What was seen longer ago than this is another one.
SAME_WITHIN = timedelta(weeks=12)
#: So many of the nearest are shown before a report is sent.
NEAR_MOST = 5
METRES_A_DEGREE = 111_000
_STANDING = ALIVE | {Status.REPORTED, Status.FIXED}

_hazards = Hazard.__table__


class Spot(NamedTuple):
    """Where something was seen: a point, a building, or both."""

    point: Point | None
    building: str
    community_id: str | None


def around(point: Point, radius_m: float) -> Box:
    """A box that holds a circle."""
    north = radius_m / METRES_A_DEGREE
    east = north / max(cos(radians(point.lat)), 0.01)
    return Box(point.lon - east, point.lat - north, point.lon + east, point.lat + north)


def same_nearby(
    connection: Connection, actor: Actor, station_id: str, family: str, spot: Spot, radius_m: int, *, but: str = ""
) -> list[tuple[Row, int | None]]:
    """What may be the same thing: of the same family, close by, of the last twelve weeks; the nearest first, with metres.

    Who asks sees what he may see: a courier what has been accepted and his own, a coordinator what waits in her queue too.

    Args:
        radius_m: the category's, in metres.
        but: the id of the one that is looked at itself.
    """
    places = [] if spot.point is None else [inside(around(spot.point, radius_m))]
    if spot.building and spot.community_id:
        # Where a report has no point, the name of the building is all there is to go by.
        places.append(and_(_hazards.c.building == spot.building, _hazards.c.community_id == spot.community_id))
    if not places:
        return []
    mine = or_(visible(actor), reported_by(actor.id))
    where = (_hazards.c.station_id == station_id, _hazards.c.family == family, _hazards.c.status.in_(sorted(_STANDING)),
             _hazards.c.seen_at > now() - SAME_WITHIN, mine, _hazards.c.id != but, or_(*places))  # fmt: skip
    found = [(row, _away(spot.point, row)) for row in connection.execute(full(actor.id).where(*where).limit(200))]
    close = [(row, away) for row, away in found if away is None or away <= radius_m or row.building == spot.building != ""]
    return sorted(close, key=lambda one: (one[1] is None, one[1] or 0, one[0].sent_at))[:NEAR_MOST]


def _away(point: Point | None, row: Row) -> int | None:
    return metres(point, Point(row.lat, row.lon)) if point and row.lat is not None else None

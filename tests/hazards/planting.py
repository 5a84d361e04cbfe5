"""Many hazards at once, laid into the tables as the verbs would have left them: what a season of reports looks like."""

from __future__ import annotations

import math
import random
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import insert, text

from dispatch.core.clock import now
from dispatch.core.unit_of_work import transaction
from dispatch.extensions import db
from dispatch.hazards.models import Hazard, HazardReport, HazardStep
from dispatch.hazards.pattern_models import HazardCorner, HazardReturn
from dispatch.people.identity import Actor
from tests.hazards.corner import CORNER, DISTRICT, HOME, RUBBISH, STATION

METRES = 1 / 111_000
DAY = timedelta(days=1)
#: Category and family.
KINDS = ((RUBBISH, "waste"), ("gb47678-event-06036", "clutter"), ("local-part-street_lamp", "lamp"))


class Planted(NamedTuple):
    """One report as it is to lie in the tables; closed, and opened again, after so long."""

    id: str
    lat: float | None
    lon: float | None
    seen_at: datetime
    closed_after: timedelta | None = None
    place: int = -1
    kind: tuple[str, str] = KINDS[0]
    status: str = ""
    opened_after: timedelta | None = None
    building: str = ""
    community_id: str = HOME


def moved(lat: float, lon: float, north_m: float, east_m: float) -> tuple[float, float]:
    """A point so many metres away."""
    return lat + north_m * METRES, lon + east_m * METRES / math.cos(math.radians(lat))


def hazard_row(one: Planted) -> dict[str, Any]:
    status = one.status or ("accepted" if one.closed_after is None else "verified")
    status = "assigned" if one.opened_after is not None else status
    accepted = one.seen_at + timedelta(minutes=20)
    return {
        "id": one.id, "number": f"H{one.id[-8:]}", "status": status, "district_id": DISTRICT, "station_id": STATION,
        "community_id": one.community_id, "category": one.kind[0], "family": one.kind[1], "urgent": False, "public": True,
        "title": "垃圾", "note": None, "building": one.building, "lat": one.lat, "lon": one.lon, "seen_at": one.seen_at,
        "sent_at": one.seen_at, "changed_at": now(), "version": 5, "hours": 9, "always": False,
        "due_at": accepted + DAY, "district_due_at": accepted + 3 * DAY, "overdue_told_at": accepted + DAY,
        "district_told_at": None, "reopened": int(one.opened_after is not None),
    }  # fmt: skip


def steps_of(one: Planted) -> list[dict[str, Any]]:
    """The history that it would have."""
    if one.status in ("reported", "declined"):
        return []
    times = [("accept", "reported", timedelta(minutes=20)), ("assign", "accepted", timedelta(minutes=30))]
    if one.closed_after is not None:
        times += [("fix", "assigned", one.closed_after / 2), ("verify", "fixed", one.closed_after)]
    if one.opened_after is not None:
        times += [("reopen", "verified", one.opened_after)]
    return [
        {"hazard_id": one.id, "version": n + 1, "verb": verb, "was": was, "by": "clock", "at": one.seen_at + after, "said": {}}
        for n, (verb, was, after) in enumerate(times)
    ]


def plant(reports: Sequence[Planted], reporter: Actor | None = None, *, histories: bool = True) -> None:
    """Lay them into the tables, with their histories, and as reported by somebody."""
    for start in range(0, len(reports), 5000):
        some = reports[start : start + 5000]
        with transaction() as work:
            work.execute_many(insert(Hazard.__table__), [hazard_row(one) for one in some])
            if steps := [step for one in some for step in steps_of(one) if histories]:
                work.execute_many(insert(HazardStep.__table__), steps)
            if reporter is not None:
                seen = [{"hazard_id": one.id, "person_id": reporter.id, "seen_at": one.seen_at, "at": one.seen_at} for one in some]
                work.execute_many(insert(HazardReport.__table__), seen)


def places(draw: random.Random, many: int, apart_m: float) -> list[tuple[float, float]]:
    """Points of a neighbourhood, no two nearer to each other than that."""
    found: list[tuple[float, float]] = []
    while len(found) < many:
        point = moved(CORNER["lat"], CORNER["lon"], draw.uniform(-1500, 1500), draw.uniform(-1500, 1500))
        if all(_flat(point, other) >= apart_m for other in found):
            found.append(point)
    return found


def _flat(one: tuple[float, float], other: tuple[float, float]) -> float:
    north, east = (one[0] - other[0]) / METRES, (one[1] - other[1]) / METRES * math.cos(math.radians(one[0]))
    return math.hypot(north, east)


def scattered(draw: random.Random, point: tuple[float, float], metres: float) -> tuple[float, float]:
    """As a phone gives it: within so many metres of where it is."""
    far, way = metres * math.sqrt(draw.random()), draw.uniform(0, 2 * math.pi)
    return moved(*point, far * math.cos(way), far * math.sin(way))


def a_season(seed: int, many: int = 1000, spots: int = 40) -> list[Planted]:
    """Reports around some places. At every third one what was closed is back within days; at the next it comes back too late to count;
    at the others it is seen by many before it is closed, once."""
    draw = random.Random(seed)
    reports: list[Planted] = []
    each = many // spots
    for place, point in enumerate(places(draw, spots, 90)):
        kind = KINDS[place % len(KINDS)]
        start = now() - timedelta(days=draw.uniform(70, 80))
        for n in range(each):
            if place % 3 == 0:  # five at a time see it, it is closed, and after some days it is there again
                seen = start + (n // 5) * timedelta(days=14) + timedelta(hours=n % 5)
                closed = timedelta(days=2) if n // 5 < 4 else None
            elif place % 3 == 1:  # it is there again, and later than thirty days
                seen = start + (n // 13) * timedelta(days=40) + timedelta(hours=n % 13)
                closed = timedelta(days=2) if n < 13 else None
            else:
                seen, closed = start + timedelta(hours=n), None
            lat, lon = scattered(draw, point, 15)
            reports.append(Planted(f"{seed:04x}{place:012x}{n:016x}", lat, lon, seen, closed, place, kind))
    return reports


def truly_back(reports: Iterable[Planted]) -> dict[int, set[str]]:
    """Place → those that came back there, by what was planted and not by where it lies."""
    by_place: dict[int, list[Planted]] = {}
    for one in reports:
        by_place.setdefault(one.place, []).append(one)
    back: dict[int, set[str]] = {}
    for place, those in by_place.items():
        for one in those:
            for before in those:
                closed = before.closed_after and before.seen_at + before.closed_after
                if closed and closed < one.seen_at <= closed + timedelta(days=30):
                    back.setdefault(place, set()).add(one.id)
    return back


def a_past(many: int, seed: int = 1) -> list[Planted]:
    """So many over three years and a whole street of 20 communities; of the latest 50 wait to be judged and 300 are dealt with."""
    draw = random.Random(seed)
    reports = []
    for n in range(many):
        lat, lon = moved(CORNER["lat"], CORNER["lon"], draw.uniform(-5000, 5000), draw.uniform(-5000, 5000))
        seen = now() - timedelta(days=1000) * (n / many)
        status = "reported" if n < 50 else "accepted" if n < 350 else "verified"
        community = f"{STATION}{n % 20 + 1:03}"
        reports.append(
            Planted(f"{n:032x}", lat, lon, seen, None, -1, KINDS[n % 3], status, building=f"{n % 30}号楼", community_id=community)
        )
    return reports


def plant_past(many: int) -> None:
    """Lay a past into the tables, with a corner for every twentieth hazard: at two hundred of them something came back lately."""
    reports = a_past(many)
    plant(reports, histories=False)
    corners = [
        {
            "id": one.id, "station_id": STATION, "community_id": one.community_id, "family": one.kind[1], "building": one.building,
            "lat": one.lat, "lon": one.lon, "hazards": 3, "returns": n % 7 + 1, "recent": n % 5 + 1 if n < 200 else 0,
            "first_at": one.seen_at - 20 * DAY, "last_at": one.seen_at, "stale_at": now() + 9 * DAY if n < 200 else None,
        }
        for n, one in enumerate(reports[:200] + reports[200::20])
    ]  # fmt: skip
    with transaction() as work:
        work.execute_many(insert(HazardCorner.__table__), corners)
        work.execute_many(
            insert(HazardReturn.__table__),
            [{"hazard_id": one["id"], "before_id": f"-{one['id'][1:]}", "closed_at": one["first_at"], "came_at": one["last_at"],
              "corner_id": one["id"]} for one in corners],
        )  # fmt: skip
    if db.engine.dialect.name == "postgresql":
        # What autovacuum does by itself within a minute.
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("ANALYZE"))

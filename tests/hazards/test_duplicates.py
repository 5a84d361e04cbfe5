"""A thousand reports around forty places: who reports what stands there already is shown it, and hardly ever anything else."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from flask import Flask

from dispatch.core.clock import now
from dispatch.core.geo import Point, metres
from dispatch.core.unit_of_work import look_again, reading
from dispatch.hazards.nearby import Spot, same_nearby
from tests.conftest import one_of_the_cast
from tests.hazards.corner import STATION
from tests.hazards.planting import KINDS, Planted, places, plant, scattered

RADIUS = {"waste": 50, "clutter": 50, "lamp": 30}


@pytest.mark.slow
@pytest.mark.parametrize("seed", [11, 12, 13])
def test_duplicates_are_found_and_little_else(either: Flask, seed: int) -> None:
    draw, reports = random.Random(seed), []
    for place, point in enumerate(places(draw, 40, 70)):
        for n in range(25):
            lat, lon = scattered(draw, point, 25)
            seen = now() - timedelta(days=draw.uniform(0, 60))
            reports.append(Planted(f"{place:016x}{n:016x}", lat, lon, seen, None, place, KINDS[place % 3]))
    plant(reports)
    look_again()
    coordinator, place_of = one_of_the_cast("coordinator"), {one.id: one.place for one in reports}
    there = found = shown = right = 0
    for one in reports:
        assert one.lat is not None
        assert one.lon is not None
        point, radius = Point(one.lat, one.lon), RADIUS[one.kind[1]]
        near = same_nearby(reading(), coordinator, STATION, one.kind[1], Spot(point, "", None), radius, but=one.id)
        same = [row for row, _away in near if place_of.get(row.id) == one.place]
        shown, right = shown + len(near), right + len(same)
        others = (other for other in reports if other.place == one.place and other.id != one.id)
        if any(metres(point, Point(other.lat or 0, other.lon or 0)) <= radius for other in others):
            there, found = there + 1, found + bool(same)
    assert there >= 900
    assert found / there >= 0.95, found / there
    assert right / shown >= 0.9, right / shown

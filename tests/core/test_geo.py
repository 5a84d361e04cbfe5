"""Places: distances against known ones, and the two Chinese datums against published points."""

from __future__ import annotations

import pytest

from dispatch.core.geo import Point, metres, to_bd09, to_gcj02

#: WGS-84 and GCJ-02 of the same places, from the tests of eviltransform; the last from those of coordtransform.
GCJ02 = [
    (Point(31.1774276, 121.5272106), Point(31.17530398364597, 121.531541859215)),  # Shanghai
    (Point(22.543847, 113.912316), Point(22.540796131694766, 113.9171764808363)),  # Shenzhen
    (Point(39.911954, 116.377817), Point(39.91334545536069, 116.38404722455657)),  # Beijing
    (Point(39.915, 116.404), Point(39.91640428150164, 116.41024449916938)),  # beside the gate of Tian'anmen
]
#: GCJ-02 and BD-09 of that last place, from the tests of coordtransform.
GATE_GCJ02, GATE_BD09 = Point(39.915, 116.404), Point(39.92133699351021, 116.41036949371029)
TEDA = Point(39.0236, 117.6986)


def wgs84_of(gcj: Point) -> Point:
    """The point that `to_gcj02` leads to `gcj`, by fixed point."""
    place = gcj
    for _ in range(8):
        there = to_gcj02(place)
        place = Point(place.lat - (there.lat - gcj.lat), place.lon - (there.lon - gcj.lon))
    return place


@pytest.mark.parametrize(("wgs", "gcj"), GCJ02)
def test_gcj02_is_the_published_point(wgs: Point, gcj: Point) -> None:
    assert metres(to_gcj02(wgs), gcj) == 0


def test_the_gate_of_heavenly_peace_is_where_baidu_draws_it() -> None:
    assert metres(to_bd09(wgs84_of(GATE_GCJ02)), GATE_BD09) == 0
    assert metres(to_bd09(Point(39.915, 116.404)), Point(39.922699552216216, 116.41662724378733)) == 0


def test_at_teda_the_map_is_half_a_kilometre_off() -> None:
    assert 530 <= metres(TEDA, to_gcj02(TEDA)) <= 570


@pytest.mark.parametrize("abroad", [Point(48.8584, 2.2945), Point(-33.8568, 151.2153), Point(90, 0), Point(-90, 180), Point(0, 0)])
def test_outside_china_gcj02_is_wgs84(abroad: Point) -> None:
    assert to_gcj02(abroad) == abroad


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        (Point(0, 0), Point(0, 1), 111_319),  # a degree of the equator
        (Point(0, 0), Point(1, 0), 110_574),  # a degree of the meridian there
        (Point(89, 0), Point(90, 0), 111_694),  # and at the pole
        (Point(0, 0), Point(0.5, 179.5), 19_936_288),  # Vincenty's formula fails here (Karney 2013)
        (TEDA, TEDA, 0),
    ],
)
def test_distances_are_those_of_the_ellipsoid(a: Point, b: Point, expected: int) -> None:
    assert abs(metres(a, b) - expected) <= 1
    assert metres(a, b) == metres(b, a)

"""Where things are: distances in metres, and the Chinese map datums at the edge of the system.

Everything stored is WGS-84. AMap wants GCJ-02 and Baidu BD-09; the formulas are the published ones of the eviltransform
family (Krasovsky 1940 ellipsoid), good to about a metre inside China.
"""

from __future__ import annotations

from functools import lru_cache
from math import atan2, cos, pi, sin, sqrt
from typing import NamedTuple

from geopy.distance import geodesic

_A = 6378245.0
_EE = 0.00669342162296594323
#: Of latitude.
KM_PER_DEGREE = 111.2
#: Outside this rectangle (south, north, west, east) the Chinese datums are WGS-84.
_CHINA = (0.8293, 55.8271, 72.004, 137.8347)


class Point(NamedTuple):
    """WGS-84 degrees."""

    lat: float
    lon: float


@lru_cache(maxsize=100_000)  # the same depots and communities meet again and again, and each meeting costs 0.2 ms
def metres(a: Point, b: Point) -> int:
    """The way as the crow flies, in whole metres, on the WGS-84 ellipsoid."""
    return round(geodesic((a.lat, a.lon), (b.lat, b.lon)).meters)


def flat_km(a: Point, b: Point) -> float:
    """About the same in kilometres, as if a city were flat: good to a hundredth, and two hundred times as quick."""
    north, east = (b.lat - a.lat) * KM_PER_DEGREE, (b.lon - a.lon) * KM_PER_DEGREE * cos((a.lat + b.lat) * pi / 360)
    return sqrt(north * north + east * east)


@lru_cache(maxsize=10_000)
def to_gcj02(place: Point) -> Point:
    """From WGS-84 to GCJ-02, the datum of AMap (高德)."""
    south, north_end, west, east_end = _CHINA
    if not (south <= place.lat <= north_end and west <= place.lon <= east_end):
        return place
    x, y = place.lon - 105.0, place.lat - 35.0
    root = sqrt(abs(x))
    waves = (20 * sin(6 * x * pi) + 20 * sin(2 * x * pi)) * 2 / 3
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + waves
    north += (20 * sin(y * pi) + 40 * sin(y / 3 * pi)) * 2 / 3 + (160 * sin(y / 12 * pi) + 320 * sin(y * pi / 30)) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + waves
    east += (20 * sin(x * pi) + 40 * sin(x / 3 * pi)) * 2 / 3 + (150 * sin(x / 12 * pi) + 300 * sin(x / 30 * pi)) * 2 / 3
    latitude = place.lat / 180 * pi
    magic = 1 - _EE * sin(latitude) ** 2
    north = north * 180 / ((_A * (1 - _EE)) / (magic * sqrt(magic)) * pi)
    east = east * 180 / (_A / sqrt(magic) * cos(latitude) * pi)
    return Point(place.lat + north, place.lon + east)


@lru_cache(maxsize=10_000)
def to_bd09(place: Point) -> Point:
    """From WGS-84 to BD-09, the datum of Baidu's maps."""
    lat, lon = to_gcj02(place)
    z = sqrt(lon * lon + lat * lat) + 0.00002 * sin(lat * pi * 3000 / 180)
    theta = atan2(lat, lon) + 0.000003 * cos(lon * pi * 3000 / 180)
    return Point(z * sin(theta) + 0.006, z * cos(theta) + 0.0065)

"""The world that is replayed: errands, couriers, their shifts and their own paid trips. The same seed draws the same one.

Places are kilometres east and north of the middle, times are seconds since the first midnight.
"""

from __future__ import annotations

import csv
from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from math import cos, exp, log, pi, radians, sin
from pathlib import Path

from tests.replay.chance import exponential, normal, poisson, uniform

STREET = Path(__file__).parents[2] / "dispatch" / "demo" / "street.csv"
DAYS, COURIERS = 10, 80
DAY_S, OPENS_S, CLOSES_S = 86_400, 8 * 3600, 20 * 3600
#: Couriers stay on duty so long after the last errand may come.
STAY_S = 1800
#: The square has this side.
SIDE_KM = 8.0
SPEED_KMH, DETOUR = 15.0, 1.35
IDLE_MEAN_S = 12 * 60
HANDLING_S, WHILE_BUSY_S = 8 * 60, 10 * 60
_TRIP_MEDIAN_KM, _TRIP_P90_KM = 1.5, 3.1
_TRIP_SPREAD = log(_TRIP_P90_KM / _TRIP_MEDIAN_KM) / 1.2815515655
#: Two peaks, and what comes evenly over the day: (share, hour, deviation in hours).
_PEAKS = ((0.3, 12.0, 0.8), (0.3, 19.0, 0.8))
_URGENT = 0.2
#: An errand belongs somewhere within its community.
_COMMUNITY_KM = 0.25

Place = tuple[float, float]


@dataclass(frozen=True)
class Scenario:
    """A kind of week."""

    name: str
    #: Errands a day.
    orders: float
    #: What the average courier says to an errand half a kilometre away.
    willing: float
    #: The share of couriers on duty on a day.
    on_duty: float = 1.0
    #: How fast alerts tire (φ).
    tiring: float = 1.0


SCENARIOS = {
    "S1": Scenario("S1 normal", 60, 0.35),
    "S2": Scenario("S2 reluctant", 60, 0.10),
    "S3": Scenario("S3 rain", 120, 0.20, on_duty=0.35),
    "S4": Scenario("S4 tired", 120, 0.20, tiring=3.0),
}


@dataclass(frozen=True)
class Order:
    id: str
    at: float
    pick_up: Place
    drop_off: Place
    community: int
    urgent: bool


@dataclass
class Courier:
    """Where he is and whether he is on a trip of his own does not depend on what he is asked."""

    id: str
    #: The logit of a yes, half a kilometre away, idle, ten alerts lately.
    will: float
    #: By the day on which he serves: from, until.
    shifts: dict[int, tuple[float, float]]
    #: When each idle time or trip begins, and then (until, from where, to where, busy).
    begins: list[float] = field(default_factory=list)
    legs: list[tuple[float, Place, Place, bool]] = field(default_factory=list)
    #: Where it was read last: time mostly goes on.
    _leg: int = 0

    def whereabouts(self, at: float) -> tuple[Place, bool]:
        """Where he is, and whether he is on a trip of his own."""
        number = self._leg
        if not (self.begins[number] <= at < self.legs[number][0]):
            number = self._leg = max(0, bisect_right(self.begins, at) - 1)
        begin = self.begins[number]
        until, start, end, busy = self.legs[number]
        if not busy:
            return start, False
        part = min(1.0, (at - begin) / (until - begin)) if until > begin else 1.0
        return (start[0] + part * (end[0] - start[0]), start[1] + part * (end[1] - start[1])), True


@dataclass(frozen=True)
class World:
    seed: int
    tiring: float
    orders: list[Order]
    couriers: list[Courier]
    communities: int

    @property
    def days(self) -> int:
        return 1 + int(max(order.at for order in self.orders) // DAY_S)

    @cached_property
    def _by_day(self) -> dict[int, list[tuple[float, float, int]]]:
        days: dict[int, list[tuple[float, float, int]]] = {}
        for number, courier in enumerate(self.couriers):
            for day, (begin, end) in courier.shifts.items():
                days.setdefault(day, []).append((begin, end, number))
        return days

    def serving(self, at: float) -> list[int]:
        """Who is on duty."""
        return [number for begin, end, number in self._by_day.get(int(at // DAY_S), ()) if begin <= at < end]


def apart_km(a: Place, b: Place) -> float:
    return ((a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2) ** 0.5


def ride_s(km: float) -> float:
    """How long a way takes that is so far as the crow flies."""
    return km * DETOUR / SPEED_KMH * 3600


def drawn(scenario: Scenario, seed: int, *, days: int = DAYS, couriers: int = COURIERS) -> World:
    """The shipped generator: the twenty communities and depots of TEDA."""
    communities, depots = street()
    people = []
    for number in range(couriers):
        shifts = {
            day: (float(day * DAY_S + OPENS_S), float(day * DAY_S + CLOSES_S + STAY_S))
            for day in range(days)
            if uniform(seed, "on duty", number, day) < scenario.on_duty
        }
        courier = Courier(f"c{number}", logit(scenario.willing) + normal(seed, "will", number), shifts)
        add_trips(courier, depots[number % len(depots)], seed, number)
        people.append(courier)
    return World(seed, scenario.tiring, _errands(scenario, seed, days, communities), people, len(communities))


def _errands(scenario: Scenario, seed: int, days: int, communities: list[Place]) -> list[Order]:
    orders = []
    for day in range(days):
        moments = [_moment(seed, day, n) for n in range(poisson(scenario.orders, seed, "errands", day))]
        for number, at in enumerate(sorted(moments)):
            named = (day, number)
            community = int(uniform(seed, "community", *named) * len(communities))
            east, north = (middle + _COMMUNITY_KM * normal(seed, "door", *named, n) for n, middle in enumerate(communities[community]))
            drop_off = folded(east, north)
            pick_up = trip_from(drop_off, seed, "errand", *named)
            urgent = uniform(seed, "urgent", *named) < _URGENT
            orders.append(Order(f"o{day}.{number}", day * DAY_S + at, pick_up, drop_off, community, urgent))
    return orders


def _moment(seed: int, day: int, number: int) -> float:
    which = uniform(seed, "peak", day, number)
    for share, hour, deviation in _PEAKS:
        if which < share:
            moment = (hour + deviation * normal(seed, "moment", day, number)) * 3600
            if OPENS_S <= moment < CLOSES_S:
                return moment
            break
        which -= share
    return OPENS_S + uniform(seed, "any moment", day, number) * (CLOSES_S - OPENS_S)


def add_trips(courier: Courier, home: Place, seed: int, number: int) -> None:
    """He waits, rides somewhere around his depot for his employer, waits there, and so on."""
    for begin, end in courier.shifts.values():
        at, place, count = begin, folded(home[0], home[1]), 0
        while at < end:
            named = (number, int(begin), count)
            waits = exponential(IDLE_MEAN_S, seed, "waits", *named)
            courier.begins.append(at)
            courier.legs.append((at + waits, place, place, False))
            at += waits
            to = trip_from(home, seed, "own trip", *named)
            rides = ride_s(apart_km(place, to))
            courier.begins.append(at)
            courier.legs.append((at + rides, place, to, True))
            at, place, count = at + rides, to, count + 1


def trip_from(place: Place, seed: int, name: str, *numbers: int) -> Place:
    """Somewhere a usual way off."""
    km = _TRIP_MEDIAN_KM * exp(_TRIP_SPREAD * normal(seed, name, *numbers, 11))
    angle = 2 * pi * uniform(seed, name, *numbers, 12)
    return folded(place[0] + km * cos(angle), place[1] + km * sin(angle))


def folded(x: float, y: float) -> Place:
    """Within the square: who would leave it turns back at its edge."""

    def back(one: float) -> float:
        half = SIDE_KM / 2
        one = (one + half) % (2 * SIDE_KM)
        return (one if one <= SIDE_KM else 2 * SIDE_KM - one) - half

    return back(x), back(y)


def logit(chance: float) -> float:
    return log(chance / (1 - chance))


@lru_cache
def street() -> tuple[list[Place], list[Place]]:
    """Communities and depots, in kilometres from the middle between them."""
    with STREET.open(encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if row["parent_code"] == "120116014"]
    middle = [sum(float(row[which]) for row in rows) / len(rows) for which in ("lat", "lon")]
    return tuple(  # type: ignore[return-value]
        [projected(float(row["lat"]), float(row["lon"]), middle[0], middle[1]) for row in rows if row["level"] == level]
        for level in ("community", "depot")
    )


def projected(lat: float, lon: float, middle_lat: float, middle_lon: float) -> Place:
    """Good to a metre in ten kilometres, which is what a city needs."""
    return (lon - middle_lon) * 111.320 * cos(radians(middle_lat)), (lat - middle_lat) * 110.574

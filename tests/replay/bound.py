"""What nobody can beat: the best that could have been done by somebody who knew beforehand who would say yes, and when.

A linear program: each order at most once, each courier at most one errand at a time. Everything is rounded in favour of the bound: a
courier has as few alerts behind him and is as near as possible within each slice of time, an errand holds him only for the time that it
would in every case, half an errand may be given to one and half to another, and each claim costs one alert.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from math import exp
from typing import NamedTuple

from scipy.optimize import linprog
from scipy.sparse import csr_array

from dispatch.orders.predicting import RECENT_AT_FIRST, recent_now
from tests.replay.behaving import ASSUMED, Assumed, chance_of_yes, errand_s, reply_s
from tests.replay.chance import uniform
from tests.replay.figures import ALERT_COSTS, KM_COSTS, WORTH_S
from tests.replay.simulating import MISSED_S
from tests.replay.world import DAY_S, Courier, Order, Place, World

#: Asked within one of these slices, seconds after the order came. Narrower ones would bring the bound nearer, and take longer.
_SLICES = ((0.0, 60.0), (60.0, 180.0), (180.0, 420.0), (420.0, 900.0), (900.0, MISSED_S))
#: That a courier does one errand at a time is asked at moments so far apart.
_MOMENTS_S = 300.0


class Chance(NamedTuple):
    """One courier may take one order, if he is asked in one slice."""

    order: int
    courier: int
    worth: float
    #: When he is certainly at it, in either case.
    holds: tuple[float, float]


class Part(NamedTuple):
    """Some seconds of a courier's day on one leg: idle at a place, or on a trip."""

    begin: float
    end: float
    nearest_km: float
    busy: bool


def bound(world: World, assumed: Assumed = ASSUMED) -> float:
    """The most that U can be in this world."""
    worth = 0.0
    for day in range(world.days):
        chances = list(_chances(world, day, assumed))
        if chances:
            worth += _solved(chances)
    return worth / len(world.orders)


def _chances(world: World, day: int, assumed: Assumed) -> Iterator[Chance]:
    serving = [(number, courier) for number, courier in enumerate(world.couriers) if day in courier.shifts]
    for number, order in enumerate(world.orders):
        if int(order.at // DAY_S) != day:
            continue
        recent = recent_now(RECENT_AT_FIRST, order.at + MISSED_S)
        for who, courier in serving:
            says = uniform(world.seed, "yes", number, who)
            if says < chance_of_yes(courier.will, 0.0, False, recent, world.tiring, assumed):
                yield from _of_pair(world, assumed, number, who, says, recent)


def _of_pair(world: World, assumed: Assumed, number: int, who: int, says: float, recent: float) -> Iterator[Chance]:
    order, courier = world.orders[number], world.couriers[who]
    begin, end = courier.shifts[int(order.at // DAY_S)]
    replies = reply_s(world.seed, number, who)
    for slice_begin, slice_end in _SLICES:
        ask_from, ask_to = max(begin, order.at + slice_begin), min(end, order.at + min(slice_end, MISSED_S - replies))
        if ask_from >= ask_to:
            continue
        willing = [
            part
            for part in parts(courier, ask_from, ask_to, order.pick_up)
            if says < chance_of_yes(courier.will, part.nearest_km, part.busy, recent, world.tiring, assumed)
        ]
        if willing:
            chance = _taken(number, who, order, courier, willing[0].begin + replies, willing[-1].end + replies)
            if chance.worth > 0:
                yield chance


def _taken(number: int, who: int, order: Order, courier: Courier, earliest: float, latest: float) -> Chance:
    """What a claim between these moments is worth at best, and when he is at it in any case."""
    where = list(parts(courier, earliest, latest, order.pick_up))
    km = min(part.nearest_km for part in where)
    worth = exp(-(earliest - order.at) / WORTH_S) - ALERT_COSTS - KM_COSTS * km
    lasts = errand_s(order, km, all(part.busy for part in where))
    return Chance(number, who, worth, (latest, earliest + lasts))


def parts(courier: Courier, begin: float, end: float, place: Place) -> Iterator[Part]:
    """Between two moments, leg by leg, how near he comes to a place."""
    leg = max(0, bisect_right(courier.begins, begin) - 1)
    while leg < len(courier.legs) and (courier.begins[leg] <= end or leg == 0):
        until, _, _, busy = courier.legs[leg]
        last = leg + 1 == len(courier.legs)
        a, b = max(begin, courier.begins[leg]), end if last else min(end, until)
        yield Part(a, b, _nearest_km(courier, a, b, place), busy)
        leg += 1


def _nearest_km(courier: Courier, a: float, b: float, place: Place) -> float:
    """From a place to the piece of way that he rides meanwhile."""
    (ax, ay), _ = courier.whereabouts(a)
    (bx, by), _ = courier.whereabouts(b - 1e-6)
    dx, dy = bx - ax, by - ay
    length = dx * dx + dy * dy
    along = 0.0 if length == 0 else max(0.0, min(1.0, ((place[0] - ax) * dx + (place[1] - ay) * dy) / length))
    return ((ax + along * dx - place[0]) ** 2 + (ay + along * dy - place[1]) ** 2) ** 0.5


def _solved(chances: list[Chance]) -> float:
    """The program of one day, by HiGHS. Errands never reach over midnight."""
    rows: dict[tuple[int, int], int] = {}
    where: tuple[list[int], list[int]] = ([], [])
    for column, chance in enumerate(chances):
        moments = range(int(chance.holds[0] // _MOMENTS_S) + 1, int(chance.holds[1] // _MOMENTS_S) + 1)
        for key in [(-1, chance.order), *((chance.courier, moment) for moment in moments)]:
            where[0].append(rows.setdefault(key, len(rows)))
            where[1].append(column)
    table = csr_array(([1.0] * len(where[0]), where), shape=(len(rows), len(chances)))
    solved = linprog([-chance.worth for chance in chances], A_ub=table, b_ub=[1.0] * len(rows), bounds=(0, 1), method="highs")
    if solved.status != 0:
        raise RuntimeError(f"The bound was not found: {solved.message}")
    return -float(solved.fun)

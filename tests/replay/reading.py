"""How a city's real day becomes a world: two CSV files in the public meal-delivery form.

A city has a hundred times the orders and couriers of one street. So the busiest eight by eight kilometres are kept, and of those as many as
the scenario has: the couriers once, the orders anew for each day.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import NamedTuple, TypeVar

from tests.replay.chance import normal, poisson, uniform
from tests.replay.world import COURIERS, DAY_S, SIDE_KM, Courier, Order, Place, Scenario, World, add_trips, logit, projected

#: Nothing is read that comes later: what is tried for half an hour must end on its day.
LAST_S = DAY_S - 2100
_CELLS = 4
_URGENT = 0.2

Row = TypeVar("Row")


class NotReadable(Exception):
    """A sentence for whoever gave the file."""


class _Place(NamedTuple):
    lat: float
    lng: float


class CityOrder(NamedTuple):
    pick_up: _Place
    drop_off: _Place
    at: float


class CityCourier(NamedTuple):
    place: _Place
    on: float
    off: float


def city(orders: Path, couriers: Path, scenario: Scenario, seed: int, *, days: int) -> World:
    """A world of as many orders and couriers as the scenario has, from a city's files."""
    known, people = read_orders(orders), read_couriers(couriers)
    middle = _Place(median(one.pick_up.lat for one in known), median(one.pick_up.lng for one in known))

    def here(place: _Place) -> Place:
        return projected(place.lat, place.lng, middle.lat, middle.lng)

    near = [one for one in known if _inside(here(one.pick_up)) and _inside(here(one.drop_off)) and one.at <= LAST_S]
    serving = [one for one in people if _inside(here(one.place)) and one.off > one.on]
    if not near or not serving:
        raise NotReadable(f"Around the middle of {orders} there is no order, or no courier of {couriers}.")
    chosen = sorted(range(len(serving)), key=lambda n: uniform(seed, "city courier", n))[: round(COURIERS * scenario.on_duty)]
    riders = [_rider(here(serving[n].place), serving[n], scenario, seed, number, days) for number, n in enumerate(sorted(chosen))]
    errands = []
    for day in range(days):
        many = poisson(scenario.orders, seed, "errands", day)
        drawn = sorted(sorted(range(len(near)), key=lambda n: uniform(seed, "city order", day, n))[:many], key=lambda n: near[n].at)
        for number, n in enumerate(drawn):
            one = near[n]
            urgent = uniform(seed, "urgent", day, number) < _URGENT
            drop_off = here(one.drop_off)
            errands.append(Order(f"o{day}.{number}", day * DAY_S + one.at, here(one.pick_up), drop_off, _cell(drop_off), urgent))
    return World(seed, scenario.tiring, errands, riders, _CELLS * _CELLS)


def read_orders(path: Path) -> list[CityOrder]:
    return _read(
        path,
        lambda row: CityOrder(
            _Place(_degrees(row, "pick_up_lat"), _degrees(row, "pick_up_lng")),
            _Place(_degrees(row, "drop_off_lat"), _degrees(row, "drop_off_lng")),
            _seconds(row, "placement_time"),
        ),
        ("order_id", "pick_up_lat", "pick_up_lng", "drop_off_lat", "drop_off_lng", "placement_time"),
    )


def read_couriers(path: Path) -> list[CityCourier]:
    return _read(
        path,
        lambda row: CityCourier(
            _Place(_degrees(row, "on_lat"), _degrees(row, "on_lng")), _seconds(row, "on_time"), _seconds(row, "off_time")
        ),
        ("courier_id", "vehicle", "on_lat", "on_lng", "on_time", "off_time"),
    )


def _read(path: Path, made: Callable[[dict[str, str]], Row], columns: tuple[str, ...]) -> list[Row]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as why:
        raise NotReadable(f"{path} cannot be read: {why}.") from why
    lines = csv.DictReader(text.splitlines())
    missing = [column for column in columns if column not in (lines.fieldnames or ())]
    if missing:
        raise NotReadable(f"{path} has no column {', '.join(missing)}.")
    rows = []
    for number, row in enumerate(lines, 2):
        try:
            rows.append(made(row))
        except ValueError as why:
            raise NotReadable(f"{path}, line {number}: {why}.") from why
    if not rows:
        raise NotReadable(f"{path} has no rows.")
    return rows


def _degrees(row: dict[str, str], column: str) -> float:
    try:
        value = float(row[column])
    except (TypeError, ValueError):
        raise ValueError(f"{column} is “{row[column]}”, not degrees") from None
    if not abs(value) <= 180:
        raise ValueError(f"{column} is {value}, more than 180 degrees")
    return value


def _seconds(row: dict[str, str], column: str) -> float:
    parts = (row[column] or "").split(":")
    if len(parts) != 3 or not all(part.isdigit() for part in parts):
        raise ValueError(f"{column} is “{row[column]}”, not HH:MM:SS")
    hours, minutes, seconds = map(int, parts)
    if hours > 24 or minutes > 59 or seconds > 59:
        raise ValueError(f"{column} is “{row[column]}”, no time of day")
    return float(hours * 3600 + minutes * 60 + seconds)


def _rider(place: Place, one: CityCourier, scenario: Scenario, seed: int, number: int, days: int) -> Courier:
    shifts = {day: (day * DAY_S + one.on, day * DAY_S + one.off) for day in range(days)}
    courier = Courier(f"c{number}", logit(scenario.willing) + normal(seed, "will", number), shifts)
    add_trips(courier, place, seed, number)
    return courier


def _inside(place: Place) -> bool:
    return max(abs(place[0]), abs(place[1])) < SIDE_KM / 2


def _cell(place: Place) -> int:
    """Two by two kilometres stand for a community."""
    east, north = (int((one + SIDE_KM / 2) / SIDE_KM * _CELLS) for one in place)
    return north * _CELLS + east

"""The world that is replayed: drawn by name, or read from a city's files."""

from __future__ import annotations

import re
from pathlib import Path
from statistics import fmean, median

import pytest

from tests.replay.chance import exponential, normal, poisson, uniform
from tests.replay.reading import NotReadable, city, read_couriers, read_orders
from tests.replay.world import CLOSES_S, DAY_S, OPENS_S, SCENARIOS, SIDE_KM, apart_km, drawn, street

ORDERS = """order_id,pick_up_lat,pick_up_lng,drop_off_lat,drop_off_lng,placement_time,preparation_time
1,39.0340,117.7060,39.0391,117.7012,08:00:21,00:01:08
2,39.0352,117.7100,39.0418,117.6985,12:30:00,00:02:14
3,39.0330,117.7020,39.0289,117.7102,19:10:05,00:02:14
4,39.9000,116.4000,39.9100,116.4100,19:10:05,00:02:14
"""
COURIERS = """courier_id,vehicle,on_lat,on_lng,on_time,off_time
7,bicycle,39.0342,117.7065,07:30:00,21:00:00
8,motorcycle,39.0374,117.7020,00:00:00,24:00:00
"""


def files(folder: Path, orders: str = ORDERS, couriers: str = COURIERS) -> tuple[Path, Path]:
    (folder / "orders.csv").write_text(orders, encoding="utf-8")
    (folder / "couriers.csv").write_text(couriers, encoding="utf-8")
    return folder / "orders.csv", folder / "couriers.csv"


def test_a_draw_depends_on_its_name_and_numbers_alone() -> None:
    first = uniform(1, "yes", 3, 4)
    uniform(1, "anything", 9)
    assert uniform(1, "yes", 3, 4) == first
    assert len({first, uniform(2, "yes", 3, 4), uniform(1, "no", 3, 4), uniform(1, "yes", 4, 3), uniform(1, "yes", 3, 5)}) == 5


def test_draws_have_the_shape_that_they_are_named_after() -> None:
    many = range(20_000)
    assert fmean(uniform(1, "a", n) for n in many) == pytest.approx(0.5, abs=0.01)
    normals = [normal(1, "b", n) for n in many]
    assert fmean(normals) == pytest.approx(0, abs=0.03)
    assert fmean(one * one for one in normals) == pytest.approx(1, abs=0.04)
    assert fmean(exponential(5, 1, "c", n) for n in many) == pytest.approx(5, rel=0.03)
    assert fmean(poisson(6, 1, "d", n) for n in range(3_000)) == pytest.approx(6, rel=0.03)


def test_the_same_seed_draws_the_same_world_and_another_seed_another() -> None:
    one, same, other = (drawn(SCENARIOS["S3"], seed, days=2, couriers=12) for seed in (1, 1, 2))
    assert one.orders == same.orders
    assert [vars(courier) for courier in one.couriers] == [vars(courier) for courier in same.couriers]
    assert one.orders != other.orders


def test_the_generator_draws_what_is_stated() -> None:
    world = drawn(SCENARIOS["S1"], 1)
    assert len(world.orders) / 10 == pytest.approx(60, rel=0.15)
    assert all(OPENS_S <= order.at % DAY_S < CLOSES_S for order in world.orders)
    noon_and_evening = sum(11 <= order.at % DAY_S / 3600 < 13 or 18 <= order.at % DAY_S / 3600 < 20 for order in world.orders)
    assert noon_and_evening > len(world.orders) / 2, "two peaks"
    trips = sorted(apart_km(order.pick_up, order.drop_off) for order in world.orders)
    assert median(trips) == pytest.approx(1.5, rel=0.1)
    assert trips[int(len(trips) * 0.9)] == pytest.approx(3.1, rel=0.15)
    half = SIDE_KM / 2
    assert all(abs(one) <= half for order in world.orders for place in (order.pick_up, order.drop_off) for one in place)
    assert [len(places) for places in street()] == [20, 20]


def test_in_the_rain_a_third_is_on_duty_each_day_others_than_the_day_before() -> None:
    world = drawn(SCENARIOS["S3"], 1, days=10)
    noon = [frozenset(world.serving(day * DAY_S + 12 * 3600)) for day in range(10)]
    assert fmean(map(len, noon)) == pytest.approx(28, abs=4)
    assert len(set(noon)) == 10
    assert world.serving(3 * 3600) == []


def test_a_courier_rides_no_faster_than_a_bicycle() -> None:
    courier = drawn(SCENARIOS["S1"], 1, days=1, couriers=1).couriers[0]
    at, step = OPENS_S, 10.0
    for _ in range(4_000):
        here, there = courier.whereabouts(at)[0], courier.whereabouts(at + step)[0]
        assert apart_km(here, there) <= 15 / 3600 * step / 1.35 + 1e-9
        at += step


def test_a_citys_files_become_a_world_without_what_lies_elsewhere(tmp_path: Path) -> None:
    world = city(*files(tmp_path), SCENARIOS["S1"], 1, days=2)
    assert len(world.couriers) == 2
    assert 0 < len(world.orders) <= 6, "three of the four, each day"
    assert all(apart_km(order.pick_up, (0, 0)) < 6 for order in world.orders)
    assert world.serving(22 * 3600) == [1]
    assert world.orders == city(*files(tmp_path), SCENARIOS["S1"], 1, days=2).orders


@pytest.mark.parametrize(
    ("orders", "couriers", "said"),
    [
        (ORDERS.replace("placement_time", "when"), COURIERS, "orders.csv has no column placement_time."),
        (ORDERS.replace("12:30:00", "noon"), COURIERS, "orders.csv, line 3: placement_time is “noon”, not HH:MM:SS."),
        (ORDERS.replace("12:30:00", "12:61:00"), COURIERS, "orders.csv, line 3: placement_time is “12:61:00”, no time of day."),
        (ORDERS.replace("39.0340", "north"), COURIERS, "orders.csv, line 2: pick_up_lat is “north”, not degrees."),
        (ORDERS.replace("39.0340", "390.340"), COURIERS, "orders.csv, line 2: pick_up_lat is 390.34, more than 180 degrees."),
        (ORDERS.replace("39.0340", "nan"), COURIERS, "orders.csv, line 2: pick_up_lat is nan, more than 180 degrees."),
        (ORDERS.splitlines()[0], COURIERS, "orders.csv has no rows."),
        (ORDERS, COURIERS.replace("21:00:00", ""), "couriers.csv, line 2: off_time is “”, not HH:MM:SS."),
        (ORDERS, COURIERS.replace("39.03", "38.03"), "there is no order, or no courier"),
        (ORDERS + "5,39.03", COURIERS, "orders.csv, line 6: pick_up_lng is “None”, not degrees."),
    ],
)
def test_what_is_wrong_with_a_file_is_said_in_a_sentence(tmp_path: Path, orders: str, couriers: str, said: str) -> None:
    with pytest.raises(NotReadable, match=re.escape(said)):
        city(*files(tmp_path, orders, couriers), SCENARIOS["S1"], 1, days=1)


def test_a_file_that_is_not_there_or_no_text_is_said(tmp_path: Path) -> None:
    with pytest.raises(NotReadable, match="cannot be read"):
        read_orders(tmp_path / "nowhere.csv")
    (tmp_path / "picture.csv").write_bytes(b"\xff\xd8\xff\xe0")
    with pytest.raises(NotReadable, match="cannot be read"):
        read_couriers(tmp_path / "picture.csv")

"""The kinds of hazards are data: they come with the house, and a station says them differently for itself."""

from __future__ import annotations

import pytest
from sqlalchemy import insert

from dispatch.core.errors import Invalid, NotEligible
from dispatch.core.unit_of_work import look_again, reading, transaction
from dispatch.hazards.categorising import EVERYBODY, add_category, categories, category_id, change_category, find_category
from dispatch.hazards.listing import categories_listing
from dispatch.hazards.models import HazardCategory
from tests.hazards.corner import NEIGHBOUR, RUBBISH, STATION, Corner, once

#: GB/T 47678.5: code → name, and the limits of one city in working hours, typed a second time.
PUBLISHED = {
    "06010": ("暴露垃圾", 4), "06011": ("积存垃圾渣土", 8), "06012": ("道路不洁", 2), "06017": ("绿地脏乱", 8), "06036": ("乱堆杂物", 9),
    "06042": ("垃圾站（箱）满溢", 2), "06045": ("非法占绿毁绿", 27), "07003": ("违规户外广告", 27), "09005": ("店外经营", 9),
    "09006": ("占道经营", 4),
}  # fmt: skip
#: What couriers meet in housing blocks, and whether it rings.
LOCAL = {
    "消防通道堵塞": True, "电动车飞线充电": False, "楼道堆物": False, "路灯不亮": False, "井盖缺损": True, "积水": False,
    "独居老人异常": True, "燃气异味": True, "电线垂落": True, "其他": False,
}  # fmt: skip
NEW = {"kind": "part", "code": "bench", "name": "长椅坏了", "name_en": "Bench broken", "family": "street", "urgent": False, "always": False,
       "hours": 18, "radius_m": 20, "public": True, "active": True, "advice": "", "advice_en": ""}  # fmt: skip


def test_what_comes_with_the_house(corner: Corner) -> None:
    known = categories(reading(), STATION)
    assert {one.code: (one.name, one.hours) for one in known.values() if not one.is_local} == PUBLISHED
    assert {one.name: one.urgent for one in known.values() if one.is_local} == LOCAL
    assert next(one for one in known.values() if one.name == "积水").hours == 4
    assert [one.name for one in known.values() if not one.public] == ["独居老人异常"]


def test_a_station_changes_its_own_and_nobody_else_s(corner: Corner) -> None:
    boss = corner.cast("coordinator")
    change_category(boss, RUBBISH, {"hours": 2, "name": "露天垃圾"}, once(boss))
    change_category(boss, RUBBISH, {"urgent": True}, once(boss))
    look_again()
    here, there = categories(reading(), STATION)[RUBBISH], categories(reading(), NEIGHBOUR)[RUBBISH]
    assert (here.hours, here.name, here.urgent, here.code) == (2, "露天垃圾", True, "06010")
    assert (there.hours, there.name, there.urgent) == (4, "暴露垃圾", False)
    row = corner.row(corner.accepted())
    assert (row.hours, row.urgent, row.title) == (2, True, "露天垃圾")


def test_what_is_said_for_everybody_stands_under_what_a_station_says(corner: Corner) -> None:
    house = categories(reading(), STATION)[RUBBISH]
    with transaction() as work:
        work.execute(insert(HazardCategory.__table__), {"station_id": EVERYBODY, **house._replace(hours=6, radius_m=99)._asdict()})
    boss = corner.cast("coordinator")
    change_category(boss, RUBBISH, {"hours": 3}, once(boss))
    look_again()
    here, there = categories(reading(), STATION)[RUBBISH], categories(reading(), NEIGHBOUR)[RUBBISH]
    assert (here.hours, here.radius_m, there.hours, there.radius_m) == (3, 99, 6, 99)


def test_a_category_of_the_station_s_own_is_flagged_as_local(corner: Corner) -> None:
    boss = corner.cast("coordinator")
    added = add_category(boss, NEW, once(boss))["category"]
    look_again()
    assert added == category_id("local", "part", "bench")
    assert categories(reading(), STATION)[added].is_local
    assert added not in categories(reading(), NEIGHBOUR)
    assert corner.row(corner.report(category="bench")).category == added
    with pytest.raises(Invalid) as refused:
        add_category(boss, NEW, once(boss))
    assert refused.value.extra["field"] == "code"


def test_parts_and_events_share_numbers_so_a_code_that_two_have_is_not_enough(corner: Corner) -> None:
    boss = corner.cast("coordinator")
    for kind in ("part", "event"):
        add_category(boss, {**NEW, "kind": kind}, once(boss))
    look_again()
    known = categories(reading(), STATION)
    with pytest.raises(Invalid):
        find_category(known, "bench")
    assert find_category(known, "local-event-bench").kind == "event"


def test_what_is_out_of_use_is_shown_to_the_coordinator_alone_and_stays_where_it_was(corner: Corner) -> None:
    boss, hazard = corner.cast("coordinator"), corner.accepted()
    change_category(boss, RUBBISH, {"active": False}, once(boss))
    look_again()
    assert RUBBISH not in [one["id"] for one in categories_listing(corner.cast("courier1"))["items"]]
    assert RUBBISH in [one["id"] for one in categories_listing(boss)["items"]]
    with pytest.raises(Invalid):
        corner.report()
    assert corner.seen("courier1", hazard)["category_name"] == "暴露垃圾"


@pytest.mark.parametrize("login", ["courier1", "clerk", "supervisor", "admin"])
def test_only_a_coordinator_says_what_is_what(corner: Corner, login: str) -> None:
    actor = corner.cast(login)
    with pytest.raises(NotEligible):
        change_category(actor, RUBBISH, {"hours": 1}, once(actor))
    with pytest.raises(NotEligible):
        add_category(actor, NEW, once(actor))


def test_nothing_is_changed_that_is_not_there(corner: Corner) -> None:
    boss = corner.cast("coordinator")
    with pytest.raises(Invalid):
        change_category(boss, "none-such", {"hours": 1}, once(boss))

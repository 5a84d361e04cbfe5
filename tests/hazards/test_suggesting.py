"""Which category a note speaks for, and that what is easily confused is kept apart."""

from __future__ import annotations

import csv
from collections import Counter
from importlib import resources

import pytest
from flask import Flask

from dispatch.core.unit_of_work import reading
from dispatch.hazards.categorising import categories
from dispatch.hazards.suggesting import MOST, Keyword, house_keywords, suggest
from dispatch.hazards.words import canned_reasons, reasons_for
from tests.hazards.corner import STATION

#: What people write → the code of what they mean; neighbours are easily confused.
MEANT = [
    ("三楼拐角堆满了垃圾", "06010"), ("门口一堆垃圾没人管", "06010"), ("垃圾桶满了，溢出来一地", "06042"),
    ("装修垃圾堆在墙角", "06011"), ("厨余垃圾散落", "06010"),
    ("楼道里堆满纸箱鞋柜", "stairwell_clutter"), ("消防通道被杂物堵死", "fire_passage"),
    ("小区空地乱堆杂物", "06036"), ("楼道感应灯不亮", "street_lamp"),
    ("路灯坏了三天，黑漆漆的", "street_lamp"), ("灯箱广告挡住路", "07003"),
    ("井盖裂了，一圈泥", "manhole"), ("地下室积水", "standing_water"), ("楼道漏水", "standing_water"),
    ("从窗户飞线给电动车充电", "flying_wire_charging"), ("电线垂下来，够得着", "hanging_wire"),
    ("闻到煤气味，臭鸡蛋一样", "gas_smell"), ("楼道很臭，有燃气味", "gas_smell"),
    ("敲门没人应，好几天没见老人了", "elder_in_trouble"), ("绿地脏乱，到处是纸屑", "06017"),
    ("有人在绿化带种菜", "06045"), ("水果店把摊子摆到门口", "09005"), ("路口摆摊卖菜", "09006"),
    ("smell of GAS on the stairs", "gas_smell"), ("fire passage blocked by stairwell clutter", "fire_passage"),
]  # fmt: skip


@pytest.mark.parametrize(("note", "code"), MEANT)
def test_the_likeliest_is_what_was_meant(note: str, code: str) -> None:
    found = suggest(note, house_keywords(), {one.category for one in house_keywords()})
    assert found[0].category.rpartition("-")[2] == code, found
    assert all(word in note.lower() for one in found for word in one.words)
    assert len(found) <= MOST


def test_nothing_is_suggested_where_nothing_speaks_for_it_or_the_station_does_not_know_it() -> None:
    assert suggest("看看这个", house_keywords(), {one.category for one in house_keywords()}) == []
    assert suggest("井盖没了", house_keywords(), {"gb47678-event-06010"}) == []


def test_weights_add_up_and_a_word_against_it_silences_one_word_alone() -> None:
    table = [Keyword("a", "灯", 2, ("广告",)), Keyword("a", "黑", 2, ()), Keyword("b", "广告", 3, ())]
    assert [one.category for one in suggest("灯坏了很黑", table, "ab")] == ["a"]
    assert [(one.category, one.words) for one in suggest("广告灯，黑", table, "ab")] == [("b", ("广告",)), ("a", ("黑",))]


def test_every_keyword_is_for_a_category_that_comes_with_the_house_and_stands_once(app: Flask) -> None:
    known = categories(reading(), STATION)
    assert {keyword.category for keyword in house_keywords()} <= set(known)
    twice = [pair for pair, times in Counter((one.category, one.word) for one in house_keywords()).items() if times > 1]
    assert not twice
    # Everything that a courier meets can be found by words, but for the rest.
    assert {one.id for one in known.values() if one.code != "other"} == {keyword.category for keyword in house_keywords()}


def test_the_tables_that_come_with_the_house_are_whole() -> None:
    rows = list(csv.DictReader(resources.files("dispatch.hazards").joinpath("categories.csv").read_text(encoding="utf-8").splitlines()))
    assert len({(row["standard"], row["kind"], row["code"]) for row in rows}) == len(rows) == 20
    for row in rows:
        assert None not in row.values()
        assert None not in row, row
        assert int(row["hours"]) > 0
        assert bool(row["advice"]) == bool(row["advice_en"]), row["code"]
        assert row["standard"] != "local" or row["is_local"] == "1"
    assert {row["family"] for row in rows} >= {one.family for one in canned_reasons() if one.family}
    assert all(one.zh and one.en for one in canned_reasons())
    assert next(one.code for one in reasons_for("waste")) == "collected_today"

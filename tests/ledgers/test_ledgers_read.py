"""Thirty dirty ledgers: every good row is read as it was meant, every bad one is named by its cell, and nothing breaks."""

# ruff: noqa: E501 - tables of words that are twice as wide
from __future__ import annotations

import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dispatch.core.clock import SHANGHAI, now
from dispatch.core.sheets import SheetRefused, read
from dispatch.ledgers.columns import find_columns
from dispatch.ledgers.lines import SAID, read_ledger
from dispatch.ledgers.needs import TOLD_TO_THE_HOLDER, judge, kind_of
from dispatch.ledgers.times import NotATime, read_when
from dispatch.ledgers.transcribing import SENTENCES
from dispatch.ledgers.words import HEADINGS, IGNORED, KIND_NAMES, KIND_WORDS, URGENCY_WORDS, plain
from dispatch.orders.posting import KINDS, URGENCIES
from tests.house import ROOT
from tests.ledgers.dirty_ledgers import LEDGERS, Dirty

#: A Tuesday morning.
TODAY = datetime(2026, 11, 24, 10, 0, tzinfo=SHANGHAI)


@pytest.mark.parametrize("dirty", LEDGERS, ids=[dirty.name for dirty in LEDGERS])
def test_every_good_row_is_in_and_every_bad_one_is_named_by_its_cell(dirty: Dirty) -> None:
    data = dirty.make()
    if dirty.refused:
        with pytest.raises(SheetRefused) as refused:
            read(data, "台账.xlsx")
        assert refused.value.reason == dirty.refused
        return
    ledger = read_ledger(read(data, "台账.xls").rows)
    judged = [(line, judge(line.said, now())) for line in ledger.lines]
    assert [one.said["name"] for _line, one in judged if not one.faults] == dirty.good
    assert [line.cells[name] for line, one in judged for name in one.faults] == dirty.bad
    assert {row.row: row.why for row in ledger.skipped} == dirty.skipped
    assert {why for _line, one in judged for why in one.faults.values()} <= set(SENTENCES)
    said = {one.said["name"]: one.said for _line, one in judged}
    for name, wanted in dirty.needs.items():
        assert {field: said[name][field] for field in wanted} == wanted


def test_there_are_thirty_of_them() -> None:
    assert len(LEDGERS) >= 30


@pytest.mark.slow
@pytest.mark.parametrize("name", ["five-thousand", "bomb", "picture"])
def test_memory_is_bounded(name: str, tmp_path: Path) -> None:
    """In a process of its own: megabytes that reading and judging takes, and that its child takes."""
    file = tmp_path / "ledger"
    file.write_bytes(next(one for one in LEDGERS if one.name == name).make())
    program = f"""
import pathlib, resource
from dispatch.core.clock import now
from dispatch.core.sheets import SheetRefused, read
from dispatch.ledgers.needs import judge
from dispatch.ledgers.lines import read_ledger
data = pathlib.Path({str(file)!r}).read_bytes()
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    judged = [judge(line.said, now()) for line in read_ledger(read(data).rows).lines]
except SheetRefused:
    pass
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60)
    grown, child = (int(kilobytes) // 1024 for kilobytes in done.stdout.split())
    assert grown < 64
    assert child < 512


WHEN = [
    ("11月24日下午", "2026-11-24 12:00–18:00"), ("11月24日", "2026-11-24 23:59前"), ("11/25", "2026-11-25 08:00–23:59"),
    ("2026-11-24 15:00", "2026-11-24 15:00–17:00"), ("2026/11/24", "2026-11-24 23:59前"), ("2026.11.25", "2026-11-25 08:00–23:59"),
    ("2026年11月25日", "2026-11-25 08:00–23:59"), ("11-25 15:00", "2026-11-25 15:00–17:00"), ("25号上午", "2026-11-25 08:00–12:00"),
    ("明天上午", "2026-11-25 08:00–12:00"), ("后天中午", "2026-11-26 11:00–14:00"), ("大后天", "2026-11-27 08:00–23:59"),
    ("今晚", "2026-11-24 18:00–21:00"), ("明早", "2026-11-25 07:00–12:00"), ("周三", "2026-11-25 08:00–23:59"),
    ("周二", "2026-11-24 23:59前"), ("本周五下午", "2026-11-27 12:00–18:00"), ("下周三", "2026-12-02 08:00–23:59"),
    ("星期天上午10点", "2026-11-29 10:00–12:00"), ("46351", "2026-11-25 08:00–23:59"), ("46351.625", "2026-11-25 15:00–17:00"),
    ("15:00", "2026-11-24 15:00–17:00"), ("下午三点半", "2026-11-24 15:30–17:30"), ("3点以后", "2026-11-24 15:00–23:59"),
    ("15点前", "2026-11-24 15:00前"), ("明天15：00之前送到", "2026-11-25 15:00前"), ("14:00-16:00", "2026-11-24 14:00–16:00"),
    ("下午2-4点", "2026-11-24 14:00–16:00"), ("10点到下午2点", "2026-11-24 10:00–14:00"), ("１１月２５日　下午３点", "2026-11-25 15:00–17:00"),
    ("十一月二十五日上午", "2026-11-25 08:00–12:00"), ("11月25日(周三)上午9点", "2026-11-25 09:00–11:00"),
    ("11月25日至27日", "2026-11-25 08:00–2026-11-27 23:59"), ("1/5", "2027-01-05 08:00–23:59"), ("11/20", "2026-11-20 08:00–23:59"),
]  # fmt: skip


@pytest.mark.parametrize(("said", "meant"), WHEN, ids=[said for said, _ in WHEN])
def test_a_time_is_what_a_person_would_take_it_for_and_reads_the_same_again(said: str, meant: str) -> None:
    when = read_when(said, TODAY)
    assert str(when) == meant
    assert str(read_when(meant, TODAY + timedelta(days=3))) == meant


@pytest.mark.parametrize("said", ["", "随时", "都可以", "尽快", "不限"])
def test_whenever_is_no_time(said: str) -> None:
    assert read_when(said, TODAY) is None


@pytest.mark.parametrize("said", ["回头再说", "13900001234", "2026-13-45", "25:00", "2月30日", "16:00-14:00", "晚上12点", "24"])
def test_what_is_no_time_is_said_to_be_none(said: str) -> None:
    with pytest.raises(NotATime):
        read_when(said, TODAY)


def test_what_else_stands_beside_a_time_is_kept() -> None:
    when = read_when("11月25日下午，先打电话", TODAY)
    assert when is not None
    assert "先打电话" in when.rest


@given(st.dates(min_value=TODAY.date() + timedelta(days=1), max_value=TODAY.date() + timedelta(days=150)))
@settings(deadline=None)
def test_one_day_said_in_any_way_is_that_day(day: object) -> None:
    year, month, number = day.year, day.month, day.day  # type: ignore[attr-defined]
    serial = (day - datetime(1899, 12, 30).date()).days  # type: ignore[operator]
    ways = [f"{year}-{month:02d}-{number:02d}", f"{year}/{month}/{number}", f"{year}年{month}月{number}日", f"{month}月{number}日", f"{month}/{number}",
            f"{month}月{number}号上午", f"{year}.{month}.{number} 15:00", str(serial)]  # fmt: skip
    found = [read_when(way, TODAY) for way in ways]
    assert {when.end.date() for when in found if when} == {day}
    assert all(found)


WORDS = st.sampled_from(
    [
        "11月24日",
        "明天",
        "下周三",
        "上午",
        "15:00",
        "3点",
        "到",
        "-",
        "前",
        "半",
        "12/31",
        "2026",
        "周末",
        "日",
        " ",
        "～",
        "46350.5",
        "左右",
    ]
)


@given(st.text(max_size=30) | st.lists(WORDS, max_size=6).map("".join))
@settings(max_examples=600, deadline=None)
def test_any_text_is_a_time_or_none_and_a_time_begins_before_it_ends(text: str) -> None:
    try:
        when = read_when(text, TODAY)
    except NotATime:
        return
    if when is not None:
        assert when.start is None or when.start < when.end
        assert str(read_when(str(when), TODAY)) == str(when)


CELL = (
    st.text(max_size=20)
    | WORDS
    | st.sampled_from(["陈桂兰", "139-0000-1234", "３号楼２单元301", "合计", "同上", "无", "降压药", "姓名", "5#"])
)


@given(st.dictionaries(st.sampled_from(SAID), CELL))
@example({"name": "(0)0(1)"})
@settings(max_examples=500, deadline=None)
def test_any_line_is_judged_and_judged_again_reads_the_same(given_: dict[str, str]) -> None:
    once = judge(given_, TODAY)
    again = judge(once.said, TODAY)
    assert (again.said, again.faults) == (once.said, once.faults)
    assert once.said["kind"] in KINDS
    assert once.said["urgency"] in URGENCIES
    assert set(once.faults.values()) <= set(SENTENCES)


@given(st.lists(st.lists(CELL, max_size=6), max_size=8))
@settings(max_examples=300, deadline=None)
def test_any_sheet_is_read_and_each_row_is_an_errand_skipped_or_blank(rows: list[list[str]]) -> None:
    ledger = read_ledger(rows)
    numbers = [line.row for line in ledger.lines] + [row.row for row in ledger.skipped]
    assert len(set(numbers)) == len(numbers)
    assert all(any(rows[number - 1]) for number in numbers)


PUBLIC = [
    ("请陈桂兰的女儿来取", TOLD_TO_THE_HOLDER), ("取药，电话13900001234", TOLD_TO_THE_HOLDER), ("送到2单元301", TOLD_TO_THE_HOLDER), ("代取降压药", "代取降压药"), ("米10斤", "米10斤"), ("长" * 121, TOLD_TO_THE_HOLDER),
]  # fmt: skip


@pytest.mark.parametrize(("need", "shown"), PUBLIC)
def test_nothing_of_the_person_stands_in_what_every_courier_reads(need: str, shown: str) -> None:
    judged = judge({"name": "陈桂兰", "building": "3号楼", "door": "2单元301", "need": need}, TODAY)
    assert judged.said["need"] == shown
    assert not judged.faults
    assert need in (judged.said["need"], judged.said["note"])


KIND = [("降压药一盒", "medicine"), ("去医院取药", "medicine"), ("陪诊", "clinic"), ("去医院看病", "clinic"), ("买菜", "groceries"), ("米10斤", "groceries"),
        ("代购胰岛素", "medicine"), ("取快递", "parcel"), ("送午餐", "meal"), ("交电费", "bill"), ("水龙头漏水", "repair"), ("陪老人聊天", "company"),
        ("不知道", None)]  # fmt: skip


@pytest.mark.parametrize(("need", "kind"), KIND)
def test_the_kind_is_guessed_from_the_words(need: str, kind: str | None) -> None:
    assert kind_of(need) == kind


URGENT = [({"urgency": "是"}, "urgent"), ({"urgency": "不急"}, "routine"), ({"urgency": "否"}, "today"), ({"note": "断药两天"}, "urgent"), ({"time": "尽快"}, "urgent"),
          ({"time": "明天上午"}, "routine"), ({"time": "今天下午"}, "today"), ({}, "today"), ({"note": "家里有空调"}, "today"), ({"note": "急救包在门口"}, "today")]  # fmt: skip


@pytest.mark.parametrize(("said", "urgency"), URGENT)
def test_how_urgent_it_is(said: dict[str, str], urgency: str) -> None:
    assert judge({"name": "陈桂兰", "building": "3号楼", "need": "买菜", **said}, TODAY).said["urgency"] == urgency


def test_the_tables_are_whole() -> None:
    headings = [heading for words in (*HEADINGS.values(), IGNORED) for heading in words]
    assert len(headings) == len(set(headings))
    assert all(plain(heading) == heading for heading in headings)
    assert {kind for kind, _ in KIND_WORDS} | {"other"} == set(KINDS)
    assert {*KIND_NAMES.values()} == set(KINDS)
    assert {urgency for urgency, _ in URGENCY_WORDS} == set(URGENCIES)


def test_somebody_can_say_what_a_column_is() -> None:
    rows = [["甲", "乙", "丙"], ["欧阳兰", "3号楼", "买菜"]]
    assert not find_columns(rows).fields
    ledger = read_ledger(rows, {0: "name", 1: "building", 2: "need"})
    assert [line.said["name"] for line in ledger.lines][-1] == "欧阳兰"

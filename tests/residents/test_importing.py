"""A sheet becomes part of the care list: looked through first, told by the cell, all or nothing, and the same twice changes nothing."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from flask import Flask

from dispatch.core.clock import SHANGHAI, now
from dispatch.core.errors import Invalid, NotEligible, NotFound, Refused
from dispatch.core.idempotency import Once
from dispatch.core.sheets import csv_bytes, xlsx
from dispatch.people.identity import Actor
from dispatch.residents import exporting, keeping
from dispatch.residents.importing import bring_in
from dispatch.residents.models import Consent, Resident
from dispatch.residents.tabling import HEADINGS
from tests.residents.care import CONSENT, HOME, OTHER, SHAN, enter, found, head, kept, once, rows, told_since

Cast = Callable[[str], Actor]
_residents, _consents = Resident.__table__, Consent.__table__
SHAN_ROW = [
    "单桂兰",
    "13755502468",
    "",
    "3号楼",
    "2单元301",
    "独居老人、低保",
    "单强 儿子 13755501357",
    "耳背，多敲一会儿门",
    "2026-11-20",
    "电话",
    "",
]
LI_ROW = ["李秀英", "", "康翠社区", "５号楼", "１０２", "重残", "", "", "2026/11/1", "当面", "登记在名单、必要时联系家属"]


def sheet(*lines: Sequence[Any], headings: Sequence[str] = HEADINGS) -> bytes:
    return xlsx("名单", [list(headings), *map(list, lines)])


def brought(actor: Actor, data: bytes, *, write: bool = True, key: str | None = None, **options: Any) -> dict[str, Any]:
    return bring_in(actor, data, "名单.xlsx", {"write": write, **options}, Once(actor.id, key or str(uuid.uuid4()), "import", {}))


def everything() -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    return sorted(rows(_residents), key=lambda row: row["id"]), sorted(rows(_consents), key=lambda row: row["id"])


def counts(report: dict[str, Any]) -> tuple[int, int, int, int]:
    return report["added"], report["changed"], report["unchanged"], report["mistakes_total"]


@pytest.mark.parametrize("write", [True, False])
@pytest.mark.parametrize("make", [sheet, lambda *lines: csv_bytes([HEADINGS, *lines])], ids=["xlsx", "csv"])
def test_looking_writes_nothing_and_writing_does_what_was_looked_at(
    app: Flask, cast: Cast, make: Callable[..., bytes], write: bool
) -> None:
    before = everything()
    report = brought(cast("clerk"), make(SHAN_ROW, LI_ROW), write=write)
    assert (report["written"], counts(report)) == (write, (2, 0, 0, 0))
    assert [(row["row"], row["name"], row["verdict"]) for row in report["rows"]] == [(2, "单桂兰", "added"), (3, "李秀英", "added")]
    assert (everything() == before) == (not write)


def test_a_row_is_kept_as_if_she_had_been_entered_by_hand(app: Flask, cast: Cast) -> None:
    brought(cast("clerk"), sheet(SHAN_ROW, LI_ROW))
    by_hand = enter(cast("coordinator"), name="单桂兰甲", community_id=HOME)
    new = {row["name"]: row for row in rows(_residents)}
    names = ("community_id", "phone", "phone_hash", "building", "door", "groups", "contacts", "note", "on_care_list", "off_list_at")
    expected = kept(by_hand)
    assert expected is not None
    assert {name: new["单桂兰"][name] for name in names} == {name: expected[name] for name in names}
    assert (new["李秀英"]["building"], new["李秀英"]["door"], new["李秀英"]["groups"]) == ("5号楼", "102", ["disabled"])
    (consent,) = rows(_consents, resident_id=new["李秀英"]["id"])
    assert (consent["how"], consent["to"], f"{consent['given_at'].astimezone():%Y}") == ("in_person", ["care_list", "family"], "2026")
    assert found("sgl 3号楼")[0] == "单桂兰"


def test_the_same_file_twice_changes_nothing(app: Flask, cast: Cast) -> None:
    brought(cast("clerk"), sheet(SHAN_ROW, LI_ROW))
    before, seq = everything(), head()
    report = brought(cast("clerk"), sheet(SHAN_ROW, LI_ROW))
    assert counts(report) == (0, 0, 2, 0)
    assert everything() == before
    assert head() == seq


def test_what_was_exported_changes_nothing_when_it_comes_back(app: Flask, cast: Cast) -> None:
    enter(cast("clerk"))
    for kind in exporting.FORMATS:
        for login in ("clerk", "coordinator"):
            data, _name = exporting.export(cast(login), "check", kind)
            report = brought(cast(login), data)
            assert counts(report)[:2] + counts(report)[3:] == (0, 0, 0), report["rows"]
            assert report["unchanged"] > 0


def test_the_same_key_writes_once_and_tells_the_same(app: Flask, cast: Cast) -> None:
    key = str(uuid.uuid4())
    first, again = (brought(cast("clerk"), sheet(SHAN_ROW), key=key) for _ in range(2))
    assert counts(first) == counts(again) == (1, 0, 0, 0)


def test_what_differs_is_changed_and_an_empty_cell_changes_nothing(app: Flask, cast: Cast) -> None:
    resident = enter(cast("clerk"))
    row = ["单桂兰", "13755502468", "", "", "9单元901", "", "", "", "", "", ""]
    report = brought(cast("clerk"), sheet(row))
    assert [(one["verdict"], one["changes"]) for one in report["rows"]] == [("changed", ["门牌"])]
    after = kept(resident)
    assert after is not None
    assert (after["door"], after["building"], after["note"], after["contacts"]) == ("9单元901", "3号楼", SHAN["note"], SHAN["contacts"])


@pytest.mark.parametrize(
    ("row", "who"),
    [
        (["单桂兰", "137 5550 2468", "", "", "", "", "", "", "", "", ""], "same"),  # by name and phone
        (["单桂兰", "", "", "3号楼", "2单元301", "", "", "", "", "", ""], "same"),  # by name and door
        (["单桂兰", "13755500000", "", "3号楼", "2单元301", "", "", "", "", "", ""], "same"),  # with another number, behind the same door
        (["赵老伴", "13755502468", "", "3号楼", "2单元301", "", "", "", "2026-11-20", "电话", ""], "other"),  # her husband, her phone
        (
            ["单桂兰", "13755500000", "", "3号楼", "", "", "", "", "2026-11-20", "电话", ""],
            "other",
        ),  # in the same building, perhaps another
        (["单桂兰", "", "", "4号楼", "2单元301", "", "", "", "2026-11-20", "电话", ""], "other"),
    ],
)
def test_by_what_she_is_known_again(app: Flask, cast: Cast, row: list[str], who: str) -> None:
    enter(cast("clerk"))
    report = brought(cast("clerk"), sheet(row), write=False)
    assert (report["mistakes"], report["added"]) == ([], 0 if who == "same" else 1)


def test_somebody_of_the_same_name_and_phone_in_another_community_is_somebody_else(app: Flask, cast: Cast) -> None:
    enter(cast("clerk2"), community_id=OTHER)
    assert counts(brought(cast("clerk"), sheet(SHAN_ROW))) == (1, 0, 0, 0)


@pytest.mark.parametrize(
    ("column", "cell", "named"),
    [
        ("姓名", "", "A2"), ("姓名", "兰" * 61, "A2"), ("电话", "12", "B2"), ("社区", "紫云社区", "C2"), ("社区", "没有的社区", "C2"),
        ("楼栋", "楼" * 81, "D2"), ("群体", "独居、富豪", "F2"), ("联系人", "单强 儿子", "G2"), ("联系人", "单强 儿子 12345", "G2"),
        ("上门备注", "备" * 501, "H2"), ("同意时间", "昨天", "I2"), ("同意时间", "2026-02-30", "I2"), ("同意时间", "2126-01-01", "I2"),
        ("同意时间", "", "I2"), ("同意方式", "心照不宣", "J2"), ("同意方式", "", "I2"), ("同意方式", "电话、当面", "J2"),
        ("同意内容", "上门", "I2"), ("同意内容", "一切", "K2"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_by_its_cell_and_nothing_is_written(app: Flask, cast: Cast, column: str, cell: str, named: str) -> None:
    before = everything()
    row = list(SHAN_ROW)
    row[HEADINGS.index(column)] = cell
    report = brought(cast("clerk"), sheet(row, LI_ROW))
    assert [mistake["cell"] for mistake in report["mistakes"]] == [named], report["mistakes"]
    assert report["mistakes"][0]["why"]
    assert not report["written"]
    assert everything() == before


def test_every_mistake_of_every_row_is_told_in_the_order_of_the_sheet(app: Flask, cast: Cast) -> None:
    bad = ["", "12", "", "", "", "富豪", "", "", "", "", ""]
    report = brought(cast("clerk"), sheet(SHAN_ROW, bad, LI_ROW, bad), write=False)
    assert [mistake["cell"] for mistake in report["mistakes"]] == ["A3", "B3", "F3", "A5", "B5", "F5"]


def test_a_name_alone_is_nobody(app: Flask, cast: Cast) -> None:
    report = brought(cast("clerk"), sheet(["单桂兰", "", "", "", "", "", "", "", "2026-11-20", "电话", ""]))
    assert [mistake["cell"] for mistake in report["mistakes"]] == ["B2"]


def test_a_row_that_stands_twice_counts_once_and_one_that_contradicts_is_a_mistake(app: Flask, cast: Cast) -> None:
    other = [*SHAN_ROW[:4], "9单元901", *SHAN_ROW[5:]]
    assert counts(brought(cast("clerk"), sheet(SHAN_ROW, SHAN_ROW), write=False)) == (1, 0, 1, 0)
    report = brought(cast("clerk"), sheet(SHAN_ROW, other))
    assert [mistake["cell"] for mistake in report["mistakes"]] == ["A3"]
    assert "2" in report["mistakes"][0]["why"]


def test_rows_without_a_consent_take_the_one_that_is_said_for_all(app: Flask, cast: Cast) -> None:
    bare = [*SHAN_ROW[:8], "", "", ""]
    assert counts(brought(cast("clerk"), sheet(bare)))[3] == 1
    report = brought(cast("clerk"), sheet(bare, LI_ROW), consent={**CONSENT, "how": "written"})
    assert counts(report) == (2, 0, 0, 0)
    ways = {row["how"] for row in rows(_consents, recorded_by=cast("clerk").id)}
    assert ways == {"written", "in_person"}


def test_who_has_taken_her_consent_back_comes_on_the_list_by_a_new_one_alone(app: Flask, cast: Cast) -> None:
    clerk = cast("clerk")
    resident = enter(clerk)
    keeping.withdraw(clerk, resident, once(clerk))
    bare = [*SHAN_ROW[:8], "", "", ""]
    assert counts(brought(clerk, sheet(bare)))[3] == 1
    told = brought(clerk, sheet(SHAN_ROW))
    assert [mistake["cell"] for mistake in told["mistakes"]] == ["I2"], "what she had agreed to before is over"
    assert counts(brought(clerk, sheet(bare), consent=CONSENT))[3] == 1
    anew = [*SHAN_ROW[:8], f"{now().astimezone(SHANGHAI):%Y-%m-%d}", "当面", ""]
    assert counts(brought(clerk, sheet(anew))) == (0, 1, 0, 0)
    after = kept(resident)
    assert after is not None
    assert (after["on_care_list"], after["off_list_at"]) == (True, None)


def test_headings_as_people_write_them_in_any_order_below_a_title(app: Flask, cast: Cast) -> None:
    titles = [["康翠社区关爱名单", "", "", ""], [], ["门牌号", "老人姓名*", "联系电话（手机）", "楼 号"]]
    data = xlsx("x", [*titles, ["2单元301", "单桂兰", "１３７５５５０２４６８", "3号楼"]])
    report = brought(cast("clerk"), data, consent=CONSENT)
    assert [(row["row"], row["name"]) for row in report["rows"]] == [(4, "单桂兰")]
    (new,) = [row for row in rows(_residents) if row["name"] == "单桂兰"]
    assert (new["phone"], new["building"], new["door"]) == ("13755502468", "3号楼", "2单元301")


@pytest.mark.parametrize("data", [b"", b"\x89PNG\r\n\x1a\n0000", csv_bytes([["甲", "乙"], ["1", "2"]]), csv_bytes([["姓名"], ["单桂兰"]])])
def test_what_is_no_list_is_refused_with_a_sentence(app: Flask, cast: Cast, data: bytes) -> None:
    with pytest.raises(Invalid) as refused:
        brought(cast("clerk"), data)
    assert refused.value.extra["field"] == "file"


def test_our_own_template_brings_nobody_in(app: Flask, cast: Cast) -> None:
    for kind in exporting.FORMATS:
        assert counts(brought(cast("clerk"), exporting.template(kind)[0])) == (0, 0, 0, 0)


@pytest.mark.parametrize(
    ("login", "options", "refused"),
    [("courier1", {}, NotEligible), ("supervisor", {}, NotEligible), ("admin", {}, NotEligible),
     ("clerk", {"community_id": OTHER}, NotFound), ("coordinator", {"community_id": "120116015001"}, NotFound)],
)  # fmt: skip
@pytest.mark.parametrize("write", [True, False])
def test_nobody_else_brings_a_list_in(
    app: Flask, cast: Cast, login: str, options: dict[str, Any], refused: type[Refused], write: bool
) -> None:
    with pytest.raises(refused):
        brought(cast(login), sheet(SHAN_ROW), write=write, **options)


def test_a_coordinator_brings_several_communities_in_and_each_hears_of_its_own(app: Flask, cast: Cast) -> None:
    before = head()
    there = [*SHAN_ROW[:2], "紫云社区", *SHAN_ROW[3:]]
    bare = brought(cast("coordinator"), sheet(SHAN_ROW), write=False)
    assert [mistake["cell"] for mistake in bare["mistakes"]] == ["C2"]
    assert counts(brought(cast("coordinator"), sheet(SHAN_ROW, there), community_id=HOME)) == (2, 0, 0, 0)
    told = [{"community_id": community, "added": 1, "changed": 0} for community in (HOME, OTHER)]
    assert told_since(before) == [("residents.imported", one) for one in told]


@pytest.mark.slow
def test_five_thousand_rows_come_in_together(app: Flask, cast: Cast) -> None:
    rest = ["独居", "", "", "2026-11-20", "电话", ""]
    rest = ["独居", "", "", "2026-11-20", "电话", ""]
    lines = [[f"王桂兰{n}", f"139{n:08d}", "", f"{n % 60 + 1}号楼", f"{n}", *rest] for n in range(5000)]
    assert counts(brought(cast("clerk"), sheet(*lines))) == (5000, 0, 0, 0)
    assert counts(brought(cast("clerk"), sheet(*lines))) == (0, 0, 5000, 0)

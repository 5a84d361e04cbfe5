"""What slips into ledgers: a door in what everybody reads, words like those of a sum, and cells without an end."""

# ruff: noqa: E501 - tables of words that are twice as wide
from __future__ import annotations

import io
import time
from collections.abc import Sequence
from datetime import datetime

import pytest
from flask import Flask, g

from dispatch.core.clock import SHANGHAI
from dispatch.core.errors import Invalid
from dispatch.core.sheets import xlsx
from dispatch.ledgers import api
from dispatch.ledgers.lines import SAID, TYPED_MOST, read_ledger
from dispatch.ledgers.needs import TOLD_TO_THE_HOLDER, judge
from dispatch.ledgers.transcribing import transcribe
from dispatch.orders.wording import place_in
from tests.core.visitors import Visitor
from tests.ledgers.dirty_ledgers import CHEN, GOOD, HEAD, text
from tests.ledgers.test_ledgers import COMMUNITY, entries, line
from tests.orders.play import Street, once

TODAY = datetime(2026, 11, 24, 10, 0, tzinfo=SHANGHAI)

DOORS = [
    ("lifted out", {"need": "3号楼2单元301买药", "building": "3号楼"}, ("买药", "3号楼", "2单元301")),
    ("with its building", {"need": "3号楼2单元301买药", "building": ""}, ("买药", "3号楼", "2单元301")),
    ("by dashes", {"need": "3-2-301买药", "building": "3"}, ("买药", "3号楼", "2单元301")),
    ("without an entrance", {"need": "3号楼301买药", "building": "3号楼"}, ("买药", "3号楼", "301")),
    ("a room alone", {"need": "取药 302室", "building": "3号楼"}, ("取药", "3号楼", "302室")),
    ("of another building", {"need": "5号楼2单元301买药", "building": "3号楼"}, (TOLD_TO_THE_HOLDER, "3号楼", "")),
    ("two of them", {"need": "2单元301和3单元402买药", "building": "3号楼"}, (TOLD_TO_THE_HOLDER, "3号楼", "2单元301")),
    ("nothing else is left", {"need": "送到2单元301", "building": "3号楼"}, (TOLD_TO_THE_HOLDER, "3号楼", "")),
    ("it stands in its column as well", {"need": "2单元301买药", "building": "3号楼", "door": "2单元301"}, (TOLD_TO_THE_HOLDER, "3号楼", "2单元301")),
    ("a building with its door in one cell", {"need": "2单元301买药", "building": "3号楼2单元301"}, (TOLD_TO_THE_HOLDER, "3号楼", "2单元301")),
]  # fmt: skip


@pytest.mark.parametrize(("said", "read"), [row[1:] for row in DOORS], ids=[row[0] for row in DOORS])
def test_a_door_in_the_need_is_for_the_holder_alone(said: dict[str, str], read: tuple[str, str, str]) -> None:
    judged = judge({"name": "陈桂兰", **said}, TODAY)
    assert (judged.said["need"], judged.said["building"], judged.said["door"]) == read
    assert not judged.faults
    assert judge(judged.said, TODAY).said == judged.said
    if TOLD_TO_THE_HOLDER in read:
        assert place_in(judged.said["note"]), "nothing is lost"


def test_it_is_not_on_the_board(play: Street) -> None:
    clerk = play.cast("clerk")
    ((_row, order),) = transcribe(clerk, entries(line(2, need="3号楼2单元301买药", door="")), once(clerk))["rows"]
    shown = play.seen("courier1", order)
    assert (shown["summary"], shown["building"]) == ("买药", "3号楼")
    assert "301" not in str({**shown, "id": "", "number": ""})
    assert play.seen("clerk", order)["private"]["door"] == "2单元301"


COUNTED = [
    (["陈桂兰", "", "3号楼", "301", "共2件快递", "", ""], ""), (["共2件快递", "陈桂兰", "3号楼", "301", "", "", ""], ""), (["陈桂兰", "", "3号楼", "301", "共3单，分两次送", "", ""], ""),
    (["陈桂兰", "", "3号楼", "301", "汇总体检报告", "", ""], ""), (["", "合计", "", "", "3户", "", ""], "sum"), (["合计：老人3户，需求5单", "", "", "", "共5单", "", ""], "sum"), (["共3户", "", "", "", "5", "", ""], "sum"),
    (["12", "小计", "", "", "", "", ""], "sum"), (["本页合计3户", "4", "", "", "", "", ""], "sum"),
]  # fmt: skip


@pytest.mark.parametrize(("row", "why"), COUNTED, ids=[str(row[0]) for row in COUNTED])
def test_only_what_is_a_sum_is_left_out_as_one(row: list[str], why: str) -> None:
    ledger = read_ledger([HEAD, *GOOD, row])
    assert [one.why for one in ledger.skipped] == ([why] if why else [])
    assert len(ledger.lines) == (3 if why else 4)


def test_a_remark_before_the_name_is_no_line_under_the_table() -> None:
    head, errand = ["备注", "姓名", "楼栋", "需求"], ["备注：门铃坏了", "陈桂兰", "3号楼", "买菜"]
    ledger = read_ledger([head, errand, ["备注：以上请在本周内完成", "", "", ""]])
    assert [one.said["name"] for one in ledger.lines] == ["陈桂兰"]
    assert [one.why for one in ledger.skipped] == ["note"]


ENDLESS = ["(", "甲 ", "1-", "栋", " \n", "1.", "a" + "\u0315\u0300", "[", "2单元", "周", "至"]


@pytest.mark.parametrize("sign", ENDLESS)
def test_cells_without_an_end_keep_nobody_busy(sign: str) -> None:
    cell = (sign * 200_000)[:200_000]
    began = time.process_time()
    ledger = read_ledger([[cell] * 20 for _ in range(10)])
    ledger_with_headings = read_ledger([HEAD, [cell] * len(HEAD)])
    for one in (*ledger.lines, *ledger_with_headings.lines):
        assert all(len(said) <= TYPED_MOST for said in one.said.values())
        judge(one.said, TODAY)
    for name in SAID:
        judge({"name": "陈桂兰", "building": "3号楼", "need": "买菜", name: cell[:TYPED_MOST]}, TODAY)
    assert time.process_time() - began < 20


@pytest.mark.parametrize("name", ["name", "phone", "building", "door", "kind", "time", "note"])
def test_what_is_too_long_is_named_by_its_cell(name: str) -> None:
    judged = judge({"name": "陈桂兰", "building": "3号楼", "need": "买菜", name: "长" * 1_000}, TODAY)
    assert set(judged.faults) == {name}


def test_reading_judging_and_comparing_let_others_have_their_turn(play: Street, monkeypatch: pytest.MonkeyPatch) -> None:
    breaths: list[float] = []
    monkeypatch.setattr("dispatch.core.breathing.time.sleep", breaths.append)
    rows = [HEAD, *([f"陈{n}", *CHEN[1:]] for n in range(500))]
    read_ledger(rows)
    assert len(breaths) >= 2 * 500 // 25
    assert set(breaths) == {0}


# The door -----------------------------------------------------------------------------------------------------------------------------


def upload(visitor: Visitor, data: bytes, **more: str) -> int:
    form = {"file": (io.BytesIO(data), "台账.xlsx"), **more}
    answer = visitor.ask("POST", "/api/v1/ledgers/preview", data=form, content_type="multipart/form-data")
    return int(answer.status_code)


@pytest.mark.parametrize(("login", "community", "status"), [("courier1", "", 403), ("supervisor", "", 403), ("clerk", f"{COMMUNITY[:-1]}4", 404), ("clerk2", COMMUNITY, 404), ("clerk", "nowhere", 422), ("clerk", COMMUNITY, 200)])  # fmt: skip
def test_whether_somebody_may_is_asked_before_anything_is_read(
    app: Flask, play: Street, monkeypatch: pytest.MonkeyPatch, login: str, community: str, status: int
) -> None:
    """Also of a sheet without a single line, which is never compared with anything."""
    visitor, more = Visitor(app, login), {"community_id": community} if community else {}
    bodies: list[dict[str, object]] = [{"text": "姓名\t电话\t楼栋"}, {"text": text(HEAD, *GOOD).decode()}]
    answers = [visitor.ask("POST", "/api/v1/ledgers/preview", json={**body, **more}).status_code for body in bodies]
    assert answers == [status] * 2
    if status != 200:
        monkeypatch.setattr(api.sheets, "read", lambda *_what: pytest.fail("read before it was asked"))
    assert upload(visitor, xlsx("台账", [HEAD]), **more) == status


def test_no_picture_of_the_database_stays_open_while_a_child_reads(app: Flask, play: Street, monkeypatch: pytest.MonkeyPatch) -> None:
    real = api.sheets.read

    def looked(*arguments: object) -> object:
        assert not {"picture", "work"} & set(g)
        return real(*arguments)

    monkeypatch.setattr(api.sheets, "read", looked)
    assert upload(Visitor(app, "clerk"), xlsx("台账", [HEAD, *GOOD])) == 200


DEEP = [
    "[" * 4_000,
    '{"a":' * 800,
    "[" * 1_900 + "]" * 1_900,
    '[{"column": "A\\n", "field": "name"}]',
    "1" * 3_999,
    '[{"column": "\\ud800", "field": "name"}]',
]


@pytest.mark.parametrize("columns", DEEP, ids=[columns[:20] for columns in DEEP])
def test_columns_that_nobody_can_mean_are_a_mistake_and_no_fault_of_ours(app: Flask, play: Street, columns: str) -> None:
    assert upload(Visitor(app, "clerk"), xlsx("台账", [HEAD, *GOOD]), columns=columns) == 422


def test_a_column_with_a_line_end_in_its_name_is_none(app: Flask, play: Street) -> None:
    body = {"text": text(HEAD, *GOOD).decode(), "columns": [{"column": "A\n", "field": "name"}]}
    answer = Visitor(app, "clerk").ask("POST", "/api/v1/ledgers/preview", json=body)
    assert (answer.status_code, answer.json["code"]) == (422, "invalid")


def test_two_namesakes_by_one_number_are_two_residents(play: Street) -> None:
    """A daughter gives her number for both parents, neither of whom is on the care list."""
    clerk = play.cast("clerk")
    mother, father = line(2, name="陈桂兰", door="2单元301"), line(3, name="王大爷", door="9单元901", building="9号楼", need="买菜")
    rows: Sequence[Sequence[object]] = transcribe(clerk, entries(mother, father), once(clerk))["rows"]
    shown = [play.seen("clerk", str(order)) for _row, order in rows]
    assert [(one["private"]["name"], one["private"]["door"], one["building"]) for one in shown] == [
        ("陈桂兰", "2单元301", "3号楼"), ("王大爷", "9单元901", "9号楼"),
    ]  # fmt: skip
    with pytest.raises(Invalid):
        transcribe(clerk, entries(mother), once(clerk))

"""A sheet that comes twice, or that we have written ourselves: it means the same persons, and changes nothing, however odd they are."""

# ruff: noqa: E501 - tables of words that are twice as wide
from __future__ import annotations

import io
import time
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask, g

from dispatch.core.errors import Busy, Invalid
from dispatch.core.sheets import csv_bytes
from dispatch.core.unit_of_work import reading
from dispatch.residents import exporting, importing, keeping
from dispatch.residents.queries import consents_of
from dispatch.residents.tabling import COLUMNS, HEADINGS, read_cell
from tests.core.visitors import Visitor
from tests.people.doors import Browser
from tests.residents.care import CONSENT, HOME, SHAN, enter, kept, once
from tests.residents.test_doors import FORM
from tests.residents.test_importing import Cast, brought, counts, everything, sheet

AGREED = {"consent_at": "2026-11-20", "consent_how": "电话"}


def row(**cells: str) -> list[str]:
    return [{**AGREED, **cells}.get(column, "") for column in COLUMNS]


WANG = {"name": "王桂兰", "building": "3号楼"}
SHEETS = {
    "one of them without number and door": [
        row(**WANG, phone="13900000001", note="甲"), row(**WANG, phone="13900000002", note="乙"), row(**WANG, note="丙"),
    ],
    "once by number, once by door": [row(name="王桂兰", phone="13900000001", note="甲"), row(**WANG, door="301", note="乙")],
    "a couple": [row(**WANG, phone="13900000001", door="301"), row(name="陈大爷", building="3号楼", phone="13900000001", door="301")],
    "full-width signs": [row(name="Ａｎｎａ", building="５号楼", door="１０２"), row(name="王 桂 兰", phone="１３９ ００００ ０００１")],
    "all that is kept": [row(**WANG, door="301", groups="独居、低保", contacts="王强（儿子）13900000003；J. Smith 13900000004", consent_to="上门、登记")],
}  # fmt: skip


@pytest.mark.parametrize("lines", SHEETS.values(), ids=SHEETS)
def test_the_same_sheet_again_changes_nothing(app: Flask, cast: Cast, lines: list[list[str]]) -> None:
    first = brought(cast("clerk"), sheet(*lines))
    assert (first["written"], first["mistakes"], first["added"]) == (True, [], len(lines))
    before = everything()
    for _again in range(2):
        assert counts(brought(cast("clerk"), sheet(*lines))) == (0, 0, len(lines), 0)
        assert everything() == before


def test_two_rows_that_mean_one_person_and_differ_are_a_mistake_and_not_the_last_word_of_either(app: Flask, cast: Cast) -> None:
    resident = enter(cast("clerk"))
    by_number, by_door = (
        row(name="单桂兰", phone="13755502468", note="甲"),
        row(name="单桂兰", building="3号楼", door="2单元301", note="乙"),
    )
    report = brought(cast("clerk"), sheet(by_number, by_door))
    assert (report["written"], [mistake["cell"] for mistake in report["mistakes"]]) == (False, ["A3"])
    found = kept(resident)
    assert found is not None
    assert found["note"] == SHAN["note"]


def test_a_name_in_a_building_where_a_namesake_has_a_number_is_asked_about(app: Flask, cast: Cast) -> None:
    enter(cast("clerk"), name="王桂兰", phone="13900000001", door=None)
    report = brought(cast("clerk"), sheet(row(**WANG)))
    assert ([mistake["cell"] for mistake in report["mistakes"]], report["written"]) == (["B2"], False)


ODD: dict[str, dict[str, Any]] = {
    "like a formula": {"name": "=王", "note": "+1", "building": "-3号楼", "door": "@301"},
    "with our own apostrophe": {"name": "'=王", "note": "''+1", "building": "'3号楼"},
    "full width": {"name": "Ａｎｎａ", "building": "５号楼", "door": "１０２"},
    "several lines": {"note": "第一行\n第二行\r\n，，，，，，，，，，，，，，"},
    "quotation marks and what separates": {"note": '他说"等，等；等"\t|', "name": '王"兰'},
    "like an escape": {"note": "_x0041_ _x000D_", "name": "王_x4e00_"},
    "signs that nobody sees": {"name": "王\u200b兰", "note": "\u2060耳背\x07"},
    "contacts": {"contacts": [{"name": "J. Smith", "relation": "", "phone": "13900000001"}, {"name": "王（二）", "relation": "大 儿子", "phone": "02266221234"},
                              {"name": "王2", "relation": "3", "phone": "13900000002"}, {"name": "甲；乙", "relation": "", "phone": "13900000003"}]},
    "no more than a name": {"phone": None, "building": None, "door": None},
    "as long as it may be": {"name": "王" * 60, "building": "楼" * 80, "door": "门" * 80, "note": "长" * 500},
    "consent said in another order": {"consent": {**CONSENT, "to": ["family", "care_list", "errands", "care_list"]}},
}  # fmt: skip


@pytest.mark.parametrize("kind", exporting.FORMATS)
def test_what_was_exported_is_never_refused_and_changes_nothing(app: Flask, cast: Cast, kind: str) -> None:
    """However odd they are; two whom the sheet cannot tell apart; and most rows with a long note."""
    clerk = cast("clerk")
    for n, odd in enumerate(ODD.values()):
        for _twice in range(2):
            enter(clerk, **{"name": f"王{n}", "phone": None, **odd})
    before = everything()
    data, _name = exporting.export(clerk, "check", kind)
    report = brought(clerk, data)
    assert counts(report)[:2] + counts(report)[3:] == (0, 0, 0), (report["mistakes"], report["rows"])
    assert everything() == before


def test_a_sheet_of_notes_with_many_commas_and_lines_is_still_read_by_its_columns(app: Flask, cast: Cast) -> None:
    for n in range(6):
        enter(cast("clerk"), name=f"王{n}", phone=None, note="，".join("一二三四五六七八九十") * 3 + "\n又一行，，，，")
    data, _name = exporting.export(cast("clerk"), "check", "csv")
    assert counts(brought(cast("clerk"), data))[3] == 0


@pytest.mark.parametrize(
    ("cell", "read"),
    [
        ("王强 儿子 13800000001", ("王强", "儿子")), ("王强（儿子）13800000001", ("王强", "儿子")), ("王强(儿子): 138-0000-0001", ("王强", "儿子")),
        ("王强13800000001", ("王强", "")), ("王强 +86 138 0000 0001", ("王强", "")), ("J. Smith 女婿 13800000001", ("J. Smith", "女婿")),
        ("J. Smith（）13800000001", ("J. Smith", "")), ("王强（儿子 13800000001", ("王强", "儿子")),
    ],
)  # fmt: skip
def test_a_contact_however_it_is_written(app: Flask, cell: str, read: tuple[str, str]) -> None:
    assert read_cell("contacts", cell) == [{"name": read[0], "relation": read[1], "phone": "13800000001"}]


@pytest.mark.parametrize("column", sorted(set(COLUMNS) - {"community"}))
@pytest.mark.parametrize("text", ["甲" * 60_000, "1" * 60_000, "甲 " * 30_000, "（" * 60_000, "a" + "\u0315\u0300" * 30_000])
def test_a_cell_that_is_too_long_is_refused_before_anything_is_read_out_of_it(app: Flask, column: str, text: str) -> None:
    began = time.process_time()
    with pytest.raises(Invalid):
        read_cell(column, text)
    assert time.process_time() - began < 5


@pytest.mark.parametrize("day", ["0001-01-01", "1026-11-20", "9999-12-31"])
@pytest.mark.parametrize("write", ["true", "false"])
def test_a_day_on_which_nobody_can_have_agreed_is_refused(app: Flask, day: str, write: str) -> None:
    clerk = Visitor(app, "clerk")
    for_all = {"consent_at": day, "consent_how": "phone"}
    for cells, form in ((row(**WANG, door="1", consent_at=day), {}), (row(**WANG, door="1", consent_at="", consent_how=""), for_all)):
        files = {"file": (io.BytesIO(csv_bytes([HEADINGS, cells])), "x.csv"), "write": write, **form}
        answer = clerk.ask("POST", "/api/v1/care-list/import", data=files, content_type="multipart/form-data", key=str(uuid.uuid4()))
        refused = answer.status_code == 422 and answer.json["field"] == "consent_at"
        assert refused or [one["cell"] for one in answer.json["mistakes"]] == ["I2"], answer.json


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00+08:00", "0001-01-01T00:00:00-12:00", "9999-12-31T23:59:59-12:00"])
def test_and_so_it_is_by_hand(app: Flask, at: str) -> None:
    body = {**SHAN, "consent": {"at": at, "how": "phone", "to": ["care_list"]}}
    answer = Visitor(app, "clerk").ask("POST", "/api/v1/residents", json=body, key=str(uuid.uuid4()))
    assert (answer.status_code, answer.json["field"]) == (422, "consent_at")


# While others work --------------------------------------------------------------------------------------------------------------------


def between(monkeypatch: pytest.MonkeyPatch, act: Callable[[], Any], *, times: int) -> None:
    """Somebody does this after the sheet has been compared, and before it is written."""
    real, left = importing.plan_of, [act] * times

    def compared(*arguments: Any) -> Any:
        assert "work" not in g, "comparing keeps nobody from writing"
        made = real(*arguments)
        if left:
            left.pop()()
        return made

    monkeypatch.setattr(importing, "plan_of", compared)


def test_who_is_entered_meanwhile_is_not_entered_twice(app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    between(monkeypatch, lambda: enter(cast("coordinator"), community_id=HOME), times=1)
    report = brought(cast("clerk"), sheet(row(name="单桂兰", phone="13755502468", note="新的备注")))
    assert (report["added"], report["changed"]) == (0, 1)


def test_what_is_corrected_meanwhile_is_not_covered(app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    clerk = cast("clerk")
    resident = enter(clerk)
    between(monkeypatch, lambda: keeping.change(clerk, resident, {"building": "8号楼"}, once(clerk)), times=1)
    brought(clerk, sheet(row(name="单桂兰", phone="13755502468", note="新的备注")))
    found = kept(resident)
    assert found is not None
    assert (found["building"], found["note"]) == ("8号楼", "新的备注")


def test_somebody_else_who_is_entered_meanwhile_does_not_matter(app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    between(monkeypatch, lambda: enter(cast("coordinator"), name=f"别人{uuid.uuid4().hex}", community_id=HOME), times=9)
    assert brought(cast("clerk"), sheet(row(**WANG, door="301")))["added"] == 1


def test_where_she_herself_is_changed_all_the_time_nothing_is_written_and_it_is_said(
    app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    clerk = cast("clerk")
    resident = enter(clerk)
    between(monkeypatch, lambda: keeping.change(clerk, resident, {"door": uuid.uuid4().hex}, once(clerk)), times=9)
    with pytest.raises(Busy):
        brought(clerk, sheet(row(name="单桂兰", phone="13755502468", note="新的备注")))
    found = kept(resident)
    assert found is not None
    assert found["note"] == SHAN["note"]


def test_more_than_one_transaction_should_write_is_refused_with_a_sentence(app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "WRITTEN_MOST", 2)
    lines = [row(name=f"王{n}", building="3号楼", door=f"{n}") for n in range(3)]
    before = everything()
    with pytest.raises(Invalid) as refused:
        brought(cast("clerk"), csv_bytes([HEADINGS, *lines]))
    assert "2" in str(refused.value.detail)
    assert everything() == before


def test_no_picture_of_the_database_stays_open_while_a_child_reads_the_sheet(
    app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = importing.sheets.read

    def looked(*arguments: Any) -> Any:
        assert not {"picture", "work"} & set(g)
        return real(*arguments)

    monkeypatch.setattr(importing.sheets, "read", looked)
    assert brought(cast("clerk"), sheet(row(**WANG, door="301")))["added"] == 1


@pytest.mark.parametrize("kind", exporting.FORMATS)
def test_the_file_is_made_before_the_transaction_and_with_breaths(
    app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    made, breaths, real = [], [], exporting._file

    def looked(*arguments: Any) -> bytes:
        assert not {"picture", "work"} & set(g)
        made.append(1)
        return real(*arguments)

    lines = [row(name=f"王{n}", building="3号楼", door=f"{n}") for n in range(200)]
    brought(cast("clerk"), csv_bytes([HEADINGS, *lines]))
    monkeypatch.setattr(exporting, "_file", looked)
    monkeypatch.setattr("dispatch.core.breathing.time.sleep", breaths.append)
    exporting.export(cast("clerk"), "visit", kind)
    assert made == [1]
    assert len(breaths) >= 2 * 200 // 25


def test_more_residents_than_a_statement_takes_values_are_asked_for_in_parts(app: Flask, cast: Cast) -> None:
    resident = enter(cast("clerk"))
    many = [*(f"{n:032x}" for n in range(260_000)), resident]
    assert list(consents_of(reading(), many)) == [resident]


def test_a_number_of_a_thousand_digits_in_the_pages_form_is_a_mistake(app: Flask, cast: Cast) -> None:
    resident = enter(cast("clerk"))
    browser = Browser(app).become("clerk")
    for more in ({"revision": "9" * 5000}, {"contact_0_was": "9" * 5000}, {"revision": "x"}):
        assert browser.send(f"/residents/{resident}", {**FORM, **more}).status_code == 422

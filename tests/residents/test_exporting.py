"""The care list leaves the house as a sheet: whole, for who keeps it, and never without a row that says who, how much and why."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from flask import Flask

from dispatch.core.clock import now
from dispatch.core.errors import Invalid, NotEligible
from dispatch.core.sheets import read
from dispatch.people.identity import Actor
from dispatch.residents import exporting, keeping
from dispatch.residents.models import Export
from dispatch.residents.tabling import HEADINGS
from tests.residents.care import CANARIES, HOME, OTHER, SHAN, STATION, enter, head, once, rows, told_since

Cast = Callable[[str], Actor]


@pytest.mark.parametrize("kind", exporting.FORMATS)
def test_everybody_on_the_list_of_ones_own_is_in_it_with_all_that_is_kept(app: Flask, cast: Cast, kind: str) -> None:
    enter(cast("clerk"))
    enter(cast("clerk2"), name="紫云的人")
    data, name = exporting.export(cast("clerk"), "visit", kind)
    sheet = read(data, name).rows
    assert sheet[0] == HEADINGS
    (row,) = [row for row in sheet if row[0] == "单桂兰"]
    assert row[:8] == ["单桂兰", "13755502468", "康翠社区", "3号楼", "2单元301", "低保、独居老人", "单强 儿子 13755501357", SHAN["note"]]
    assert row[9:] == ["电话", "登记在名单、上门时告知"]
    assert not [row for row in sheet if row[0] == "紫云的人"]
    assert name.endswith(kind)


def test_who_has_left_the_list_is_not_in_it(app: Flask, cast: Cast) -> None:
    clerk = cast("clerk")
    resident = enter(clerk)
    keeping.take_off(clerk, resident, "moved", once(clerk))
    assert not [row for row in read(exporting.export(clerk, "visit", "csv")[0]).rows if row[0] == "单桂兰"]


@pytest.mark.parametrize(("login", "about", "unit"), [("clerk", {"community_id": HOME}, HOME), ("coordinator", {}, STATION)])
def test_every_export_leaves_a_row_and_tells_the_journal(app: Flask, cast: Cast, login: str, about: dict[str, str], unit: str) -> None:
    enter(cast("clerk"))
    actor, before, seq = cast(login), now(), head()
    many = len(read(exporting.export(actor, "report", "xlsx")[0]).rows) - 1
    (row,) = rows(Export.__table__)
    assert (row["person_id"], row["station_id"], row["unit_id"], row["what"], row["rows"], row["why"]) == (
        actor.id, STATION, unit, "care_list", many, "report",
    )  # fmt: skip
    assert before <= row["at"] <= now()
    assert told_since(seq) == [("residents.exported", {"person_id": actor.id, "rows": many, "why": "report", **about})]
    assert not [said for said in CANARIES if said in json.dumps(row, default=str, ensure_ascii=False)]


@pytest.mark.parametrize("login", ["courier1", "neighbour", "supervisor", "admin"])
def test_nobody_else_takes_it(app: Flask, cast: Cast, login: str) -> None:
    with pytest.raises(NotEligible):
        exporting.export(cast(login), "visit", "xlsx")
    assert rows(Export.__table__) == []


@pytest.mark.parametrize(("why", "kind"), [("", "xlsx"), ("because", "xlsx"), ("visit", "pdf")])
def test_there_must_be_a_reason_and_a_kind_of_file(app: Flask, cast: Cast, why: str, kind: str) -> None:
    with pytest.raises(Invalid):
        exporting.export(cast("clerk"), why, kind)
    assert rows(Export.__table__) == []


def test_what_begins_like_a_formula_is_none_in_the_file(app: Flask, cast: Cast) -> None:
    enter(cast("clerk"), name="=HYPERLINK(1)", note="+1")
    written = exporting.export(cast("clerk"), "visit", "csv")[0].decode("utf-8-sig")
    assert "'=HYPERLINK(1)" in written
    assert OTHER not in written

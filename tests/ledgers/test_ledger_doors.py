"""A ledger at the doors: pasted or as a file, looked at without a trace, corrected, posted; at its longest on either database."""

# ruff: noqa: E501 - lines of a ledger are twice as wide
from __future__ import annotations

import io
import json
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from dispatch.core.sheets import xlsx
from dispatch.ledgers.transcribing import MOST_AT_ONCE
from tests.core.visitors import Visitor
from tests.ledgers.dirty_ledgers import GOOD, HEAD, LEDGERS, text
from tests.orders.play import Street


@pytest.fixture
def clerk(app: Flask, play: Street) -> Visitor:
    return Visitor(app, "clerk")


def preview(visitor: Visitor, **body: Any) -> Any:
    return visitor.ask("POST", "/api/v1/ledgers/preview", json=body)


def upload(visitor: Visitor, data: bytes, **more: str) -> Any:
    form = {"file": (io.BytesIO(data), "台账.xlsx"), **more}
    return visitor.ask("POST", "/api/v1/ledgers/preview", data=form, content_type="multipart/form-data")


def as_rows(answer: Any) -> list[dict[str, Any]]:
    return [{name: value for name, value in row.items() if name not in ("wrong", "twins", "same_as")} for row in answer.json["rows"]]


def test_pasted_looked_at_corrected_and_posted(clerk: Visitor) -> None:
    answer = preview(clerk, text=text(HEAD, *GOOD, ["王五", "139", "3号楼", "", "买米", "", ""]).decode())
    assert answer.status_code == 200
    assert [one["field"] for one in answer.json["columns"]] == ["name", "phone", "building", "door", "need", "time", "note"]
    assert [(cell["cell"], cell["code"]) for row in answer.json["rows"] for cell in row["wrong"]] == [("B5", "phone_wrong")]
    rows = as_rows(answer)
    refused = clerk.ask("POST", "/api/v1/ledgers", json={"rows": rows}, key=str(uuid.uuid4()))
    assert (refused.status_code, refused.json["cells"][0]["cell"]) == (422, "B5")
    rows[3]["phone"] = "13900007777"
    again = preview(clerk, rows=rows)
    assert not [row for row in again.json["rows"] if row["wrong"]]
    key = str(uuid.uuid4())
    posted = [clerk.ask("POST", "/api/v1/ledgers", json={"rows": as_rows(again)}, key=key) for _ in range(2)]
    assert [answer.status_code for answer in posted] == [201, 201]
    assert posted[0].json == posted[1].json
    assert posted[0].json["total"] == 4
    assert all(len(item["code"]) == 4 and item["number"] for item in posted[0].json["items"])


def test_a_file_is_looked_at_and_its_columns_can_be_said(clerk: Visitor) -> None:
    assert len(upload(clerk, xlsx("台账", [HEAD, *GOOD])).json["rows"]) == 3
    strange = xlsx("台账", [["甲", "乙", "丙"], ["陈桂兰", "3号楼", "买菜"]])
    said = json.dumps([{"column": "A", "field": "name"}, {"column": "B", "field": "building"}, {"column": "C", "field": "need"}])
    answer = upload(clerk, strange, columns=said)
    assert [(row["name"], row["need"]) for row in answer.json["rows"]][-1] == ("陈桂兰", "买菜")


BROKEN: list[dict[str, Any]] = [
    {}, {"text": ""}, {"text": " \n "}, {"text": "x" * 50}, {"rows": []}, {"rows": [{}]}, {"rows": [{"row": 0}]}, {"rows": "x"}, {"text": 5},
    {"rows": [{"row": 2}, {"row": 2}]}, {"rows": [{"row": 2, "name": "长" * 4001}]}, {"rows": [{"row": 2, "groups": ["rich"]}]},
    {"text": "姓名\t电话", "columns": [{"column": "1", "field": "name"}]}, {"text": "姓名\t电话", "columns": [{"column": "A", "field": "gold"}]},
]  # fmt: skip


@pytest.mark.parametrize("body", BROKEN, ids=[str(body)[:40] for body in BROKEN])
def test_what_is_no_ledger_is_refused_or_read_as_empty_and_nothing_breaks(clerk: Visitor, body: dict[str, Any]) -> None:
    looked = preview(clerk, **body)
    assert looked.status_code in (200, 422)
    if looked.status_code == 200:
        assert looked.json["rows"] == []
    else:
        assert looked.json["code"] == "invalid"
    assert clerk.ask("POST", "/api/v1/ledgers", json=body, key=str(uuid.uuid4())).status_code == 422


@pytest.mark.parametrize("columns", ["{", "[1]", '[{"column": "A"}]', "[[]]", "null", "5"])
def test_columns_that_cannot_be_meant_are_refused(clerk: Visitor, columns: str) -> None:
    assert upload(clerk, xlsx("台账", [HEAD, *GOOD]), columns=columns).status_code in (200, 422)


@pytest.mark.parametrize("name", ["bomb", "password", "old-xls"])
def test_a_file_that_is_no_sheet_is_refused_with_a_sentence(clerk: Visitor, name: str) -> None:
    answer = upload(clerk, next(dirty for dirty in LEDGERS if dirty.name == name).make())
    assert (answer.status_code, answer.json["field"]) == (422, "file")
    assert "粘贴" in answer.json["detail"] or "分几次" in answer.json["detail"]


def test_a_courier_and_a_stranger_are_turned_away(app: Flask, play: Street) -> None:
    for login, status in (("courier1", 403), ("supervisor", 403), ("", 401)):
        visitor = Visitor(app, login)
        assert preview(visitor, text=text(HEAD, *GOOD).decode()).status_code == status
        assert visitor.ask("POST", "/api/v1/ledgers", json={"rows": [{"row": 2, "name": "陈桂兰"}]}).status_code == status


def test_a_ledger_that_is_only_looked_at_leaves_no_trace(
    app: Flask, clerk: Visitor, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Not in the database, its journals, any file, or what is logged."""
    canary = ["诸葛桂兰", "13912344321", "33号楼", "2单元333", "代取降压药", "明天上午", "门铃坏了"]
    assert preview(clerk, text=text(HEAD, canary).decode()).status_code == 200
    assert upload(clerk, xlsx("台账", [HEAD, canary])).status_code == 200
    assert clerk.ask("POST", "/api/v1/ledgers", json={"rows": [{"row": 2, "name": canary[0], "phone": "1391234432"}]}).status_code == 422
    written = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    logged = "".join(capfd.readouterr())
    for word in canary[:4]:
        assert word.encode() not in written
        assert word not in logged


@pytest.mark.slow
def test_the_most_at_once_and_on_either_database(visit: Callable[[str], Visitor]) -> None:
    visitor = visit("clerk")
    lines = [[f"陈{n}", f"139{n:08d}", f"{n % 30 + 1}号楼", "2单元301", "买米10斤", "明天上午", ""] for n in range(MOST_AT_ONCE)]
    rows = as_rows(preview(visitor, text=text(HEAD, *lines).decode()))
    answer = visitor.ask("POST", "/api/v1/ledgers", json={"rows": rows}, key=str(uuid.uuid4()))
    assert (answer.status_code, answer.json["total"]) == (201, MOST_AT_ONCE)
    assert all(row["twins"] for row in preview(visitor, rows=rows).json["rows"])

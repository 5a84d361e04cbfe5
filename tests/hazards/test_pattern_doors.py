"""Map, corners, rates, sheet and table through their doors: to whom they open, and that nothing unjudged goes out by any of them."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from flask import Flask
from openpyxl import load_workbook
from sqlalchemy import select

from config import MissingSetting, settings
from dispatch.core.unit_of_work import look_again, reading
from dispatch.hazards import recurring
from dispatch.hazards.states import Status
from dispatch.residents.models import Export
from tests.core.visitors import Visitor
from tests.hazards.corner import ELDER, OTHER, STATION, Corner
from tests.hazards.test_doors import described
from tests.orders.test_api_description import Described, Player
from tests.people.doors import Browser

__all__ = ["described"]
EXPORTS = Export.__table__
BOX = "117.0,38.5,118.5,39.5"
#: Page → who may open it; the others are told that it is not theirs.
DOORS = {
    "/hazards/map": {"coordinator", "coordinator2", "clerk", "clerk2", "courier1", "neighbour", "supervisor"},
    "/hazards/corners": {"coordinator", "coordinator2", "clerk", "clerk2"},
    "/hazards/rates": {"coordinator", "coordinator2", "clerk", "clerk2", "supervisor"},
}
EVERYBODY = ("coordinator", "coordinator2", "clerk", "clerk2", "courier1", "neighbour", "supervisor", "admin")


@pytest.mark.parametrize("path", sorted(DOORS))
def test_a_page_and_its_api_open_to_those_whose_they_are(app: Flask, path: str) -> None:
    query = f"?bbox={BOX}" if path.endswith("map") else ""
    for login in EVERYBODY:
        browser, expected = Browser(app).become(login), 200 if login in DOORS[path] else 403
        assert browser.get(path).status_code == expected, login
        answer = Visitor(app, login).ask("GET", f"/api/v1{path}{query}")
        # Who may see a hazard may ask where it is; a map as a page has only who has somewhere to look.
        assert answer.status_code == (200 if path.endswith("map") else expected), login
    for door in (path, f"/api/v1{path}{query}"):
        assert Browser(app).get(door).status_code in (302, 401)


@pytest.mark.parametrize(
    "query",
    [
        "map?status=x",
        "map?age=x",
        "map?page=0",
        "map?page=x",
        f"map?category={'x' * 61}",
        "corners?page=0",
        "rates?first=2026-13",
        "rates?first=x",
    ],
)
def test_what_cannot_be_meant_is_refused(app: Flask, query: str) -> None:
    assert Browser(app).become("coordinator").get(f"/hazards/{query}").status_code == 422


def test_answers_are_as_described(app: Flask, described: Described, corner: Corner) -> None:
    first = corner.fixed()
    corner.verify(first)
    corner.accepted("courier2")
    recurring.read_journals()
    boss, clerk, chief = (Player(app, login, described) for login in ("coordinator", "clerk", "supervisor"))
    said = [boss.get("/hazards/map", bbox=BOX, status="alive", newer_days=3), boss.get("/hazards", older_days=3, status="verified")]
    said += [who.get("/hazards/corners", all=True) for who in (boss, clerk)] + [who.get("/hazards/rates") for who in (boss, clerk, chief)]
    said += [chief.get("/hazards/rates", unit_id=STATION, first="2026-01", last="2026-03")]
    assert [answer.status_code for answer in said] == [200] * len(said), [one.json for one in said if one.status_code != 200]
    assert [one["id"] for one in boss.get("/hazards/corners").json["items"] if one["id"] == first] == [first]
    refused = [
        (boss.get("/hazards/map", bbox=BOX, newer_days=0), 422), (boss.get("/hazards/rates", first="2026-02", last="2026-01"), 422),
        (boss.get("/hazards/rates", unit_id="x"), 404), (clerk.get("/hazards/rates", unit_id=OTHER), 404),
    ]  # fmt: skip
    assert [answer.status_code for answer, _ in refused] == [status for _, status in refused]


def put(corner: Corner, state: str) -> str:
    """A hazard of another's in a state that nobody beyond the station knows of."""
    hazard = corner.report("courier2", building="鸿雁楼")
    if state == Status.DECLINED:
        corner.decline(hazard)
    if state == Status.VOID:
        corner.accept(hazard)
        corner.void(hazard)
    return hazard


@pytest.mark.parametrize("state", [Status.REPORTED, Status.DECLINED, Status.VOID])
def test_what_is_not_accepted_goes_out_by_none_of_the_doors(app: Flask, corner: Corner, state: str) -> None:
    cleared = corner.fixed()
    corner.verify(cleared)
    hazard = put(corner, state)
    recurring.read_journals()
    number = corner.row(hazard).number
    for login in ("clerk", "clerk2", "courier1", "neighbour", "supervisor", "coordinator2"):
        browser, api = Browser(app).become(login), Visitor(app, login)
        assert browser.get(f"/hazards/{hazard}/sheet").status_code == 404, login
        pages = [browser.get("/hazards/map?status="), browser.get("/hazards/corners?all=1"), api.get("/hazards/corners", all=True)]
        pages += [
            api.get("/hazards/map", bbox=BOX),
            *(api.get("/hazards/map", bbox=BOX, status=one) for one in ("queue", "declined", "void")),
        ]
        if login in ("clerk", "clerk2", "coordinator2"):
            pages += [browser.send("/hazards/export", {"why": "check", "format": "csv"}, page="/hazards/map")]
        for answer in pages:
            assert hazard not in answer.text, login
            assert number not in answer.text, login
            assert "鸿雁楼" not in answer.text, login
    assert Browser(app).get(f"/hazards/{hazard}/sheet").status_code in (302, 401)
    corners = Visitor(app, "coordinator").get("/hazards/corners", all=True)
    assert hazard not in corners.text, "not even the station counts it as a corner"


def test_the_sheet_names_roles_and_nobody(app: Flask, corner: Corner) -> None:
    hazard = corner.report(photos=1)
    corner.accept(hazard, title="三楼拐角")
    corner.assign(hazard, "康翠物业")
    corner.fix(hazard)
    for login, status in {"coordinator": 200, "clerk": 200, "clerk2": 404, "courier1": 403, "courier2": 403, "neighbour": 404,
                          "supervisor": 404, "coordinator2": 404, "admin": 403}.items():  # fmt: skip
        answer = Browser(app).become(login).get(f"/hazards/{hazard}/sheet")
        assert answer.status_code == status, login
        if status == 200:
            main = answer.text.partition("<main")[2].partition("</main>")[0]
            for there in ("三楼拐角", "康翠物业", "快递员志愿者", "社工站", "居委会", "处理好了", "/hazards/photos/"):
                assert there in main, there
            for absent in ("王大爷", "王敏", "李红梅", "已清运"):
                assert absent not in main, absent


def test_what_concerns_a_person_is_on_no_courier_s_map(app: Flask, corner: Corner) -> None:
    hazard = corner.accepted("courier2", category=ELDER)
    assert hazard not in Visitor(app, "courier1").get("/hazards/map", bbox=BOX).text
    assert hazard in Visitor(app, "clerk").get("/hazards/map", bbox=BOX).text


def taken(app: Flask, login: str = "coordinator", **said: str) -> Any:
    return Browser(app).become(login).send("/hazards/export", {"why": "check", "format": "csv", **said}, page="/hazards/map")


def exported() -> list[tuple[str, int, str]]:
    look_again()
    found = select(EXPORTS.c.what, EXPORTS.c.rows, EXPORTS.c.why).where(EXPORTS.c.what == "hazards").order_by(EXPORTS.c.at)
    return [tuple(row) for row in reading().execute(found)]


def test_the_list_leaves_as_a_table_without_formulas_or_persons_and_that_is_written_down(app: Flask, corner: Corner) -> None:
    hazard = corner.report(building="=cmd|'/c calc'!A1")
    corner.accept(hazard, title="+1+1")
    corner.report("courier2", lat=39.05)
    answer = taken(app, status="accepted")
    assert answer.status_code == 200
    assert answer.data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    mine = next(row for row in rows if row[0] == corner.row(hazard).number)
    assert (mine[3], mine[5]) == ("'+1+1", "'=cmd|'/c calc'!A1")
    assert {row[1] for row in rows[1:]} == {"已受理"}
    assert "王大爷" not in answer.data.decode()
    assert exported() == [("hazards", len(rows) - 1, "check")]
    told = Browser(app).become("coordinator").get("/audit").text
    assert "隐患清单" in told
    book = load_workbook(io.BytesIO(taken(app, status="accepted", format="xlsx").data))
    cells = [cell for row in book.active.iter_rows() for cell in row if cell.value in ("+1+1", "=cmd|'/c calc'!A1")]
    assert [cell.data_type for cell in cells] == ["s", "s"]


@pytest.mark.parametrize(
    ("login", "said", "status"),
    [
        ("courier1", {}, 403), ("supervisor", {}, 403), ("admin", {}, 403), ("coordinator", {"why": ""}, 422),
        ("coordinator", {"why": "x"}, 422), ("coordinator", {"format": "pdf"}, 422), ("coordinator", {"status": "x"}, 422),
    ],
)  # fmt: skip
def test_a_table_that_is_not_theirs_or_cannot_be_meant_is_refused_and_not_written_down(
    app: Flask, login: str, said: dict[str, str], status: int
) -> None:
    browser = Browser(app).become(login)
    page = "/hazards/map" if login != "admin" else "/second-step"
    answer = browser.send("/hazards/export", {"why": "check", "format": "csv", **said}, page=page)
    assert answer.status_code == status
    assert exported() == []


def test_a_clerk_s_table_holds_her_community_alone(app: Flask, corner: Corner) -> None:
    mine, other = corner.accepted(), corner.accepted("courier2", community_id=OTHER)
    text = taken(app, "clerk").data.decode()
    assert corner.row(mine).number in text
    assert corner.row(other).number not in text


def test_a_choice_sticks_and_belongs_to_who_made_it(app: Flask) -> None:
    browser = Browser(app).become("coordinator")
    browser.get("/hazards/map?status=verified&age=older_7")
    for chosen in ('value="verified" selected', 'value="older_7" selected'):
        assert chosen in browser.get("/hazards/map").text
    assert 'value="alive" selected' in browser.become("clerk").get("/hazards/map").text


@pytest.mark.parametrize(
    "said", ["tiles", "http://a.example/{z}/{x}.png", "javascript://a.example/{z}/{x}/{y}", "https://a.example;img-src *;/{z}/{x}/{y}",
             "https://a.example/{z}/{x}/{y} https://b.example/{z}/{x}/{y}"],
)  # fmt: skip
def test_tiles_that_cannot_be_meant_stop_the_start_with_a_sentence(said: str, tmp_path: Any) -> None:
    with pytest.raises(MissingSetting, match="MAP_TILES cannot be used"):
        settings({"DEMO": "1", "DATA_DIR": str(tmp_path), "MAP_TILES": said})


def test_tiles_of_one_house_may_lie_over_each_other(tmp_path: Any) -> None:
    said = "https://a.example/w/{z}/{x}/{y}?tk=1 https://a.example/c?T={z}&r={y}&c={x}"
    assert settings({"DEMO": "1", "DATA_DIR": str(tmp_path), "MAP_TILES": f" {said} "})["MAP_TILES"] == said


def test_without_tiles_every_page_shows_our_own_pictures_alone(app: Flask) -> None:
    answer = Browser(app).become("coordinator").get("/hazards/map")
    assert "img-src 'self' data: blob:;" in answer.headers["Content-Security-Policy"]
    assert "leaflet" not in answer.text

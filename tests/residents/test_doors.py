"""The doors to the care list: pages and API, for who keeps it; numbers masked; what was typed stays; strangers learn nothing."""

from __future__ import annotations

import io
import re
import uuid
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from flask import Flask

from dispatch.core.sheets import csv_bytes, read
from dispatch.people.identity import Actor
from dispatch.residents import keeping
from dispatch.residents.models import Export, Resident, Reveal
from dispatch.residents.tabling import HEADINGS
from tests.core.visitors import Visitor
from tests.orders.test_api_description import Described, Player
from tests.people.doors import Browser, mistakes
from tests.residents.care import CANARIES, HOME, OTHER, SHAN, enter, kept, once, rows

Cast = Callable[[str], Actor]
SAID = {**SHAN, "consent": {"at": "2026-11-20T10:00:00+08:00", "how": "phone", "to": ["care_list"]}}
FORM = {
    "name": "单桂兰", "phone": "13755502468", "building": "3号楼", "door": "2单元301",
    "groups": ["living_alone", "disabled"], "note": "耳背，多敲一会儿门",
    "contact_0_name": "单强", "contact_0_relation": "儿子", "contact_0_phone": "13755501357", "contact_0_was": "",
    "consent_at": "2026-11-20", "consent_how": "phone", "consent_to": ["care_list", "errands"],
}  # fmt: skip
SHAN_CELLS = ["单桂兰", "13755502468", "", "3号楼", "2单元301", "独居", "", "", "2026-11-20", "电话", ""]
WHOLE = ("13755502468", "13755501357")


def find(visitor: Visitor, **said: Any) -> Any:
    return visitor.ask("POST", "/api/v1/residents/find", json=said)


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, name
    return unescape(found[1])


@pytest.fixture
def clerk(app: Flask) -> Browser:
    return Browser(app).become("clerk")


def entered(browser: Browser, **other: Any) -> Any:
    key = hidden(browser.get("/residents/new").text, "key")
    return browser.send("/residents/new", {**FORM, "key": key, **other})


def test_programs_put_somebody_on_the_list_find_her_and_read_her_masked(app: Flask) -> None:
    visitor = Visitor(app, "clerk")
    made = visitor.ask("POST", "/api/v1/residents", json=SAID, key=str(uuid.uuid4()))
    assert made.status_code == 201, made.json
    listed = find(visitor, q="sgl 2468").json
    assert [one["id"] for one in listed["items"]] == [made.json["id"]]
    one = visitor.get(f"/residents/{made.json['id']}").json
    assert (one["phone"], one["contacts"][0]["phone"], one["consent"]["to"]) == ("137****2468", "137****1357", ["care_list"])
    for answer in (made, find(visitor, q="sgl"), visitor.get(f"/residents/{one['id']}")):
        assert not [whole for whole in WHOLE if whole in answer.text]


def test_programs_change_reveal_and_take_off(app: Flask, cast: Cast) -> None:
    visitor, resident = Visitor(app, "coordinator"), enter(cast("clerk"))
    address = f"/api/v1/residents/{resident}"
    revision = visitor.ask("GET", address).json["revision"]
    assert visitor.ask("PUT", address, json={"note": None, "revision": revision}).json["note"] is None
    assert visitor.ask("PUT", address, json={"note": "x", "revision": revision}).json["code"] == "too_late"
    assert visitor.ask("POST", f"{address}/reveal", json={}).json == {"phone": "13755502468", "contacts": []}
    assert visitor.ask("POST", f"{address}/reveal", json={"what": "contacts"}).json["contacts"] == SHAN["contacts"]
    assert len(rows(Reveal.__table__, resident_id=resident)) == 2
    assert visitor.ask("POST", f"{address}/take-off", json={"reason": "moved"}).json["on_care_list"] is False
    assert visitor.ask("POST", f"{address}/take-off", json={"reason": "moved"}).status_code == 409
    assert visitor.ask("POST", f"{address}/withdraw").json["consent"] is None


@pytest.mark.parametrize(
    ("login", "status"), [("clerk2", 200), ("courier1", 403), ("neighbour", 403), ("supervisor", 403), ("admin", 403), ("", 401)]
)
def test_nobody_else_finds_or_reads_her(app: Flask, cast: Cast, login: str, status: int) -> None:
    resident = enter(cast("clerk"))
    visitor = Visitor(app, login)
    answer = find(visitor, q="单桂兰")
    assert answer.status_code == status
    told = [answer, *(visitor.get(f"/residents/{one}") for one in (resident, "0" * 32))]
    assert [one.status_code for one in told[1:]] == ([404, 404] if login else [401, 401])
    assert not [said for said in CANARIES for one in told if said in one.text]
    assert status != 200 or answer.json["total"] == 0


@pytest.mark.parametrize("login", ["clerk", "coordinator", "supervisor"])
def test_counts_are_all_that_a_supervisor_reads(app: Flask, cast: Cast, login: str) -> None:
    def counted() -> int:
        items = Visitor(app, login).get("/care-list/counts").json["items"]
        return int(next(item["listed"] for item in items if item["community_id"] == HOME))

    before = counted()
    resident = enter(cast("clerk"))
    assert counted() == before + 1
    keeping.take_off(cast("clerk"), resident, "moved", once(cast("clerk")))
    assert counted() == before


@pytest.mark.parametrize("login", ["courier1", "admin"])
def test_counts_are_not_for_everybody(app: Flask, login: str) -> None:
    assert Visitor(app, login).get("/care-list/counts").status_code == 403


@pytest.mark.parametrize("path", ["/residents", "/residents/new", "/residents/import", "/residents/template.xlsx", "/residents/nobody"])
@pytest.mark.parametrize("login", ["courier1", "admin"])
def test_no_page_of_it_opens_to_anybody_else(app: Flask, login: str, path: str) -> None:
    assert Browser(app).become(login).get(path).status_code == 403


def test_a_supervisors_page_has_counts_and_no_name(app: Flask, cast: Cast) -> None:
    enter(cast("clerk"))
    page = Browser(app).become("supervisor").get("/residents")
    assert page.status_code == 200
    assert "康翠社区" in page.text
    assert not [said for said in CANARIES if said in page.text]


def test_a_form_puts_somebody_on_the_list_and_a_second_tap_does_not_do_it_twice(app: Flask, clerk: Browser) -> None:
    key = hidden(clerk.get("/residents/new").text, "key")
    first, again = (clerk.send("/residents/new", {**FORM, "key": key}) for _ in range(2))
    assert first.status_code == again.status_code == 302
    assert first.headers["Location"] == again.headers["Location"]
    page = clerk.get(first.headers["Location"])
    assert "已保存。" in page.text
    assert not [whole for whole in WHOLE if whole in page.text]
    found = kept(first.headers["Location"].rpartition("/")[2].partition("?")[0])
    assert found is not None
    assert (found["groups"], found["contacts"]) == (["living_alone", "disabled"], SHAN["contacts"])


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"name": ""}, "name"), ({"phone": "12"}, "phone"), ({"consent_how": ""}, "consent_how"), ({"consent_at": ""}, "consent_at"),
     ({"consent_at": "2126-01-01"}, "consent_at"), ({"consent_at": "gestern"}, "consent_at"), ({"consent_to": []}, "consent_how"),
     ({"contact_0_phone": "12"}, "contact_0_name"), ({"contact_0_name": ""}, "contact_0_name"), ({"building": "楼" * 81}, "building"),
     ({"groups": ["rich"]}, "groups"), ({"note": "备" * 501}, "note")],
)  # fmt: skip
def test_a_mistake_is_told_at_its_field_and_everything_typed_is_still_there(
    app: Flask, clerk: Browser, wrong: dict[str, Any], field: str
) -> None:
    before = len(rows(Resident.__table__))
    answer = entered(clerk, **wrong)
    assert answer.status_code == 422
    assert mistakes(answer) or field in ("groups", "note")
    for name, value in {**FORM, **wrong}.items():
        if isinstance(value, str) and value and name not in ("consent_how",):
            assert value in unescape(answer.text), name
    assert len(rows(Resident.__table__)) == before


def test_of_somebody_known_an_empty_number_stays_and_a_tick_deletes_it(app: Flask, clerk: Browser, cast: Cast) -> None:
    resident = enter(cast("clerk"))
    path = f"/residents/{resident}"

    def send(**other: Any) -> Any:
        page = clerk.get(path).text
        said = {"name": "单桂兰", "building": "3号楼", "door": "5单元", "groups": ["child"], "note": "", "contact_0_name": "单强",
                "contact_0_relation": "儿子", "contact_0_phone": "", "contact_0_was": "0"}  # fmt: skip
        return clerk.send(path, {**said, "key": hidden(page, "key"), "revision": hidden(page, "revision"), **other}, page=path)

    assert send(phone="").status_code == 302
    found = kept(resident)
    assert found is not None
    assert (found["phone"], found["door"], found["groups"], found["contacts"]) == ("13755502468", "5单元", ["child"], SHAN["contacts"])
    assert send(phone="", phone_gone="1", contact_0_name="").status_code == 302
    found = kept(resident)
    assert found is not None
    assert (found["phone"], found["contacts"]) == (None, [])


def test_somebody_elses_change_is_told_and_the_text_stays(app: Flask, clerk: Browser, cast: Cast) -> None:
    resident = enter(cast("clerk"))
    path = f"/residents/{resident}"
    page = clerk.get(path).text
    keeping.change(cast("coordinator"), resident, {"door": "9单元901"}, once(cast("coordinator")))
    said = {"name": "单桂兰", "note": "这句话不能丢", "key": hidden(page, "key"), "revision": hidden(page, "revision")}
    answer = clerk.send(path, said, page=path)
    assert answer.status_code == 422
    assert "刚才有人改过" in answer.text
    assert "这句话不能丢" in answer.text


@pytest.mark.parametrize("verb", ["take-off", "withdraw"])
def test_she_leaves_the_list_by_the_page(app: Flask, clerk: Browser, cast: Cast, verb: str) -> None:
    resident = enter(cast("clerk"))
    answer = clerk.send(f"/residents/{resident}/{verb}", {"reason": "moved"}, page=f"/residents/{resident}")
    assert answer.status_code == 302
    assert "不在名单上" in clerk.get(f"/residents/{resident}").text


def test_somebody_elses_resident_is_not_found_by_any_page(app: Flask, cast: Cast) -> None:
    resident, outsider = enter(cast("clerk")), Browser(app).become("clerk2")
    assert outsider.get(f"/residents/{resident}").status_code == 404
    for verb in ("", "/take-off", "/withdraw"):
        assert (
            outsider.send(
                f"/residents/{resident}{verb}", {**FORM, "key": str(uuid.uuid4()), "reason": "moved"}, page="/residents"
            ).status_code
            == 404
        )


def test_a_coordinator_says_for_which_community(app: Flask) -> None:
    coordinator = Browser(app).become("coordinator")
    assert mistakes(entered(coordinator, community_id=""))
    assert entered(coordinator, community_id=OTHER).status_code == 302


def test_the_list_and_its_template_come_as_files(app: Flask, clerk: Browser, cast: Cast) -> None:
    enter(cast("clerk"))
    for kind in ("xlsx", "csv"):
        template = clerk.get(f"/residents/template.{kind}")
        assert read(template.data).rows[0] == HEADINGS
        answer = clerk.send("/residents/export", {"why": "visit", "format": kind}, page="/residents")
        assert "attachment" in answer.headers["Content-Disposition"]
        assert "no-store" in answer.headers["Cache-Control"]
        assert "单桂兰" in [row[0] for row in read(answer.data).rows]
    assert len(rows(Export.__table__)) == 2
    assert clerk.send("/residents/export", {"why": "", "format": "xlsx"}, page="/residents").status_code == 422
    assert clerk.get("/residents/template.exe").status_code == 422


def brought(visitor: Visitor, data: bytes | None, **form: str) -> Any:
    files = {"file": (io.BytesIO(data), "名单.csv")} if data is not None else {}
    return visitor.ask(
        "POST", "/api/v1/care-list/import", data={**form, **files}, content_type="multipart/form-data", key=str(uuid.uuid4())
    )


def test_programs_bring_a_sheet_in_after_having_looked(app: Flask) -> None:
    visitor = Visitor(app, "clerk")
    data = csv_bytes([["姓名", "电话"], ["单桂兰", "13755502468"]])
    assert brought(visitor, data).json["mistakes"][0]["cell"] == "A2"
    looked = brought(visitor, data, consent_at="2026-11-20", consent_how="written").json
    assert (looked["written"], looked["added"]) == (False, 1)
    assert find(visitor, q="单桂兰").json["total"] == 0
    assert brought(visitor, data, write="true", consent_at="2026-11-20", consent_how="written").json["written"]
    assert find(visitor, q="单桂兰").json["total"] == 1


@pytest.mark.parametrize("form", [{"consent_at": "2026-11-20"}, {"consent_how": "written"}, {"write": "perhaps"}, {"consent_at": "x"}])
def test_a_sheet_with_wrong_options_is_refused(app: Flask, form: dict[str, str]) -> None:
    assert brought(Visitor(app, "clerk"), csv_bytes([["姓名", "电话"]]), **form).status_code == 422


def test_no_sheet_is_refused(app: Flask) -> None:
    assert brought(Visitor(app, "clerk"), None).json["field"] == "file"


@pytest.mark.parametrize("query", [{"q": "x" * 81}, {"group": "rich"}, {"page": "0"}, {"listed": "perhaps"}])
def test_a_wrong_question_is_refused(app: Flask, query: dict[str, str]) -> None:
    assert find(Visitor(app, "clerk"), **query).status_code == 422


def test_a_need_is_posted_for_who_was_found(app: Flask, cast: Cast, need: dict[str, Any]) -> None:
    resident = enter(cast("clerk"))
    order = Visitor(app, "clerk").post({**need, "resident": None, "resident_id": resident}).json
    assert (order["private"]["name"], order["private"]["phone"], order["private"]["door"]) == ("单桂兰", "137****2468", "2单元301")


def test_every_answer_is_as_described(app: Flask, cast: Cast) -> None:
    described = Described(app)
    clerk, chief, courier = (Player(app, login, described) for login in ("clerk", "supervisor", "courier1"))
    resident = clerk.ask("POST", "/api/v1/residents", json=SAID, key=str(uuid.uuid4())).json["id"]
    address = f"/api/v1/residents/{resident}"
    told = [
        find(clerk),
        find(clerk, q="sgl", listed=True, group="disabled", page=1),
        clerk.get("/care-list/counts"),
    ]
    told += [clerk.ask("GET", address), clerk.ask("PUT", address, json={"note": "x"}), clerk.ask("POST", f"{address}/reveal")]
    told += [clerk.ask("POST", f"{address}/reveal", json={"what": "contacts"}), brought(clerk, csv_bytes([HEADINGS, ["x"], SHAN_CELLS]))]
    told += [
        brought(clerk, csv_bytes([HEADINGS, SHAN_CELLS]), write="true"),
        clerk.ask("POST", f"{address}/take-off", json={"reason": "died"}),
    ]
    told += [clerk.ask("POST", f"{address}/withdraw"), clerk.ask("GET", address), chief.get("/care-list/counts")]
    assert {answer.status_code for answer in told} == {200}
    refused = [find(courier), courier.ask("GET", address), clerk.ask("POST", "/api/v1/residents", json={"name": ""}),
               clerk.ask("POST", f"{address}/withdraw"), find(clerk, page=0)]  # fmt: skip
    assert [answer.status_code for answer in refused] == [403, 404, 422, 409, 422]

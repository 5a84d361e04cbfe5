"""Through every door of the alerts: who may, what is refused with a sentence, and that no file for study leads to anybody."""

from __future__ import annotations

import csv
import io
import json
import uuid
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, select, update

from dispatch.core.clock import SHANGHAI, now
from dispatch.core.unit_of_work import look_again, reading, transaction
from dispatch.orders import believing, offering
from dispatch.orders.alert_models import Alert, AlertChoices, AlertPlan, PhoneCall
from dispatch.orders.commanding import ORDERS
from dispatch.orders.models import Decline
from dispatch.people.models import Deed, Person
from dispatch.residents.models import Export
from tests.core.visitors import Visitor
from tests.orders.test_api_description import Described, Player

EVERYBODY = ("courier1", "courier3", "neighbour", "clerk", "clerk2", "coordinator", "coordinator2", "supervisor", "admin")
ALERTS, PERSONS = Alert.__table__, Person.__table__
WISHES: dict[str, Any] = {
    "not_until": None,
    "most_m": 2000,
    "kinds": ["medicine", "meal"],
    "per_day": 5,
    "quiet_from": "22:00",
    "quiet_to": "06:30",
}
TODAY = f"{now().astimezone(SHANGHAI):%Y-%m-%d}"
#: Door → who gets an answer; the others who see the order get 403, everybody else 404.
OF_AN_ORDER = {
    ("GET", "alerts"): {"clerk", "coordinator"},
    ("GET", "call-list"): {"coordinator"},
    ("POST", "push"): {"clerk", "coordinator"},
    ("POST", "widen"): {"coordinator"},
    ("POST", "phoned"): {"coordinator"},
    ("POST", "reveal"): {"coordinator"},
}
SEES = {"courier1", "courier3", "clerk", "coordinator"}
#: Door → who gets an answer; everybody else 403.
OWN = {
    ("GET", "/me/alerts"): {"courier1", "courier3", "neighbour"},
    ("GET", "/me/alert-wishes"): {"courier1", "courier3", "neighbour"},
    ("PUT", "/me/alert-wishes"): {"courier1", "courier3", "neighbour"},
    ("GET", "/me/belief"): {"courier1", "courier3", "neighbour"},
    ("DELETE", "/me/belief"): {"courier1", "courier3", "neighbour"},
    ("GET", "/alert-settings"): {"coordinator", "coordinator2"},
    ("PUT", "/alert-settings"): {"coordinator", "coordinator2"},
    ("GET", f"/alerts/export?from={TODAY}&to={TODAY}"): {"coordinator", "coordinator2"},
}


class Doors:
    """The cast with tokens, and one open order whose phones have spoken."""

    def __init__(self, app: Flask, need: dict[str, Any], described: Described) -> None:
        self.app = app
        self.who = {login: Player(app, login, described) for login in EVERYBODY}
        self.stranger = Visitor(app)
        with transaction() as work:
            work.execute(delete(AlertChoices.__table__))  # the stations' rules are the usual ones: phones speak
            work.execute(update(PERSONS).values(skills=["medicine"]))
            work.execute(update(PERSONS).where(PERSONS.c.role == "courier").values(on_duty=True))
        self.order_id = str(self.who["clerk"].post(need).json["id"])
        self.look()
        self.courier = self.id_of("courier1")

    def look(self) -> None:
        believing.settle()
        offering.offer()
        look_again()

    def id_of(self, login: str) -> str:
        look_again()
        return str(reading().execute(select(PERSONS.c.id).where(PERSONS.c.login == login)).scalar_one())

    def asked(self) -> list[Any]:
        look_again()
        return list(reading().execute(select(ALERTS).where(ALERTS.c.order_id == self.order_id)).all())

    def ask(self, login: str, method: str, path: str, **body: Any) -> Any:
        visitor = self.who[login] if login else self.stranger
        path, _, query = path.partition("?")
        more: dict[str, Any] = {"json": body} if method in ("PUT", "POST") else {"query_string": query}
        return visitor.ask(method, f"/api/v1{path}", key=str(uuid.uuid4()) if method == "POST" else None, **more)

    def at_order(self, login: str, method: str, door: str) -> Any:
        tail = f"call-list/{self.courier}/reveal" if door == "reveal" else door
        body = {"person_id": self.courier, "outcome": "no_answer"} if door == "phoned" else {}
        return self.ask(login, method, f"/orders/{self.order_id}/{tail}", **body)


@pytest.fixture
def described(app: Flask) -> Described:
    return Described(app)


@pytest.fixture
def doors(app: Flask, need: dict[str, Any], described: Described) -> Doors:
    return Doors(app, need, described)


def test_each_door_answers_whom_it_is_for(doors: Doors) -> None:
    for (method, door), allowed in OF_AN_ORDER.items():
        for login in EVERYBODY:
            expected = 200 if login in allowed else 403 if login in SEES else 404
            assert doors.at_order(login, method, door).status_code == expected, (login, door)
        assert doors.at_order("", method, door).status_code == 401
    for (method, path), allowed in OWN.items():
        for login in EVERYBODY:
            assert doors.ask(login, method, path).status_code == (200 if login in allowed else 403), (login, path)
        assert doors.ask("", method, path).status_code == 401


def test_what_is_taken_is_too_late_to_push_and_can_still_be_read(doors: Doors) -> None:
    assert doors.ask("courier1", "POST", f"/orders/{doors.order_id}/claim").status_code == 200
    for door in ("push", "widen", "phoned"):
        answer = doors.at_order("coordinator", "POST", door)
        assert (answer.status_code, answer.json["code"]) == (409, "too_late"), door
    assert doors.at_order("clerk", "GET", "alerts").json["asked"] == len(doors.asked())


def test_pushed_twice_with_the_same_key_is_pushed_once(doors: Doors) -> None:
    key, plans = str(uuid.uuid4()), AlertPlan.__table__
    for _ in range(2):
        assert doors.who["clerk"].ask("POST", f"/api/v1/orders/{doors.order_id}/push", key=key, json={}).status_code == 200
    look_again()
    assert reading().execute(select(plans.c.ahead_s).where(plans.c.order_id == doors.order_id)).scalar_one() == 75


def test_the_call_list_is_in_order_of_likelihood_and_says_what_became_of_each(doors: Doors) -> None:
    items = doors.at_order("coordinator", "GET", "call-list").json["items"]
    assert [one["likelihood"] for one in items] == sorted((one["likelihood"] for one in items), reverse=True)
    asked = {row.person_id for row in doors.asked()}
    assert {one["person_id"] for one in items if one["why"] == "standing"} == asked
    assert all("phone" not in one for one in items)


def test_a_no_by_telephone_is_like_his_own_and_a_yes_is_only_noted(doors: Doors) -> None:
    path = f"/orders/{doors.order_id}/phoned"
    for outcome, reason in (("no_answer", None), ("yes", None), ("no", "busy")):
        assert doors.ask("coordinator", "POST", path, person_id=doors.courier, outcome=outcome, reason=reason).status_code == 200
        (line,) = [one for one in doors.at_order("coordinator", "GET", "call-list").json["items"] if one["person_id"] == doors.courier]
        assert (line["outcome"], line["reason"]) == (outcome, reason)
    look_again()
    assert reading().execute(select(Decline.__table__.c.reason).where(Decline.__table__.c.person_id == doors.courier)).scalars().all() == [
        "busy"
    ]
    assert len(reading().execute(select(PhoneCall.__table__)).all()) == 1
    board = doors.ask("courier1", "GET", "/orders?status=open").json["items"]
    assert doors.order_id not in [one["id"] for one in board]


@pytest.mark.parametrize(("body", "field"), [
    ({"outcome": "no_answer", "reason": "busy"}, "reason"), ({"outcome": "perhaps"}, "outcome"),
    ({"outcome": "no", "reason": "tired"}, "reason"),
    ({"outcome": "yes", "person_id": "nobody"}, "person_id"), ({"outcome": "yes", "person_id": None}, "person_id"),
])  # fmt: skip
def test_what_was_said_by_telephone_is_one_of_three(doors: Doors, body: dict[str, Any], field: str) -> None:
    answer = doors.ask("coordinator", "POST", f"/orders/{doors.order_id}/phoned", **{"person_id": doors.courier, **body})
    assert (answer.status_code, answer.json["field"]) == (422, field)


def test_a_couriers_number_is_seen_by_whom_the_record_says(doors: Doors) -> None:
    assert doors.at_order("coordinator", "POST", "reveal").json["phone"]
    look_again()
    deeds = Deed.__table__
    rows = reading().execute(select(deeds.c.by, deeds.c.said).where(deeds.c.person_id == doors.courier, deeds.c.verb == "phone_seen")).all()
    assert [tuple(row) for row in rows] == [(doors.id_of("coordinator"), {"order_id": doors.order_id})]
    doors.courier = doors.id_of("neighbour")
    assert doors.at_order("coordinator", "POST", "reveal").status_code == 422


def test_wishes_are_kept_as_said_and_replaced_whole(doors: Doors) -> None:
    empty = dict.fromkeys(WISHES)
    assert doors.ask("courier1", "GET", "/me/alert-wishes").json == empty
    assert doors.ask("courier1", "PUT", "/me/alert-wishes", **WISHES).json == WISHES
    assert doors.ask("courier1", "GET", "/me/alert-wishes").json == WISHES
    until = (now() + timedelta(hours=2)).isoformat()
    assert doors.ask("courier1", "PUT", "/me/alert-wishes", not_until=until).json.keys() == empty.keys()
    assert doors.ask("courier1", "GET", "/me/alert-wishes").json["kinds"] is None
    assert doors.ask("courier3", "GET", "/me/alert-wishes").json == empty


@pytest.mark.parametrize("wrong", [
    {"most_m": -1}, {"most_m": "far"}, {"kinds": []}, {"kinds": ["gold"]}, {"per_day": -1}, {"quiet_from": "22:00"},
    {"quiet_from": "24:00", "quiet_to": "06:00"},
    {"quiet_from": "9:00", "quiet_to": "06:00"}, {"quiet_from": 5, "quiet_to": 6}, {"not_until": "tomorrow"},
    {"not_until": "2026-11-24T10:00:00"},
])  # fmt: skip
def test_a_wish_that_is_none_is_refused_and_the_old_ones_stay(doors: Doors, wrong: dict[str, Any]) -> None:
    doors.ask("courier1", "PUT", "/me/alert-wishes", **WISHES)
    assert doors.ask("courier1", "PUT", "/me/alert-wishes", **wrong).status_code == 422
    assert doors.ask("courier1", "GET", "/me/alert-wishes").json == WISHES


def test_a_courier_reads_his_alerts_and_why_his_phone_did_not_speak(doors: Doors) -> None:
    asked = {row.person_id for row in doors.asked()}
    said = {login: doors.ask(login, "GET", "/me/alerts").json for login in ("courier1", "courier3", "neighbour")}
    assert said["neighbour"] == {"items": [], "not_asked": []}
    for login in ("courier1", "courier3"):
        mine = [one["order"]["id"] for one in said[login]["items"]]
        others = {one["order"]["id"]: one["why"] for one in said[login]["not_asked"]}
        assert (doors.order_id in mine) == (doors.id_of(login) in asked) == (doors.order_id not in others)
    doors.ask("courier3", "PUT", "/me/duty", on=False)
    assert {one["why"] for one in doors.ask("courier3", "GET", "/me/alerts").json["not_asked"]} <= {"off_duty"}


def test_a_courier_reads_what_is_believed_of_him_and_wipes_it_out(doors: Doors) -> None:
    first = doors.asked()[0].person_id
    login = str(reading().execute(select(PERSONS.c.login).where(PERSONS.c.id == first)).scalar_one())
    doors.who.setdefault(login, Player(doors.app, login, doors.who["clerk"].described))
    doors.ask(login, "POST", f"/orders/{doors.order_id}/decline", reason="far")
    doors.look()
    before = doors.ask(login, "GET", "/me/belief").json
    assert before["numbers"]["answers"] == 1
    assert before["numbers"]["own"] < 0
    assert 0 < before["likelihood"] < 1
    assert len(before["words"]) == 6
    # What settles the order of asking besides is no secret either.
    assert (before["numbers"]["claims"], "近来接得少的先问" in before["words"][4]) == (0, True)
    after = doors.ask(login, "DELETE", "/me/belief").json
    assert (after["numbers"]["answers"], after["numbers"]["own"]) == (0, 0)


def test_rules_are_kept_as_said_and_what_is_not_said_is_as_usual(doors: Doors) -> None:
    usual = doors.ask("coordinator", "GET", "/alert-settings").json
    assert (usual["on"], usual["silence_s"], usual["quiet_from"]) == (True, 90, "22:00")
    said = {"on": False, "silence_s": 120, "quiet_from": None, "quiet_to": None,
            "urgencies": {"urgent": {"most": 12, "steps": {"district": None, "whole_station": 2}}}}  # fmt: skip
    now_so = doors.ask("coordinator", "PUT", "/alert-settings", **said).json
    assert (now_so["on"], now_so["silence_s"], now_so["quiet_from"]) == (False, 120, None)
    urgent = now_so["urgencies"]["urgent"]
    assert (urgent["most"], urgent["price"]) == (12, usual["urgencies"]["urgent"]["price"])
    assert urgent["steps"] == {**usual["urgencies"]["urgent"]["steps"], "district": None, "whole_station": 2}
    assert doors.ask("coordinator2", "GET", "/alert-settings").json == usual
    # What is given out can be sent back.
    assert doors.ask("coordinator", "PUT", "/alert-settings", **now_so).json == now_so
    assert doors.ask("coordinator", "PUT", "/alert-settings").json == usual


@pytest.mark.parametrize("wrong", [
    {"on": "perhaps"}, {"silence_s": 0}, {"fairness": 2}, {"quiet_from": "22:00"}, {"urgencies": {"urgent": {"price": -1}}},
    {"urgencies": {"today": {"steps": {"district": 0}}}}, {"urgencies": []}, {"urgencies": {"routine": {"wave_s": 1}}},
    {"silence_s": "NaN"},
])  # fmt: skip
def test_a_rule_that_cannot_be_is_refused(doors: Doors, wrong: dict[str, Any]) -> None:
    usual = doors.ask("coordinator", "GET", "/alert-settings").json
    assert doors.ask("coordinator", "PUT", "/alert-settings", **wrong).status_code == 422
    assert doors.ask("coordinator", "GET", "/alert-settings").json == usual


def test_the_file_for_study_leads_to_nobody_and_its_taking_is_written_down(doors: Doors) -> None:
    doors.ask("clerk", "POST", f"/orders/{doors.order_id}/push")
    doors.look()
    path = f"/alerts/export?from={TODAY}&to={TODAY}"
    files = [doors.ask("coordinator", "GET", path).get_data(as_text=True) for _ in range(2)]
    tables = [list(csv.DictReader(io.StringIO(text.lstrip("\ufeff")))) for text in files]
    assert len(tables[0]) >= len(doors.asked())
    assert {row["outcome"] for row in tables[0]} == {"standing"}
    # Whoever has two files cannot tell that two lines are of one courier.
    numbers = [{row["courier"] for row in table} | {row["order"] for row in table} for table in tables]
    assert not numbers[0] & numbers[1]
    look_again()
    known = [*reading().execute(select(PERSONS.c.id)).scalars(), *reading().execute(select(ORDERS.c.id)).scalars()]
    assert not [one for one in known if one in files[0]]
    exports = Export.__table__
    rows = reading().execute(select(exports.c.rows, exports.c.why).where(exports.c.what == "alerts")).all()
    assert [tuple(row) for row in rows] == [(len(table), "study") for table in tables]


@pytest.mark.parametrize(
    "span", ["from=2026-11-24", "from=2026-11-24&to=x", "from=2026-11-24&to=2026-11-23", "from=2020-01-01&to=2026-11-23"]
)
def test_a_file_of_no_days_or_too_many_is_refused(doors: Doors, span: str) -> None:
    assert doors.ask("coordinator", "GET", f"/alerts/export?{span}").status_code == 422


def test_nothing_of_the_alerts_names_her(doors: Doors, need: dict[str, Any]) -> None:
    said = [
        doors.at_order(login, method, door).get_data(as_text=True)
        for (method, door), may in OF_AN_ORDER.items()
        for login in may
        if door in ("alerts", "call-list")
    ]
    said += [json.dumps(doors.ask(login, "GET", "/me/alerts").json, ensure_ascii=False) for login in ("courier1", "courier3")]
    for word in (*need["resident"].values(), need["private_note"], need["summary"]):
        assert word not in "".join(said)

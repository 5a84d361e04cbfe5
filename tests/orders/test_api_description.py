"""What /api/openapi.json promises is what the doors do: each answer of a played errand has the form that is described."""

from __future__ import annotations

import io
import json
import re
import uuid
from collections.abc import Iterator
from copy import deepcopy
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from jsonschema import Draft202012Validator, FormatChecker
from PIL import Image

from dispatch.core.clock import now
from tests.core.visitors import Visitor
from tests.orders.play import Street

VERBS = ("get", "post", "put", "delete", "patch")
KEY_NEEDED = ("claim", "release", "deliver", "hazards")
FORMATS = FormatChecker(formats=())
FORMATS.checks("date-time", raises=ValueError)(lambda said: not isinstance(said, str) or datetime.fromisoformat(said).tzinfo is not None)


class Described:
    """The description, and whether an answer is as it says; nothing may be said that is not described."""

    def __init__(self, app: Flask) -> None:
        self.said = Visitor(app).ask("GET", "/api/openapi.json").json
        closed = deepcopy(self.said["components"])
        for schema in closed["schemas"].values():
            if "properties" in schema:
                schema["additionalProperties"] = False
        self.components = closed

    def operations(self) -> Iterator[tuple[str, str, dict[str, Any]]]:
        for path, described in self.said["paths"].items():
            yield from ((path, verb, described[verb]) for verb in VERBS if verb in described)

    def resolved(self, part: dict[str, Any]) -> dict[str, Any]:
        if "$ref" not in part:
            return part
        found = self.said
        for step in part["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        return found

    def check(self, method: str, path: str, answer: Any) -> None:
        template = next(known for known in self.said["paths"] if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", known), path))
        responses = self.said["paths"][template][method.lower()]["responses"]
        response = self.resolved(responses.get(str(answer.status_code)) or responses["default"])
        assert answer.mimetype in response["content"], (path, answer.status_code)
        schema = {**response["content"][answer.mimetype]["schema"], "components": self.components}
        said = json.loads(answer.data) if answer.mimetype.endswith("json") else answer.get_data(as_text=True)
        Draft202012Validator(schema, format_checker=FORMATS).validate(said)


class Player(Visitor):
    """A visitor whose every answer is held against the description."""

    def __init__(self, app: Flask, login: str, described: Described) -> None:
        super().__init__(app, login)
        self.described = described

    def ask(self, method: str, path: str, **more: Any) -> Any:
        answer = super().ask(method, path, **more)
        if path.startswith("/api/v1"):
            self.described.check(method, path, answer)
        return answer


@pytest.fixture
def described(app: Flask) -> Described:
    return Described(app)


def jpeg() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (64, 48), "green").save(out, "JPEG")
    return out.getvalue()


def test_every_route_is_described_with_its_parameters_body_answers_and_who_may(app: Flask, described: Described) -> None:
    served = {
        (re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule), verb.lower())
        for rule in app.url_map.iter_rules()
        for verb in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if rule.rule.startswith("/api/v1")
    }
    assert {(path, verb) for path, verb, _ in described.operations()} == served
    for path, verb, operation in described.operations():
        assert operation["summary"], path
        done = [status for status in operation["responses"] if status.startswith("2")]
        assert len(done) == 1, path
        assert described.resolved(operation["responses"][done[0]])["content"][
            "text/csv" if path.endswith("/export") else "application/json"
        ]["schema"], path
        assert list(described.resolved(operation["responses"]["default"])["content"]) == ["application/problem+json"]
        named = {one["name"] for one in described.said["paths"][path].get("parameters", [])}
        assert named == set(re.findall(r"\{(\w+)\}", path))
        keys = [one for one in operation.get("parameters", []) if one["name"] == "Idempotency-Key"]
        if verb == "post" and not path.endswith(("/reveal", "/preview", "/find")):
            assert [key["required"] for key in keys] == [path.rpartition("/")[2] in KEY_NEEDED], path
        else:
            assert not keys
        assert operation.get("security", described.said["security"])[0] == {"bearer": []}


def test_who_one_is_can_be_shown_by_bearer_or_by_cookie_with_proof(described: Described) -> None:
    assert set(described.said["components"]["securitySchemes"]) == {"bearer", "cookie", "csrf"}
    assert described.said["security"] == [{"bearer": []}, {"cookie": [], "csrf": []}]
    assert described.said["paths"]["/api/v1/me"]["get"]["security"] == [{"bearer": []}, {"cookie": []}]


def test_a_delivery_is_described_as_json_or_as_a_form_with_a_photo(described: Described) -> None:
    content = described.said["paths"]["/api/v1/orders/{order_id}/deliver"]["post"]["requestBody"]["content"]
    spoken, written = (described.resolved(content[kind]["schema"])["properties"] for kind in ("application/json", "multipart/form-data"))
    assert "code" in spoken
    assert written["photo"]["format"] == "binary"
    assert "reason" in written


def test_the_order_as_posted_and_as_read_has_every_field_of_the_design(described: Described) -> None:
    schemas = described.said["components"]["schemas"]
    posted = {"kind", "summary", "building", "urgency", "window_start", "window_end", "slots", "money_limit", "skills", "familiar_first",
              "private_note", "resident_id", "resident", "community_id"}  # fmt: skip
    assert posted <= set(schemas["OrderForm"]["properties"])
    assert set(schemas["ResidentForm"]["properties"]) == {"name", "phone", "door", "groups"}
    read = posted - {"private_note", "resident_id", "resident"} | {
        "id", "number", "status", "station_id", "taken", "distance_m", "posted_at", "epoch", "private", "holders", "code"}  # fmt: skip
    assert read <= set(schemas["Order"]["properties"])
    assert set(schemas["Private"]["properties"]) == {"name", "phone", "door", "note"}
    assert set(schemas["Orders"]["properties"]) == {"items", "page", "pages", "total"}
    assert {"type", "title", "status", "code", "detail", "field", "next"} <= set(schemas["Problem"]["properties"])


def test_every_answer_of_a_played_errand_is_as_described(app: Flask, play: Street, described: Described) -> None:
    clerk, boss, one, two, chief = (
        Player(app, login, described) for login in ("clerk", "coordinator", "courier1", "courier2", "supervisor")
    )
    for who in (clerk, boss, one, two, chief):
        for path in ("/me", "/orders", "/couriers", "/communities"):
            assert who.get(path).status_code == 200
    assert one.ask("PUT", "/api/v1/me/duty", json={"on": True, "lat": 39.03, "lon": 117.7}).status_code == 200
    order = clerk.post(play.need, lat=39.02, lon=117.69, money_limit=5000, skills=["medicine"]).json["id"]
    told = [one.get("/orders", status="open"), one.say("claim", order), one.get("/orders", status="mine"), one.get("/me")]
    told += [boss.get(f"/orders/{order}"), clerk.get("/orders", status="active"), one.say("reveal", order), one.say("pick-up", order)]
    told += [one.say("deliver", order, code=play.row(order).code), clerk.get(f"/orders/{order}"), clerk.say("confirm", order)]
    told += [who.get("/journal", station_id=play.row(order).station_id, since=0) for who in (one, boss, clerk)]
    assert {answer.status_code for answer in told} == {200}


def test_every_refusal_and_every_other_way_is_as_described(app: Flask, play: Street, described: Described) -> None:
    clerk, boss, one, two = (Player(app, login, described) for login in ("clerk", "coordinator", "courier1", "courier2"))
    order, other = (clerk.post(play.need).json["id"] for _ in range(2))
    assert one.say("claim", order).status_code == 200
    taken = two.say("claim", order)
    assert (taken.status_code, taken.json["code"], len(taken.json["next"])) == (409, "taken", 3)
    wrong = f"{(int(play.row(order).code) + 1) % 10_000:04d}"
    refused = [
        two.say("pick-up", order),
        clerk.say("claim", order),
        clerk.post({}),
        clerk.get("/orders/0"),
        one.say("release", order, reason="x"),
    ]
    refused += [
        one.ask("POST", f"/api/v1/orders/{order}/claim", json={}),
        clerk.get("/journal", station_id="1"),
        clerk.get("/orders", page=0),
    ]
    refused += [boss.get("/journal", station_id=play.row(order).station_id, since=10**6), clerk.say("confirm", order)]
    assert [answer.status_code for answer in refused] == [403, 403, 422, 404, 422, 422, 404, 422, 410, 409]
    assert one.say("pick-up", order).status_code == 200
    assert one.say("deliver", order, code=wrong).json["code"] == "bad_code"
    form = {"photo": (io.BytesIO(jpeg()), "door.jpg"), "reason": "老人在休息"}
    ways = [one.ask("POST", f"/api/v1/orders/{order}/deliver", data=form, content_type="multipart/form-data", key=str(uuid.uuid4()))]
    ways += [two.say("decline", other, reason="far"), boss.say("assign", other, person_id=one.get("/me").json["id"])]
    ways += [one.say("fail", other, reason="out_of_stock"), boss.say("reopen", other), one.say("claim", other)]
    ways += [one.say("release", other, reason="busy"), clerk.say("cancel", other, reason="duplicate")]
    assert [answer.status_code for answer in ways] == [200] * 8, [answer.json for answer in ways]


def test_loans_are_as_described_from_both_sides_and_the_courier_s(app: Flask, play: Street, described: Described) -> None:
    boss, other, one, clerk = (Player(app, login, described) for login in ("coordinator", "coordinator2", "courier1", "clerk"))
    until = (now() + timedelta(hours=2)).isoformat()

    def say(who: Player, path: str, **body: Any) -> Any:
        return who.ask("POST", f"/api/v1/loans{path}", json=body, key=str(uuid.uuid4()))

    me = one.get("/me").json["id"]
    loan = say(boss, "", to_station_id="120116015", until=until, persons=[me]).json["id"]
    ways = [who.get("/loans") for who in (boss, other, one, clerk)] + [boss.get("/neighbours"), say(other, f"/{loan}/accept")]
    ways += [one.get("/loans"), one.get("/me"), say(one, f"/{loan}/leave"), boss.get("/loans")]
    asked = say(other, "", from_station_id="120116014", until=until, number=1).json["id"]
    ways += [say(boss, f"/{asked}/decline", reason="not_now")]
    another = say(other, "", from_station_id="120116014", until=until, number=1).json["id"]
    ways += [say(other, f"/{another}/withdraw")]
    assert [answer.status_code for answer in ways] == [200] * len(ways), [answer.json for answer in ways]
    refused = [say(boss, f"/{loan}/end"), say(clerk, f"/{loan}/end"), say(boss, f"/{loan}/accept"), clerk.get("/neighbours")]
    refused += [say(boss, "", until=until), say(boss, "", to_station_id="1", until=until, number=1), say(boss, "/0/end")]
    assert [answer.status_code for answer in refused] == [409, 404, 403, 403, 422, 422, 404]


def test_what_the_station_looks_at_first_is_opened_as_described(app: Flask, play: Street, described: Described) -> None:
    play.settings(look_first=True)
    order = Player(app, "clerk", described).post(play.need).json
    assert order["status"] == "waiting"
    assert Player(app, "coordinator", described).say("open", order["id"]).json["status"] == "open"


def test_what_a_desk_does_beside_the_usual_way_is_as_described(app: Flask, play: Street, described: Described) -> None:
    clerk, boss, one, two, three = (Player(app, login, described) for login in ("clerk", "coordinator", "courier1", "courier2", "courier3"))
    order = clerk.post(play.need, money_limit=5000).json["id"]
    ids = {who.login: who.get("/me").json["id"] for who in (one, two, three)}

    def version() -> int:
        return int(boss.get(f"/orders/{order}").json["version"])

    fresh = {"summary": "代取降糖药", "building": "5号楼", "urgency": "today", "window_start": None}
    fresh |= {"skills": ["heavy"], "window_end": (now() + timedelta(hours=5)).isoformat()}
    said = [clerk.say("correct", order, version=0, **fresh), one.say("claim", order), two.say("queue", order), two.say("unqueue", order)]
    said += [two.say("queue", order), two.get("/orders", status="queued"), three.get("/orders", status="full"), boss.get("/orders")]
    said += [boss.say("split", order, version=version(), slots=3), boss.get(f"/orders/{order}")]
    said += [boss.say("assign", order, version=version(), person_id=ids["courier3"], phoned_in=True)]
    said += [clerk.say("no-show", order, person_id=ids["courier3"], reason="other"), three.get("/no-shows"), boss.get("/no-shows")]
    about = three.get("/no-shows").json["items"][0]["id"]
    answer = {"json": {"text": "电动车坏了"}, "key": str(uuid.uuid4())}
    said += [three.ask("POST", f"/api/v1/no-shows/{about}/answer", **answer), clerk.get("/no-shows", page=2)]
    told = boss.ask("POST", "/api/v1/messages", json={"text": "下午有雨", "depot_id": None}, key=str(uuid.uuid4()))
    assert told.status_code == 201
    said += [one.get("/messages"), boss.get("/messages"), one.ask("POST", f"/api/v1/messages/{told.json['id']}/read", json={})]
    trust = {"json": {"skills": [{"skill": "escort", "until": "2099-01-31"}, {"skill": "heavy"}]}}
    said += [boss.ask("PUT", f"/api/v1/couriers/{ids['courier1']}/skills", **trust), boss.get("/couriers")]
    assert [answer.status_code for answer in said] == [200] * len(said), [answer.json for answer in said if answer.status_code != 200]
    assert said[-2].json["skills"][1] == {"skill": "escort", "until": "2099-01-31", "vouched_by": said[-2].json["skills"][1]["vouched_by"]}


def test_the_refusals_of_the_desk_are_as_described(app: Flask, play: Street, described: Described) -> None:
    clerk, boss, one, two = (Player(app, login, described) for login in ("clerk", "coordinator", "courier1", "courier2"))
    order = clerk.post(play.need).json["id"]
    assert clerk.say("correct", order, version=0, building="5号楼").status_code == 200
    edited = boss.say("correct", order, version=0, summary="x")
    assert (edited.status_code, edited.json["code"], edited.json["changed"], edited.json["version"]) == (409, "edited", ["building"], 1)
    assert one.say("claim", order).status_code == 200
    assert one.say("pick-up", order).status_code == 200
    assert one.say("deliver", order, code=play.row(order).code).status_code == 200
    early = two.say("claim", clerk.post(play.need, familiar_first=True).json["id"])
    assert (early.status_code, early.json["code"]) == (409, "too_early")
    assert early.json["opens_in_ms"] > 0
    wrong: list[tuple[Any, int]] = [
        (boss.say("correct", order, summary="x"), 422), (boss.say("split", order, version=1, slots=5), 422),
        (boss.say("reassign", order, version=1, person_id="x"), 422), (boss.say("no-show", order, person_id="x", reason="x"), 422),
        (boss.say("split", order, version=2**40, slots=2), 422), (boss.say("no-show", order, person_id="x", reason="other"), 409),
        (boss.say("correct", order, version=1, summary="x"), 409), (clerk.say("split", order, version=1, slots=2), 403),
        (boss.ask("POST", "/api/v1/messages", json={"text": ""}), 422), (one.ask("POST", "/api/v1/messages", json={"text": "x"}), 403),
        (one.ask("POST", "/api/v1/messages/0/read", json={}), 404), (one.ask("POST", "/api/v1/no-shows/0/answer", json={"text": "x"}), 404),
        (boss.ask("PUT", "/api/v1/couriers/0/skills", json={"skills": []}), 404), (boss.get("/no-shows", page=0), 422),
        (boss.ask("PUT", "/api/v1/couriers/0/skills", json={"skills": [{"skill": "flying"}]}), 422),
    ]  # fmt: skip
    assert [answer.status_code for answer, _ in wrong] == [status for _, status in wrong]

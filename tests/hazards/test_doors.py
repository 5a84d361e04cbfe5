"""Through every door: answers as they are described, one key one report, and before it is accepted nobody learns of it."""

from __future__ import annotations

import io
import json
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from dispatch.core.clock import now
from dispatch.core.unit_of_work import reading
from dispatch.journal.reading import heads
from tests.core.visitors import Visitor
from tests.hazards.corner import CORNER, GAS, HOME, OTHER, RUBBISH, STATION, Corner, jpeg
from tests.orders.test_api_description import Described, Player

NOTE = "三楼拐角，金丝雀家门口"
REPORT = {"category": RUBBISH, **CORNER, "note": NOTE, "building": "3号楼"}
EVERYBODY = ("courier1", "courier2", "neighbour", "clerk", "clerk2", "coordinator", "coordinator2", "supervisor", "admin")


def say(who: Visitor, path: str, key: str | None = None, **body: Any) -> Any:
    return who.ask("POST", f"/api/v1{path}", json=body, key=key or str(uuid.uuid4()))


def report(who: Visitor, key: str | None = None, **other: Any) -> Any:
    return say(who, "/hazards", key, **REPORT, **other)


def form(who: Visitor, path: str, photos: list[bytes], key: str, **said: Any) -> Any:
    files = {"photos": [(io.BytesIO(data), f"{n}.jpg") for n, data in enumerate(photos)]}
    return who.ask("POST", f"/api/v1{path}", data={**said, **files}, content_type="multipart/form-data", key=key)


@pytest.fixture
def described(app: Flask) -> Described:
    return Described(app)


def test_every_answer_of_a_hazard_s_life_is_as_described(app: Flask, described: Described) -> None:
    one, two, clerk, boss, chief, admin = (
        Player(app, login, described) for login in ("courier1", "courier2", "clerk", "coordinator", "supervisor", "admin")
    )
    photo = one.ask("POST", "/api/v1/hazards/photos", data={"photo": (io.BytesIO(jpeg()), "a.jpg")}, content_type="multipart/form-data")
    assert photo.status_code == 201
    hazard = report(one, photo_ids=[photo.json["photo_id"]], seen_at=now().isoformat()).json["id"]
    said = [one.get("/hazards", status="mine"), boss.get("/hazards", status="queue"), one.get("/hazards/near", category=RUBBISH, **CORNER)]
    said += [say(boss, f"/hazards/{hazard}/hold"), say(boss, f"/hazards/{hazard}/let-go"), boss.get("/hazard-reasons", category=RUBBISH)]
    said += [say(boss, f"/hazards/{hazard}/accept", version=0, title="三楼拐角垃圾"), say(two, f"/hazards/{hazard}/join")]
    said += [two.get("/hazards"), two.get(f"/hazards/{hazard}/same"), two.get("/hazards/map", bbox="117.6,39.0,117.8,39.1")]
    said += [say(boss, "/hazard-rules/preview", category=RUBBISH, community_id=HOME), boss.get("/hazard-rules")]
    later, much_later = (now() + timedelta(days=days) for days in (2, 9))
    said += [say(boss, f"/hazards/{hazard}/suspend", until=later.isoformat(), reason="weather"), say(boss, f"/hazards/{hazard}/resume")]
    said += [
        say(boss, f"/hazards/{hazard}/extend", deadline=much_later.isoformat(), reason="weather"),
        say(boss, f"/hazards/{hazard}/assign"),
    ]
    said += [say(boss, f"/hazards/{hazard}/correct", title="三楼拐角"), clerk.get(f"/hazards/{hazard}")]
    said += [
        say(boss, f"/hazards/{hazard}/photos/{photo.json['photo_id']}/black-out", boxes=[{"left": 1, "top": 1, "width": 9, "height": 9}])
    ]
    said += [say(clerk, f"/hazards/{hazard}/send-back", reason="not_ours"), say(boss, f"/hazards/{hazard}/assign", responsible="康翠物业")]
    said += [form(clerk, f"/hazards/{hazard}/fix", [jpeg("blue")], str(uuid.uuid4())), say(one, f"/hazards/{hazard}/reopen")]
    said += [say(clerk, f"/hazards/{hazard}/fix", reason="清了"), say(boss, f"/hazards/{hazard}/verify"), one.get("/me/hazard-questions")]
    said += [who.get("/hazard-categories") for who in (one, clerk, boss, chief, admin)] + [who.get("/hazards") for who in (chief, admin)]
    said += [
        say(one, "/hazard-categories/find", note="垃圾桶满了"),
        boss.ask("PUT", f"/api/v1/hazard-categories/{RUBBISH}", json={"hours": 3}),
    ]
    double = report(two).json["id"]
    survivor = report(one).json["id"]
    said += [say(boss, f"/hazards/{survivor}/accept"), say(boss, f"/hazards/{double}/merge", into=survivor)]
    said += [two.get(f"/hazards/{double}"), boss.get(f"/hazards/{survivor}"), say(boss, f"/hazards/{double}/unmerge")]
    said += [say(boss, f"/hazards/{double}/decline", reason="not_found"), two.get(f"/hazards/{double}")]
    said += [say(boss, f"/hazards/{survivor}/void", reason="mistake"), admin.get(f"/hazards/{survivor}")]
    assert [answer.status_code for answer in said] == [200] * len(said), [one.json for one in said if one.status_code != 200]
    made = [say(boss, "/hazard-rules", responsible="环卫", category=RUBBISH)]
    new = {"kind": "part", "code": "bench", "name": "长椅坏了", "name_en": "Bench broken", "family": "street"}
    made += [say(boss, "/hazard-categories", **new)]
    assert [answer.status_code for answer in made] == [201, 201]
    rule = made[0].json["items"][0]["id"]
    assert boss.ask("DELETE", f"/api/v1/hazard-rules/{rule}").json["items"] == []


def test_every_refusal_is_as_described(app: Flask, described: Described, corner: Corner) -> None:
    corner.second_coordinator()
    one, clerk, boss, other = (Player(app, login, described) for login in ("courier1", "clerk", "coordinator", "colleague"))
    hazard = report(one).json["id"]
    assert say(boss, f"/hazards/{hazard}/hold").status_code == 200
    held = say(other, f"/hazards/{hazard}/accept")
    assert (held.status_code, held.json["code"], held.json["holder"]) == (409, "held", "李红梅")
    assert say(boss, f"/hazards/{hazard}/accept").status_code == 200
    edited = say(boss, f"/hazards/{hazard}/assign", version=0)
    assert (edited.status_code, edited.json["code"], edited.json["changed"], edited.json["version"]) == (409, "edited", ["accept"], 1)
    refused: list[tuple[Any, int]] = [
        (one.ask("POST", "/api/v1/hazards", json=REPORT), 422), (say(one, "/hazards", category=RUBBISH), 422),
        (say(one, "/hazards", **{**REPORT, "lat": 91}), 422), (say(one, "/hazards", **{**REPORT, "lon": None}), 422),
        (say(one, "/hazards", **{**REPORT, "note": "x" * 501}), 422), (say(one, "/hazards", **{**REPORT, "photo_ids": ["a"] * 5}), 422),
        (say(one, f"/hazards/{hazard}/accept"), 403), (say(clerk, f"/hazards/{hazard}/accept"), 403),
        (say(boss, f"/hazards/{hazard}/accept"), 409), (say(boss, f"/hazards/{hazard}/merge", into=hazard), 422),
        (say(boss, f"/hazards/{hazard}/merge"), 422), (say(boss, "/hazards/0/accept"), 404), (one.get("/hazards/0"), 404),
        (one.get("/hazards", status="x"), 422), (one.get("/hazards/map", bbox="1,2,3"), 422),
        (one.get("/hazards/map", bbox="9,2,3,4"), 422),
        (one.get("/hazards/near", category=RUBBISH), 422), (one.get("/hazards/near", **CORNER), 422), (one.get("/hazard-rules"), 403),
        (one.get("/hazard-reasons", category=RUBBISH), 403), (boss.ask("DELETE", "/api/v1/hazard-rules/0"), 404),
        (boss.ask("PUT", f"/api/v1/hazard-categories/{RUBBISH}", json={"hours": 0}), 422),
        (say(boss, "/hazard-categories", kind="part", code="A B", name="x", name_en="x", family="x"), 422),
        (form(one, "/hazards", [jpeg()] * 5, str(uuid.uuid4()), category=RUBBISH, **CORNER), 422),
        (form(one, "/hazards", [b"no photo"], str(uuid.uuid4()), category=RUBBISH, **CORNER), 422),
        (one.ask("POST", "/api/v1/hazards/photos", data={}, content_type="multipart/form-data"), 422),
        (say(one, f"/hazards/{hazard}/answer", gone=True), 403),
    ]  # fmt: skip
    assert [answer.status_code for answer, _ in refused] == [status for _, status in refused], [answer.json for answer, _ in refused]


def test_one_key_is_one_report_with_its_photos_however_it_is_sent(app: Flask, corner: Corner) -> None:
    one, key = Visitor(app, "courier1"), str(uuid.uuid4())
    said = {"category": RUBBISH, "note": NOTE, **{name: str(value) for name, value in CORNER.items()}}
    first, again = (form(one, "/hazards", [jpeg(), jpeg("red")], key, **said) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json == first.json
    assert len(first.json["photos"]) == 2
    assert one.get("/hazards", status="mine").json["total"] == 1
    other = form(one, "/hazards", [jpeg(), jpeg("blue")], key, **said)
    assert (other.status_code, other.json["field"]) == (422, "Idempotency-Key")
    shown = one.ask("GET", first.json["photos"][0]["url"])
    assert (shown.status_code, shown.mimetype, shown.headers["Cache-Control"]) == (200, "image/jpeg", "private, no-store")
    shown.close()


@pytest.mark.parametrize("page", ["/hazards/reasons", "/hazards/rules"])
def test_a_station_s_tables_are_its_coordinator_s(app: Flask, page: str) -> None:
    for login in EVERYBODY:
        expected = 200 if login.startswith("coordinator") else 403
        assert Visitor(app, login).ask("GET", page).status_code == expected, login
    assert Visitor(app).ask("GET", page).status_code == 401


class Doors:
    """Everything that somebody can ask for."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.visitors = {login: Visitor(app, login) for login in EVERYBODY}
        self.stranger = Visitor(app)

    def everything(self, login: str, hazard_id: str, photo_id: str) -> dict[str, Any]:
        who = self.visitors[login]
        with self.app.app_context():
            head = heads(reading(), [STATION])[STATION]
        asked = {
            "one": who.get(f"/hazards/{hazard_id}"),
            "same": who.get(f"/hazards/{hazard_id}/same"),
            "photo": who.ask("GET", f"/hazards/photos/{photo_id}"),
        }
        found = {name: answer.status_code for name, answer in asked.items()}
        words = [answer.get_data(as_text=True) for name, answer in asked.items() if name != "photo"]
        asked["photo"].close()
        assert set(found.values()) in ({200}, {404}), found
        listed = [
            who.get("/hazards", **query)
            for query in ({}, {"status": "alive"}, {"category": RUBBISH}, {"community_id": HOME}, {"status": "mine"})
        ]
        listed += [who.ask("GET", path) for path in ("/hazards", "/hazards/mine", "/hazards/community", "/watch", "/board", "/desk")]
        outside = [who.ask("GET", f"/open311/v2/{path}.json") for path in ("requests", f"requests/{hazard_id}")]
        listed += [who.get("/me/hazard-questions"), who.get(f"/hazards/{hazard_id}/same")]
        listed += [who.get("/hazards/map", bbox="117.6,39.0,117.8,39.1"), who.get("/hazards/near", category=RUBBISH, **CORNER)]
        journal = who.get("/journal", station_id=STATION, since=max(0, head - 400), limit=500)
        told = json.dumps(journal.json["entries"]) if journal.status_code == 200 else ""
        return {
            "one": found["one"] == 200,
            "listed": any(hazard_id in answer.get_data(as_text=True) for answer in listed),
            "outside": any(hazard_id in answer.get_data(as_text=True) for answer in outside),
            "told": hazard_id in told,
            "note": any("金丝雀" in said for said in [*words, *(answer.get_data(as_text=True) for answer in [*listed, *outside])]),
        }


KNOWN_BY = {"courier1", "coordinator", "admin"}


@pytest.mark.parametrize("end", ["pending", "declined"])
def test_a_hazard_that_has_not_been_accepted_is_unknown_through_every_door(app: Flask, corner: Corner, end: str) -> None:
    doors = Doors(app)
    key = str(uuid.uuid4())
    said = {"category": RUBBISH, "note": NOTE, **{name: str(value) for name, value in CORNER.items()}}
    made = form(doors.visitors["courier1"], "/hazards", [jpeg()], key, **said).json
    hazard, photo = made["id"], made["photos"][0]["id"]
    if end == "declined":
        corner.decline(hazard)
    seen = {login: doors.everything(login, hazard, photo) for login in EVERYBODY}
    assert {login for login, found in seen.items() if found["one"]} == KNOWN_BY
    assert {login for login, found in seen.items() if found["listed"]} == KNOWN_BY
    assert {login for login, found in seen.items() if found["note"]} == KNOWN_BY
    assert not [login for login, found in seen.items() if found["outside"]]
    # The administrator follows no station's journal.
    assert {login for login, found in seen.items() if found["told"]} == KNOWN_BY - {"admin"}
    for path in (f"/api/v1/hazards/{hazard}", f"/hazards/photos/{photo}"):
        assert doors.stranger.ask("GET", path).status_code == 401
    for path in (f"requests/{hazard}.json", f"requests/{hazard}.xml", f"photos/{photo}.jpg"):
        assert doors.stranger.ask("GET", f"/open311/v2/{path}").status_code == 404
    assert hazard not in doors.stranger.ask("GET", "/open311/v2/requests.json").get_data(as_text=True)
    for login in set(EVERYBODY) - KNOWN_BY:
        for verb in (
            "join",
            "accept",
            "assign",
            "fix",
            "verify",
            "reopen",
            "hold",
            "correct",
            f"photos/{photo}/show",
            f"photos/{photo}/black-out",
        ):
            assert say(doors.visitors[login], f"/hazards/{hazard}/{verb}", reason="x").status_code in (404, 422), (login, verb)
        box = {"left": 0, "top": 0, "width": 9, "height": 9}
        assert say(doors.visitors[login], f"/hazards/{hazard}/photos/{photo}/black-out", boxes=[box]).status_code == 404
        assert say(doors.visitors[login], f"/hazards/{hazard}/correct", title="x").status_code == 404
        assert say(doors.visitors[login], f"/hazards/{hazard}/join").status_code == 404


def test_accepted_it_is_known_to_its_station_and_its_note_to_the_desks(app: Flask, corner: Corner) -> None:
    doors = Doors(app)
    hazard = report(doors.visitors["courier1"], photo_ids=[corner.photo("courier1")]).json
    corner.accept(hazard["id"])
    seen = {login: doors.everything(login, hazard["id"], hazard["photos"][0]["id"]) for login in EVERYBODY}
    known = KNOWN_BY | {"courier2", "clerk"}
    for part, by in (
        ("one", known),
        ("listed", known),
        ("outside", set(EVERYBODY)),
        ("told", known - {"admin"}),
        ("note", known - {"courier2"}),
    ):
        assert {login for login, found in seen.items() if found[part]} == by, part


def test_lists_by_state_category_community_and_age(app: Flask, corner: Corner) -> None:
    boss, clerk = Visitor(app, "coordinator"), Visitor(app, "clerk")
    urgent, late, elsewhere, done = (corner.accepted(category=GAS), corner.accepted(), corner.accepted(community_id=OTHER), corner.fixed())
    waiting = corner.report()
    corner.set(late, due_at=now() - timedelta(hours=1))

    def ids(who: Visitor, **query: Any) -> list[str]:
        return [item["id"] for item in who.get("/hazards", **query).json["items"]]

    assert ids(boss) == [waiting, done, elsewhere, late, urgent]
    assert ids(clerk) == [done, late, urgent]
    assert ids(boss, status="queue") == [waiting]
    assert ids(boss, status="alive") == [done, elsewhere, late, urgent]
    assert ids(boss, status="overdue") == [late]
    assert ids(boss, status="fixed") == [done]
    assert ids(boss, category=GAS) == [urgent]
    assert ids(boss, community_id=OTHER) == [elsewhere]
    assert ids(clerk, community_id=OTHER) == []
    features = boss.get("/hazards/map", bbox="117.70,39.03,117.71,39.04").json["features"]
    assert [one["id"] for one in features] == [waiting, done, elsewhere, late, urgent]
    assert features[0]["geometry"] == {"type": "Point", "coordinates": [CORNER["lon"], CORNER["lat"]]}
    assert boss.get("/hazards/map", bbox="117.71,39.03,117.72,39.04").json["features"] == []


Visit = Callable[[str], Visitor]


@pytest.mark.slow
def test_a_hazard_s_life_on_both_databases(visit: Visit) -> None:
    one, two, clerk, boss = (visit(login) for login in ("courier1", "courier2", "clerk", "coordinator"))
    hazard, double = report(one).json["id"], report(two).json["id"]
    steps = [(boss, "accept", {}), (two, "join", {}), (boss, "assign", {}), (clerk, "fix", {"reason": "清了"}), (one, "reopen", {})]
    steps += [(clerk, "fix", {"reason": "清了"}), (boss, "verify", {})]
    for who, verb, body in steps:
        answer = say(who, f"/hazards/{hazard}/{verb}", **body)
        assert answer.status_code == 200, (verb, answer.json)
    survivor = report(one).json["id"]
    assert say(boss, f"/hazards/{survivor}/accept").status_code == 200
    for verb, body in (("merge", {"into": survivor}), ("unmerge", {}), ("merge", {"into": survivor})):
        assert say(boss, f"/hazards/{double}/{verb}", **body).status_code == 200
    assert two.get(f"/hazards/{double}").json["words"]["code"] == "accepted"
    assert [item["id"] for item in two.get("/hazards/near", category=RUBBISH, **CORNER).json["items"]] == [survivor]
    assert boss.get("/hazards", status="queue").json["total"] == 0
    assert [step["verb"] for step in boss.get(f"/hazards/{hazard}").json["steps"]] == ["report", *(verb for _, verb, _ in steps)]

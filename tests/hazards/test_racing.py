"""Two want the same at the same moment, on real servers with both databases; and a report by the line, heard by who may."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable
from typing import Any

import pytest

from tests.hazards.corner import CORNER, RUBBISH, STATION, jpeg
from tests.house import Caller
from tests.realtime.conftest import Serve, Served

pytestmark = pytest.mark.slow

CAST = ["courier1", "courier2", "clerk", "coordinator"]
ROUNDS = 12


def together(*acts: Callable[[], Any]) -> list[Any]:
    """Everybody at the same moment; the answers in the acts' order."""
    answers: list[Any] = [None] * len(acts)
    start = threading.Barrier(len(acts))

    def run(n: int, act: Callable[[], Any]) -> None:
        start.wait()
        answers[n] = act()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def key() -> str:
    return str(uuid.uuid4())


def report(who: Caller, **other: Any) -> str:
    answer = who.post("/hazards", {"category": RUBBISH, **CORNER, **other}, key=key())
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def with_a_colleague(serve: Serve, database: str) -> tuple[Served, Caller, Caller]:
    """A served house, and two coordinators of one station."""
    house = serve(database, CAST)
    who = ("--login", "colleague", "--role", "coordinator", "--unit", STATION, "--name", "赵同事", "--passphrase", "correct horse battery")
    house.house.flask("people", "add", *who)
    house.callers["colleague"] = Caller(house.house.url, house.house.token("colleague"))
    return house, house["coordinator"], house["colleague"]


def test_two_coordinators_judge_one_report_and_one_of_them_did(serve: Serve, database: str) -> None:
    house, boss, colleague = with_a_colleague(serve, database)
    for _ in range(ROUNDS):
        hazard = report(house["courier1"])
        accepted, declined = together(
            lambda hazard=hazard: boss.post(f"/hazards/{hazard}/accept", {"version": 0}, key=key()),
            lambda hazard=hazard: colleague.post(f"/hazards/{hazard}/decline", {"version": 0, "reason": "not_found"}, key=key()),
        )
        assert sorted(answer.status_code for answer in (accepted, declined)) == [200, 409]
        lost = accepted if accepted.status_code == 409 else declined
        assert lost.json()["code"] in ("too_late", "edited")
        seen = boss.get(f"/hazards/{hazard}").json()
        assert seen["status"] == ("accepted" if accepted.status_code == 200 else "declined")
        assert [step["verb"] for step in seen["steps"]] == ["report", "accept" if accepted.status_code == 200 else "decline"]
    # Opened at the same moment, it is one's.
    hazard = report(house["courier1"])
    held = together(*(lambda who=who: who.post(f"/hazards/{hazard}/hold", key=key()) for who in (boss, colleague)))
    assert sorted(answer.status_code for answer in held) == [200, 409]
    assert next(answer.json()["code"] for answer in held if answer.status_code == 409) == "held"
    assert "every journal holds" in house.house.flask("journal", "verify")


def test_two_that_are_merged_into_each_other_at_once_make_one_and_not_a_circle(serve: Serve, database: str) -> None:
    house, boss, colleague = with_a_colleague(serve, database)
    for _ in range(ROUNDS):
        one, two = (report(house[login]) for login in ("courier1", "courier2"))
        for hazard in (one, two):
            assert boss.post(f"/hazards/{hazard}/accept", key=key()).status_code == 200
        answers = together(
            lambda one=one, two=two: boss.post(f"/hazards/{one}/merge", {"into": two}, key=key()),
            lambda one=one, two=two: colleague.post(f"/hazards/{two}/merge", {"into": one}, key=key()),
        )
        assert sorted(answer.status_code for answer in answers) == [200, 422], [answer.text for answer in answers]
        assert sorted(boss.get(f"/hazards/{hazard}").json()["status"] for hazard in (one, two)) == ["accepted", "duplicate"]
        double, login = (one, "courier1") if answers[0].status_code == 200 else (two, "courier2")
        assert house[login].get(f"/hazards/{double}").json()["words"]["code"] == "accepted"
        assert boss.post(f"/hazards/{double}/unmerge", key=key()).status_code == 200


def test_one_key_at_once_is_one_report_and_one_photo_is_of_one_hazard(serve: Serve, database: str) -> None:
    house = serve(database, CAST)
    one = house["courier1"]
    for _ in range(ROUNDS):
        same = key()
        answers = together(*(lambda same=same: one.post("/hazards", {"category": RUBBISH, **CORNER}, key=same) for _ in range(4)))
        assert {answer.status_code for answer in answers} <= {201, 409}
        assert {answer.json()["code"] for answer in answers if answer.status_code == 409} <= {"still_running"}
        assert len({answer.json()["id"] for answer in answers if answer.status_code == 201}) == 1
    assert one.get("/hazards", status="mine").json()["total"] == ROUNDS
    numbers = [item["number"] for item in one.get("/hazards", status="mine").json()["items"]]
    assert len(set(numbers)) == ROUNDS
    file = {"photo": ("a.jpg", jpeg(), "image/jpeg")}
    sent = one.http.post(f"{one.url}/api/v1/hazards/photos", files=file, timeout=30).json()["photo_id"]
    body = {"category": RUBBISH, **CORNER, "photo_ids": [sent]}
    assert sorted(answer.status_code for answer in together(*(lambda: one.post("/hazards", body, key=key()) for _ in range(4)))) == [
        201, 422, 422, 422]  # fmt: skip


def until(true: Callable[[], bool]) -> None:
    """Wait for it; half a minute is long enough on a machine that does other things besides."""
    deadline = time.monotonic() + 30
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_report_by_the_line_with_its_photo_is_heard_by_who_may_and_each_step_by_its_reporter(serve: Serve) -> None:
    house = serve("sqlite", [*CAST, "neighbour"])
    one, two, boss, clerk = (house.line(login) for login in ("courier1", "courier2", "coordinator", "clerk"))
    said = {"category": RUBBISH, **CORNER, "note": "三楼拐角", "photos": [jpeg(), jpeg("red")], "key": key()}
    told: list[dict[str, Any]] = []
    assert one.line is not None
    one.line.on("told", told.append)
    first, again = one.say("hazard.report", **said), one.say("hazard.report", **said)
    assert first["ok"], first
    assert again == first
    hazard = first["hazard_id"]
    assert len(one.get(f"/hazards/{hazard}").json()["photos"]) == 2
    wrong: list[dict[str, Any]] = [{"key": None}, {"photos": ["x"]}, {"category": "none"}, {"lat": None}]
    refused = [one.say("hazard.report", **{**said, **change}) for change in wrong]
    assert [answer["error"]["code"] for answer in refused] == ["invalid"] * 4
    assert not one.say("hazard.report", **{**said, "key": key(), "photos": [b"no photo"]})["ok"]
    steps = [(boss, "accept", {}), (boss, "assign", {}), (clerk, "fix", {"reason": "清了"}), (boss, "verify", {})]
    for who, verb, body in steps:
        assert who.post(f"/hazards/{hazard}/{verb}", body, key=key()).status_code == 200
    known = [f"hazard.{step}" for step in ("reported", "accepted", "assigned", "fixed", "verified")]

    def heard(who: Caller) -> list[str]:
        return [entry["type"] for entry in who.entries if entry.get("data", {}).get("hazard_id") == hazard]

    until(lambda: heard(boss) == known)
    until(lambda: heard(two) == heard(clerk) == known[1:])
    until(lambda: [entry["type"] for entry in told if entry["data"]["hazard_id"] == hazard] == known)
    me = one.get("/me").json()["id"]
    assert all(entry["data"]["persons"] == [me] for entry in told)
    assert not any("persons" in entry.get("data", {}) for entry in two.entries if entry["type"].startswith("hazard."))
    assert "三楼" not in str([*boss.entries, *two.entries, *told])

"""A command said again under its key: together, after a lost answer, with another body, after a restart."""

from __future__ import annotations

import threading
import uuid
from typing import Any

import pytest

from tests.realtime.conftest import Serve

pytestmark = pytest.mark.slow


def key() -> str:
    return str(uuid.uuid4())


def entries_of(caller: Any, order_id: str, kind: str) -> list[dict[str, Any]]:
    station = caller.get("/me").json()["station_id"]
    said = caller.get("/journal", station_id=station, since=0).json()["entries"]
    return [entry for entry in said if entry["type"] == kind and entry["data"]["order_id"] == order_id]


def test_every_way_of_saying_it_again(serve: Serve, database: str, need: dict[str, Any]) -> None:
    house = serve(database, ["clerk", "coordinator", "courier1", "courier2"])
    clerk, boss, one, two = house["clerk"], house["coordinator"], house.line("courier1"), house.line("courier2")

    # Twice, by either door: the first answer again, done once.
    order, again = clerk.post("/orders", need).json()["id"], key()
    first = one.say("order.claim", order_id=order, key=again)
    assert first["ok"]
    assert one.say("order.claim", order_id=order, key=again) == first
    by_http = one.post(f"/orders/{order}/claim", key=again)
    assert (by_http.status_code, by_http.json()) == (200, first["order"])
    assert len(entries_of(boss, order, "order.claimed")) == 1

    # Another body under the same key is refused and does nothing.
    other = clerk.post("/orders", need).json()["id"]
    refused = one.post(f"/orders/{other}/claim", key=again)
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid")
    assert one.say("order.claim", order_id=other, key=again)["error"]["field"] == "Idempotency-Key"
    assert boss.get(f"/orders/{other}").json()["status"] == "open"
    # The key is its owner's alone: another person's same key is another command.
    assert two.post(f"/orders/{other}/claim", key=again).status_code == 200

    # A key is needed where it is promised to be, and must be one.
    third = clerk.post("/orders", need).json()["id"]
    assert one.post(f"/orders/{third}/claim").json()["code"] == "invalid"
    assert one.post(f"/orders/{third}/claim", key="17").json()["code"] == "invalid"
    assert one.say("order.claim", order_id=third)["error"]["field"] == "key"

    # A refusal is not kept: the same key may succeed when the world has changed.
    late = key()
    assert two.say("order.claim", order_id=order, key=late)["error"]["code"] == "taken"
    assert one.post(f"/orders/{order}/release", {"reason": "busy"}, key=key()).status_code == 200
    assert two.say("order.claim", order_id=order, key=late)["ok"]

    # After the claim has been undone, its key still answers with what was, and claims nothing.
    assert one.post(f"/orders/{order}/claim", key=again).status_code == 200
    assert boss.get(f"/orders/{order}").json()["holders"][0]["id"] == two.get("/me").json()["id"]

    # A post said twice is one order.
    posted = key()
    assert clerk.post("/orders", need, key=posted).json()["id"] == clerk.post("/orders", need, key=posted).json()["id"]

    # After a restart the keys are still known.
    house.house.kill()
    house.house.start()
    assert one.post(f"/orders/{order}/claim", key=again).status_code == 200
    assert len(entries_of(boss, order, "order.claimed")) == 2


def test_the_same_key_from_both_doors_at_once_is_carried_out_once(serve: Serve, database: str, need: dict[str, Any]) -> None:
    house = serve(database, ["clerk", "coordinator", "courier1"])
    clerk, one = house["clerk"], house.line("courier1")
    for _ in range(20):
        order, same = clerk.post("/orders", need).json()["id"], key()
        answers: list[tuple[int, str | None]] = []
        start = threading.Barrier(8)

        def grab(order: str = order, same: str = same, answers: list[Any] = answers, start: threading.Barrier = start) -> None:
            start.wait()
            answer = one.post(f"/orders/{order}/claim", key=same)
            answers.append((answer.status_code, answer.json().get("code")))

        threads = [threading.Thread(target=grab) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert set(answers) <= {(200, None), (409, "still_running")}
        assert (200, None) in answers
        assert len(entries_of(house["coordinator"], order, "order.claimed")) == 1
        assert one.post(f"/orders/{order}/release", {"reason": "busy"}, key=key()).status_code == 200
        assert clerk.post(f"/orders/{order}/cancel", {"reason": "mistake"}).status_code == 200

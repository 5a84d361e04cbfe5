"""Many want the same order at once: exactly as many have it as are needed, and everybody is told the truth."""

from __future__ import annotations

import threading
import uuid
from typing import Any

import pytest

from tests.conftest import NewHouse
from tests.house import Caller

COURIERS = [f"courier{n}" for n in range(1, 81)]
ORDERS = 200


def race(callers: list[Caller], order_id: str) -> list[dict[str, Any]]:
    """Everybody claims at the same moment; the answers in the callers' order."""
    answers: list[dict[str, Any]] = [{}] * len(callers)
    start = threading.Barrier(len(callers))

    def grab(n: int, caller: Caller) -> None:
        start.wait()
        answers[n] = caller.say("order.claim", order_id=order_id, key=str(uuid.uuid4()))

    threads = [threading.Thread(target=grab, args=pair) for pair in enumerate(callers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


@pytest.mark.slow
def test_eighty_couriers_want_the_same_order_two_hundred_times(new_house: NewHouse, database: str, need: dict[str, Any]) -> None:
    house = new_house(database).start()
    tokens = house.tokens([*COURIERS, "clerk"])
    clerk = Caller(house.url, tokens["clerk"])
    callers = [Caller(house.url, tokens[login]).connect() for login in COURIERS]
    for caller in callers:
        assert caller.say("duty.set", on=True)["ok"]
    everybody_won: dict[str, set[str]] = {}
    for number in range(ORDERS):
        slots = 1 if number % 4 else 3
        order = clerk.post("/orders", {**need, "slots": slots}).json()
        answers = race(callers, order["id"])
        winners = [caller for caller, answer in zip(callers, answers, strict=True) if answer["ok"]]
        assert len(winners) == slots
        assert {answer["error"]["code"] for answer in answers if not answer["ok"]} == {"taken"}
        everybody_won[order["id"]] = {winner.get("/me").json()["id"] for winner in winners}
        for winner in winners:
            assert winner.post(f"/orders/{order['id']}/release", {"reason": "busy"}, key=str(uuid.uuid4())).status_code == 200
        assert clerk.post(f"/orders/{order['id']}/cancel", {"reason": "mistake"}).status_code == 200
    claimed: dict[str, set[str]] = {}
    for entry in everything(clerk):
        if entry["type"] == "order.claimed" and entry["data"]["order_id"] in everybody_won:
            claimed.setdefault(entry["data"]["order_id"], set()).update(entry["data"]["persons"])
    assert claimed == everybody_won
    assert "every journal holds" in house.flask("journal", "verify")
    assert "all is well" in house.flask("doctor")
    for caller in callers:
        caller.close()


def everything(caller: Caller) -> list[dict[str, Any]]:
    """The whole journal of the caller's station, page by page."""
    station = caller.get("/me").json()["station_id"]
    entries: list[dict[str, Any]] = []
    while True:
        page = caller.get("/journal", station_id=station, since=entries[-1]["seq"] if entries else 0).json()
        entries += page["entries"]
        if not page["entries"] or entries[-1]["seq"] >= page["head"]:
            return entries

"""Many want the same order at once: exactly as many have it as are needed, and everybody is told the truth."""

from __future__ import annotations

import threading
import uuid
from pathlib import Path

import pytest

from tests.house import Caller, House

NEED = {
    "kind": "medicine",
    "summary": "代取降压药",
    "building": "3号楼",
    "urgency": "urgent",
    "resident": {"name": "陈桂兰", "phone": "13900001234"},
}
COURIERS = [f"courier{n}" for n in range(1, 81)]


def race(callers: list[Caller], order_id: str) -> list[dict]:
    """Everybody claims at the same moment; the answers in the callers' order."""
    answers: list[dict] = [{}] * len(callers)
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
@pytest.mark.parametrize("slots", [1, 3])
def test_eighty_couriers_want_the_same_order(tmp_path: Path, slots: int) -> None:
    house = House(tmp_path).start()
    try:
        tokens = house.tokens([*COURIERS, "clerk"])
        clerk = Caller(house.url, tokens["clerk"])
        callers = [Caller(house.url, tokens[login]).connect() for login in COURIERS]
        for caller in callers:
            assert caller.say("duty.set", on=True)["ok"]
        for _ in range(20):
            order = clerk.post("/orders", {**NEED, "slots": slots}).json()
            answers = race(callers, order["id"])
            winners = [caller for caller, answer in zip(callers, answers, strict=True) if answer["ok"]]
            assert len(winners) == slots
            assert {answer["error"]["code"] for answer in answers if not answer["ok"]} == {"taken"}
            for winner in winners:
                assert winner.post(f"/orders/{order['id']}/release", {"reason": "busy"}, key=str(uuid.uuid4())).status_code == 200
            assert clerk.post(f"/orders/{order['id']}/cancel", {"reason": "mistake"}).status_code == 200
        assert "every journal holds" in house.flask("journal", "verify")
        assert "all is well" in house.flask("doctor")
        for caller in callers:
            caller.close()
    finally:
        house.kill()

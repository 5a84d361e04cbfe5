"""Many claim, wait, leave and give back at once: never more holders than places, nobody twice or above his cap, no place left empty."""

from __future__ import annotations

import random
import threading
import time
import uuid
from typing import Any

import pytest

from tests.conftest import NewHouse
from tests.house import Caller
from tests.realtime.test_racing import everything

COURIERS = [f"courier{n}" for n in range(1, 17)]
SLOTS = (1, 1, 2, 3)
TURNS = 40
CAP = 3
#: What somebody may be told who was too late, has enough, or gives back what he never had; anything else is our fault.
TOLD = {"taken", "too_late", "over_cap", "still_running", "not_eligible"}


def act_at_random(caller: Caller, orders: list[str], seed: int, told: list[str]) -> None:
    chance = random.Random(seed)
    for _ in range(TURNS):
        verb = chance.choice(["claim", "queue", "queue", "release", "release", "unqueue"])
        body = {"reason": "busy"} if verb == "release" else {}
        # Who gives back tries all: what he holds may have come to him from the queue.
        for order in chance.sample(orders, len(orders) if verb == "release" else 1):
            answer = caller.post(f"/orders/{order}/{verb}", body, key=str(uuid.uuid4()))
            told.append("ok" if answer.ok else answer.json()["code"])
            if answer.ok:
                break


def replayed(entries: list[dict[str, Any]], orders: list[str], slots: dict[str, int]) -> dict[str, list[str]]:
    """Who holds each order by the journal's word, checked at every step."""
    held: dict[str, list[str]] = {order: [] for order in orders}
    queued: dict[str, list[str]] = {order: [] for order in orders}
    for entry in entries:
        order, persons = entry.get("data", {}).get("order_id"), entry.get("data", {}).get("persons", [])
        if order not in held:
            continue
        if entry["type"] == "order.claimed":
            assert not set(persons) & set(held[order])
            if entry["data"].get("how") == "queue":
                assert persons[0] in queued[order]
                queued[order].remove(persons[0])
            held[order] += persons
        elif entry["type"] == "order.released":
            held[order].remove(persons[0])
        elif entry["type"] == "order.queued":
            assert not set(persons) & set(queued[order] + held[order])
            queued[order] += persons
        elif entry["type"] == "order.unqueued":
            queued[order].remove(persons[0])
        assert len(held[order]) <= slots[order]
        everybody = [person for those in held.values() for person in those]
        assert max((everybody.count(person) for person in everybody), default=0) <= CAP
    return held


def empty_places(clerk: Caller, orders: list[str], slots: dict[str, int]) -> list[str]:
    """The orders that are open although somebody waits for them who holds fewer than he may."""
    held = replayed(everything(clerk), orders, slots)
    full = {person for those in held.values() for person in those if sum(person in one for one in held.values()) == CAP}
    seen = [clerk.get(f"/orders/{order}").json() for order in orders]
    return [one["id"] for one in seen if one["status"] == "open" and not {waiting["id"] for waiting in one["queue"]} <= full]


@pytest.mark.slow
def test_a_crowd_that_claims_waits_leaves_and_gives_back(new_house: NewHouse, database: str, need: dict[str, Any]) -> None:
    house = new_house(database).start()
    tokens = house.tokens([*COURIERS, "clerk"])
    clerk = Caller(house.url, tokens["clerk"])
    callers = [Caller(house.url, tokens[login]) for login in COURIERS]
    for caller in callers:
        assert caller.http.put(f"{caller.url}/api/v1/me/duty", json={"on": True}, timeout=30).ok
    slots = {clerk.post("/orders", {**need, "slots": count}).json()["id"]: count for count in SLOTS}
    orders, told = list(slots), []
    threads = [threading.Thread(target=act_at_random, args=(caller, orders, seed, told)) for seed, caller in enumerate(callers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(told) - {"ok"} <= TOLD, set(told)
    # Passed over while a command of his own was under way, somebody has it by a sweep that is still to come.
    deadline = time.monotonic() + 120
    while empty_places(clerk, orders, slots):
        assert time.monotonic() < deadline, "a place stays empty though somebody waits who may have it"
        time.sleep(1)
    held = replayed(everything(clerk), orders, slots)
    for order in orders:
        seen = clerk.get(f"/orders/{order}").json()
        assert sorted(one["id"] for one in seen["holders"]) == sorted(held[order])
        assert (seen["taken"], seen["status"]) == (len(held[order]), "claimed" if len(held[order]) == slots[order] else "open")
    assert sum(entry["data"].get("how") == "queue" for entry in everything(clerk) if entry["type"] == "order.claimed") > 10
    assert "every journal holds" in house.flask("journal", "verify")
    for caller in [*callers, clerk]:
        caller.close()


@pytest.mark.slow
def test_whose_turn_it_is_hears_it_by_his_line_and_who_lost_it_forgets(serve: Any, need: dict[str, Any]) -> None:
    house = serve("sqlite", ["clerk", "coordinator", "courier1", "courier2", "courier3"])
    one, two, three = (house.line(login) for login in ("courier1", "courier2", "courier3"))
    clerk, boss = house["clerk"], house["coordinator"]
    order = clerk.post("/orders", need).json()["id"]
    assert one.say("order.claim", order_id=order, key=str(uuid.uuid4()))["ok"]
    assert two.post(f"/orders/{order}/queue").ok
    assert one.say("order.release", order_id=order, key=str(uuid.uuid4()), reason="busy")["ok"]
    assert heard(two, "yours") == {"order_id": order, "why": "queue"}
    assert heard(one, "forget") == {"order_id": order}
    version = boss.get(f"/orders/{order}").json()["version"]
    ids = {caller: caller.get("/me").json()["id"] for caller in (two, three)}
    said = {"from_person_id": ids[two], "person_id": ids[three], "version": version}
    assert boss.post(f"/orders/{order}/reassign", said).json()["holders"][0]["id"] == ids[three]
    assert heard(three, "yours") == {"order_id": order, "why": "assigned"}
    assert heard(two, "forget") == {"order_id": order}
    no_show = {"person_id": ids[three], "reason": "unreachable"}
    assert clerk.post(f"/orders/{order}/no-show", no_show).status_code == 200
    assert heard(three, "forget") == {"order_id": order}
    assert not [said for name, said in one.heard if name == "yours"]


def heard(caller: Caller, name: str) -> Any:
    """What was said to this person, as soon as it is."""
    for _ in range(1200):
        found = [said for heard_name, said in caller.heard if heard_name == name]
        if found:
            return found[-1]
        threading.Event().wait(0.05)
    raise AssertionError(f"{name} was not heard")

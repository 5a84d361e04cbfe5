"""Who is lent hears the other station from that moment, and his own again from the moment of the end; on real lines."""

from __future__ import annotations

import itertools
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from babel import Locale
from flask import Flask

from dispatch.people.identity import Credential
from dispatch.realtime.audience import audience_of
from dispatch.realtime.broadcaster import Broadcaster
from dispatch.realtime.listeners import Listener, Listeners, listeners
from tests.house import Caller
from tests.realtime.conftest import Serve, Served

pytestmark = pytest.mark.slow
STATION, NEIGHBOUR = "120116014", "120116015"
CAST = ["coordinator", "coordinator2", "clerk", "courier1", "courier2", "neighbour"]


def until(what: Callable[[], Any], seconds: float = 60) -> Any:
    deadline = time.monotonic() + seconds
    while True:
        answer = what()
        if answer:
            return answer
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.02)


def hellos(caller: Caller) -> list[str]:
    """The stations that his line was greeted with, one after the other; greeted twice with the same is once."""
    return [station for station, _again in itertools.groupby(greetings(caller))]


def greetings(caller: Caller) -> list[str]:
    return [said["streams"][0]["station_id"] for name, said in caller.heard if name == "hello"]


def stations(caller: Caller) -> set[str]:
    return {entry["station_id"] for entry in caller.entries}


def lend(house: Served, *logins: str) -> str:
    """Offered by the one, accepted by the other."""
    ids = [house[login].get("/me").json()["id"] for login in logins]
    at = (datetime.now(UTC) + timedelta(hours=4)).isoformat()
    offered = house["coordinator"].post("/loans", {"to_station_id": NEIGHBOUR, "until": at, "persons": ids}, key=str(uuid.uuid4()))
    assert offered.status_code == 201, offered.text
    assert offered.json()["actions"] == ["withdraw"]
    loan = str(offered.json()["id"])
    accepted = house["coordinator2"].post(f"/loans/{loan}/accept", key=str(uuid.uuid4()))
    assert accepted.status_code == 200, accepted.text
    return loan


def lent_in_time(house: Served, login: str, seconds: float) -> bool:
    """Whether both coordinators have spoken before the time of the loan was over."""
    me, at = house[login].get("/me").json()["id"], (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat()
    offered = house["coordinator"].post("/loans", {"to_station_id": NEIGHBOUR, "until": at, "persons": [me]}, key=str(uuid.uuid4()))
    return offered.ok and house["coordinator2"].post(f"/loans/{offered.json()['id']}/accept", key=str(uuid.uuid4())).ok


def post(house: Served, login: str, community: str, need: dict[str, Any]) -> str:
    answer = house[login].post("/orders", {**need, "community_id": community})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def hears(caller: Caller, order_id: str) -> bool:
    return any(entry.get("data", {}).get("order_id") == order_id for entry in caller.entries)


def test_his_line_changes_rooms_at_once_and_he_claims_there(serve: Serve, database: str, need: dict[str, Any]) -> None:
    house = serve(database, CAST)
    courier, stays, there = house.line("courier1"), house.line("courier2"), house.line("neighbour")
    assert there.say("duty.set", on=True)["ok"]
    loan = lend(house, "courier1")
    until(lambda: hellos(courier) == [STATION, NEIGHBOUR])
    courier.entries.clear()
    at_home, away = post(house, "clerk", f"{STATION}003", need), post(house, "coordinator2", f"{NEIGHBOUR}001", {**need, "skills": []})
    until(lambda: hears(courier, away) and hears(stays, at_home) and hears(there, away))
    assert stations(courier) == {NEIGHBOUR}
    assert not hears(stays, away)
    assert courier.get("/me").json()["station_id"] == NEIGHBOUR
    assert [one["id"] for one in courier.get("/orders", status="open").json()["items"]] == [away]
    assert courier.say("order.claim", order_id=at_home, key=str(uuid.uuid4()))["error"]["code"] == "not_found"
    assert courier.say("order.claim", order_id=away, key=str(uuid.uuid4()))["ok"]
    assert courier.get("/journal", station_id=STATION).status_code == 404
    # His presence is the other station's.
    assert courier.say("duty.set", on=False)["ok"]
    off = house["coordinator2"].get("/journal", station_id=NEIGHBOUR, since=0).json()["entries"][-1]
    assert (off["type"], off["data"]["person_id"]) == ("duty.changed", courier.get("/me").json()["id"])
    # The end, said by the other coordinator.
    courier.entries.clear()
    assert house["coordinator2"].post(f"/loans/{loan}/end", key=str(uuid.uuid4())).status_code == 200
    until(lambda: hellos(courier) == [STATION, NEIGHBOUR, STATION])
    courier.entries.clear()
    another = post(house, "clerk", f"{STATION}003", need)
    until(lambda: hears(courier, another))
    assert stations(courier) == {STATION}
    # What he took there he finishes.
    assert courier.say("order.pick_up", order_id=away, key=str(uuid.uuid4()))["ok"]
    assert "every journal holds" in house.house.flask("journal", "verify")


def test_at_the_deadline_his_line_is_home_and_both_journals_know(serve: Serve, need: dict[str, Any]) -> None:
    house = serve("sqlite", CAST)
    courier = house.line("courier1")
    # So short a loan that its end can be waited for, and long enough for this machine to agree to it before that.
    next(seconds for seconds in (5, 20, 60, 180) if lent_in_time(house, "courier1", seconds))
    until(lambda: hellos(courier) == [STATION, NEIGHBOUR, STATION], 240)
    courier.entries.clear()
    away, at_home = post(house, "coordinator2", f"{NEIGHBOUR}001", need), post(house, "clerk", f"{STATION}003", need)
    until(lambda: hears(courier, at_home))
    assert not hears(courier, away)
    for login, station in (("coordinator", STATION), ("coordinator2", NEIGHBOUR)):

        def ended(login: str = login, station: str = station) -> bool:
            entries = house[login].get("/journal", station_id=station, since=0).json()["entries"]
            return [entry["data"]["how"] for entry in entries if entry["type"] == "loan.ended"] == ["clock"]

        until(ended)


def test_the_broadcaster_looks_at_the_deadline_by_itself(app: Flask, cast: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[Any] = []
    monkeypatch.setattr(Listeners, "look_again_who", lambda _self, which: looked.append(which))
    speaker, actor = Broadcaster(app), cast("courier1")
    for span, times in (({"hours": 1}, 0), ({"seconds": -1}, 1)):
        until = datetime.now(UTC) + timedelta(**span)
        listener = Listener(actor.id, Credential("bearer", ""), audience_of(actor), (NEIGHBOUR,), Locale("zh"), (STATION,), until)
        monkeypatch.setitem(listeners.by_sid, "sid", listener)
        assert listeners.streams() == {NEIGHBOUR: {audience_of(actor)}, STATION: set()}
        speaker.speak()
        assert len(looked) == times


def test_what_is_taken_from_him_at_home_leaves_his_page_while_he_is_away(serve: Serve, need: dict[str, Any]) -> None:
    house = serve("sqlite", CAST)
    courier = house.line("courier1")
    order = post(house, "clerk", f"{STATION}003", need)
    assert courier.say("order.claim", order_id=order, key=str(uuid.uuid4()))["ok"]
    lend(house, "courier1")
    until(lambda: hellos(courier) == [STATION, NEIGHBOUR])
    assert courier.get(f"/orders/{order}").json()["private"]["name"] == need["resident"]["name"]
    assert house["clerk"].post(f"/orders/{order}/cancel", {"reason": "solved"}).status_code == 200
    until(lambda: ("forget", {"order_id": order}) in courier.heard)
    assert "private" not in courier.get(f"/orders/{order}").json()


def test_he_is_told_that_he_is_named_and_his_word_is_heard_by_both_desks(serve: Serve) -> None:
    house = serve("sqlite", CAST)
    courier = house.line("courier1")
    desks = [house["coordinator"].connect(), house["coordinator2"].connect()]
    at = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    me = courier.get("/me").json()["id"]
    loan = house["coordinator"].post("/loans", {"to_station_id": NEIGHBOUR, "until": at, "persons": [me]}).json()["id"]
    until(lambda: len(greetings(courier)) >= 2 and set(greetings(courier)) == {STATION})
    assert [one["my_status"] for one in courier.get("/loans").json()["items"]] == ["named"]
    assert courier.post(f"/loans/{loan}/leave", key=str(uuid.uuid4())).json()["my_status"] == "refused"
    for desk in desks:
        until(lambda desk=desk: any(entry["type"] == "loan.refused" for entry in desk.entries))  # type: ignore[misc]
    assert not any(entry["type"].startswith("loan.") for entry in courier.entries)

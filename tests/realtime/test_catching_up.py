"""Who loses the line and returns has everything once and in order; who was away too long is told so."""

from __future__ import annotations

from typing import Any

import pytest

from dispatch.realtime.catching_up import BACK_MOST
from tests.realtime.conftest import Serve
from tests.realtime.ear import Ear

pytestmark = pytest.mark.slow
STATION = "120116014"


def head(caller: Any) -> int:
    return int(caller.get("/me").json()["streams"][0]["head"])


def test_five_hundred_entries_pass_while_he_is_in_the_tunnel(serve: Serve, database: str, need: dict[str, Any]) -> None:
    house = serve(database, ["clerk", "courier1", "courier2"])
    clerk, one, two = house.line("clerk"), house.line("courier1"), house["courier2"]
    ear = Ear(one, STATION)
    two.http.put(f"{two.url}/api/v1/me/duty", json={"on": True})
    ear.wait_for(head(one))
    for n in range(500):
        if n == 100:
            one.line.disconnect()
        if n == 400:
            one.connect()
        if n % 50 == 0:
            clerk.post("/orders", need)
        else:
            assert two.http.put(f"{two.url}/api/v1/me/duty", json={"on": bool(n % 2)}).status_code == 200
    assert head(one) >= ear.at + 400
    ear.wait_for(head(one))
    assert ear.asked == 1
    ear.assert_whole()
    assert [entry["type"] for entry in ear.heard].count("order.posted") == 10
    # The same from the other door, page by page, says the same. (A sweep may write an entry meanwhile: it is not asked for.)
    heard = list(ear.heard)
    paged: list[dict[str, Any]] = []
    while len(paged) < len(heard):
        since = paged[-1]["seq"] if paged else ear.first
        paged += one.get("/journal", station_id=STATION, since=since, limit=77).json()["entries"]
    assert paged[: len(heard)] == heard


def test_too_far_back_or_ahead_is_too_old_and_another_stream_is_not_found(serve: Serve) -> None:
    house = serve("sqlite", ["courier1", "supervisor", "neighbour"])
    one = house["courier1"].connect()
    at = head(one)
    ahead = one.get("/journal", station_id=STATION, since=at + 1)
    assert (ahead.status_code, ahead.json()["code"], ahead.json()["head"]) == (410, "too_old", at)
    assert one.say("journal.since", station_id=STATION, seq=at + BACK_MOST)["error"]["code"] == "too_old"
    for other in ("120116015", "nowhere"):
        assert one.get("/journal", station_id=other, since=0).status_code == 404
        assert one.say("journal.since", station_id=other, seq=0)["error"]["code"] == "not_found"
    assert house["neighbour"].get("/journal", station_id=STATION, since=0).status_code == 404
    streams = house["supervisor"].get("/me").json()["streams"]
    assert {stream["station_id"] for stream in streams} == {STATION, "120116015"}
    for broken in ({"since": -1}, {"since": "x"}, {"since": 0, "limit": 0}, {"since": 10**30}):
        assert one.get("/journal", station_id=STATION, **broken).status_code == 422, broken
    for broken in ({}, {"station_id": STATION}, {"station_id": STATION, "seq": "x"}, {"station_id": 7, "seq": 0}):
        assert one.say("journal.since", **broken)["error"]["code"] == "invalid"

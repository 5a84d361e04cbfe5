"""A room that reads the journal on: what it is about, once, in goes; what it is not about is passed over and not looked at again."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from dispatch.core.unit_of_work import look_again, reading
from dispatch.journal import following
from dispatch.journal.following import Follower, is_behind, read_on
from tests.orders.play import STATION, Street

PLACES = Follower.__table__


def place() -> int | None:
    look_again()
    return reading().execute(select(PLACES.c.seq).where(PLACES.c.name == "test", PLACES.c.station_id == STATION)).scalar()


def test_each_entry_of_its_types_is_read_once_and_the_others_are_passed_over(
    app: Flask, play: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[dict[str, Any]] = []
    while read_on("test", read.extend, {"order.claimed"}):
        pass
    read.clear()
    orders = [play.post() for _ in range(5)]
    for order in orders[:3]:
        play.claim("courier2", order)
    monkeypatch.setattr(following, "MOST", 2)
    assert is_behind(reading(), "test", [STATION])
    assert [read_on("test", read.extend, {"order.claimed"}) for _ in range(3)] == [2, 1, 0]
    assert [(entry["type"], entry["data"]["order_id"]) for entry in read] == [("order.claimed", order) for order in orders[:3]]
    look_again()
    assert not is_behind(reading(), "test", [STATION])


def test_what_it_is_not_about_moves_its_place_all_the_same(app: Flask, play: Street) -> None:
    read_on("test", lambda _entries: None, set())
    before = place()
    order = play.post()
    assert read_on("test", lambda entries: pytest.fail(str(entries)), {"order.claimed"}) == 0
    after = place()
    assert before is not None
    assert after is not None
    assert after > before
    play.claim("courier2", order)
    assert read_on("test", lambda _entries: None, {"order.claimed"}) == 1

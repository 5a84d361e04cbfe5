"""The coordinator's page: everything that is under way comes with it, and quickly."""

from __future__ import annotations

import json
import re
from html import unescape

import pytest
from flask import Flask

from tests.orders.play import Street
from tests.people.doors import Browser

MANY = 200


def state_of(page: str) -> dict[str, object]:
    found = re.search(r'<script type="application/json" id="page-state">(.*?)</script>', page, re.DOTALL)
    assert found
    state: dict[str, object] = json.loads(unescape(found[1]))
    return state


@pytest.mark.slow
def test_two_hundred_orders_come_with_the_page_the_oldest_too(app: Flask, play: Street) -> None:
    posted = {play.post(summary=f"第{number}单") for number in range(MANY)}
    browser = Browser(app).become("coordinator")
    orders = state_of(browser.get("/watch").text)["orders"]
    assert posted <= {one["id"] for one in orders["items"]}  # type: ignore[index]


@pytest.mark.parametrize(("login", "status"), [("coordinator", 200), ("clerk", 403), ("courier1", 403), ("supervisor", 403)])
def test_it_is_the_coordinators_own(app: Flask, login: str, status: int) -> None:
    assert Browser(app).become(login).get("/watch").status_code == status


def test_the_page_knows_when_the_station_calls_it_too_long_and_which_communities_there_are(app: Flask, play: Street) -> None:
    play.settings(escalate_urgent=7)
    state = state_of(Browser(app).become("coordinator").get("/watch").text)
    assert state["too_long"] == {"urgent": 7, "today": 20, "routine": 60}
    assert len(state["communities"]) == 20  # type: ignore[arg-type]

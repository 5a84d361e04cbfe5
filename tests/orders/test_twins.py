"""What asks for the same already, for the desk and for the ledgers by one rule: person, kind and day."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from dispatch.core.clock import SHANGHAI
from dispatch.core.unit_of_work import look_again, reading
from dispatch.orders.repeating import look_before
from dispatch.orders.twins import Asked, standing
from tests.orders.clockwork import Clock
from tests.orders.play import STATION, Street

HOME = f"{STATION}003"
TODAY, TOMORROW = date(2026, 11, 24), date(2026, 11, 25)


@pytest.fixture
def today(clock: Clock) -> Clock:
    clock.set("2026-11-24 10:00")
    return clock


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def desk(play: Street) -> list[str]:
    """What the desk shows of whoever types her need now."""
    look_again()
    typed = {"kind": "medicine", "building": "3号楼", "resident": {"name": "陈桂兰", "phone": "13900001234"}}
    return [one["id"] for one in look_before(reading(), play.cast("clerk"), typed)["duplicates"]]


def ledger(first: date | None = None, last: date | None = None, **other: Any) -> list[str]:
    """What a line of a ledger is told that asks for these days."""
    look_again()
    asked = Asked(
        **{"kind": "medicine", "name": "陈桂兰", "phone": "13900001234", "building": "3号楼", "first": first, "last": last, **other}
    )
    return [row.id for row in standing(reading(), HOME).twins(asked)]


def test_what_was_posted_yesterday_for_today_is_shown_to_both(play: Street, today: Clock) -> None:
    order = play.post(window_start=moment("2026-11-25 14:00"), window_end=moment("2026-11-25 16:00"))
    assert (desk(play), ledger(), ledger(TODAY, TODAY)) == ([], [], [])
    assert ledger(TOMORROW, TOMORROW) == [order]
    today.set("2026-11-25 09:00")
    assert (desk(play), ledger(), ledger(TOMORROW, TOMORROW)) == ([order], [order], [order])
    today.set("2026-11-26 09:00")
    assert (desk(play), ledger()) == ([], [])


@pytest.mark.parametrize("status", ["delivered", "closed"])
def test_also_when_it_is_done_already(play: Street, today: Clock, status: str) -> None:
    order = play.post(window_start=moment("2026-11-25 08:00"), window_end=moment("2026-11-25 16:00"))
    play.set(order, status=status)
    today.set("2026-11-25 09:00")
    assert (desk(play), ledger()) == ([order], [order])


def test_what_says_no_day_is_for_as_long_as_it_is_of_use_or_until_it_is_done(play: Street, today: Clock) -> None:
    order = play.post(urgency="routine")
    assert (desk(play), ledger(TOMORROW, TOMORROW)) == ([order], [order])
    today.set("2026-11-25 09:00")
    assert desk(play) == [order]
    play.set(order, status="closed")
    assert desk(play) == []


@pytest.mark.parametrize(
    ("status", "shown"), [("open", True), ("claimed", True), ("cancelled", False), ("failed", False), ("expired", False)]
)
def test_what_was_not_done_may_be_asked_for_again(play: Street, today: Clock, status: str, shown: bool) -> None:
    order = play.post()
    play.set(order, status=status)
    assert desk(play) == ledger() == ([order] if shown else [])


@pytest.mark.parametrize(
    ("other", "found"),
    [
        ({}, True), ({"name": "陈 桂 兰"}, True), ({"phone": None}, True), ({"building": "9号楼"}, True), ({"kind": "meal"}, False),
        ({"name": "陈大爷"}, False),  # her husband, by her phone
        ({"phone": "13900009999"}, False),  # a namesake in her building
        ({"phone": None, "building": "9号楼"}, False), ({"name": ""}, False),
    ],
)  # fmt: skip
def test_by_what_she_is_known(play: Street, today: Clock, other: dict[str, Any], found: bool) -> None:
    order = play.post()
    assert ledger(**other) == ([order] if found else [])


def test_the_latest_stands_first_and_other_communities_do_not_matter(app: Flask, play: Street, today: Clock) -> None:
    first = play.post()
    play.post("clerk2")
    today.on(minutes=5)
    second = play.post()
    assert desk(play) == ledger() == [second, first]
    play.set(first, posted_at=today.moment - timedelta(days=3), window_end=today.moment - timedelta(days=2))
    assert desk(play) == [second]

"""Who else is told when phones are not enough: step by step, each once, by its own clock; and what a desk does by hand."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from dispatch.core.errors import PhonesSilent
from dispatch.core.unit_of_work import reading
from dispatch.journal.reading import entries_since
from dispatch.orders import closing, pushing
from dispatch.orders.alert_models import AlertWishes
from dispatch.orders.alert_queries import neighbours_wish
from dispatch.orders.alert_rules import CLOCKS, STEPS
from dispatch.orders.waves import SCHEDULES
from dispatch.people.models import Person
from tests.orders.phones import Phones
from tests.orders.play import STATION, once
from tests.people.doors import Browser

URGENT = SCHEDULES["urgent"]
PERSONS, WISHES = Person.__table__, AlertWishes.__table__


def test_a_station_that_has_switched_alerts_off_asks_nobody_and_still_tells_the_desks(phones: Phones) -> None:
    phones.rules(on=False)
    order = phones.post()
    for _ in range(12):
        phones.look(minutes=1)
    assert phones.asked(order) == []
    assert "committee" in [entry["why"] for entry in phones.entries(order, "order.escalated")]


def test_each_step_is_taken_once_by_its_own_clock_and_told_to_whom_it_is_for(phones: Phones) -> None:
    order = phones.post()
    begun, due = phones.clock.moment, dict(CLOCKS["urgent"])
    seen = {}
    for _ in range(25):
        phones.look(minutes=1)
        for verb in closing.BY_THE_CLOCK:
            for one in closing.due(reading(), verb):
                if one == order:
                    closing.by_the_clock(verb, one)
        for entry in phones.entries(order, "order.escalated"):
            seen.setdefault(entry["why"], (phones.clock.moment - begun).total_seconds() / 60)
    whys = [entry["why"] for entry in phones.entries(order, "order.escalated")]
    assert sorted(whys) == sorted([*due, "unclaimed"])
    assert {name: seen[name] for name in due} == due
    district = {entry["why"]: entry.get("district_id") for entry in phones.entries(order, "order.escalated")}
    assert {why for why, where in district.items() if where} == {"unclaimed", "district"}
    steps = pushing.plan_shown(reading(), phones.cast("clerk"), order)["steps"]
    assert [step["name"] for step in steps] == list(STEPS)
    assert all(step["done_at"] for step in steps)
    wished = [entry for entry in entries_since(reading(), "120116015", 0, 100_000) if entry["type"] == "loan.wished"]
    assert [entry["data"] for entry in wished] == [{"to_station_id": STATION, "urgency": "urgent"}]


def test_the_step_to_the_whole_station_asks_everybody_who_may_be_asked(phones: Phones) -> None:
    order = phones.post()
    phones.look()
    assert len(phones.asked(order)) < 40
    phones.look(minutes=CLOCKS["urgent"]["whole_station"] or 0)
    on_duty = set(reading().execute(select(PERSONS.c.id).where(PERSONS.c.station_id == STATION, PERSONS.c.on_duty)).scalars())
    assert set(phones.persons(order)) == on_duty


def test_a_desk_pushes_and_widens(phones: Phones) -> None:
    clerk, coordinator = phones.cast("clerk"), phones.cast("coordinator")
    order = phones.post(urgency="today")
    phones.look()
    pushed = len(phones.asked(order))
    for _ in range(3):
        pushing.push(clerk, order, once(clerk))
        phones.look()
        before, pushed = pushed, len(phones.asked(order))
        assert pushed > before
    pushing.widen(coordinator, order, once(coordinator))
    phones.look()
    assert len(phones.asked(order)) > pushed
    assert phones.plan(order).widen is False


def test_whoever_hurries_is_told_when_nobody_more_would_come_and_when_nobody_is_left(phones: Phones) -> None:
    clerk, coordinator = phones.cast("clerk"), phones.cast("coordinator")
    order = phones.post(urgency="today")
    phones.look()
    said = ""
    while not said:
        try:
            pushing.push(clerk, order, once(clerk))
        except PhonesSilent as told:
            said = str(told.detail)
        phones.look()
    assert "再提醒一轮也多不了希望" in said
    pushed, plan = len(phones.asked(order)), phones.plan(order)
    phones.look()
    assert (len(phones.asked(order)), phones.plan(order).ahead_s) == (pushed, plan.ahead_s)
    pushing.widen(coordinator, order, once(coordinator))
    phones.look()
    assert len(phones.asked(order)) > pushed
    with pytest.raises(PhonesSilent) as told:
        pushing.widen(coordinator, order, once(coordinator))
    assert "当班的人里没有可以再提醒的了" in str(told.value.detail)
    assert phones.plan(order).widen is False


#: What is so at the station → what the desk is told that hurries.
SILENT: dict[str, tuple[dict[str, Any], str]] = {
    "alerts are off": ({"on": False}, "本站关了提醒"),
    "it is night": ({"quiet_from": 0, "quiet_to": 24 * 60 - 1}, "23:59 起再提醒"),
    "enough were asked": ({"urgencies": {"routine": {"most": 1}}, "quiet_from": None, "quiet_to": None}, "已经够多了"),
}


@pytest.mark.parametrize("why", sorted(SILENT))
def test_where_no_phone_would_speak_the_desk_is_told_so_and_what_helps(phones: Phones, why: str) -> None:
    rules, sentence = SILENT[why]
    clerk, coordinator = phones.cast("clerk"), phones.cast("coordinator")
    phones.clock.set("2027-03-01 12:00")
    phones.rules(**rules)
    order = phones.post(urgency="routine")
    phones.look(seconds=10)
    before = len(phones.asked(order))
    with pytest.raises(PhonesSilent) as told:
        pushing.push(clerk, order, once(clerk))
    assert sentence in str(told.value.detail)
    if why == "alerts are off":
        with pytest.raises(PhonesSilent):
            pushing.widen(coordinator, order, once(coordinator))
    else:
        pushing.widen(coordinator, order, once(coordinator))
    phones.look()
    assert (len(phones.asked(order)) > before) == (why != "alerts are off")


def test_the_neighbours_desk_says_that_hands_are_wanted_for_as_long_as_they_are(app: Flask, phones: Phones) -> None:
    order = phones.post()
    phones.look()

    def shown(login: str) -> bool:
        page = Browser(app).become(login).get("/watch").get_data(as_text=True)
        return re.search(r'id="wished"[^>]* hidden', page) is None

    assert not shown("coordinator2")
    phones.look(minutes=CLOCKS["urgent"]["neighbours"] or 0)
    assert shown("coordinator2")
    assert not shown("coordinator")
    phones.claim("courier1", order)
    assert not shown("coordinator2")


@pytest.mark.parametrize(("steps", "wished"), [({"neighbours": None}, False), ({"whole_station": 6}, True)])
def test_hands_are_wanted_where_the_neighbours_were_asked_whatever_step_came_last(
    phones: Phones, steps: dict[str, Any], wished: bool
) -> None:
    phones.rules(urgencies={"urgent": {"steps": steps}})
    phones.post()
    phones.look()
    for minutes in (5, 3, 3):
        phones.look(minutes=minutes)
    assert neighbours_wish(reading(), "120116015") is wished


def test_what_is_widened_before_any_clock_has_looked_is_not_lost(phones: Phones) -> None:
    coordinator, order = phones.cast("coordinator"), phones.post()
    pushing.widen(coordinator, order, once(coordinator))
    phones.look()
    assert len(phones.asked(order)) > 40

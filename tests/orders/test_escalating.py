"""Who else is told when phones are not enough: step by step, each once, by its own clock; and what a desk does by hand."""

from __future__ import annotations

from sqlalchemy import select

from dispatch.core.unit_of_work import reading
from dispatch.journal.reading import entries_since
from dispatch.orders import closing, pushing
from dispatch.orders.alert_models import AlertWishes
from dispatch.orders.alert_rules import CLOCKS, STEPS
from dispatch.orders.waves import SCHEDULES
from dispatch.people.models import Person
from tests.orders.phones import Phones
from tests.orders.play import STATION, once

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
    few = len(phones.asked(order))
    for _ in range(6):
        pushing.push(clerk, order, once(clerk))
        phones.look()
    pushed = len(phones.asked(order))
    assert pushed > few
    assert phones.plan(order).wave == 6
    pushing.widen(coordinator, order, once(coordinator))
    phones.look()
    assert len(phones.asked(order)) > pushed
    assert phones.plan(order).widen is False


def test_what_is_widened_before_any_clock_has_looked_is_not_lost(phones: Phones) -> None:
    coordinator, order = phones.cast("coordinator"), phones.post()
    pushing.widen(coordinator, order, once(coordinator))
    phones.look()
    assert len(phones.asked(order)) > 40

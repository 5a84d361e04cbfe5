"""Many at once: several stations in one look, many answers in one reading, and what is due found without reading what is past."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import current_app
from sqlalchemy import insert, update

from dispatch.core.unit_of_work import look_again, reading, transaction
from dispatch.orders import believing, comparing, offering
from dispatch.orders.alert_models import AlertChoices
from dispatch.orders.predicting import Circumstances, as_row, learned, newcomer, prior
from dispatch.people.models import Person
from tests.orders.phones import Phones
from tests.orders.play import STATION

NEIGHBOUR = "120116015"
PERSONS = Person.__table__


def lend(phones: Phones, login: str, until: Any) -> str:
    person = phones.cast(login).id
    with transaction() as work:
        there = {"serving_station_id": NEIGHBOUR, "serving_until": until}
        work.execute(update(PERSONS).where(PERSONS.c.id == person).values(**there))
    return person


def test_several_stations_in_one_look_each_ask_whom_they_have(phones: Phones) -> None:
    with transaction() as work:
        for station_id in (STATION, NEIGHBOUR):
            rules = {"urgencies": {"urgent": {"price": 0, "floor": 0}}}
            work.execute(insert(AlertChoices.__table__), {"station_id": station_id, "choices": rules})
    ids = phones.only_on_duty("courier1", "courier2", "courier3", "neighbour")
    lend(phones, "courier2", phones.clock.moment + timedelta(hours=1))
    lend(phones, "courier3", phones.clock.moment - timedelta(seconds=1))
    here, there = phones.post(), phones.post("coordinator2", community_id=f"{NEIGHBOUR}001")
    phones.look()
    assert set(phones.persons(here)) == {ids[0], ids[2]}
    assert set(phones.persons(there)) == {ids[1], ids[3]}
    assert {row.station_id for row in phones.asked(there)} == {NEIGHBOUR}


def test_two_silences_of_one_courier_in_one_reading_teach_one_after_the_other(phones: Phones) -> None:
    phones.rules(urgencies={"urgent": {"price": 0, "floor": 0, "wave_s": 3600}})
    (me,) = phones.only_on_duty("courier1")
    orders = [phones.post(building=f"{n}号楼") for n in range(2)]
    phones.look()
    rows = [phones.asked(order)[0] for order in orders]
    phones.look(seconds=101)
    shared, own = prior(), newcomer()
    for row in rows:
        shared, own = learned(shared, own, Circumstances(row.km, row.busy, row.recent, row.unanswered), accepted=False)
    mine, station = phones.belief(me), phones.belief(STATION)
    assert (mine.numbers, station.numbers) == (pytest.approx(as_row(own)), pytest.approx(as_row(shared)))
    assert (mine.answers, station.answers, mine.unanswered) == (2, 2, 2.0)
    assert [phones.outcomes(order)[me] for order in orders] == ["silent", "silent"]


def test_a_yes_a_no_and_what_is_left_over_in_one_reading(phones: Phones) -> None:
    phones.rules(urgencies={"urgent": {"price": 0, "floor": 0}})
    one, two, three = phones.only_on_duty("courier1", "courier2", "courier3")
    order, other = phones.post(), phones.post(building="9号楼")
    phones.look()
    looked = phones.plan(other).look
    phones.decline(two, order, "far")
    phones.decline(two, other, "later")
    phones.claim("courier1", order)
    believing.settle()
    assert phones.outcomes(order) == {one: "claimed", two: "declined", three: "withdrawn"}
    assert phones.outcomes(other) == {one: "standing", two: "declined", three: "standing"}
    assert {row.reason for row in phones.asked(other, person_id=two)} == {"later"}
    # A look that was under way was decided without this no: it comes to nothing.
    assert phones.plan(other).look == looked + 1
    assert (phones.belief(one).answers, phones.belief(two).answers, phones.belief(three).answers) == (1, 2, 0)


def test_claims_of_one_reading_are_each_counted(phones: Phones) -> None:
    orders = [phones.post(urgency="today", building=f"{n}号楼") for n in range(3)]
    phones.claim("courier1", orders[0])
    phones.claim("courier1", orders[1])
    phones.claim("courier2", orders[2])
    believing.settle()
    assert [phones.belief(phones.cast(login).id).claims for login in ("courier1", "courier2")] == [2.0, 1.0]


def traced(look: Callable[[], object]) -> list[str]:
    """What SQLite was asked by `look` to select."""
    said: list[str] = []
    driver: Any = reading().connection.dbapi_connection
    look_again()  # the one that rests is the one that is taken up
    driver.set_trace_callback(said.append)
    look()
    driver.set_trace_callback(None)
    return [one for one in said if one.startswith("SELECT")]


def test_what_is_due_is_found_without_reading_past_orders_and_past_alerts(phones: Phones) -> None:
    phones.post()
    phones.look()
    phones.look(minutes=2)

    def look() -> None:
        believing.settle()
        offering.offer()

    for asked in traced(look):
        plan = [str(row[-1]) for row in reading().exec_driver_sql(f"EXPLAIN QUERY PLAN {asked}")]
        scans = [one for one in plan if one.startswith(("SCAN orders", "SCAN alerts", "SCAN claims", "SCAN alert_plans"))]
        assert all(one.startswith("SCAN alerts USING INDEX ix_alerts_standing") for one in scans), (asked, plan)


def test_how_communities_are_served_is_read_for_some_stations_at_a_time(phones: Phones) -> None:
    stations = {f"12011690{n}" for n in range(comparing.READ_MOST + 2)}
    kept = current_app.extensions.setdefault("communities_behind", {})
    for many in (comparing.READ_MOST, len(stations)):
        assert comparing.behind(reading(), stations, phones.clock.moment).keys() == stations
        assert len(stations & kept.keys()) == many

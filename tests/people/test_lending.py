"""Whom a station lends to its neighbour: where he belongs meanwhile, and what can be offered and asked."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from dispatch.core.clock import now
from dispatch.core.errors import Invalid, NotEligible, NotFound, TooLate
from dispatch.core.idempotency import Once
from dispatch.core.unit_of_work import look_again, reading, transaction
from dispatch.jobs import sweep
from dispatch.orders import delivering
from dispatch.orders.queries import couriers_of
from dispatch.people import lending
from dispatch.people.choosing import choose
from dispatch.people.enrolling import set_active
from dispatch.people.loans import neighbours
from dispatch.people.models import Unit
from tests.people.doors import DEPOT, DISTRICT, NEIGHBOUR, STATION, rows
from tests.people.loans import LOANS, PARTS, PERSONS, Two, claim, code_of, held_by, later, once, post

# Where he belongs


def test_from_the_second_word_on_he_serves_at_the_other_station(two: Two) -> None:
    loan = two.offer("courier1")
    assert two.cast("courier1").station_id == STATION
    two.accept(loan)
    courier = two.cast("courier1")
    assert (courier.station_id, courier.home_station_id, courier.unit_id) == (NEIGHBOUR, STATION, DEPOT)
    assert two.cast("courier2").station_id == STATION


def test_the_other_station_counts_him_among_those_on_duty_and_his_own_does_not(two: Two) -> None:
    two.lent("courier1")
    courier = two.cast("courier1").id
    look_again()
    there, here = ([row.id for row in couriers_of(reading(), station)] for station in (NEIGHBOUR, STATION))
    assert courier in there
    assert courier not in here
    assert len(here) == 79


def test_he_claims_at_the_other_station_and_not_at_his_own(two: Two, need: dict[str, Any]) -> None:
    at_home, there = post(two.cast, need, "clerk", f"{STATION}003"), post(two.cast, need, "coordinator2", f"{NEIGHBOUR}001")
    with pytest.raises(NotFound):
        claim(two.cast, "courier1", there)
    two.lent("courier1")
    claim(two.cast, "courier1", there)
    with pytest.raises(NotFound):
        claim(two.cast, "courier1", at_home)


@pytest.mark.parametrize("way", ["lent", "home again"])
def test_what_he_holds_from_before_he_finishes(two: Two, need: dict[str, Any], way: str, app: Flask) -> None:
    if way == "lent":
        order = post(two.cast, need, "clerk", f"{STATION}003")
        claim(two.cast, "courier1", order)
        two.lent("courier1")
    else:
        loan = two.lent("courier1")
        order = post(two.cast, need, "coordinator2", f"{NEIGHBOUR}001")
        claim(two.cast, "courier1", order)
        two.over(loan)
    sweep(app)
    courier = two.cast("courier1")
    look_again()
    assert order in [held.id for held in held_by(courier)]
    delivering.pick_up(courier, order, Once(courier.id, str(uuid.uuid4()), "x", {}))
    assert delivering.reveal(courier, order, Once(courier.id, None, "reveal", {})) == "13900001234"
    code = code_of(order)
    delivering.deliver(two.cast("courier1"), order, Once(courier.id, str(uuid.uuid4()), "x", {}), code=code)


def test_the_settings_of_the_other_station_hold_for_him(two: Two) -> None:
    with transaction() as work:
        choose(work, NEIGHBOUR, {"claim_cap": "1"})
    assert two.cast("courier1").settings.claim_cap == 3
    two.lent("courier1")
    assert two.cast("courier1").settings.claim_cap == 1


# Offered and asked


def test_so_many_of_a_depot_those_on_duty_first(two: Two) -> None:
    with transaction() as work:
        work.execute(update(PERSONS).where(PERSONS.c.login == "courier1").values(on_duty=False))
    loan = two.offer(depot_id=DEPOT, number=2)
    named = {row["person_id"] for row in rows(PARTS) if row["loan_id"] == loan}
    assert named == {two.cast(login).id for login in ("courier21", "courier41")}


def test_who_asks_is_given_whom_the_lender_names(two: Two) -> None:
    loan = two.ask(3)
    with pytest.raises(Invalid):
        two.accept(loan, "coordinator", "courier3", "courier4", "courier5", "courier6")
    two.accept(loan, "coordinator", "courier3", "courier4", "courier5")
    assert [two.cast(f"courier{n}").station_id for n in (2, 3, 4, 5)] == [STATION, NEIGHBOUR, NEIGHBOUR, NEIGHBOUR]


def test_without_names_so_many_as_were_asked_for_go(two: Two) -> None:
    loan = two.ask(3)
    two.accept(loan, "coordinator")
    assert len([row for row in rows(PARTS) if row["loan_id"] == loan and row["status"] == "serving"]) == 3


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "no such station": ({"station_id": "120116099"}, "station_id"),
    "his own station": ({"station_id": STATION}, "station_id"),
    "a community": ({"station_id": f"{NEIGHBOUR}001"}, "station_id"),
    "the district": ({"station_id": DISTRICT}, "station_id"),
    "in the past": ({"until": timedelta(seconds=-1)}, "until"),
    "longer than 72 hours": ({"until": timedelta(hours=72, minutes=1)}, "until"),
    "nobody": ({"persons": []}, "number"),
    "too many": ({"persons": [], "number": 51}, "number"),
    "more than there are": ({"persons": [], "number": 5, "depot_id": DEPOT}, "number"),
    "somebody else's courier": ({"persons": ["neighbour"]}, "persons"),
    "somebody who is no courier": ({"persons": ["clerk"]}, "persons"),
    "another station's depot": ({"persons": [], "number": 1, "depot_id": f"{NEIGHBOUR}D01"}, "depot_id"),
}


@pytest.mark.parametrize(("given", "field"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_offered(two: Two, given: dict[str, Any], field: str) -> None:
    lender = two.cast("coordinator")
    said = {"station_id": NEIGHBOUR, "until": timedelta(hours=4), "persons": ["courier1"], **given}
    persons = [two.cast(login).id for login in said.pop("persons")]
    with pytest.raises(Invalid) as refused:
        lending.offer(lender, said.pop("station_id"), now() + said.pop("until"), once(lender), persons=persons, **said)
    assert refused.value.extra["field"] == field
    assert rows(LOANS) == []


def test_seventy_two_hours_will_do(two: Two) -> None:
    two.lent("courier1", until=later(hours=72))


def test_a_station_of_another_district_is_no_neighbour(two: Two) -> None:
    with transaction() as work:
        work.execute(Unit.__table__.insert().values(id="120101", name="和平区", level="district", parent_id="1201"))
        work.execute(Unit.__table__.insert().values(id="120101001", name="劝业场街道", level="station", parent_id="120101"))
    look_again()
    assert [one["id"] for one in neighbours(reading(), STATION)] == [NEIGHBOUR]
    lender = two.cast("coordinator")
    with pytest.raises(Invalid):
        lending.offer(lender, "120101001", later(), once(lender), persons=[two.cast("courier1").id])


def test_neighbours_come_the_nearest_first_and_those_of_unknown_place_last(two: Two) -> None:
    places = {"120116001": (39.30, 117.70), "120116002": (39.04, 117.70), "120116003": (None, None)}
    with transaction() as work:
        for code, (lat, lon) in places.items():
            values = {"id": code, "name": code, "level": "station", "parent_id": DISTRICT, "lat": lat, "lon": lon}
            work.execute(Unit.__table__.insert().values(**values))
    look_again()
    assert [one["id"] for one in neighbours(reading(), STATION)] == ["120116002", NEIGHBOUR, "120116001", "120116003"]


def test_who_is_lent_cannot_be_lent_again_and_who_is_suspended_cannot_either(two: Two) -> None:
    two.lent("courier1")
    set_active(two.cast("coordinator"), two.cast("courier2").id, False)
    with transaction() as work:
        suspended = work.execute(select(PERSONS.c.id).where(PERSONS.c.login == "courier2")).scalar_one()
    lender = two.cast("coordinator")
    for person in (two.cast("courier1").id, suspended):
        with pytest.raises(Invalid):
            lending.offer(lender, NEIGHBOUR, later(), once(lender), persons=[person])


def test_whom_another_loan_has_taken_meanwhile_stays_behind(two: Two) -> None:
    first, second = two.offer("courier1"), two.offer("courier1", "courier2")
    alone = two.offer("courier1")
    two.accept(first)
    two.accept(second)
    assert [row["status"] for row in rows(PARTS) if row["loan_id"] == second] in (["dropped", "serving"], ["serving", "dropped"])
    with pytest.raises(TooLate):
        two.accept(alone)
    assert two.status(alone) == "proposed"


def test_after_a_loan_whose_end_nobody_has_written_down_he_can_be_lent_again(two: Two) -> None:
    first = two.lent("courier1")
    two.over(first)
    second = two.lent("courier1")
    assert (two.status(first), two.status(second)) == ("ended", "running")
    assert two.cast("courier1").station_id == NEIGHBOUR


@pytest.mark.parametrize("login", ["clerk", "courier1", "supervisor", "admin"])
def test_only_a_coordinator_offers_or_asks(two: Two, login: str) -> None:
    actor = two.cast(login)
    with pytest.raises(NotEligible):
        lending.offer(actor, NEIGHBOUR, later(), once(actor), persons=["x"])
    with pytest.raises(NotEligible):
        lending.ask(actor, NEIGHBOUR, later(), once(actor), number=1)

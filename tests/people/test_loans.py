"""A loan as both stations read it: in their journals, in their lists, on their pages, on either database."""

from __future__ import annotations

import uuid

import pytest
from flask import Flask

from dispatch.audits.queries import Wanted, counts_of, doers, rows_of, today
from dispatch.core.clock import SHANGHAI, now
from dispatch.core.unit_of_work import look_again, reading, transaction
from dispatch.orders.queries import couriers_of
from dispatch.orders.recalling import held_by_strangers
from dispatch.people import answering, lending
from dispatch.people.changing import courier_shown
from dispatch.people.choosing import choose
from dispatch.people.inviting import invite_courier
from dispatch.people.loans import loan_actions, loans_of, my_loans, neighbours
from dispatch.people.models import Role
from dispatch.people.queries import couriers_listed
from dispatch.people.vouching import newcomers
from dispatch.residents.models import Export
from tests.people.at_once import someone
from tests.people.doors import DEPOT, DISTRICT, NEIGHBOUR, STATION, Browser, rows
from tests.people.loans import LOANS, Two, later, once, told


def test_the_same_key_twice_is_once(two: Two) -> None:
    lender, borrower, key = two.cast("coordinator"), two.cast("coordinator2"), str(uuid.uuid4())
    given = {"persons": [two.cast("courier1").id]}
    until = later()
    one = lending.offer(lender, NEIGHBOUR, until, once(lender, key), **given)
    assert lending.offer(lender, NEIGHBOUR, until, once(lender, key), **given) == one
    assert len(rows(LOANS)) == 1
    for _ in range(2):
        answering.accept(borrower, one["loan_id"], once(borrower, key))
    assert len(told(STATION, "loan.started")) == 1


def test_both_journals_hear_with_ids_alone(two: Two) -> None:
    loan = two.lent("courier1")
    courier = two.cast("courier1").id
    for station in (STATION, NEIGHBOUR):
        offered, started = told(station, "loan.offered")[0], told(station, "loan.started")[0]
        ids = {"loan_id": loan, "from_station_id": STATION, "to_station_id": NEIGHBOUR, "persons": [courier]}
        assert offered == {**ids, "number": 1}
        assert {key: value for key, value in started.items() if key != "until"} == ids


def test_what_a_page_offers_is_what_may_be_done(two: Two) -> None:
    loan = two.offer("courier1")

    def offered(login: str) -> list[str]:
        look_again()
        actor = two.cast(login)
        found = my_loans(reading(), actor.id) if actor.role == Role.COURIER else loans_of(reading(), actor)
        return [action for one in found for action in loan_actions(actor, one)]

    logins = ("coordinator", "coordinator2", "courier1", "courier2")
    assert [offered(login) for login in logins] == [["withdraw"], ["accept", "decline"], ["leave"], []]
    two.accept(loan)
    assert [offered(login) for login in logins] == [["end"], ["end"], ["leave"], []]
    two.over(loan)
    assert [offered(login) for login in logins] == [[], [], [], []]


# The page


def test_two_coordinators_lend_by_their_pages_and_a_form_keeps_what_was_typed(app: Flask, two: Two) -> None:
    lender, borrower = Browser(app).become("coordinator"), Browser(app).become("coordinator2")
    until = later(hours=5).astimezone(SHANGHAI).strftime("%Y-%m-%dT%H:%M")
    form = {"what": "offer", "station_id": NEIGHBOUR, "until": until, "number": "9", "depot_id": DEPOT}
    wrong = lender.send("/loans", {**form, "key": str(uuid.uuid4())}, page="/loans")
    assert wrong.status_code == 422
    assert "能借出的只有 4 位。" in wrong.text
    assert f'value="{form["until"]}"' in wrong.text
    right = lender.send("/loans", {**form, "number": "2", "key": str(uuid.uuid4())}, page="/loans")
    assert right.status_code == 302
    loan = rows(LOANS)[0]["id"]
    assert "等您答复" in borrower.get("/loans").text
    assert borrower.send(f"/loans/{loan}/accept", {"key": str(uuid.uuid4())}, page="/loans").status_code == 302
    assert "进行中" in lender.get("/loans").text
    assert borrower.send(f"/loans/{loan}/vanish", {}, page="/loans").status_code == 404
    assert Browser(app).become("clerk").get("/loans").status_code == 403


@pytest.mark.slow
def test_every_list_reads_the_same_on_either_database(either: Flask) -> None:
    lender, borrower, courier, above = (someone(login) for login in ("coordinator", "coordinator2", "courier1", "supervisor"))
    loan = str(lending.offer(lender, NEIGHBOUR, later(), once(lender), persons=[courier.id])["loan_id"])
    answering.accept(borrower, loan, once(borrower))
    with transaction() as work:
        choose(work, STATION, {"vouch_twice": "on"})
    newcomer, _token = invite_courier(lender, name="周小海", phone="13755502468", depot_id=DEPOT)
    look_again()
    seen = reading()
    assert [(one["id"], one["status"], len(one["people"])) for one in loans_of(seen, lender)] == [(loan, "running", 1)]
    assert [one["id"] for one in my_loans(seen, courier.id)] == [loan]
    assert [one["id"] for one in neighbours(seen, STATION)] == [NEIGHBOUR]
    assert [one["lent_to"] for one in couriers_listed(seen, [STATION]) if one["id"] == courier.id] == ["新港街道社工站"]
    assert newcomer not in [one["id"] for one in couriers_listed(seen, [STATION])]
    assert courier.id in [one.id for one in couriers_of(seen, NEIGHBOUR)]
    assert [one["person_id"] for one in newcomers(seen, above)] == [newcomer]
    assert [deed["verb"] for deed in courier_shown(seen, lender, courier.id)["deeds"]] == ["lent", "named", "entered"]
    export = {"id": "e", "person_id": lender.id, "station_id": STATION, "unit_id": STATION, "what": "audit", "rows": 1, "why": "check"}
    with transaction() as work:
        work.execute(Export.__table__.insert().values(**export, at=now()))
    look_again()
    seen, wanted = reading(), Wanted(today(), today())
    assert [row["kind"] for row in rows_of(seen, STATION, wanted, 1)[0]] == ["export"]
    assert [one["id"] for one in doers(seen, STATION, wanted)] == [lender.id]
    assert [(row["reveal"], row["export"]) for row in counts_of(seen, DISTRICT, wanted)] == [(0, 1), (0, 0)]
    assert held_by_strangers(seen) == []

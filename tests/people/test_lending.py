"""Couriers lent to a neighbouring station: by the word of both coordinators, ended by the clock, by either of them, or by himself."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from dispatch.audits.queries import Wanted, counts_of, doers, rows_of, today
from dispatch.core.clock import SHANGHAI, now
from dispatch.core.errors import Invalid, NotEligible, NotFound, Refused, TooLate
from dispatch.core.idempotency import Once
from dispatch.core.permits import permitted
from dispatch.core.unit_of_work import look_again, reading, transaction
from dispatch.jobs import sweep
from dispatch.journal.reading import entries_since
from dispatch.orders import claiming, delivering, posting
from dispatch.orders.commanding import ORDERS
from dispatch.orders.queries import couriers_of, my_orders
from dispatch.orders.recalling import held_by_strangers
from dispatch.people import answering, lending
from dispatch.people.answering import by_the_clock
from dispatch.people.changing import courier_shown
from dispatch.people.choosing import choose
from dispatch.people.enrolling import give_role, set_active
from dispatch.people.identity import Actor, actor_by_id
from dispatch.people.inviting import invite_courier
from dispatch.people.loans import due, loan_actions, loans_of, my_loans, neighbours
from dispatch.people.models import Lent, Loan, Person, Role, Unit
from dispatch.people.policy import LENDING
from dispatch.people.queries import couriers_listed, person_by_login
from dispatch.people.states import LENT, LOAN, LentStatus, LoanStatus
from dispatch.people.vouching import newcomers
from dispatch.residents.models import Export
from tests.people.doors import DEPOT, DISTRICT, NEIGHBOUR, STATION, Browser, Cast, rows

LOANS, PARTS, PERSONS = Loan.__table__, Lent.__table__, Person.__table__


def once(actor: Actor, key: str | None = None) -> Once:
    return Once(actor.id, key or str(uuid.uuid4()), "loan", {})


def later(**span: float) -> Any:
    return now() + timedelta(**(span or {"hours": 4}))


class Two:
    """Two coordinators and whom they lend."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        with transaction() as work:
            work.execute(update(PERSONS).where(PERSONS.c.role == "courier").values(on_duty=True, skills=["medicine"]))

    def offer(self, *logins: str, **more: Any) -> str:
        lender = self.cast("coordinator")
        given = {"persons": [self.cast(login).id for login in logins], **more}
        return str(lending.offer(lender, NEIGHBOUR, given.pop("until", later()), once(lender), **given)["loan_id"])

    def ask(self, number: int = 1, **more: Any) -> str:
        borrower = self.cast("coordinator2")
        return str(lending.ask(borrower, STATION, later(), once(borrower), number=number, **more)["loan_id"])

    def accept(self, loan_id: str, login: str = "coordinator2", *persons: str) -> None:
        actor = self.cast(login)
        answering.accept(actor, loan_id, once(actor), [self.cast(one).id for one in persons])

    def lent(self, *logins: str, **more: Any) -> str:
        loan_id = self.offer(*(logins or ("courier1",)), **more)
        self.accept(loan_id)
        return loan_id

    def over(self, loan_id: str) -> None:
        """Its time has come, and no job has run."""
        moment = now() - timedelta(seconds=1)
        with transaction() as work:
            work.execute(update(LOANS).where(LOANS.c.id == loan_id).values(until=moment))
            mine = select(PARTS.c.person_id).where(PARTS.c.loan_id == loan_id, PARTS.c.status == "serving")
            work.execute(update(PERSONS).where(PERSONS.c.id.in_(mine)).values(serving_until=moment))

    def status(self, loan_id: str) -> str:
        return next(str(row["status"]) for row in rows(LOANS) if row["id"] == loan_id)

    def part(self, login: str) -> str:
        person = self.cast(login).id
        return str([row["status"] for row in rows(PARTS) if row["person_id"] == person][-1])


@pytest.fixture
def two(cast: Cast) -> Two:
    return Two(cast)


def told(station: str, kind: str) -> list[dict[str, Any]]:
    look_again()
    return [entry["data"] for entry in entries_since(reading(), station, 0, 100_000) if entry["type"] == kind]


def post(cast: Cast, need: dict[str, Any], login: str, community: str) -> str:
    actor = cast(login)
    return str(posting.post(actor, {**need, "community_id": community}, Once(actor.id, str(uuid.uuid4()), "post", {}))["order_id"])


def claim(cast: Cast, login: str, order_id: str) -> None:
    actor = cast(login)
    claiming.claim(actor, order_id, Once(actor.id, str(uuid.uuid4()), "claim", {}))


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


def held_by(courier: Actor) -> list[Any]:
    return my_orders(reading(), courier)


def code_of(order_id: str) -> str:
    look_again()
    return str(reading().execute(select(ORDERS.c.code).where(ORDERS.c.id == order_id)).scalar_one())


def test_the_settings_of_the_other_station_hold_for_him(two: Two) -> None:
    with transaction() as work:
        choose(work, NEIGHBOUR, {"claim_cap": "1"})
    assert two.cast("courier1").settings.claim_cap == 3
    two.lent("courier1")
    assert two.cast("courier1").settings.claim_cap == 1


# The end


def test_at_the_deadline_he_is_home_though_no_job_has_run(two: Two) -> None:
    loan = two.lent("courier1")
    two.over(loan)
    assert two.cast("courier1").station_id == STATION
    look_again()
    assert two.cast("courier1").id in [row.id for row in couriers_of(reading(), STATION)]
    assert loans_of(reading(), two.cast("coordinator"))[0]["status"] == "ended"
    assert two.status(loan) == "running"


def test_the_clock_tells_both_journals_once(two: Two, app: Flask) -> None:
    loan = two.lent("courier1", "courier2")
    two.over(loan)
    assert sweep(app) == 1
    assert not by_the_clock(loan)
    assert sweep(app) == 0
    for station in (STATION, NEIGHBOUR):
        ended = told(station, "loan.ended")
        assert [(one["loan_id"], one["how"], len(one["persons"])) for one in ended] == [(loan, "clock", 2)]
    assert (two.status(loan), two.part("courier1")) == ("ended", "home")


def test_before_its_deadline_the_clock_does_nothing(two: Two) -> None:
    loan = two.lent("courier1")
    look_again()
    assert due(reading()) == []
    assert not by_the_clock(loan)
    assert two.cast("courier1").station_id == NEIGHBOUR


def test_what_nobody_has_answered_lapses_at_its_end(two: Two) -> None:
    loan = two.offer("courier1")
    two.over(loan)
    with pytest.raises(TooLate):
        two.accept(loan)
    assert by_the_clock(loan)
    assert (two.status(loan), two.part("courier1")) == ("lapsed", "dropped")
    assert told(NEIGHBOUR, "loan.lapsed")


@pytest.mark.parametrize("login", ["coordinator", "coordinator2"])
def test_either_coordinator_ends_it(two: Two, login: str) -> None:
    loan = two.lent("courier1", "courier2")
    actor = two.cast(login)
    answering.end(actor, loan, once(actor))
    assert [two.cast(one).station_id for one in ("courier1", "courier2")] == [STATION, STATION]
    assert len(told(STATION, "loan.ended")) == len(told(NEIGHBOUR, "loan.ended")) == 1


def test_one_is_sent_home_and_after_the_last_one_it_is_over(two: Two) -> None:
    loan = two.lent("courier1", "courier2")
    actor = two.cast("coordinator2")
    answering.end(actor, loan, once(actor), two.cast("courier1").id)
    assert [two.cast(one).station_id for one in ("courier1", "courier2")] == [STATION, NEIGHBOUR]
    assert two.status(loan) == "running"
    answering.end(actor, loan, once(actor), two.cast("courier2").id)
    assert two.status(loan) == "ended"
    with pytest.raises(NotFound):
        answering.end(actor, two.lent("courier3"), once(actor), two.cast("courier4").id)


def test_he_comes_home_himself(two: Two) -> None:
    loan = two.lent("courier1")
    courier = two.cast("courier1")
    answering.leave(courier, loan, once(courier))
    assert two.cast("courier1").station_id == STATION
    assert two.status(loan) == "ended"
    assert [one["persons"] for one in told(NEIGHBOUR, "loan.left")] == [[courier.id]]


def test_he_may_refuse_before_it_begins_and_the_others_go(two: Two) -> None:
    loan = two.offer("courier1", "courier2")
    courier = two.cast("courier1")
    assert [one["my_status"] for one in my_loans(reading(), courier.id)] == ["named"]
    answering.leave(courier, loan, once(courier))
    two.accept(loan)
    assert [two.cast(one).station_id for one in ("courier1", "courier2")] == [STATION, NEIGHBOUR]
    with pytest.raises(TooLate):
        answering.leave(courier, loan, once(courier))


def test_suspended_he_is_nowhere_lent_and_comes_back_at_home(two: Two) -> None:
    loan = two.lent("courier1")
    courier = two.cast("courier1").id
    set_active(two.cast("coordinator"), courier, False)
    assert two.status(loan) == "ended"
    set_active(two.cast("coordinator"), courier, True)
    assert two.cast("courier1").station_id == STATION


def test_another_role_ends_it_too(two: Two) -> None:
    loan = two.lent("courier1")
    with transaction() as work:
        give_role(work, two.cast("courier1").id, Role.COURIER, f"{NEIGHBOUR}D01")
    courier = two.cast("courier1")
    assert (courier.station_id, courier.home_station_id, courier.lent_to) == (NEIGHBOUR, NEIGHBOUR, None)
    assert two.status(loan) == "ended"


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


# Who may

#: Who, to a loan that the first station has offered to the second and in which courier1 has a part → what.
MAY: dict[str, set[str]] = {
    "lender": {"see", "withdraw", "end"},
    "borrower": {"see", "accept", "decline", "end"},
    "lent courier": {"see", "leave"},
    "other courier": set(), "clerk": set(), "supervisor": set(), "admin": set(), "third coordinator": set(),
}  # fmt: skip
#: The same where the second has asked the first.
MAY_IF_ASKED: dict[str, set[str]] = {**MAY, "lender": {"see", "accept", "decline", "end"}, "borrower": {"see", "withdraw", "end"}}
WHO: dict[str, tuple[str, str | None]] = {
    "lender": ("coordinator", STATION), "borrower": ("coordinator", NEIGHBOUR), "lent courier": ("courier", NEIGHBOUR),
    "other courier": ("courier", STATION), "clerk": ("clerk", STATION), "supervisor": ("supervisor", None), "admin": ("admin", None),
    "third coordinator": ("coordinator", "120116001"),
}  # fmt: skip


@pytest.mark.parametrize("asked", [False, True], ids=["offered", "asked"])
@pytest.mark.parametrize("who", WHO)
def test_every_role_and_every_verb(who: str, asked: bool) -> None:
    role, station = WHO[who]
    actor = SimpleNamespace(id=who, role=role, station_id=station, unit_id=station or DISTRICT)
    by = NEIGHBOUR if asked else STATION
    loan = SimpleNamespace(
        from_station_id=STATION, to_station_id=NEIGHBOUR, by_station_id=by, my_status="serving" if who == "lent courier" else None
    )
    may = {verb for verb in LENDING if verb != "propose" and permitted(LENDING, verb, actor, loan)}
    assert may == (MAY_IF_ASKED if asked else MAY)[who]
    assert permitted(LENDING, "propose", actor, None) is (role == "coordinator")


VERBS: dict[str, Callable[[Actor, str], Any]] = {
    "accept": lambda actor, loan: answering.accept(actor, loan, once(actor)),
    "decline": lambda actor, loan: answering.decline(actor, loan, "not_now", once(actor)),
    "withdraw": lambda actor, loan: answering.withdraw(actor, loan, once(actor)),
    "end": lambda actor, loan: answering.end(actor, loan, once(actor)),
    "leave": lambda actor, loan: answering.leave(actor, loan, once(actor)),
}


@pytest.mark.parametrize("verb", VERBS)
def test_an_outsider_does_not_find_it_and_the_wrong_one_of_the_two_may_not(two: Two, verb: str) -> None:
    loan = two.offer("courier1")
    for login in ("clerk", "courier2", "neighbour", "supervisor", "admin"):
        with pytest.raises(NotFound):
            VERBS[verb](two.cast(login), loan)
    wrong = {"accept": "coordinator", "decline": "coordinator", "withdraw": "coordinator2", "leave": "coordinator", "end": "courier1"}
    with pytest.raises(NotEligible):
        VERBS[verb](two.cast(wrong[verb]), loan)
    with pytest.raises(NotFound):
        VERBS[verb](two.cast("coordinator"), "0" * 32)


@pytest.mark.parametrize("login", ["clerk", "courier1", "supervisor", "admin"])
def test_only_a_coordinator_offers_or_asks(two: Two, login: str) -> None:
    actor = two.cast(login)
    with pytest.raises(NotEligible):
        lending.offer(actor, NEIGHBOUR, later(), once(actor), persons=["x"])
    with pytest.raises(NotEligible):
        lending.ask(actor, NEIGHBOUR, later(), once(actor), number=1)


#: What has become of it → the verbs that come too late then, by whom.
TOO_LATE = {
    "accept": ["accept", "decline", "withdraw"], "decline": ["accept", "decline", "withdraw", "end"],
    "withdraw": ["accept", "decline", "withdraw", "end"],
}  # fmt: skip
SAYS = {"accept": "coordinator2", "decline": "coordinator2", "withdraw": "coordinator", "end": "coordinator"}


@pytest.mark.parametrize("first", TOO_LATE)
def test_the_second_of_two_words_is_too_late(two: Two, first: str) -> None:
    loan = two.offer("courier1")
    VERBS[first](two.cast(SAYS[first]), loan)
    for verb in TOO_LATE[first]:
        with pytest.raises(TooLate):
            VERBS[verb](two.cast(SAYS[verb]), loan)


def test_every_edge_of_the_tables_is_there_and_no_other() -> None:
    proposed, running = LoanStatus.PROPOSED, LoanStatus.RUNNING
    assert {verb: (set(move.leaves), str(move.enters)) for verb, move in LOAN.items()} == {
        "accept": ({proposed}, "running"), "decline": ({proposed}, "declined"), "withdraw": ({proposed}, "withdrawn"),
        "lapse": ({proposed}, "lapsed"), "end": ({running}, "ended"),
    }  # fmt: skip
    assert {verb: (set(move.leaves), str(move.enters)) for verb, move in LENT.items()} == {
        "start": ({LentStatus.NAMED}, "serving"), "refuse": ({LentStatus.NAMED}, "refused"), "drop": ({LentStatus.NAMED}, "dropped"),
        "return": ({LentStatus.SERVING}, "home"),
    }  # fmt: skip


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


# Two at once, on either database


def at_once(app: Flask, *acts: Callable[[], Any]) -> list[str]:
    """Everybody at the same moment; what each was told."""
    said, start = [""] * len(acts), threading.Barrier(len(acts))

    def run(n: int) -> None:
        with app.app_context():
            start.wait()
            try:
                acts[n]()
                said[n] = "ok"
            except Refused as refused:
                said[n] = refused.code

    threads = [threading.Thread(target=run, args=(n,)) for n in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return said


def someone(login: str) -> Actor:
    look_again()
    actor = actor_by_id(reading(), person_by_login(reading(), login).id)
    assert actor is not None
    return actor


@pytest.mark.slow
def test_of_accept_decline_and_withdraw_at_once_one_wins_and_the_others_are_told(either: Flask) -> None:
    lender, borrower, courier = someone("coordinator"), someone("coordinator2"), someone("courier1")
    for _ in range(15):
        loan = str(lending.offer(lender, NEIGHBOUR, later(), once(lender), persons=[courier.id])["loan_id"])
        said = at_once(
            either,
            lambda loan=loan: answering.accept(borrower, loan, once(borrower)),  # type: ignore[misc]
            lambda loan=loan: answering.decline(borrower, loan, "other", once(borrower)),  # type: ignore[misc]
            lambda loan=loan: answering.withdraw(lender, loan, once(lender)),  # type: ignore[misc]
        )
        assert sorted(said) == ["ok", "too_late", "too_late"]
        away = someone("courier1").station_id == NEIGHBOUR
        assert away is (said[0] == "ok")
        if away:
            ends = at_once(
                either,
                lambda loan=loan: answering.end(lender, loan, once(lender)),  # type: ignore[misc]
                lambda loan=loan: answering.end(borrower, loan, once(borrower)),  # type: ignore[misc]
                lambda loan=loan: answering.leave(courier, loan, once(courier)),  # type: ignore[misc]
            )
            assert sorted(ends) == ["ok", "too_late", "too_late"]
            assert someone("courier1").station_id == STATION


@pytest.mark.slow
def test_one_courier_in_two_loans_that_are_accepted_at_once_goes_with_one(either: Flask) -> None:
    lender, borrower, courier, other = (someone(login) for login in ("coordinator", "coordinator2", "courier1", "courier2"))
    for _ in range(15):
        given = {"persons": [courier.id, other.id]}
        two = [str(lending.offer(lender, NEIGHBOUR, later(), once(lender), **given)["loan_id"]) for _n in range(2)]
        said = at_once(either, *(lambda loan=loan: answering.accept(borrower, loan, once(borrower)) for loan in two))  # type: ignore[misc]
        assert sorted(said) == ["ok", "too_late"]
        won = two[said.index("ok")]
        answering.end(borrower, won, once(borrower))
        answering.withdraw(lender, two[1 - said.index("ok")], once(lender))


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

"""How a loan is answered and how it ends: by the word of a coordinator, by the clock, by himself; who may, and who comes too late."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask

from dispatch.core.errors import NotEligible, NotFound, TooLate
from dispatch.core.permits import permitted
from dispatch.core.unit_of_work import look_again, reading, transaction
from dispatch.jobs import sweep
from dispatch.orders.queries import couriers_of
from dispatch.people import answering, lending
from dispatch.people.answering import by_the_clock
from dispatch.people.enrolling import give_role, set_active
from dispatch.people.identity import Actor
from dispatch.people.loans import due, loans_of, my_loans
from dispatch.people.models import Role
from dispatch.people.policy import LENDING
from dispatch.people.states import LENT, LOAN, LentStatus, LoanStatus
from tests.people.at_once import at_once, someone
from tests.people.doors import DISTRICT, NEIGHBOUR, STATION
from tests.people.loans import Two, later, once, told

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
    # What the demo's own morning has left due is done first.
    sweep(app)
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


# Several at once, on either database


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

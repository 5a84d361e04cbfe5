"""Two things that befall one person at the same moment: each is done once, and neither is lost for the other."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from dispatch.core.clock import now
from dispatch.core.idempotency import Once
from dispatch.core.unit_of_work import look_again, reading, transaction
from dispatch.people import answering, authenticating, loans
from dispatch.people.answering import accept, by_the_clock
from dispatch.people.enrolling import set_active
from dispatch.people.identity import Actor, actor_by_id
from dispatch.people.lending import offer
from dispatch.people.models import Lent, Loan, Person, SecondStep
from tests.people.at_once import at_once, someone
from tests.people.doors import NEIGHBOUR, rows

pytestmark = pytest.mark.slow


def test_who_begins_an_authenticator_twice_at_once_has_one_and_reads_no_fault(either: Flask) -> None:
    clerk = someone("clerk").id
    shown: list[str] = []
    for _round in range(10):
        shown.clear()
        assert at_once(either, *[lambda: shown.append(authenticating.begin(clerk).secret)] * 4) == ["ok"] * 4
        (kept,) = [row["secret"] for row in rows(SecondStep.__table__) if row["person_id"] == clerk]
        assert kept in shown


def once(actor: Actor) -> Once:
    return Once(actor.id, str(uuid.uuid4()), "x", {})


def offered(*logins: str) -> str:
    boss = someone("coordinator")
    ids = [someone(login).id for login in logins]
    return str(offer(boss, NEIGHBOUR, now() + timedelta(hours=1), once(boss), persons=ids)["loan_id"])


def lent(*logins: str) -> str:
    loan, other = offered(*logins), someone("coordinator2")
    accept(other, loan, once(other))
    return loan


def its_time_is_over(loan: str) -> None:
    past = now() - timedelta(seconds=1)
    with transaction() as work:
        work.execute(update(Loan.__table__).where(Loan.__table__.c.id == loan).values(until=past))
        work.execute(update(Person.__table__).where(Person.__table__.c.serving_station_id == NEIGHBOUR).values(serving_until=past))


def standing(loan: str) -> tuple[str, list[str]]:
    """How a loan stands, and its people."""
    look_again()
    status = reading().execute(select(Loan.__table__.c.status).where(Loan.__table__.c.id == loan)).scalar_one()
    return status, sorted(row["status"] for row in rows(Lent.__table__) if row["loan_id"] == loan)


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_suspension_stands_though_the_clock_ends_his_loan_while_it_waits(either: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    loan, boss, courier = lent("courier1", "courier2"), someone("coordinator"), someone("courier1").id
    its_time_is_over(loan)
    real, done = answering.loan_facts, []

    def clock_first(connection: Any, loan_id: str, *more: Any, **how: Any) -> Any:
        if not done:
            # By the time that the suspension has the loan in its hands the clock has ended it.
            done.append("clock")
            done.extend(at_once(either, lambda: by_the_clock(loan)))
        return real(connection, loan_id, *more, **how)

    monkeypatch.setattr(answering, "loan_facts", clock_first)
    set_active(boss, courier, False)
    assert done == ["clock", "ok"]
    assert standing(loan) == ("ended", ["home", "home"])
    assert actor_by_id(reading(), courier) is None


def test_clock_and_suspension_at_once_leave_him_suspended_and_the_loan_over(either: Flask) -> None:
    boss = someone("coordinator")
    for n in range(1, 6):
        login, other = f"courier{n}", f"courier{n + 10}"
        loan, courier = lent(login, other), someone(login).id
        its_time_is_over(loan)
        assert at_once(either, lambda loan=loan: by_the_clock(loan), lambda who=courier: set_active(boss, who, False)) == ["ok", "ok"]  # type: ignore[misc]
        look_again()
        assert actor_by_id(reading(), courier) is None
        # Where the suspension was first, the other one is brought home by the next sweep.
        if loan in loans.due(reading()):
            look_again()
            by_the_clock(loan)
        assert standing(loan) == ("ended", ["home", "home"])


def test_whose_loan_is_accepted_while_he_is_suspended_serves_nowhere(either: Flask) -> None:
    boss, other = someone("coordinator"), someone("coordinator2")
    for n in range(1, 9):
        courier = someone(f"courier{n}").id
        loan = offered(f"courier{n}", f"courier{n + 10}")
        said = at_once(
            either,
            lambda loan=loan: accept(other, loan, once(other)),  # type: ignore[misc]
            lambda who=courier: set_active(boss, who, False),  # type: ignore[misc]
        )
        assert said == ["ok", "ok"]
        his = [row for row in rows(Lent.__table__) if row["loan_id"] == loan and row["person_id"] == courier]
        assert [row["status"] for row in his] != ["serving"]
        set_active(boss, courier, True)
        assert someone(f"courier{n}").station_id != NEIGHBOUR

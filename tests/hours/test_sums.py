"""Any sequence of events, several persons, lent couriers, corrections: the sums agree and nothing is counted twice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, select, update

from dispatch.core.clock import now
from dispatch.core.errors import Refused
from dispatch.core.unit_of_work import look_again, reading, transaction
from dispatch.hours.booking import book
from dispatch.hours.correcting import confirm, propose
from dispatch.hours.models import Correction
from dispatch.hours.rules import cap, credited, day_of, rule_on
from dispatch.journal.following import Follower
from dispatch.orders import closing, correcting, delivering, missing, opening, reassigning
from dispatch.orders.commanding import ORDERS
from dispatch.people import answering, lending
from dispatch.people.identity import Actor
from dispatch.people.loans import my_loans
from dispatch.people.models import Person
from tests.hours.errands import CLAIMS, HOURS, MINUTE, lines
from tests.orders.play import STATION, Street, code_of, once

OFTEN = ["post", "fill", "fill", "fill", "bring", "bring", "bring", "time"]
VERBS = ["claim", "release", "pick_up", "deliver", "fail", "reopen", "confirm", "lapse", "book", "forget_where", "lend", "propose", "agree",
         "reassign", "split", "no_show"]  # fmt: skip
#: What happens, to which of the latest orders or to whom, and how much or by whom.
STEPS = st.lists(st.tuples(st.sampled_from(OFTEN + VERBS), st.integers(0, 3), st.integers(0, 19)), min_size=15, max_size=50)
COURIERS = ("courier11", "courier12", "courier13", "neighbour")
HERE, THERE = STATION, "120116015"
BOSSES = {HERE: "coordinator", THERE: "coordinator2"}
Cast = Callable[[str], Actor]


class Days:
    """Whatever may happen on a street, in any order; what cannot be done at the moment is refused and changes nothing."""

    def __init__(self, play: Street) -> None:
        persons = Person.__table__
        with transaction() as work:
            # Nobody's hands are full from the day before, and everybody is where he belongs.
            work.execute(update(CLAIMS).where(CLAIMS.c.ended_at.is_(None)).values(ended_at=now(), ended_as="put_back"))
            work.execute(update(ORDERS).where(ORDERS.c.status.in_(["open", "claimed", "picked_up"])).values(status="cancelled"))
            work.execute(update(persons).where(persons.c.login.in_(COURIERS)).values(on_duty=True))
        self.play, self.orders = play, [play.post(slots=2), play.post()]
        for who in range(len(COURIERS)):
            self.lend(who, 0)

    def step(self, verb: str, one: Any, two: Any) -> None:
        try:
            getattr(self, verb)(one, two)
        except Refused:
            return

    def _order(self, number: int) -> str:
        return self.orders[-1 - number % len(self.orders)]

    def post(self, more: int, which: int) -> None:
        self.orders.append(self.play.post(slots=1 + more % 3, kind=("medicine", "parcel", "clinic")[which % 3]))

    def claim(self, number: int, who: int) -> None:
        self.play.claim(COURIERS[who % 4], self._order(number))

    def _holder(self, number: int, who: int) -> tuple[Actor, str]:
        return self.play.cast(COURIERS[who % 4]), self._order(number)

    def release(self, number: int, who: int) -> None:
        actor, order = self._holder(number, who)
        delivering.release(actor, order, "busy", once(actor))

    def pick_up(self, number: int, who: int) -> None:
        actor, order = self._holder(number, who)
        delivering.pick_up(actor, order, once(actor))

    def deliver(self, number: int, who: int) -> None:
        actor, order = self._holder(number, who)
        delivering.deliver(actor, order, once(actor), code=code_of(self.play, order))

    def fill(self, number: int, _two: int) -> None:
        """As many take it as are needed."""
        for login in COURIERS:
            if self.play.row(self._order(number)).status == "open":
                self.step("claim", number, COURIERS.index(login))

    def bring(self, number: int, _two: int) -> None:
        """Whoever has it brings it."""
        order = self._order(number)
        held = select(Person.__table__.c.login).join(CLAIMS, CLAIMS.c.person_id == Person.__table__.c.id)
        look_again()
        login = reading().execute(held.where(CLAIMS.c.order_id == order, CLAIMS.c.ended_at.is_(None))).scalars().first()
        if login:
            who = COURIERS.index(login)
            if self.play.row(order).status == "claimed":
                self.pick_up(number, who)
            self.deliver(number, who)

    def _version(self, number: int) -> int:
        return int(self.play.row(self._order(number)).version)

    def reassign(self, number: int, who: int) -> None:
        boss, (one, order) = self.play.cast("coordinator"), self._holder(number, who)
        other = self.play.cast(COURIERS[(who + 1) % 4])
        reassigning.reassign(boss, order, one.id, other.id, self._version(number), once(boss))

    def split(self, number: int, slots: int) -> None:
        boss = self.play.cast("coordinator")
        correcting.split(boss, self._order(number), 1 + slots % 4, self._version(number), once(boss))

    def no_show(self, number: int, who: int) -> None:
        boss, (one, order) = self.play.cast("coordinator"), self._holder(number, who)
        missing.record_no_show(boss, order, one.id, missing.NO_SHOW_REASONS[0], once(boss))

    def fail(self, number: int, who: int) -> None:
        actor, order = self._holder(number, who)
        delivering.fail(actor, order, "nobody_home", once(actor))

    def reopen(self, number: int, _two: int) -> None:
        boss = self.play.cast("coordinator")
        opening.reopen(boss, self._order(number), once(boss))

    def confirm(self, number: int, _two: int) -> None:
        boss = self.play.cast("coordinator")
        closing.confirm(boss, self._order(number), once(boss))

    def lapse(self, number: int, _two: int) -> None:
        self.play.set(self._order(number), pick_up_by=now())
        closing.by_the_clock("lapse", self._order(number))

    def book(self, _one: int, _two: int) -> None:
        book()

    def forget_where(self, _one: int, _two: int) -> None:
        """The reader begins anew, as after a restored backup."""
        with transaction() as work:
            work.execute(delete(Follower.__table__))

    def time(self, number: int, twenties: int) -> None:
        held = (CLAIMS.c.order_id == self._order(number), CLAIMS.c.ended_at.is_(None))
        with transaction() as work:
            work.execute(update(CLAIMS).where(*held).values(claimed_at=now() - twenties * 20 * MINUTE))

    def lend(self, who: int, away: int) -> None:
        """He goes to the one station or the other: lent there by his own, or home again."""
        one, to = self.play.cast(COURIERS[who]), THERE if away % 2 else HERE
        if one.station_id == to:
            return
        if to == one.home_station_id:
            answering.leave(one, my_loans(reading(), one.id)[0]["id"], once(one))
            return
        lender, borrower = (self.play.cast(BOSSES[station]) for station in (str(one.home_station_id), to))
        loan = lending.offer(lender, to, now() + timedelta(hours=4), once(lender), persons=[one.id])["loan_id"]
        answering.accept(borrower, loan, once(borrower))

    def propose(self, number: int, quarters: int) -> None:
        book()
        booked = [line for line in lines() if line.id == line.claim_id]
        boss = self.play.cast("coordinator")
        if booked:
            propose(boss, booked[number % len(booked)].claim_id, quarters * 15, "clock_wrong", None, once(boss))

    def agree(self, _one: int, _two: int) -> None:
        look_again()
        waiting = select(Correction.__table__.c.id).where(Correction.__table__.c.status == "proposed")
        chief = self.play.cast("supervisor")
        for correction_id in list(reading().execute(waiting).scalars()):
            confirm(chief, correction_id, once(chief))


def expected() -> dict[str, int]:
    """Claim → what it must count for, told afresh from the claims and the confirmed corrections alone."""
    look_again()
    corrections = Correction.__table__
    last: dict[str, int] = {}
    for row in reading().execute(select(corrections).where(corrections.c.status == "confirmed").order_by(corrections.c.decided_at)):
        last[row.claim_id] = row.minutes
    found = select(CLAIMS, ORDERS.c.kind).join(ORDERS, ORDERS.c.id == CLAIMS.c.order_id).where(CLAIMS.c.ended_as == "delivered")
    counts = {}
    for claim in reading().execute(found):
        rule = rule_on(day_of(claim.ended_at))
        counts[claim.id] = last.get(claim.id, credited(rule, claim.kind, claim.claimed_at, claim.ended_at))
        assert 0 <= counts[claim.id] <= cap(rule, claim.kind)
    return counts


def check_sums() -> None:
    by: dict[str, dict[Any, int]] = {name: defaultdict(int) for name in ("claim_id", "person_id", "station_id", "district_id")}
    for line in lines():
        for name, counted in by.items():
            counted[getattr(line, name)] += line.minutes
    assert dict(by["claim_id"]) == expected()
    totals = {name: sum(counted.values()) for name, counted in by.items()}
    assert len(set(totals.values())) == 1, totals
    stations = {row.id: row.station_id for row in reading().execute(select(ORDERS.c.id, ORDERS.c.station_id))}
    assert all(line.station_id == stations[line.order_id] for line in lines())
    once_each = [line.claim_id for line in lines() if line.id == line.claim_id]
    assert len(once_each) == len(set(once_each))
    # The database's own sums, as the pages ask for them.
    whole = reading().execute(select(func.coalesce(func.sum(HOURS.c.minutes), 0))).scalar_one()
    for column in (HOURS.c.person_id, HOURS.c.station_id, HOURS.c.district_id):
        parts = reading().execute(select(func.sum(HOURS.c.minutes)).group_by(column)).scalars()
        assert sum(parts) == whole


@pytest.mark.slow
@given(steps=STEPS)
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_whatever_happens_the_sums_agree_and_nothing_counts_twice(play: Street, steps: list[tuple[str, Any, Any]]) -> None:
    book()
    before = len(lines())
    days = Days(play)
    for verb, one, two in steps:
        days.step(verb, one, two)
    book()
    check_sums()
    event(f"{min(len(lines()) - before, 5)} lines or more")


def test_a_long_day_with_everything_in_it(app: Flask, play: Street) -> None:
    """The same, in an order in which every step can be done."""
    days = Days(play)
    steps: list[tuple[str, Any, Any]] = [
        ("claim", 1, 0), ("claim", 1, 1), ("time", 1, 10), ("pick_up", 1, 0), ("deliver", 1, 1), ("claim", 0, 2), ("release", 0, 2),
        ("lend", 3, 0), ("claim", 0, 3), ("time", 0, 2), ("pick_up", 0, 3), ("deliver", 0, 3), ("book", 0, 0), ("confirm", 0, 0),
        ("lend", 3, 1), ("propose", 0, 3), ("agree", 0, 0), ("propose", 0, 2), ("agree", 0, 0), ("forget_where", 0, 0), ("book", 0, 0),
    ]  # fmt: skip
    for verb, one, two in steps:
        getattr(days, verb)(one, two)
    check_sums()
    neighbours = [line for line in lines() if line.person_id == play.cast("neighbour").id]
    assert [(line.station_id, line.minutes) for line in neighbours] == [(HERE, 45)], "lent: his hour, on the station of the order"
    assert len({line.id for line in lines() if line.id != line.claim_id}) == 2

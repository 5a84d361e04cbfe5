"""Two at the same moment, on both databases: one certificate, one correction, and none that says something else than the book."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from dispatch.core.clock import now
from dispatch.core.errors import NotEligible, NotFound
from dispatch.core.idempotency import Once
from dispatch.core.unit_of_work import look_again, reading, transaction
from dispatch.hours.certifying import issue, withdraw
from dispatch.hours.correcting import confirm, propose
from dispatch.hours.models import Certificate, Correction
from dispatch.hours.queries import sums
from dispatch.hours.rules import day_of
from dispatch.people.identity import Actor
from dispatch.people.models import Person
from tests.at_once import at_once
from tests.conftest import one_of_the_cast
from tests.hours.test_correcting import REASON, booked, counts_for
from tests.orders.play import STATION, Street, once

CERTIFICATES, CORRECTIONS = Certificate.__table__, Correction.__table__
ROUNDS = 5


@pytest.fixture
def play(either: Flask, need: dict[str, Any]) -> Street:
    return Street(one_of_the_cast, need)


def nameless(actor: Actor) -> Once:
    """As a form sends it: without a key."""
    return Once(actor.id, None, "", {})


def certify(me: Actor) -> Any:
    today = day_of(now())
    return issue(me, STATION, date(today.year, 1, 1), today, nameless(me))["certificate_id"]


@pytest.mark.slow
def test_two_taps_on_certify_at_once_are_one_certificate(either: Flask, play: Street) -> None:
    for _ in range(ROUNDS):
        booked(play)
        me = play.cast("courier11")
        first, second = at_once(either, lambda me=me: certify(me), lambda me=me: certify(me))  # type: ignore[misc]
        assert first == second
    look_again()
    numbers = reading().execute(select(CERTIFICATES.c.number).order_by(CERTIFICATES.c.number)).scalars().all()
    assert [number[-5:] for number in numbers] == [f"{n:05d}" for n in range(1, ROUNDS + 1)]


@pytest.mark.slow
def test_a_certificate_and_a_correction_at_once_never_disagree(either: Flask, play: Street) -> None:
    for _ in range(ROUNDS):
        claim, boss, chief, me = booked(play), *map(play.cast, ("coordinator", "supervisor", "courier11"))
        correction = propose(boss, claim, 15, REASON, None, once(boss))["correction_id"]
        at_once(either, lambda: confirm(chief, correction, nameless(chief)), lambda: certify(me))  # noqa: B023 - done before the next round
        assert counts_for(claim) == 15
        look_again()
        minutes, errands = sums(reading(), me.id, "0", "9", STATION)
        valid = select(CERTIFICATES.c.minutes, CERTIFICATES.c.errands).where(CERTIFICATES.c.status == "valid")
        assert {tuple(row) for row in reading().execute(valid)} <= {(minutes, errands)}


@pytest.mark.slow
def test_two_proposals_at_once_are_one_and_what_is_confirmed_was_judged_by_the_book(either: Flask, play: Street) -> None:
    for _ in range(ROUNDS):
        claim, boss, chief = booked(play), play.cast("coordinator"), play.cast("supervisor")
        acts = [lambda minutes=minutes: propose(boss, claim, minutes, REASON, None, nameless(boss)) for minutes in (15, 30)]  # noqa: B023
        said = at_once(either, *acts)
        assert sorted(one if isinstance(one, str) else "done" for one in said) == ["done", "too_late"]
        correction = next(one["correction_id"] for one in said if not isinstance(one, str))
        # While it is confirmed, another is proposed: by what the book says then, or not at all.
        at_once(
            either,
            lambda: confirm(chief, correction, nameless(chief)),  # noqa: B023
            lambda: propose(boss, claim, 0, REASON, None, nameless(boss)),  # noqa: B023
        )
        now_counts = counts_for(claim)
        waiting = select(CORRECTIONS.c.minutes_before).where(CORRECTIONS.c.claim_id == claim, CORRECTIONS.c.status == "proposed")
        assert reading().execute(waiting).scalar() in (None, now_counts)


def test_who_is_no_longer_what_he_was_is_refused_under_the_lock(play: Street) -> None:
    """The door has let them in a moment ago; since then they have become somebody else."""
    booked(play)
    me, boss = play.cast("courier11"), play.cast("coordinator")
    certificate = certify(me)
    with transaction() as work:
        persons = Person.__table__
        work.execute(update(persons).where(persons.c.login == "courier11").values(role="clerk"))
        work.execute(update(persons).where(persons.c.login == "coordinator").values(role="clerk"))
    with pytest.raises(NotEligible):
        certify(me)
    with pytest.raises(NotFound):
        withdraw(boss, certificate, "mistake", nameless(boss))

"""Two at the same moment, on both databases: one certificate, one correction, and none that says something else than the book."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from dispatch.core.clock import now
from dispatch.core.errors import NotEligible, NotFound, Refused
from dispatch.core.idempotency import Once
from dispatch.core.unit_of_work import look_again, reading, transaction
from dispatch.hours.certifying import issue, withdraw
from dispatch.hours.correcting import confirm, propose
from dispatch.hours.models import Certificate, Correction
from dispatch.hours.queries import sums
from dispatch.hours.rules import day_of
from dispatch.people.identity import Actor, locked_actor
from dispatch.people.models import Person
from dispatch.people.queries import person_by_login
from tests.applications import opened
from tests.hours.test_correcting import REASON, booked, counts_for
from tests.orders.play import STATION, Street, once

CERTIFICATES, CORRECTIONS = Certificate.__table__, Correction.__table__
ROUNDS = 5


@pytest.fixture
def house(database: str, street: Path, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Flask]:
    """The application on a copy of the demo street, on either database."""
    folder, url = tmp_path / "either", ""
    shutil.copytree(street, folder)
    if database == "postgresql":
        template = request.getfixturevalue("postgres_street")
        url = request.getfixturevalue("postgres").database(f"hours_{abs(hash(tmp_path)):x}", template)
    with opened(folder, url) as app, app.app_context():
        yield app


@pytest.fixture
def play(house: Flask, need: dict[str, Any]) -> Street:
    def cast(login: str) -> Actor:
        look_again()
        actor = locked_actor(reading(), person_by_login(reading(), login).id)
        assert actor is not None
        return actor

    return Street(cast, need)


def both(house: Flask, *acts: Callable[[], Any]) -> list[Any]:
    """Do them at the same moment; what each gives, or by what it was refused."""
    gate, said = threading.Barrier(len(acts)), [None] * len(acts)
    look_again()

    def do(number: int) -> None:
        with house.app_context():
            gate.wait()
            try:
                said[number] = acts[number]()
            except Refused as refused:
                said[number] = refused.code

    threads = [threading.Thread(target=do, args=[number]) for number in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return said


def nameless(actor: Actor) -> Once:
    """As a form sends it: without a key."""
    return Once(actor.id, None, "", {})


def certify(me: Actor) -> Any:
    today = day_of(now())
    return issue(me, STATION, date(today.year, 1, 1), today, nameless(me))["certificate_id"]


@pytest.mark.slow
def test_two_taps_on_certify_at_once_are_one_certificate(house: Flask, play: Street) -> None:
    for _ in range(ROUNDS):
        booked(play)
        me = play.cast("courier11")
        first, second = both(house, lambda me=me: certify(me), lambda me=me: certify(me))  # type: ignore[misc]
        assert first == second
    look_again()
    numbers = reading().execute(select(CERTIFICATES.c.number).order_by(CERTIFICATES.c.number)).scalars().all()
    assert [number[-5:] for number in numbers] == [f"{n:05d}" for n in range(1, ROUNDS + 1)]


@pytest.mark.slow
def test_a_certificate_and_a_correction_at_once_never_disagree(house: Flask, play: Street) -> None:
    for _ in range(ROUNDS):
        claim, boss, chief, me = booked(play), *map(play.cast, ("coordinator", "supervisor", "courier11"))
        correction = propose(boss, claim, 15, REASON, None, once(boss))["correction_id"]
        both(house, lambda: confirm(chief, correction, nameless(chief)), lambda: certify(me))  # noqa: B023 - done before the next round
        assert counts_for(claim) == 15
        look_again()
        minutes, errands = sums(reading(), me.id, "0", "9", STATION)
        valid = select(CERTIFICATES.c.minutes, CERTIFICATES.c.errands).where(CERTIFICATES.c.status == "valid")
        assert {tuple(row) for row in reading().execute(valid)} <= {(minutes, errands)}


@pytest.mark.slow
def test_two_proposals_at_once_are_one_and_what_is_confirmed_was_judged_by_the_book(house: Flask, play: Street) -> None:
    for _ in range(ROUNDS):
        claim, boss, chief = booked(play), play.cast("coordinator"), play.cast("supervisor")
        acts = [lambda minutes=minutes: propose(boss, claim, minutes, REASON, None, nameless(boss)) for minutes in (15, 30)]  # noqa: B023
        said = both(house, *acts)
        assert sorted(one if isinstance(one, str) else "done" for one in said) == ["done", "too_late"]
        correction = next(one["correction_id"] for one in said if not isinstance(one, str))
        # While it is confirmed, another is proposed: by what the book says then, or not at all.
        both(
            house,
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

"""Corrections: proposed by one, confirmed by another, never by whose hours they are; within the rule; a counter-entry, not a change."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from dispatch.core.errors import Invalid, NotEligible, NotFound, Refused, TooLate
from dispatch.core.idempotency import Once
from dispatch.core.unit_of_work import look_again, reading, transaction
from dispatch.hours.booking import book
from dispatch.hours.correcting import confirm, decline, propose
from dispatch.hours.models import HourEntry
from dispatch.hours.queries import errand_booked
from dispatch.journal.reading import entries_since
from dispatch.people.enrolling import add_person
from dispatch.people.models import Person, Role
from tests.core.visitors import Visitor
from tests.hours.errands import delivered
from tests.orders.play import STATION, Street, once

HOURS = HourEntry.__table__
REASON = "clock_wrong"


def booked(play: Street, minutes: int = 40) -> str:
    """The claim of a delivered errand of courier1's; it counts for 45."""
    order = delivered(play, "courier11", minutes=minutes)
    book()
    look_again()
    return str(reading().execute(select(HOURS.c.claim_id).where(HOURS.c.order_id == order)).scalar_one())


def counts_for(claim_id: str) -> int:
    look_again()
    return int(errand_booked(reading(), claim_id).minutes)


def told(kind: str) -> list[dict[str, Any]]:
    look_again()
    return [entry["data"] for entry in entries_since(reading(), STATION, 0, 100_000) if entry["type"] == kind]


def second(play: Street) -> Any:
    """Another coordinator of the same station."""
    with transaction() as work:
        add_person(work, login="coordinator9", role=Role.COORDINATOR, unit_id=STATION, name="郑小红")
    return play.cast("coordinator9")


def test_it_counts_when_a_second_person_has_said_yes(play: Street) -> None:
    claim, boss, chief = booked(play), play.cast("coordinator"), play.cast("supervisor")
    correction = propose(boss, claim, 15, REASON, "他忘了点", once(boss))["correction_id"]
    assert counts_for(claim) == 45
    confirm(chief, correction, once(chief))
    assert counts_for(claim) == 15
    lines = reading().execute(select(HOURS.c.id, HOURS.c.minutes).where(HOURS.c.claim_id == claim)).all()
    assert {tuple(line) for line in lines} == {(claim, 45), (correction, -30)}
    said = told("hours.corrected")[-1]
    assert (said["minutes_before"], said["minutes"], said["by"]) == (45, 15, chief.id)
    assert "他忘了点" not in str(told("hours.correction_proposed"))


def test_another_coordinator_of_the_station_may_be_the_second_person(play: Street) -> None:
    claim, boss, other = booked(play), play.cast("coordinator"), second(play)
    correction = propose(boss, claim, 0, "not_done", None, once(boss))["correction_id"]
    confirm(other, correction, once(other))
    assert counts_for(claim) == 0


def test_nobody_alone_and_nobody_his_own(play: Street) -> None:
    claim, boss = booked(play), play.cast("coordinator")
    correction = propose(boss, claim, 15, REASON, None, once(boss))["correction_id"]
    with pytest.raises(NotEligible):
        confirm(boss, correction, once(boss))
    # A courier who has become the second coordinator: these are his own hours.
    with transaction() as work:
        work.execute(update(Person.__table__).where(Person.__table__.c.login == "courier11").values(role="coordinator", unit_id=STATION))
    himself = play.cast("courier11")
    for act in (lambda: confirm(himself, correction, once(himself)), lambda: decline(himself, correction, once(himself))):
        with pytest.raises(NotEligible):
            act()
    decline(boss, correction, once(boss))
    with pytest.raises(NotEligible):
        propose(himself, claim, 90, REASON, None, once(himself))
    assert counts_for(claim) == 45


@pytest.mark.parametrize("login", ["courier11", "courier12", "neighbour", "clerk", "clerk2", "admin"])
def test_for_outsiders_there_is_no_such_thing(play: Street, login: str) -> None:
    claim, boss = booked(play), play.cast("coordinator")
    correction = propose(boss, claim, 15, REASON, None, once(boss))["correction_id"]
    stranger = play.cast(login)
    for act in (
        lambda: propose(stranger, claim, 30, REASON, None, once(stranger)),
        lambda: confirm(stranger, correction, once(stranger)),
        lambda: decline(stranger, correction, once(stranger)),
    ):
        with pytest.raises(NotFound):
            act()


def test_a_supervisor_confirms_and_never_proposes(play: Street) -> None:
    claim, chief = booked(play), play.cast("supervisor")
    with pytest.raises(NotEligible):
        propose(chief, claim, 15, REASON, None, once(chief))


@pytest.mark.parametrize(
    ("minutes", "reason", "note", "field"),
    [
        (45, REASON, None, "minutes"),  # as it is
        (-15, REASON, None, "minutes"),
        (105, REASON, None, "minutes"),  # more than the cap of the kind
        (20, REASON, None, "minutes"),  # no whole step
        (15, "because", None, "reason"),
        (15, "other", None, "note"),
        (15, "other", "  ", "note"),
    ],
)
def test_a_correction_stays_within_the_rule_and_says_why(play: Street, minutes: int, reason: str, note: str | None, field: str) -> None:
    claim, boss = booked(play), play.cast("coordinator")
    with pytest.raises(Invalid) as refused:
        propose(boss, claim, minutes, reason, note, once(boss))
    assert refused.value.extra["field"] == field


def test_one_at_a_time_and_each_decided_once(play: Street) -> None:
    claim, boss, chief = booked(play), play.cast("coordinator"), play.cast("supervisor")
    correction = propose(boss, claim, 15, REASON, None, once(boss))["correction_id"]
    with pytest.raises(TooLate):
        propose(boss, claim, 30, REASON, None, once(boss))
    decline(chief, correction, once(chief))
    for act in (confirm, decline):
        with pytest.raises(TooLate):
            act(chief, correction, once(chief))
    assert counts_for(claim) == 45
    again = propose(boss, claim, 90, REASON, None, once(boss))["correction_id"]
    confirm(chief, again, once(chief))
    assert counts_for(claim) == 90


def test_the_same_key_twice_is_once(play: Street) -> None:
    claim, boss, chief = booked(play), play.cast("coordinator"), play.cast("supervisor")
    key = Once(boss.id, str(uuid.uuid4()), "hours.propose", {})
    assert propose(boss, claim, 15, REASON, None, key) == propose(boss, claim, 15, REASON, None, key)
    correction = propose(boss, claim, 15, REASON, None, key)["correction_id"]
    yes = Once(chief.id, str(uuid.uuid4()), "hours.confirm", {})
    assert confirm(chief, correction, yes) == confirm(chief, correction, yes)
    assert counts_for(claim) == 15
    assert len(told("hours.corrected")) == 1


def test_by_the_api_too(app: Flask, play: Street) -> None:
    claim = booked(play)
    boss, chief, courier = (Visitor(app, login) for login in ("coordinator", "supervisor", "courier11"))
    body = {"minutes": 30, "reason": "other", "note": "电梯坏了"}
    made = boss.ask("POST", f"/api/v1/hours/{claim}/corrections", json=body, key=str(uuid.uuid4()))
    assert made.status_code == 201, made.json
    address = f"/api/v1/hours/corrections/{made.json['correction_id']}/confirm"
    answers = [who.ask("POST", address, key=str(uuid.uuid4())).status_code for who in (courier, boss, chief, chief)]
    assert answers == [404, 403, 200, 409]
    mine = courier.get("/me/hours").json
    assert (mine["items"][0]["minutes"], mine["items"][0]["booked"]) == (30, 45)
    assert [line["minutes"] for line in boss.get("/hours", person_id=play.cast("courier11").id).json["items"]] == [30]
    assert [who.get("/hours").status_code for who in (courier, chief)] == [403, 403]
    assert boss.get("/me/hours").status_code == 403


def test_a_refusal_changes_nothing(play: Street) -> None:
    claim, boss = booked(play), play.cast("coordinator")
    with pytest.raises(Refused):
        propose(boss, claim, 7, REASON, None, once(boss))
    assert not told("hours.correction_proposed")

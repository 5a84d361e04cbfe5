"""What a courier may be trusted with, who has vouched for it, and until which day."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from dispatch import jobs
from dispatch.core.errors import Invalid, NotEligible, NotFound
from dispatch.core.idempotency import Once
from dispatch.core.unit_of_work import look_again, reading, transaction
from dispatch.journal.reading import entries_since
from dispatch.orders.claiming import assign
from dispatch.orders.listing import courier_items
from dispatch.people.identity import Actor, locked_actor
from dispatch.people.models import Trusted
from dispatch.people.queries import person_by_login
from dispatch.people.trusting import today, trust
from tests.orders.play import Street, once

Cast = Callable[[str], Actor]
DAY = timedelta(days=1)


def give(cast: Cast, skills: dict[str, date | None], to: str = "courier1", by: str = "coordinator") -> None:
    actor = cast(by)
    trust(actor, cast(to).id, skills, Once(actor.id, str(uuid.uuid4()), "trust", {}))


def listed(cast: Cast, login: str = "courier1") -> list[dict[str, Any]]:
    look_again()
    boss = cast("coordinator")
    return next(one["skills"] for one in courier_items(reading(), boss) if one["id"] == cast(login).id)


def test_it_holds_from_now_on_with_its_end_and_whose_word_it_is(cast: Cast) -> None:
    give(cast, {"escort": today() + DAY, "heavy": None})
    assert cast("courier1").skills == {"escort", "heavy"}
    tomorrow = (today() + DAY).isoformat()
    assert [(one["skill"], one["until"]) for one in listed(cast)] == [("heavy", None), ("escort", tomorrow)]
    assert "李红梅" in str(listed(cast)[1]["vouched_by"])
    entry = entries_since(reading(), "120116014", 0, 100_000)[-1]
    assert (entry["type"], entry["data"]) == (
        "person.changed",
        {"person_id": cast("courier1").id, "what": "skills", "skills": ["escort", "heavy"]},
    )


def test_what_is_not_named_ends_and_what_came_with_him_stays_with_nobodys_name(cast: Cast) -> None:
    assert "medicine" in cast("courier1").skills
    give(cast, {"medicine": None, "living_alone": None})
    said = {one["skill"]: one["vouched_by"] for one in listed(cast)}
    assert said["medicine"] is None
    assert said["living_alone"]
    give(cast, {})
    assert listed(cast) == []
    assert cast("courier1").skills == frozenset()


def test_after_its_last_day_it_is_gone_by_itself(app: Flask, cast: Cast) -> None:
    give(cast, {"escort": today(), "heavy": None})
    jobs.sweep(app)
    assert cast("courier1").skills == {"escort", "heavy"}
    with transaction() as work:
        work.execute(update(Trusted.__table__).where(Trusted.__table__.c.skill == "escort").values(until=today() - DAY))
    for _ in range(2):
        jobs.sweep(app)
    assert cast("courier1").skills == {"heavy"}
    kinds = [entry["type"] for entry in entries_since(reading(), "120116014", 0, 100_000)]
    assert kinds.count("person.changed") == 2


@pytest.mark.parametrize(
    ("to", "by"),
    [("neighbour", "coordinator"), ("clerk", "coordinator"), ("courier1", "clerk"), ("courier1", "courier2"), ("courier1", "supervisor")],
)
def test_nobody_but_the_stations_coordinator_vouches(cast: Cast, to: str, by: str) -> None:
    with pytest.raises(NotFound):
        give(cast, {"heavy": None}, to, by)


@pytest.mark.parametrize("skills", [{"flying": None}, {"heavy": today() - DAY}])
def test_what_cannot_be_is_refused(cast: Cast, skills: dict[str, date | None]) -> None:
    with pytest.raises(Invalid):
        give(cast, skills)


def actor(login: str) -> Actor:
    look_again()
    found = locked_actor(reading(), person_by_login(reading(), login).id)
    assert found is not None
    return found


def ended_yesterday(skill: str) -> None:
    """As it is from midnight until the next sweep."""
    with transaction() as work:
        work.execute(update(Trusted.__table__).where(Trusted.__table__.c.skill == skill).values(until=today() - DAY))


@pytest.mark.slow
def test_the_clock_judges_each_claim_though_no_job_has_run(either: Flask, need: dict[str, Any]) -> None:
    give(actor, {"escort": today(), "heavy": today(), "medicine": None})
    street = Street(actor, need, equip=False)
    asked = [street.post(skills=skills) for skills in (["escort"], ["heavy"], ["medicine"])]
    assert {one["id"] for one in street.board("courier1")} >= set(asked)
    ended_yesterday("escort")
    assert actor("courier1").skills == {"heavy", "medicine"}
    with pytest.raises(NotEligible):
        street.claim("courier1", asked[0])
    boss = actor("coordinator")
    with pytest.raises(Invalid):
        assign(boss, asked[0], actor("courier1").id, once(boss))
    assert asked[0] not in {one["id"] for one in street.board("courier1")}
    for order in asked[1:]:
        street.claim("courier1", order)
    ended_yesterday("heavy")
    assert actor("courier1").skills == {"medicine"}
    # What he holds stays his.
    assert street.seen("courier1", asked[1])["mine"]

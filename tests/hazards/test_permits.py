"""Every role × verb × state, by the door that programs use: done, may not, unknown to you, or too late."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, insert, select, update

from dispatch.core.clock import now
from dispatch.core.ids import new_id
from dispatch.core.unit_of_work import transaction
from dispatch.hazards.commanding import HAZARDS
from dispatch.hazards.models import HazardPhoto, HazardQuestion, HazardReport, HazardStep
from dispatch.hazards.states import Status
from dispatch.people.identity import Actor
from dispatch.people.signing_in import make_token
from tests.hazards.corner import Corner

PHOTOS = HazardPhoto.__table__
#: Role in the play → login.
PEOPLE = {
    "reporter": "courier1", "asked": "courier2", "bystander": "courier3", "neighbour": "neighbour", "clerk": "clerk",
    "other_clerk": "clerk2", "coordinator": "coordinator", "other_coordinator": "coordinator2",
    "supervisor": "supervisor", "admin": "admin",
}  # fmt: skip
KNOWN = {"accepted", "assigned", "suspended", "fixed", "verified"}
STAFF = {"clerk", "coordinator"}
#: Verb → who may, among those who see the hazard.
MAY: dict[str, set[str]] = {
    "hold": {"coordinator"},
    "let-go": {"coordinator"},
    "accept": {"coordinator"},
    "decline": {"coordinator"},
    "merge": {"coordinator"},
    "unmerge": {"coordinator"},
    "photos/PHOTO/show": {"coordinator"},
    "photos/PHOTO/black-out": {"coordinator"},
    "assign": {"coordinator"},
    "suspend": {"coordinator"},
    "resume": {"coordinator"},
    "extend": {"coordinator"},
    "correct": {"coordinator"},
    "void": {"coordinator"},
    "send-back": STAFF,
    "fix": STAFF,
    "verify": STAFF,
    "reopen": STAFF | {"reporter"},
    "join": {"reporter", "asked", "bystander", "clerk"},
    "answer": {"asked"},
}
#: Verb → the states in which it is possible, for who may.
POSSIBLE: dict[str, set[str]] = {
    "hold": {"reported"},
    "let-go": {"reported"},
    "accept": {"reported"},
    "decline": {"reported"},
    "merge": {"reported", "accepted", "assigned", "suspended"},
    "unmerge": {"duplicate"},
    "photos/PHOTO/show": KNOWN,
    "photos/PHOTO/black-out": {state.value for state in Status},
    "assign": {"accepted", "assigned"},
    "suspend": {"accepted", "assigned"},
    "resume": {"suspended"},
    "extend": {"accepted", "assigned"},
    "correct": {"accepted", "assigned", "suspended", "fixed"},
    "void": {"accepted", "assigned", "suspended", "fixed"},
    "send-back": {"assigned"},
    "fix": {"assigned"},
    "verify": {"fixed"},
    "reopen": {"fixed", "verified"},
    "join": {"reported", "accepted", "assigned", "suspended"},
    "answer": {"fixed"},
}


def seen_by(who: str, state: str, *, public: bool = True) -> bool:
    if who in ("reporter", "coordinator", "admin"):
        return True
    return state in KNOWN and (who == "clerk" or (who in ("asked", "bystander") and public))


def expected(who: str, verb: str, state: str) -> tuple[int, str | None]:
    """The answer that the tables above promise."""
    if not seen_by(who, state):
        return 404, "not_found"
    if who not in MAY[verb]:
        return 403, "not_eligible"
    return (200, None) if state in POSSIBLE[verb] else (409, "too_late")


class Play:
    """One hazard, put into any state for anybody."""

    def __init__(self, app: Flask, cast: Callable[[str], Actor]) -> None:
        corner = Corner(cast)
        self.client: FlaskClient = app.test_client()
        self.persons = {who: cast(login) for who, login in PEOPLE.items()}
        self.tokens = {who: make_token(person.id) for who, person in self.persons.items()}
        self.hazard_id = corner.report(photos=1)
        self.photo_id = corner.seen("courier1", self.hazard_id)["photos"][0]["id"]
        self.survivor_id = corner.accepted()

    def put(self, state: str, **other: Any) -> None:
        """Into `state`, as it would stand there."""
        values = {
            "status": state, "version": 0, "public": True, "held_by": None, "held_until": None, "due_at": now() + timedelta(hours=1),
            "district_due_at": now() + timedelta(hours=3), "due_left": 60, "district_due_left": 180, "fixed_by": None,
            "suspended_until": now() + timedelta(days=1), "assigned_at": None,
            "merged_into": self.survivor_id if state == "duplicate" else None,
            "merged_from": "reported" if state == "duplicate" else None, "district_told_at": None, **other,
        }  # fmt: skip
        reporter, asked = self.persons["reporter"].id, self.persons["asked"].id
        reports, questions, steps = HazardReport.__table__, HazardQuestion.__table__, HazardStep.__table__
        with transaction() as work:
            work.execute(update(HAZARDS).where(HAZARDS.c.id == self.hazard_id).values(**values))
            for table in (reports, questions, steps):
                work.execute(delete(table).where(table.c.hazard_id == self.hazard_id))
            work.execute(insert(reports), {"hazard_id": self.hazard_id, "person_id": reporter, "seen_at": now(), "at": now()})
            work.execute(insert(questions), {"id": new_id(), "hazard_id": self.hazard_id, "person_id": asked, "asked_at": now()})
            # Of which parts were blacked out has another name.
            self.photo_id = work.execute(select(PHOTOS.c.id).where(PHOTOS.c.hazard_id == self.hazard_id)).scalar_one()

    def say(self, who: str, verb: str) -> tuple[int, str | None]:
        later = (now() + timedelta(days=2)).isoformat()
        body = {
            "decline": {"reason": "not_found"}, "merge": {"into": self.survivor_id}, "suspend": {"until": later, "reason": "weather"},
            "extend": {"deadline": later, "reason": "weather"}, "void": {"reason": "mistake"}, "send-back": {"reason": "not_ours"},
            "fix": {"reason": "已清运"}, "correct": {"title": "三楼拐角"}, "answer": {"gone": True},
            "photos/PHOTO/black-out": {"boxes": [{"left": 0, "top": 0, "width": 9, "height": 9}]},
        }.get(verb, {})  # fmt: skip
        headers = {"Authorization": f"Bearer {self.tokens[who]}", "Idempotency-Key": str(uuid.uuid4())}
        path = f"/api/v1/hazards/{self.hazard_id}/{verb.replace('PHOTO', self.photo_id)}"
        answer = self.client.post(path, json=body, headers=headers)
        return answer.status_code, answer.json.get("code") if answer.status_code >= 400 else None

    def look(self, who: str) -> Any:
        return self.client.get(f"/api/v1/hazards/{self.hazard_id}", headers={"Authorization": f"Bearer {self.tokens[who]}"})


@pytest.fixture
def play(app: Flask, cast: Callable[[str], Actor]) -> Play:
    return Play(app, cast)


@pytest.mark.parametrize("verb", sorted(MAY))
def test_every_role_in_every_state_hears_what_the_tables_promise(play: Play, verb: str) -> None:
    for state in Status:
        for who in PEOPLE:
            play.put(state.value)
            assert play.say(who, verb) == expected(who, verb, state.value), (who, verb, state.value)


def test_who_sees_a_hazard_and_how_much_of_it(play: Play) -> None:
    for public in (True, False):
        for state in Status:
            play.put(state.value, public=public)
            for who in PEOPLE:
                answer = play.look(who)
                assert answer.status_code == (200 if seen_by(who, state.value, public=public) else 404), (who, state.value, public)
                if answer.status_code == 200:
                    assert ("note" in answer.json) == (who in ("reporter", "clerk", "coordinator", "admin")), (who, state.value)
                    assert ("reporters" in answer.json) == (who in ("coordinator", "admin")), (who, state.value)
                    assert ("steps" in answer.json) == (who in ("clerk", "coordinator", "admin")), (who, state.value)
                    assert ("order_id" in answer.json) == (who in ("reporter", "coordinator")), (who, state.value)


def test_the_district_sees_what_has_taken_three_times_as_long_and_may_touch_nothing(play: Play) -> None:
    for state in Status:
        play.put(state.value, district_told_at=now())
        answer = play.look("supervisor")
        assert answer.status_code == (200 if state.value in KNOWN else 404), state
        if answer.status_code == 200:
            assert not {"note", "reporters", "order_id", "steps"} & set(answer.json)
            assert answer.json["actions"] == []
            for verb in MAY:
                assert play.say("supervisor", verb) == (403, "not_eligible"), verb


def test_nobody_vouches_for_his_own_work(play: Play) -> None:
    for who, other in (("clerk", "coordinator"), ("coordinator", "clerk")):
        play.put("fixed", fixed_by=play.persons[who].id)
        assert play.say(who, "verify") == (403, "not_eligible")
        assert play.say(other, "verify") == (200, None)


def test_whoever_has_answered_is_not_asked_again(play: Play) -> None:
    play.put("fixed")
    assert play.say("asked", "answer") == (200, None)
    with transaction() as work:
        work.execute(update(HAZARDS).where(HAZARDS.c.id == play.hazard_id).values(status="fixed"))
    assert play.say("asked", "answer") == (403, "not_eligible")


def test_nobody_is_asked_to_sign_in(play: Play) -> None:
    for path in (f"/api/v1/hazards/{play.hazard_id}", "/api/v1/hazards", "/api/v1/hazard-categories"):
        assert play.client.get(path).status_code == 401
    assert play.client.get(f"/hazards/photos/{play.photo_id}").status_code == 401


def test_the_buttons_offered_are_the_verbs_that_would_be_done(play: Play) -> None:
    unlisted = {"photos/PHOTO/show", "photos/PHOTO/black-out", "let-go"}
    for state in Status:
        for who in PEOPLE:
            play.put(state.value)
            if not seen_by(who, state.value):
                continue
            offered = {verb.replace("_", "-") for verb in play.look(who).json["actions"]}
            done = {verb for verb in MAY if verb not in unlisted and expected(who, verb, state.value)[0] == 200}
            assert offered == done, (who, state.value)

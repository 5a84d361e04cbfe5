"""Every role × verb × state, by the door that programs use: done, may not, unknown to you, or too late."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, insert, update

from dispatch.core.clock import now
from dispatch.core.idempotency import Once
from dispatch.core.ids import new_id
from dispatch.core.unit_of_work import transaction
from dispatch.orders import posting
from dispatch.orders.alert_models import AlertChoices
from dispatch.orders.commanding import ORDERS
from dispatch.orders.models import Claim, Decline, Edit, NoShow, QueuePlace
from dispatch.orders.states import Status
from dispatch.people.clocking import set_duty
from dispatch.people.identity import Actor
from dispatch.people.models import Person
from dispatch.people.signing_in import make_token

#: Role in the play → login.
PEOPLE = {
    "holder": "courier1", "bystander": "courier2", "off_duty": "courier3", "neighbour": "neighbour",
    "clerk": "clerk", "other_clerk": "clerk2", "coordinator": "coordinator", "supervisor": "supervisor", "admin": "admin",
}  # fmt: skip
HOLDING = {"claimed", "picked_up"}
COURIERS = {"holder", "bystander", "off_duty"}
STAFF = {"clerk", "coordinator"}
#: Verb → who may, among those who see the order.
MAY: dict[str, set[str]] = {
    "claim": {"holder", "bystander"},
    "decline": COURIERS,
    "release": {"holder"},
    "pick-up": {"holder"},
    "deliver": {"holder"},
    "fail": {"holder"},
    "reveal": {"holder"} | STAFF,
    "confirm": STAFF,
    "not-reached": STAFF,
    "cancel": STAFF,
    "open": {"coordinator"},
    "assign": {"coordinator"},
    "reopen": {"coordinator"},
    "correct": STAFF,
    "split": {"coordinator"},
    "reassign": {"coordinator"},
    "no-show": STAFF,
    "queue": {"holder", "bystander"},
    "unqueue": COURIERS,
    "push": STAFF,
    "widen": {"coordinator"},
    "phoned": {"coordinator"},
}
#: Verb → the states in which it is possible, for who may.
POSSIBLE: dict[str, set[str]] = {
    "claim": {"open"},
    "decline": {"open"},
    "release": {"claimed"},
    "pick-up": {"claimed"},
    "deliver": {"picked_up"},
    "fail": {"claimed", "picked_up"},
    "confirm": {"delivered"},
    "not-reached": {"delivered"},
    "cancel": {"waiting", "open", "claimed", "picked_up", "failed", "expired"},
    "open": {"waiting"},
    "assign": {"waiting", "open"},
    "reopen": {"claimed", "picked_up", "failed", "expired"},
    "correct": {"waiting", "open", "claimed", "picked_up", "failed", "expired"},
    "split": {"open", "claimed"},
    "reassign": HOLDING,
    "no-show": HOLDING,
    "queue": {"claimed"},
    "unqueue": {state.value for state in Status},
    "push": {"open"},
    "widen": {"open"},
    "phoned": {"open"},
}
#: Verbs over an order that have tables of their own, and where.
ELSEWHERE = {
    "advance": "tests/money", "raise-limit": "tests/money", "receipt": "tests/money", "settle": "tests/money",
    "correct-advance": "tests/money",
    "call-list/<person_id>/reveal": "tests/orders/test_alert_doors.py",
}  # fmt: skip


def test_every_verb_that_has_a_door_has_its_row(app: Flask) -> None:
    door = "/api/v1/orders/<order_id>/"
    verbs = {rule.rule.removeprefix(door) for rule in app.url_map.iter_rules() if rule.rule.startswith(door) and "POST" in rule.methods}
    assert verbs == set(MAY) | set(ELSEWHERE)
    assert set(POSSIBLE) == set(MAY) - {"reveal"}


def seen_by(who: str, state: str) -> bool:
    return who in STAFF or (who in COURIERS and state != "waiting")


def expected(who: str, verb: str, state: str) -> tuple[int, str | None]:
    """The answer that the tables above promise."""
    if not seen_by(who, state):
        return 404, "not_found"
    if who not in MAY[verb]:
        return 403, "not_eligible"
    if verb == "queue" and who == "holder" and state == "claimed":
        return 409, "too_late"  # it is his
    if verb == "reveal":
        return (200, None) if who in STAFF or state in HOLDING else (409, "too_late")
    if verb == "claim" and who == "holder" and state in HOLDING:
        return 200, None  # his own claim again, whose answer was lost
    if state in POSSIBLE[verb]:
        return 200, None
    return 409, "taken" if verb == "claim" and state in HOLDING else "too_late"


class Play:
    """One order, put into any state for anybody."""

    def __init__(self, app: Flask, cast: Callable[[str], Actor], need: dict[str, Any]) -> None:
        self.client: FlaskClient = app.test_client()
        self.persons = {who: cast(login) for who, login in PEOPLE.items()}
        for who in ("holder", "bystander", "neighbour"):
            set_duty(self.persons[who], True)
        set_duty(self.persons["off_duty"], False)
        with transaction() as work:
            work.execute(update(Person.__table__).values(skills=["medicine"]))
            work.execute(delete(AlertChoices.__table__))  # the station's rules are the usual ones: phones speak
        self.tokens = {who: make_token(person.id) for who, person in self.persons.items()}
        clerk = self.persons["clerk"]
        self.order_id = str(posting.post(clerk, need, Once(clerk.id, str(uuid.uuid4()), "post", {}))["order_id"])

    def put(self, state: str, *, escalated: bool = False) -> None:
        """Into `state`; the holder holds it, has delivered it, or has had and lost it."""
        claims = Claim.__table__
        taken = int(state in HOLDING | {"delivered", "closed"})
        ended = None if state in HOLDING else now()
        with transaction() as work:
            values = {
                "status": state,
                "taken": taken,
                "epoch": 1,
                "version": 0,
                "slots": 1,
                "wrong_codes": 0,
                "code": "4711",
                "escalated_at": now() if escalated else None,
            }
            work.execute(update(ORDERS).where(ORDERS.c.id == self.order_id).values(**values))
            work.execute(delete(claims).where(claims.c.order_id == self.order_id))
            for table in (Decline, Edit, NoShow, QueuePlace):
                work.execute(delete(table.__table__))
            row = {"id": new_id(), "order_id": self.order_id, "person_id": self.persons["holder"].id, "epoch": 1, "claimed_at": now()}
            work.execute(insert(claims), {**row, "ended_at": ended, "ended_as": None if state in HOLDING else "released"})

    def say(self, who: str, verb: str) -> tuple[int, str | None]:
        body = {
            "release": {"reason": "busy"}, "decline": {"reason": "busy"}, "fail": {"reason": "nobody_home"},
            "cancel": {"reason": "mistake"}, "deliver": {"code": "4711"}, "assign": {"person_id": self.persons["bystander"].id},
            "correct": {"version": 0, "summary": f"代取药{uuid.uuid4()}"}, "split": {"version": 0, "slots": 2},
            "reassign": {"version": 0, "from_person_id": self.persons["holder"].id, "person_id": self.persons["bystander"].id},
            "phoned": {"person_id": self.persons["bystander"].id, "outcome": "no_answer"},
            "no-show": {"person_id": self.persons["holder"].id, "reason": "never_came"},
        }.get(verb, {})  # fmt: skip
        headers = {"Authorization": f"Bearer {self.tokens[who]}", "Idempotency-Key": str(uuid.uuid4())}
        answer = self.client.post(f"/api/v1/orders/{self.order_id}/{verb}", json=body, headers=headers)
        return answer.status_code, answer.json.get("code") if answer.status_code >= 400 else None

    def look(self, who: str) -> Any:
        return self.client.get(f"/api/v1/orders/{self.order_id}", headers={"Authorization": f"Bearer {self.tokens[who]}"})


@pytest.fixture
def play(app: Flask, cast: Callable[[str], Actor], need: dict[str, Any]) -> Play:
    return Play(app, cast, need)


@pytest.mark.parametrize("verb", sorted(MAY))
def test_every_role_in_every_state_hears_what_the_tables_promise(play: Play, verb: str) -> None:
    for state in Status:
        for who in PEOPLE:
            play.put(state.value)
            assert play.say(who, verb) == expected(who, verb, state.value), (who, verb, state.value)


def test_who_sees_an_order_and_how_much_of_it(play: Play) -> None:
    for state in Status:
        play.put(state.value)
        for who in PEOPLE:
            answer = play.look(who)
            assert answer.status_code == (200 if seen_by(who, state.value) else 404), (who, state.value)
            if answer.status_code == 200:
                private = who in STAFF or (who == "holder" and state.value in HOLDING)
                assert ("private" in answer.json) == private, (who, state.value)
                assert ("code" in answer.json) == (who in STAFF), (who, state.value)
                assert ("holders" in answer.json) == (who in STAFF), (who, state.value)


def test_the_supervisor_sees_what_is_escalated_and_may_touch_nothing(play: Play) -> None:
    play.put("open", escalated=True)
    answer = play.look("supervisor")
    assert answer.status_code == 200
    assert not {"private", "code", "holders"} & set(answer.json)
    for verb in MAY:
        assert play.say("supervisor", verb) == (403, "not_eligible"), verb


def test_nobody_is_asked_to_sign_in(play: Play) -> None:
    assert play.client.get(f"/api/v1/orders/{play.order_id}").status_code == 401
    answer = play.client.get(f"/api/v1/orders/{play.order_id}", headers={"Authorization": "Bearer nonsense"})
    assert (answer.status_code, answer.mimetype, answer.json["code"]) == (401, "application/problem+json", "sign_in_needed")


def test_the_buttons_offered_are_the_verbs_that_would_be_done(play: Play) -> None:
    for state in Status:
        for who in ("holder", "bystander", "off_duty", "clerk", "coordinator"):
            play.put(state.value)
            if not seen_by(who, state.value):
                continue
            offered = {verb.replace("_", "-") for verb in play.look(who).json["actions"]}
            done = {verb for verb in MAY if verb not in ("reveal", "unqueue", "phoned") and expected(who, verb, state.value)[0] == 200}
            if who == "holder" and state.value in HOLDING:
                done.discard("claim")  # answered, but no use to him
            assert offered == done, (who, state.value)

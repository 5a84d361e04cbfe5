"""A key and what it answers: again for 72 hours, for its own command alone, and not while the first is at work."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from dispatch.core import idempotency
from dispatch.core.clock import now
from dispatch.core.errors import Invalid, StillRunning
from dispatch.core.idempotency import KEPT, Once, forget_old
from dispatch.core.unit_of_work import transaction
from tests.core.visitors import Visitor

KEY = "6f9619ff-8b86-4d01-b42d-00c04fc964ff"
Visit = Callable[[str], Visitor]


def keep(once: Once, outcome: dict[str, Any]) -> None:
    with transaction() as work:
        once.keep(work, outcome)


def earlier(once: Once) -> dict[str, Any] | None:
    with transaction() as work:
        return once.earlier(work.connection)


def test_the_first_outcome_is_found_again_by_its_key_and_by_no_other(either_app: Flask) -> None:
    with either_app.app_context():
        keep(Once("me", KEY, "claim", {"order_id": "1"}), {"order_id": "1"})
        assert earlier(Once("me", KEY, "claim", {"order_id": "1"})) == {"order_id": "1"}
        assert earlier(Once("me", str(uuid.uuid4()), "claim", {"order_id": "1"})) is None
        assert earlier(Once("somebody else", KEY, "claim", {"order_id": "1"})) is None


@pytest.mark.parametrize(("verb", "body"), [("release", {"order_id": "1"}), ("claim", {"order_id": "2"}), ("claim", {})])
def test_the_same_key_for_something_else_is_refused(app: Flask, verb: str, body: dict[str, str]) -> None:
    keep(Once("me", KEY, "claim", {"order_id": "1"}), {})
    with pytest.raises(Invalid) as refused:
        earlier(Once("me", KEY, verb, body))
    assert refused.value.extra["field"] == "Idempotency-Key"


def test_the_order_of_a_bodys_members_makes_no_difference(app: Flask) -> None:
    keep(Once("me", KEY, "post", {"a": 1, "b": [1, {"c": 2}]}), {"order_id": "1"})
    assert earlier(Once("me", KEY, "post", {"b": [1, {"c": 2}], "a": 1})) == {"order_id": "1"}


def test_a_key_is_forgotten_after_72_hours_and_not_before(either_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    assert timedelta(hours=72) == KEPT
    once, present = Once("me", KEY, "claim", {}), now()
    with either_app.app_context():
        keep(once, {"order_id": "1"})
        for later, left in ((timedelta(hours=71, minutes=59), {"order_id": "1"}), (timedelta(hours=72, minutes=1), None)):
            monkeypatch.setattr(idempotency, "now", lambda later=later: present + later)
            with transaction() as work:
                forget_old(work)
            assert earlier(once) == left


def test_while_the_first_is_at_work_a_second_is_told_to_wait(app: Flask) -> None:
    first, second = (Once("me", KEY, "claim", {}) for _ in range(2))
    with first.running():
        with pytest.raises(StillRunning) as refused, second.running():
            pass
        assert (refused.value.status, refused.value.extra["retry_after"]) == (409, 1)
        with Once("somebody else", KEY, "claim", {}).running():
            pass
    with second.running():
        pass


def test_a_command_that_fails_leaves_its_key_free(app: Flask) -> None:
    once = Once("me", KEY, "claim", {})
    with pytest.raises(LookupError), once.running():
        raise LookupError
    with once.running():
        pass


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_two_processes_on_postgresql_do_not_carry_out_one_key_together(either_app: Flask) -> None:
    """Each its own transaction, as in two processes: the in-process mark is left out on purpose."""
    with either_app.app_context(), transaction() as first, either_app.app_context(), transaction() as second:
        Once("me", KEY, "claim", {}).lock(first)
        with pytest.raises(StillRunning):
            Once("me", KEY, "claim", {}).lock(second)
        Once("me", str(uuid.uuid4()), "claim", {}).lock(second)


def test_at_the_door_the_answer_is_the_first_one_again_and_what_differs_is_422(visit: Visit, need: dict[str, Any]) -> None:
    clerk, key = visit("clerk"), str(uuid.uuid4())
    first, again, other = (
        clerk.ask("POST", "/api/v1/orders", json={**need, "summary": summary}, key=key) for summary in ("取药", "取药", "买菜")
    )
    assert first.status_code == again.status_code == 201
    assert first.json == again.json
    assert (other.status_code, other.json["code"], other.json["field"]) == (422, "invalid", "Idempotency-Key")
    cancelled = clerk.ask("POST", f"/api/v1/orders/{first.json['id']}/cancel", json={"reason": "mistake"}, key=key)
    assert (cancelled.status_code, cancelled.json["field"]) == (422, "Idempotency-Key")


def test_at_the_door_a_key_that_is_at_work_is_409_with_when_to_ask_again(visit: Visit, need: dict[str, Any]) -> None:
    clerk, key = visit("clerk"), str(uuid.uuid4())
    me = clerk.get("/me").json["id"]
    with Once(me, key, "post", {}).running():
        answer = clerk.ask("POST", "/api/v1/orders", json=need, key=key)
    assert (answer.status_code, answer.json["code"], answer.headers["Retry-After"]) == (409, "still_running", "1")
    assert clerk.ask("POST", "/api/v1/orders", json=need, key=key).status_code == 201

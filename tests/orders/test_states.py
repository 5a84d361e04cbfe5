"""Every edge between two states is there, and nothing that is not an edge can happen."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from dispatch.core.errors import TooLate
from dispatch.core.idempotency import Once
from dispatch.core.unit_of_work import look_again, reading, transaction
from dispatch.core.workflow import advance
from dispatch.orders import posting
from dispatch.orders.commanding import ORDERS
from dispatch.orders.states import EDITS, MOVES, POSSIBLE, SYSTEM_MOVES, Status
from dispatch.people.identity import Actor

#: What the product promises, written down a second time: verb → from where → to where.
EDGES = {
    "open": ({"waiting"}, "open"),
    "claim": ({"open"}, "claimed"),
    "assign": ({"waiting", "open"}, "claimed"),
    "reassign": ({"open", "claimed", "picked_up"}, "claimed"),
    "split": ({"open", "claimed"}, "open"),
    "no_show": ({"open", "claimed", "picked_up"}, "open"),
    "release": ({"open", "claimed"}, "open"),
    "lapse": ({"claimed"}, "open"),
    "pick_up": ({"claimed"}, "picked_up"),
    "deliver": ({"picked_up"}, "delivered"),
    "confirm": ({"delivered"}, "closed"),
    "not_reached": ({"delivered"}, "delivered"),
    "fail": ({"claimed", "picked_up"}, "failed"),
    "reopen": ({"claimed", "picked_up", "failed", "expired"}, "open"),
    "cancel": ({"waiting", "open", "claimed", "picked_up", "failed", "expired"}, "cancelled"),
    "expire": ({"waiting", "open"}, "expired"),
}
CELLS = [(verb, state.value) for verb in EDGES for state in Status]


@pytest.fixture
def order_id(cast: Callable[[str], Actor], need: dict[str, Any]) -> str:
    clerk = cast("clerk")
    return str(posting.post(clerk, need, Once(clerk.id, str(uuid.uuid4()), "post", {}))["order_id"])


def status_of(order_id: str) -> str:
    look_again()
    return str(reading().execute(select(ORDERS.c.status).where(ORDERS.c.id == order_id)).scalar_one())


def test_the_table_has_these_verbs_and_no_others() -> None:
    assert set(MOVES) == set(EDGES)
    assert sorted(SYSTEM_MOVES) == ["expire", "lapse"]


#: What changes no status: verb → the states in which it may be done.
EDITED_IN = {
    "correct": {"waiting", "open", "claimed", "picked_up", "failed", "expired"}, "queue": {"claimed"},
    "push": {"open"}, "widen": {"open"}, "ring_up": {"open"},
}  # fmt: skip


def test_what_changes_no_status_has_its_states_too() -> None:
    assert {verb: {state.value for state in states} for verb, states in EDITS.items()} == EDITED_IN
    assert set(POSSIBLE) == set(MOVES) | set(EDITS)


def test_every_edge_leads_where_it_says_and_every_non_edge_nowhere(app: Flask, order_id: str) -> None:
    for verb, state in CELLS:
        with transaction() as work:
            work.execute(update(ORDERS).where(ORDERS.c.id == order_id).values(status=state))
        leaves, enters = EDGES[verb]
        if state in leaves:
            with transaction() as work:
                advance(work, ORDERS, order_id, MOVES[verb])
            assert status_of(order_id) == enters, (verb, state)
        else:
            with pytest.raises(TooLate), transaction() as work:
                advance(work, ORDERS, order_id, MOVES[verb])
            assert status_of(order_id) == state, (verb, state)


def test_a_guard_that_no_longer_holds_makes_it_too_late(app: Flask, order_id: str) -> None:
    with pytest.raises(TooLate), transaction() as work:
        advance(work, ORDERS, order_id, MOVES["claim"], guards={"epoch": 7})
    assert status_of(order_id) == "open"


def test_an_order_that_is_not_there_is_too_late(app: Flask) -> None:
    with pytest.raises(TooLate), transaction() as work:
        advance(work, ORDERS, "0" * 32, MOVES["claim"])


def test_what_is_over_leads_nowhere_at_all() -> None:
    for over in (Status.CLOSED, Status.CANCELLED):
        assert not [verb for verb, move in MOVES.items() if over in move.leaves]

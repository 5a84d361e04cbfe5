"""Who drops out when it is nearly time is heard of at once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from dispatch.core.clock import now
from dispatch.core.unit_of_work import reading
from dispatch.orders.closing import by_the_clock
from dispatch.orders.delivering import fail, pick_up, release
from dispatch.orders.queuing import queue
from dispatch.orders.reassigning import reassign
from dispatch.orders.recalling import held_by_strangers, recall
from dispatch.people.answering import accept
from dispatch.people.enrolling import set_active
from dispatch.people.lending import offer
from tests.orders.play import Street, once
from tests.people.doors import NEIGHBOUR

MINUTE = timedelta(minutes=1)


def rung(play: Street, order: str) -> list[str]:
    return [data["why"] for name, data in play.told(order) if name == "order.escalated"]


@pytest.mark.parametrize(
    ("begins", "ends", "late"),
    [(29, 120, True), (31, 120, False), (-5, 60, True), (None, 29, True), (None, 31, False)],
)
@pytest.mark.parametrize("drops_out", [release, fail])
def test_from_half_an_hour_before_its_time_on_it_rings(play: Street, begins: int | None, ends: int, late: bool, drops_out: object) -> None:
    order, one = play.post(), play.cast("courier1")
    play.claim("courier1", order)
    play.set(order, window_start=begins and now() + begins * MINUTE, window_end=now() + ends * MINUTE)
    if drops_out is release:
        release(one, order, "busy", once(one))
    else:
        fail(one, order, "out_of_stock", once(one))
    assert rung(play, order) == (["late_drop_out"] if late else [])
    assert (play.row(order).escalated_at is not None) == late
    assert play.seen("coordinator", order)["escalated"] == late


def test_the_station_may_set_how_near(play: Street) -> None:
    play.settings(late_drop_out=90)
    order, one = play.post(), play.cast("courier1")
    play.claim("courier1", order)
    play.set(order, window_end=now() + 89 * MINUTE)
    release(one, order, "busy", once(one))
    assert rung(play, order) == ["late_drop_out"]


def test_where_somebody_waited_for_it_nothing_needs_to_ring(play: Street) -> None:
    order, one, two = play.post(), play.cast("courier1"), play.cast("courier2")
    play.claim("courier1", order)
    play.set(order, window_end=now() + 5 * MINUTE)
    queue(two, order, once(two))
    release(one, order, "busy", once(one))
    assert rung(play, order) == []
    assert play.seen("courier2", order)["mine"]


def suspended(play: Street, order: str) -> None:
    """Its holder may not hold it any longer, and the clock takes it out of his hands."""
    set_active(play.cast("coordinator"), play.cast("courier1").id, False)
    (held,) = held_by_strangers(reading())
    assert (held.order_id, recall(held)) == (order, True)


@pytest.mark.parametrize(("minutes", "why"), [(29, ["late_drop_out"]), (31, [])])
def test_who_is_suspended_when_it_is_nearly_time_has_dropped_out_too(play: Street, minutes: int, why: list[str]) -> None:
    order = play.post()
    play.claim("courier1", order)
    play.set(order, window_end=now() + minutes * MINUTE)
    suspended(play, order)
    assert rung(play, order) == why
    assert [name for name, _ in play.told(order)][-1 - len(why)] == "order.released"
    assert play.row(order).status == "open"


def test_nothing_rings_for_a_suspended_holder_where_somebody_waited_for_it(play: Street) -> None:
    order, two = play.post(), play.cast("courier2")
    play.claim("courier1", order)
    queue(two, order, once(two))
    play.set(order, window_end=now() + 5 * MINUTE)
    suspended(play, order)
    assert rung(play, order) == []
    assert play.seen("courier2", order)["mine"]


def lend(play: Street, login: str) -> None:
    """He serves at the neighbouring station from now on."""
    boss, other = play.cast("coordinator"), play.cast("coordinator2")
    loan = offer(boss, NEIGHBOUR, now() + timedelta(hours=4), once(boss), persons=[play.cast(login).id])["loan_id"]
    accept(other, loan, once(other))
    assert play.cast(login).station_id == NEIGHBOUR


@pytest.mark.parametrize("drops_out", [release, fail])
def test_the_rules_are_those_of_the_orders_station_where_its_holder_serves_elsewhere_by_now(play: Street, drops_out: Any) -> None:
    play.settings(late_drop_out=90, escalate_urgent=7)
    order = play.post()
    play.claim("courier1", order)
    lend(play, "courier1")
    play.set(order, window_end=now() + 60 * MINUTE)
    courier = play.cast("courier1")
    drops_out(courier, order, "other", once(courier))
    assert rung(play, order) == ["late_drop_out"]
    row = play.row(order)
    assert drops_out is fail or row.escalate_at - row.opened_at == 7 * MINUTE


# What was announced is announced anew ---------------------------------------------------------------------------------------------


def lie(play: Street, order: str) -> None:
    """Nobody takes it, and the clock says so."""
    play.set(order, escalate_at=now() - MINUTE)
    assert by_the_clock("escalate", order)


def test_what_somebody_has_taken_is_not_announced_any_longer_and_is_anew_when_it_comes_back(play: Street) -> None:
    order, one = play.post(slots=2), play.cast("courier1")
    lie(play, order)
    play.claim("courier1", order)
    assert play.seen("coordinator", order)["escalated"]  # one is still wanted
    play.claim("courier2", order)
    assert (play.row(order).status, play.row(order).escalated_at) == ("claimed", None)
    release(one, order, "busy", once(one))
    assert not play.seen("coordinator", order)["escalated"]
    lie(play, order)
    assert play.seen("coordinator", order)["escalated"]
    assert rung(play, order) == ["unclaimed", "unclaimed"]


def test_what_its_desk_has_given_to_other_hands_is_announced_anew_when_they_are_suspended_too(play: Street) -> None:
    order, one = play.post(), play.cast("courier1")
    play.claim("courier1", order)
    pick_up(one, order, once(one))
    suspended(play, order)
    assert play.seen("coordinator", order)["escalated"]
    boss = play.cast("coordinator")
    reassign(boss, order, one.id, play.cast("courier2").id, play.row(order).version, once(boss))
    assert not play.seen("coordinator", order)["escalated"]
    assert rung(play, order) == ["holder_suspended"]

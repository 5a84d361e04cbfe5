"""Who drops out when it is nearly time is heard of at once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dispatch.core.clock import now
from dispatch.orders.delivering import fail, release
from dispatch.orders.queuing import queue
from tests.orders.play import Street, once

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

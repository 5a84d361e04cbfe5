"""The list of what was finished today: closed and cancelled since midnight, of one's own."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dispatch.core.clock import now
from dispatch.orders.listing import orders_listing
from dispatch.orders.queries import midnight
from tests.orders.play import Street


@pytest.mark.parametrize(
    ("status", "changed", "listed"),
    [
        ("closed", timedelta(0), True),
        ("cancelled", timedelta(0), True),
        ("closed", timedelta(seconds=-1), False),
        ("delivered", timedelta(0), False),
        ("expired", timedelta(0), False),
        ("open", timedelta(0), False),
    ],
)
def test_closed_and_cancelled_since_midnight(play: Street, status: str, changed: timedelta, listed: bool) -> None:
    order_id = play.post()
    play.set(order_id, status=status, changed_at=midnight() + changed)
    for login, sees in [("coordinator", True), ("clerk", True), ("clerk2", False), ("courier1", False)]:
        found = {one["id"] for one in orders_listing(play.cast(login), "finished", 1)["items"]}
        assert (order_id in found) == (listed and sees), login


def test_when_it_came_on_the_board_this_time_is_said(play: Street) -> None:
    order_id = play.post()
    play.set(order_id, opened_at=now() - timedelta(minutes=7))
    seen = play.seen("coordinator", order_id)
    assert seen["opened_at"] < seen["posted_at"]

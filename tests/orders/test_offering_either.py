"""The alerts on both databases: a wave, a refusal, a silence, a claim, what is learned, and what a desk and a courier read."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from dispatch.core.unit_of_work import reading
from dispatch.orders import pushing, tuning, wishing
from dispatch.orders.alert_queries import alerts_of_mine, alerts_to
from tests.conftest import one_of_the_cast
from tests.orders.clockwork import Clock
from tests.orders.phones import Phones
from tests.orders.play import STATION, once


@pytest.fixture
def phones(either: Flask, need: dict[str, Any], clock: Clock) -> Phones:
    return Phones(one_of_the_cast, need, clock)


def test_from_the_first_phone_to_what_is_learned(phones: Phones) -> None:
    clerk, coordinator = phones.cast("clerk"), phones.cast("coordinator")
    order = phones.post()
    phones.look()
    first = phones.persons(order)
    assert first
    assert alerts_to(reading(), first[0])[0]["order_id"] == order
    phones.decline(first[0], order, "far")
    # The desk is told at once, and reads it at once: that the alert is over is written by the next look.
    told = pushing.plan_shown(reading(), coordinator, order)
    assert (told["declined"], told["unanswered"], told["reasons"]) == (1, len(first) - 1, {"far": 1})
    phones.look()
    assert phones.outcomes(order)[first[0]] == "declined"
    assert len(phones.persons(order)) > len(first)
    phones.look(seconds=101)
    assert "silent" in phones.outcomes(order).values()
    pushing.push(clerk, order, once(clerk))
    phones.look()
    pushing.widen(coordinator, order, once(coordinator))
    phones.look()
    assert len(phones.persons(order)) == len(set(phones.persons(order))) > 40
    winner = phones.login_of(phones.persons(order)[-1])
    phones.claim(winner, order)
    phones.look(seconds=1)
    assert "standing" not in phones.outcomes(order).values()
    assert phones.belief(STATION).answers >= 3
    me = phones.cast(winner)
    assert alerts_of_mine(reading(), me.id)[0]["outcome"] == "claimed"
    assert wishing.belief_of(reading(), me)["numbers"]["own"] > 0
    wishing.wish(me, {"kinds": ["medicine"], "per_day": 0})
    tuning.set_rules(coordinator, {"silence_s": 60.0})
    again = phones.post(building="8号楼")
    phones.look()
    assert me.id not in phones.persons(again)
    assert {(row.expires_at - row.sent_at).total_seconds() for row in phones.asked(again)} == {60}
    assert pushing.call_list(reading(), coordinator, again)
    phones.look(hours=-1)
    phones.look(hours=2)
    assert len(phones.persons(again)) == len(set(phones.persons(again)))

"""Who has helped her before is asked first; the others see it, and wait some seconds."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from dispatch.core.clock import iso, now
from dispatch.core.errors import Taken, TooEarly
from dispatch.core.unit_of_work import reading
from dispatch.orders.delivering import deliver, pick_up, release
from dispatch.orders.opening import open_order
from dispatch.orders.suggesting import suggestions
from dispatch.people.clocking import set_duty
from dispatch.people.settings import DEFAULTS
from tests.orders.play import Street, code_of, once


def help_her(play: Street, login: str, **more: Any) -> None:
    order, courier = play.post(**more), play.cast(login)
    play.claim(login, order)
    pick_up(courier, order, once(courier))
    deliver(courier, order, once(courier), code=code_of(play, order))


def test_the_familiar_one_has_it_at_once_the_others_are_told_from_when(play: Street) -> None:
    play.settings(head_start_s=600)
    help_her(play, "courier1")
    order = play.post(familiar_first=True)
    row, seen = play.row(order), play.seen("courier2", order)
    assert (row.opens_to_all_at - row.posted_at).total_seconds() >= 600
    assert row.opens_to_all_at <= now() + timedelta(seconds=600)
    assert seen["opens_at"] == iso(row.opens_to_all_at)
    assert 0 < seen["opens_in_ms"] <= 600_000
    assert (play.seen("courier1", order)["opens_at"], play.seen("courier1", order)["opens_in_ms"]) == (None, None)
    assert play.seen("coordinator", order)["opens_at"]
    with pytest.raises(TooEarly) as refused:
        play.claim("courier2", order)
    assert refused.value.extra["opens_at"] == seen["opens_at"]
    assert 0 < refused.value.extra["opens_in_ms"] <= seen["opens_in_ms"]
    play.claim("courier1", order)
    with pytest.raises(Taken):
        play.claim("courier2", order)


def test_when_the_seconds_are_over_it_is_everybodys(play: Street) -> None:
    help_her(play, "courier1")
    order = play.post(familiar_first=True)
    play.set(order, opens_to_all_at=now() - timedelta(milliseconds=1))
    assert play.seen("courier2", order)["opens_at"] is None
    play.claim("courier2", order)


def unticked(_play: Street) -> dict[str, Any]:
    return {"familiar_first": False}


def nobody_on_duty(play: Street) -> dict[str, Any]:
    set_duty(play.cast("courier1"), False)
    return {}


def another_resident(_play: Street) -> dict[str, Any]:
    return {"resident": {"name": "王桂英", "phone": "13900009999", "door": "1单元101"}}


def without_the_skill(play: Street) -> dict[str, Any]:
    play.skills_of("courier1", []).__enter__()
    return {"skills": ["escort"]}


def switched_off(play: Street) -> dict[str, Any]:
    play.settings(head_start_s=0)
    return {}


@pytest.mark.parametrize("why", [unticked, nobody_on_duty, another_resident, without_the_skill, switched_off])
def test_there_is_no_head_start(play: Street, why: Any) -> None:
    help_her(play, "courier1")
    order = play.post(**{"familiar_first": True, **why(play)})
    assert play.row(order).opens_to_all_at is None
    play.claim("courier2", order)


def test_to_have_held_it_and_given_it_back_is_not_to_have_helped(play: Street) -> None:
    order, one = play.post(), play.cast("courier1")
    play.claim("courier1", order)
    release(one, order, "busy", once(one))
    assert play.row(play.post(familiar_first=True)).opens_to_all_at is None


def test_it_begins_when_the_station_lets_it_on_the_board_and_not_again_when_it_comes_back(play: Street) -> None:
    help_her(play, "courier1")
    play.settings(look_first=True, head_start_s=600)
    order, boss, one = play.post(familiar_first=True), play.cast("coordinator"), play.cast("courier1")
    assert play.row(order).opens_to_all_at is None
    open_order(boss, order, once(boss))
    row = play.row(order)
    assert row.opens_to_all_at >= row.opened_at + timedelta(seconds=600)
    play.claim("courier1", order)
    release(one, order, "busy", once(one))
    play.claim("courier2", order)


def test_without_a_word_of_the_station_it_is_half_a_minute() -> None:
    assert DEFAULTS.head_start_s == 30


def test_a_loser_is_not_shown_what_he_may_not_have_yet(play: Street) -> None:
    play.settings(head_start_s=600)
    help_her(play, "courier1")
    order = play.post(familiar_first=True)
    assert order not in suggestions(reading(), play.cast("courier2"))

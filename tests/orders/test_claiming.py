"""Who may grab what, how many have it, and what an older holder can still do: nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from dispatch.core.clock import now
from dispatch.core.errors import Invalid, NotEligible, NotFound, OverCap, Taken, TooLate
from dispatch.core.geo import Point
from dispatch.core.unit_of_work import reading
from dispatch.orders.claiming import assign, claim
from dispatch.orders.closing import by_the_clock, decline
from dispatch.orders.delivering import deliver, pick_up, release
from dispatch.orders.listing import claim_or_suggest, orders_listing
from dispatch.people.clocking import set_duty
from dispatch.people.models import Person
from tests.orders.play import Street, code_of, once


def test_the_first_has_it_and_the_second_is_told_taken_and_what_suits_next(play: Street) -> None:
    wanted, other = play.post(), play.post(building="4号楼")
    play.claim("courier1", wanted)
    second = play.cast("courier2")
    with pytest.raises(Taken) as refused:
        claim_or_suggest(second, wanted, once(second), None)
    board = [item["id"] for item in orders_listing(second, "open", 1)["items"]]
    assert refused.value.extra["next"] == board[:3]
    assert other in board
    assert wanted not in board


def test_an_order_for_three_goes_to_three_different_people_and_then_is_taken(play: Street) -> None:
    order = play.post(slots=3)
    for login, taken in (("courier1", 1), ("courier2", 2)):
        play.claim(login, order)
        assert (play.row(order).status, play.row(order).taken) == ("open", taken)
        assert play.row(order).pick_up_by is None
    play.claim("courier2", order)  # said twice, had once
    assert play.row(order).taken == 2
    play.claim("courier3", order)
    assert (play.row(order).status, play.row(order).taken) == ("claimed", 3)
    with pytest.raises(Taken):
        play.claim("courier4", order)
    assert len(play.seen("coordinator", order)["holders"]) == 3


def test_a_courier_holds_three_and_no_more_unless_his_station_says_so(play: Street) -> None:
    for _ in range(3):
        play.claim("courier1", play.post())
    with pytest.raises(OverCap):
        play.claim("courier1", play.post())
    play.settings(claim_cap=4)
    play.claim("courier1", play.post())


def test_off_duty_nothing_is_claimed(play: Street) -> None:
    order = play.post()
    set_duty(play.cast("courier1"), False)
    with pytest.raises(NotEligible):
        play.claim("courier1", order)


def test_a_courier_of_another_station_does_not_even_know_of_it(play: Street) -> None:
    with pytest.raises(NotFound):
        play.claim("neighbour", play.post())


def test_an_order_that_needs_a_skill_is_for_those_who_have_it(play: Street) -> None:
    order = play.post(skills=["heavy"])
    one = play.cast("courier1")
    play.claim("courier2", order)
    with pytest.raises(NotEligible):
        claim(one._replace(skills=frozenset()), order, once(one))


def test_the_claim_takes_the_place_once_and_going_off_duty_forgets_it(play: Street) -> None:
    one = play.cast("courier1")
    claim(one, play.post(), once(one), Point(39.03, 117.7))
    persons = Person.__table__
    assert play.cast("courier1").place == Point(39.03, 117.7)
    set_duty(play.cast("courier1"), False)
    row = reading().execute(select(persons.c.last_lat, persons.c.last_lon).where(persons.c.id == one.id)).one()
    assert tuple(row) == (None, None)


def test_a_lapsed_holder_who_gets_it_again_cannot_finish_by_his_old_claim(play: Street) -> None:
    order = play.post()
    play.claim("courier1", order)
    old = play.seen("courier1", order)["epoch"]
    play.set(order, pick_up_by=now() - timedelta(seconds=1))
    assert by_the_clock("lapse", order)
    one = play.cast("courier1")
    with pytest.raises(TooLate):
        pick_up(one, order, once(one), epoch=old)
    play.claim("courier1", order)
    assert play.seen("courier1", order)["epoch"] > old
    for verb in (pick_up, lambda *a, **k: release(a[0], a[1], "busy", a[2], **k)):
        with pytest.raises(TooLate):
            verb(one, order, once(one), epoch=old)
    pick_up(one, order, once(one), epoch=play.seen("courier1", order)["epoch"])


def test_the_old_holder_sees_nothing_private_and_the_new_one_everything(play: Street) -> None:
    order = play.post()
    play.claim("courier1", order)
    assert play.seen("courier1", order)["private"]["name"] == "陈桂兰"
    one = play.cast("courier1")
    release(one, order, "busy", once(one))
    play.claim("courier2", order)
    assert "private" not in play.seen("courier1", order)
    assert play.seen("courier2", order)["private"]["door"] == "2单元301"


def test_the_coordinator_assigns_by_hand_also_beyond_the_cap(play: Street) -> None:
    for _ in range(3):
        play.claim("courier1", play.post())
    order, boss, one = play.post(), play.cast("coordinator"), play.cast("courier1")
    assign(boss, order, one.id, once(boss))
    assert play.seen("courier1", order)["mine"]
    assert play.told(order)[-1][0] == "order.assigned"


@pytest.mark.parametrize("login", ["neighbour", "clerk", "coordinator"])
def test_nothing_is_assigned_to_who_is_not_a_courier_of_the_station(play: Street, login: str) -> None:
    order, boss, whom = play.post(), play.cast("coordinator"), play.cast(login)
    with pytest.raises(Invalid) as refused:
        assign(boss, order, whom.id, once(boss))
    assert refused.value.extra["field"] == "person_id"


def test_nobody_is_assigned_twice_to_an_order_for_two(play: Street) -> None:
    order, boss, one = play.post(slots=2), play.cast("coordinator"), play.cast("courier1")
    assign(boss, order, one.id, once(boss))
    with pytest.raises(Invalid):
        assign(boss, order, one.id, once(boss))


def test_what_a_courier_declines_leaves_his_board_alone(play: Street) -> None:
    order, one = play.post(), play.cast("courier1")
    decline(one, order, "far", once(one))
    assert order not in [item["id"] for item in orders_listing(one, "open", 1)["items"]]
    two = play.cast("courier2")
    assert order in [item["id"] for item in orders_listing(two, "open", 1)["items"]]


def test_the_board_is_nearest_first_from_where_he_was_last_known(play: Street) -> None:
    near = play.post(lat=39.05, lon=117.72)
    far = play.post(lat=39.0, lon=117.65)
    one = play.cast("courier1")
    set_duty(one, True, Point(39.05, 117.72))
    items = orders_listing(play.cast("courier1"), "open", 1)["items"]
    ids = [item["id"] for item in items]
    assert ids.index(near) < ids.index(far)
    assert [item["distance_m"] for item in items] == sorted(item["distance_m"] for item in items)
    assert items[ids.index(near)]["distance_m"] == 0
    set_duty(play.cast("courier1"), True, Point(39.0, 117.65))
    ids = [item["id"] for item in orders_listing(play.cast("courier1"), "open", 1)["items"]]
    assert ids.index(far) < ids.index(near)


def test_a_whole_errand_is_told_entry_by_entry_without_a_name(play: Street) -> None:
    order: str = play.post()
    play.claim("courier1", order)
    one = play.cast("courier1")
    pick_up(one, order, once(one))
    deliver(one, order, once(one), code=code_of(play, order))
    told: list[tuple[str, dict[str, Any]]] = play.told(order)
    assert [entry for entry, _ in told] == ["order.posted", "order.claimed", "order.picked_up", "order.delivered"]
    said = str(told)
    for personal in ("陈桂兰", "13900001234", "2单元301", "门铃", "代取"):
        assert personal not in said

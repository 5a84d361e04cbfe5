"""From one courier's hands into another's."""

from __future__ import annotations

import pytest

from dispatch.core.clock import now
from dispatch.core.errors import Invalid, NotEligible, NotFound, TooLate
from dispatch.orders.claiming import assign
from dispatch.orders.delivering import deliver, pick_up, release
from dispatch.orders.reassigning import reassign
from tests.orders.play import Street, code_of, once


def hand_on(play: Street, order: str, old: str = "courier1", new: str = "courier2", login: str = "coordinator") -> None:
    actor = play.cast(login)
    reassign(actor, order, play.cast(old).id, play.cast(new).id, play.row(order).version, once(actor))


def test_the_second_has_it_the_first_nothing_more_and_it_was_never_on_the_board(play: Street) -> None:
    order = play.post()
    play.claim("courier1", order)
    hand_on(play, order)
    row = play.row(order)
    assert (row.status, row.taken, row.epoch, row.version) == ("claimed", 1, 2, 1)
    assert row.pick_up_by > now()
    assert "private" not in play.seen("courier1", order)
    assert play.seen("courier2", order)["private"]["name"] == "陈桂兰"
    (released, gone), (assigned, given) = play.told(order)[-2:]
    assert (released, gone["reason"], gone["persons"]) == ("order.released", "reassigned", [play.cast("courier1").id])
    assert (assigned, given["persons"], given["how"], given["epoch"]) == ("order.assigned", [play.cast("courier2").id], "desk", 2)


def test_what_was_picked_up_is_fetched_by_the_second_and_his_to_deliver(play: Street) -> None:
    order, one, two = play.post(), play.cast("courier1"), play.cast("courier2")
    play.claim("courier1", order)
    pick_up(one, order, once(one))
    hand_on(play, order)
    assert play.row(order).status == "claimed"
    with pytest.raises(TooLate):
        deliver(one, order, once(one), code=code_of(play, order))
    pick_up(two, order, once(two))
    deliver(two, order, once(two), code=code_of(play, order))


def test_one_of_two_places_goes_to_another_and_the_order_stays_as_open_as_it_was(play: Street) -> None:
    order = play.post(slots=3)
    for login in ("courier1", "courier3"):
        play.claim(login, order)
    hand_on(play, order)
    assert (play.row(order).status, play.row(order).taken) == ("open", 2)
    assert play.seen("courier3", order)["mine"]


@pytest.mark.parametrize("new", ["neighbour", "clerk", "courier1", "courier3"])
def test_who_cannot_have_it_is_refused_by_name_of_the_field(play: Street, new: str) -> None:
    order = play.post(skills=["escort"])
    play.claim("courier1", order)
    with play.skills_of("courier3", ["heavy"]), pytest.raises(Invalid) as refused:
        hand_on(play, order, new=new)
    assert refused.value.extra["field"] == "person_id"
    assert play.row(order).version == 0


def test_from_somebody_who_has_given_it_back_is_too_late(play: Street) -> None:
    order, one = play.post(slots=2), play.cast("courier1")
    for login in ("courier1", "courier3"):
        play.claim(login, order)
    release(one, order, "busy", once(one))
    with pytest.raises(TooLate):
        hand_on(play, order)


def test_nobody_but_the_stations_coordinator(play: Street) -> None:
    order = play.post()
    play.claim("courier1", order)
    for login, refusal in (("clerk", NotEligible), ("courier1", NotEligible), ("clerk2", NotFound), ("neighbour", NotFound)):
        with pytest.raises(refusal):
            hand_on(play, order, login=login)


@pytest.mark.parametrize(("phoned_in", "how"), [(True, "phone"), (False, "desk")])
def test_the_journal_says_whether_he_rang_and_asked_for_it(play: Street, phoned_in: bool, how: str) -> None:
    order, boss = play.post(), play.cast("coordinator")
    assign(boss, order, play.cast("courier1").id, once(boss), phoned_in=phoned_in)
    assert play.told(order)[-1][1]["how"] == how

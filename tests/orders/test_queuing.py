"""Who waits for a full order, and who has it the moment that a place is free."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from dispatch import jobs
from dispatch.core.clock import now
from dispatch.core.errors import NotEligible, NotFound, OverCap, TooLate
from dispatch.core.unit_of_work import look_again, reading, transaction
from dispatch.orders.closing import by_the_clock, cancel, decline
from dispatch.orders.correcting import split
from dispatch.orders.delivering import deliver, fail, pick_up, release
from dispatch.orders.listing import orders_listing
from dispatch.orders.missing import record_no_show
from dispatch.orders.models import Claim, QueuePlace
from dispatch.orders.opening import reopen
from dispatch.orders.queuing import QUEUED_MOST, queue, unqueue
from dispatch.orders.reassigning import reassign
from dispatch.people.clocking import set_duty
from dispatch.people.enrolling import set_active
from dispatch.people.models import Person
from tests.orders.play import Street, code_of, once
from tests.people.doors import Browser

PLACES, CLAIMS = QueuePlace.__table__, Claim.__table__


def wait_for(play: Street, login: str, order: str) -> None:
    courier = play.cast(login)
    queue(courier, order, once(courier))


def full(play: Street, *waiting: str, **more: Any) -> str:
    """An order that courier1 has (and courier9, where two are needed), and for which these wait."""
    order = play.post(**more)
    play.claim("courier1", order)
    for login in waiting:
        wait_for(play, login, order)
    return order


def holders(play: Street, order: str) -> list[str]:
    look_again()
    found = select(CLAIMS.c.person_id).where(CLAIMS.c.order_id == order, CLAIMS.c.ended_at.is_(None)).order_by(CLAIMS.c.epoch)
    return list(reading().execute(found).scalars())


def place(play: Street, login: str, order: str) -> Any:
    return play.seen(login, order)["queue_place"]


def give_back(play: Street, login: str, order: str) -> None:
    courier = play.cast(login)
    release(courier, order, "busy", once(courier))


def test_each_sees_his_own_place_and_nobody_elses_the_desk_sees_names_in_turn(play: Street) -> None:
    order = full(play, "courier2", "courier3")
    assert [place(play, login, order) for login in ("courier2", "courier3", "courier4")] == [1, 2, None]
    assert "queue" not in play.seen("courier2", order)
    assert [one["id"] for one in play.seen("coordinator", order)["queue"]] == [play.cast(f"courier{n}").id for n in (2, 3)]
    assert "unqueue" in play.seen("courier2", order)["actions"]
    assert "queue" in play.seen("courier4", order)["actions"]
    entries = [(name, data["persons"]) for name, data in play.told(order) if name == "order.queued"]
    assert entries == [("order.queued", [play.cast(f"courier{n}").id]) for n in (2, 3)]


def test_who_is_given_the_order_by_hand_waits_for_it_no_longer_and_reads_his_lists(app: Flask, play: Street) -> None:
    order = full(play, "courier2", "courier3")
    boss, first, second = (play.cast(login) for login in ("coordinator", "courier1", "courier2"))
    reassign(boss, order, first.id, second.id, play.row(order).version, once(boss))
    assert holders(play, order) == [second.id]
    assert orders_listing(play.cast("courier2"), "queued", 1)["items"] == []
    assert place(play, "courier3", order) == 1
    assert Browser(app).become("courier2").get("/board").status_code == 200


def test_twice_is_once(play: Street) -> None:
    order = full(play, "courier2", "courier2")
    assert [name for name, _ in play.told(order)].count("order.queued") == 1


def test_leaving_moves_the_others_up_one_place(play: Street) -> None:
    order = full(play, "courier2", "courier3")
    two = play.cast("courier2")
    for _ in range(2):
        unqueue(two, order, once(two))
    assert [place(play, login, order) for login in ("courier2", "courier3")] == [None, 1]
    assert [name for name, _ in play.told(order)].count("order.unqueued") == 1


def test_who_gives_it_back_makes_it_the_first_ones_and_he_is_told_in_the_journal(play: Street) -> None:
    order = full(play, "courier2", "courier3")
    give_back(play, "courier1", order)
    assert holders(play, order) == [play.cast("courier2").id]
    (released, _), (claimed, said) = play.told(order)[-2:]
    assert (released, claimed, said["how"], said["persons"]) == ("order.released", "order.claimed", "queue", [play.cast("courier2").id])
    assert (said["taken"], said["slots"], said["was"]) == (1, 1, "open")
    assert play.row(order).status == "claimed"
    assert place(play, "courier3", order) == 1
    assert play.seen("courier2", order)["private"]["name"] == "陈桂兰"


def test_what_the_first_gives_back_goes_to_the_next_and_never_back_to_him(play: Street) -> None:
    order = full(play, "courier2", "courier3")
    for login in ("courier1", "courier2", "courier3"):
        give_back(play, login, order)
    assert holders(play, order) == []
    assert play.row(order).status == "open"


def lapse(play: Street, order: str) -> None:
    play.set(order, pick_up_by=now())
    assert by_the_clock("lapse", order)


def miss(play: Street, order: str) -> None:
    boss = play.cast("coordinator")
    record_no_show(boss, order, play.cast("courier1").id, "never_came", once(boss))


def put_back(play: Street, order: str) -> None:
    boss = play.cast("coordinator")
    reopen(boss, order, once(boss))


def suspend(play: Street, order: str) -> None:
    set_active(play.cast("coordinator"), play.cast("courier1").id, False)
    jobs.sweep(play.app)


@pytest.mark.parametrize("drops", [lapse, miss, put_back, suspend])
def test_however_a_place_comes_free_the_first_has_it(app: Flask, play: Street, drops: Any) -> None:
    play.app = app
    order = full(play, "courier2")
    drops(play, order)
    assert holders(play, order) == [play.cast("courier2").id]
    assert play.row(order).status == "claimed"


def test_more_persons_are_needed_so_the_first_comes_too(play: Street) -> None:
    order = full(play, "courier2", "courier3", "courier4")
    boss = play.cast("coordinator")
    split(boss, order, 3, play.row(order).version, once(boss))
    assert holders(play, order) == [play.cast(f"courier{n}").id for n in (1, 2, 3)]
    assert (play.row(order).status, play.row(order).taken) == ("claimed", 3)
    assert place(play, "courier4", order) == 1


def off_duty(play: Street) -> None:
    set_duty(play.cast("courier2"), False)


def suspended(play: Street) -> None:
    set_active(play.cast("coordinator"), play.cast("courier2").id, False)


def unskilled(play: Street) -> None:
    with transaction() as work:
        work.execute(update(Person.__table__).where(Person.__table__.c.id == play.cast("courier2").id).values(skills=[]))


@pytest.mark.parametrize("cannot", [off_duty, suspended, unskilled])
def test_who_may_not_have_it_any_more_leaves_the_queue_and_the_turn_is_the_next_ones(play: Street, cannot: Any) -> None:
    order = full(play, "courier2", "courier3", skills=["escort"])
    cannot(play)
    give_back(play, "courier1", order)
    assert holders(play, order) == [play.cast("courier3").id]
    assert [data["reason"] for name, data in play.told(order) if name == "order.unqueued"] == ["not_eligible"]
    assert reading().execute(select(PLACES).where(PLACES.c.order_id == order)).first() is None


def test_who_holds_as_many_as_he_may_keeps_his_place_and_has_it_later_if_nobody_else_does(app: Flask, play: Street) -> None:
    play.settings(claim_cap=1)
    order, other = full(play, "courier2"), play.post()
    play.claim("courier2", other)
    give_back(play, "courier1", order)
    assert (holders(play, order), play.row(order).status) == ([], "open")
    # What the demo's own morning has left due is done first.
    jobs.sweep(app)
    # Nobody was moved, so there was nothing to do.
    assert (by_the_clock("move_up", order), jobs.sweep(app)) == (False, 0)
    assert holders(play, order) == []
    give_back(play, "courier2", other)
    assert jobs.sweep(app) == 1
    assert holders(play, order) == [play.cast("courier2").id]


def test_the_turn_passes_over_one_who_holds_as_many_as_he_may(play: Street) -> None:
    play.settings(claim_cap=1)
    order = full(play, "courier2", "courier3")
    play.claim("courier2", play.post())
    give_back(play, "courier1", order)
    assert holders(play, order) == [play.cast("courier3").id]
    assert place(play, "courier2", order) == 1


@pytest.mark.parametrize("ends", ["cancel", "fail", "deliver"])
def test_when_the_order_ends_nobody_waits_for_it(play: Street, ends: str) -> None:
    order, one, clerk = full(play, "courier2"), play.cast("courier1"), play.cast("clerk")
    if ends == "cancel":
        cancel(clerk, order, "mistake", once(clerk))
    elif ends == "fail":
        fail(one, order, "unsafe", once(one))
    else:
        pick_up(one, order, once(one))
        assert place(play, "courier2", order) == 1
        deliver(one, order, once(one), code=code_of(play, order))
    look_again()
    assert reading().execute(select(PLACES)).first() is None


def test_what_is_open_is_claimed_and_what_is_his_is_his(play: Street) -> None:
    order = play.post()
    with pytest.raises(TooLate):
        wait_for(play, "courier2", order)
    play.claim("courier1", order)
    with pytest.raises(TooLate):
        wait_for(play, "courier1", order)


def test_outsiders_desks_and_who_is_off_duty_do_not_wait(play: Street) -> None:
    order = full(play, skills=["escort"])
    with pytest.raises(NotFound):
        wait_for(play, "neighbour", order)
    for login in ("clerk", "coordinator"):
        with pytest.raises(NotEligible):
            wait_for(play, login, order)
    off_duty(play)
    with pytest.raises(NotEligible):
        wait_for(play, "courier2", order)


def test_nobody_waits_for_more_than_a_few(play: Street) -> None:
    play.settings(claim_cap=50)
    orders = [full(play) for _ in range(QUEUED_MOST + 1)]
    for order in orders[:-1]:
        wait_for(play, "courier2", order)
    with pytest.raises(OverCap):
        wait_for(play, "courier2", orders[-1])


def test_his_lists_are_what_he_waits_for_and_what_he_might_wait_for(play: Street) -> None:
    waits, might = full(play, "courier2"), full(play)
    two = play.cast("courier2")
    assert [one["id"] for one in orders_listing(two, "queued", 1)["items"]] == [waits]
    assert {one["id"] for one in orders_listing(two, "full", 1)["items"]} >= {waits, might}
    assert all("private" not in one for one in orders_listing(two, "full", 1)["items"])
    assert [one["id"] for one in orders_listing(play.cast("courier1"), "full", 1)["items"] if one["id"] in (waits, might)] == []


def test_who_declines_does_not_wait(play: Street) -> None:
    play.settings(claim_cap=1)
    order, two = full(play, "courier2"), play.cast("courier2")
    play.claim("courier2", play.post())
    give_back(play, "courier1", order)
    decline(two, order, "far", once(two))
    look_again()
    assert reading().execute(select(PLACES)).first() is None

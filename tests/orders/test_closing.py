"""What the clock does, and when personal data leaves."""

from __future__ import annotations

import os
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from dispatch import jobs
from dispatch.core.clock import now
from dispatch.core.errors import TooLate
from dispatch.core.unit_of_work import look_again, reading, transaction
from dispatch.orders import photographing
from dispatch.orders.closing import by_the_clock, cancel
from dispatch.orders.delivering import pick_up
from dispatch.orders.forgetting import KEPT, forget_finished
from dispatch.residents.models import Resident
from tests.orders.play import Street, once

MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(("urgency", "minutes"), [("urgent", 15), ("today", 45), ("routine", 45)])
def test_a_claim_stands_for_its_time_and_then_lapses(app: Flask, play: Street, urgency: str, minutes: int) -> None:
    order = play.post(urgency=urgency)
    play.claim("courier1", order)
    due = play.row(order).pick_up_by
    assert timedelta(minutes=minutes) - MINUTE < due - now() <= timedelta(minutes=minutes)
    assert not by_the_clock("lapse", order)
    play.set(order, pick_up_by=now())
    jobs.sweep(app)
    assert (play.row(order).status, play.row(order).taken, play.row(order).pick_up_by) == ("open", 0, None)
    entry, said = play.told(order)[-1]
    assert (entry, said["reason"], said["persons"]) == ("order.released", "lapsed", [play.cast("courier1").id])
    assert "private" not in play.seen("courier1", order)
    jobs.sweep(app)
    assert [name for name, _ in play.told(order)].count("order.released") == 1


def test_the_station_may_give_more_time(play: Street) -> None:
    play.settings(pick_up_urgent=30)
    order = play.post()
    play.claim("courier1", order)
    assert play.row(order).pick_up_by - now() > timedelta(minutes=29)


def test_what_has_been_picked_up_does_not_lapse(app: Flask, play: Street) -> None:
    order = play.post()
    play.claim("courier1", order)
    one = play.cast("courier1")
    pick_up(one, order, once(one))
    assert play.row(order).pick_up_by is None
    assert not by_the_clock("lapse", order)
    jobs.sweep(app)
    assert play.row(order).status == "picked_up"


@pytest.mark.parametrize(("urgency", "minutes"), [("urgent", 5), ("today", 20), ("routine", 60)])
def test_what_nobody_takes_is_announced_once_after_its_time(app: Flask, play: Street, urgency: str, minutes: int) -> None:
    order = play.post(urgency=urgency)
    row = play.row(order)
    assert abs(row.escalate_at - row.posted_at - timedelta(minutes=minutes)) < MINUTE
    jobs.sweep(app)
    assert play.row(order).escalated_at is None
    play.set(order, escalate_at=now())
    for _ in range(2):
        jobs.sweep(app)
    assert [data["why"] for name, data in play.told(order) if name == "order.escalated"] == ["unclaimed"]
    assert play.seen("coordinator", order)["escalated"]
    assert play.seen("supervisor", order)["escalated"]


def test_what_is_of_no_use_any_more_expires_and_frees_its_holders(app: Flask, play: Street) -> None:
    order = play.post(slots=2)
    play.claim("courier1", order)
    play.set(order, window_end=now())
    jobs.sweep(app)
    assert play.row(order).status == "expired"
    assert play.told(order)[-1] == ("order.expired", play.told(order)[-1][1])
    assert play.told(order)[-1][1]["persons"] == [play.cast("courier1").id]
    assert "private" not in play.seen("courier1", order)


def test_a_cancelled_order_is_gone_for_its_holder(play: Street) -> None:
    order = play.post()
    play.claim("courier1", order)
    clerk = play.cast("clerk")
    cancel(clerk, order, "resident_changed", once(clerk))
    assert "private" not in play.seen("courier1", order)
    one = play.cast("courier1")
    with pytest.raises(TooLate):
        pick_up(one, order, once(one))


def test_thirty_days_after_the_last_errand_she_is_forgotten(play: Street) -> None:
    long_ago = now() - KEPT - MINUTE
    first, second = play.post(), play.post()
    clerk = play.cast("clerk")
    resident = play.row(first).resident_id
    residents = Resident.__table__
    for order in (first, second):
        cancel(clerk, order, "mistake", once(clerk))
    with transaction() as work:
        work.execute(residents.update().where(residents.c.id == resident).values(created_at=long_ago))
    play.set(first, changed_at=long_ago)
    assert forgotten() == 0
    play.set(second, changed_at=long_ago, delivery_photo="0" * 32 + ".jpg")
    with transaction() as work:
        work.execute(residents.update().where(residents.c.id == resident).values(on_care_list=True))
    assert forgotten() == 0
    with transaction() as work:
        work.execute(residents.update().where(residents.c.id == resident).values(on_care_list=False))
    assert forgotten() == 1
    assert play.row(second).delivery_photo is None
    row = play.row(first)
    assert (row.resident_id, row.private_note, row.code, row.summary) == (None, None, None, "")
    assert reading().execute(select(residents).where(residents.c.id == resident)).first() is None


def forgotten() -> int:
    look_again()
    with transaction() as work:
        return forget_finished(work)


def test_a_photo_that_no_order_names_goes_after_an_hour(app: Flask, play: Street) -> None:
    folder = photographing.folder()
    folder.mkdir()
    used, unused, fresh = (folder / f"{letter * 32}.jpg" for letter in "abc")
    for file in (used, unused, fresh):
        file.write_bytes(b"x")
    for file in (used, unused):
        os.utime(file, (0, 0))
    play.set(play.post(), delivery_photo=used.name)
    jobs.tidy(app)
    assert (used.exists(), unused.exists(), fresh.exists()) == (True, False, True)

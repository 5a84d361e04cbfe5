"""What the clock does, and when personal data leaves."""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from dispatch import jobs
from dispatch.core.clock import now
from dispatch.core.errors import TooLate
from dispatch.core.unit_of_work import look_again, reading, transaction
from dispatch.orders import photographing
from dispatch.orders.closing import by_the_clock, cancel, confirm, not_reached
from dispatch.orders.delivering import deliver, pick_up
from dispatch.orders.forgetting import KEPT, forget_finished
from dispatch.orders.listing import orders_listing
from dispatch.residents.models import Resident
from tests.core.visitors import Visitor
from tests.orders.play import Street, code_of, once

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


# The call back ------------------------------------------------------------------------------------------------------------------------


def delivered(play: Street, **other: Any) -> str:
    order = play.post(**other)
    play.claim("courier1", order)
    one = play.cast("courier1")
    pick_up(one, order, once(one))
    deliver(one, order, once(one), code=code_of(play, order))
    return order


@pytest.mark.parametrize(
    ("satisfied", "note", "entry"), [(True, None, {}), (None, None, {}), (False, "药拿错了一盒", {"satisfied": False})]
)
def test_what_she_says_is_kept_and_only_discontent_is_told(
    play: Street, satisfied: bool | None, note: str | None, entry: dict[str, Any]
) -> None:
    order, clerk = delivered(play), play.cast("clerk")
    confirm(clerk, order, once(clerk), satisfied, note)
    seen = play.seen("coordinator", order)
    assert seen["call_back"] == {"tries": 0, "again_at": None, "satisfied": satisfied, "note": note}
    kind, said = play.told(order)[-1]
    assert kind == "order.confirmed"
    assert {name: said[name] for name in said if name in ("satisfied", "note")} == entry
    assert "call_back" not in play.seen("courier1", order)
    listed = [one["id"] for one in orders_listing(play.cast("coordinator"), "unsatisfied", 1)["items"]]
    assert listed == ([order] if satisfied is False else [])


def test_who_does_not_answer_is_called_again_later_and_counted(app: Flask, play: Street) -> None:
    order, clerk = delivered(play), Visitor(app, "clerk")
    for tries in (1, 2):
        seen = clerk.say("not-reached", order).json
        assert (seen["status"], seen["call_back"]["tries"]) == ("delivered", tries)
        again = datetime.fromisoformat(seen["call_back"]["again_at"]) - now()
        assert timedelta(minutes=119) < again <= timedelta(hours=2)
    assert [said["tries"] for kind, said in play.told(order) if kind == "order.not_reached"] == [1, 2]
    closed = clerk.say("confirm", order, satisfied=False, note="没人接，后来她自己打来了").json
    assert (closed["status"], closed["call_back"]["again_at"], closed["call_back"]["tries"]) == ("closed", None, 2)
    assert clerk.say("not-reached", order).json["code"] == "too_late"


def test_the_same_call_twice_is_counted_once(play: Street) -> None:
    order, clerk = delivered(play), play.cast("clerk")
    key = once(clerk)
    assert not_reached(clerk, order, key)["order_id"] == not_reached(clerk, order, key)["order_id"]
    assert play.seen("clerk", order)["call_back"]["tries"] == 1


@pytest.mark.parametrize(("body", "field"), [({"satisfied": "very"}, "satisfied"), ({"note": "长" * 501}, "note"), ({"note": 7}, "note")])
def test_a_call_back_that_is_none_is_named_by_its_field(app: Flask, play: Street, body: dict[str, Any], field: str) -> None:
    order = delivered(play)
    answer = Visitor(app, "clerk").say("confirm", order, **body)
    assert (answer.status_code, answer.json["field"]) == (422, field)
    assert play.row(order).status == "delivered"

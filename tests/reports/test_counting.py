"""What a day counts for, and that counting twice, late or anew from the beginning always gives the same."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, select, update

from dispatch.core.clock import now
from dispatch.core.unit_of_work import look_again, reading, transaction
from dispatch.orders import closing, delivering
from dispatch.orders.commanding import ORDERS
from dispatch.orders.models import Claim
from dispatch.reports import counting
from dispatch.reports.counting import count, count_overdue, recount_all
from dispatch.reports.models import CommunityDay, Served
from tests.orders.play import STATION, Street, code_of, once

DAYS, SERVED, CLAIMS = CommunityDay.__table__, Served.__table__, Claim.__table__
HOME = f"{STATION}003"
MINUTE = timedelta(minutes=1)


def cell() -> dict[str, int]:
    """The clerk's community on all its days: whether it is midnight, or an order is moved back by an hour, makes no difference."""
    look_again()
    rows = reading().execute(select(DAYS).where(DAYS.c.community_id == HOME)).all()
    return {name: sum(getattr(row, name) for row in rows) for name in ("needs", "in_time", "unclaimed", "late", "delivered")}


def more_than(before: dict[str, int]) -> dict[str, int]:
    return {name: count - before[name] for name, count in cell().items() if count != before[name]}


@pytest.fixture
def before(play: Street) -> dict[str, int]:
    count()
    # What has passed its limit since the street was made would have been told by the sweep, which does not run here.
    recount_all()
    return cell()


def deliver(play: Street, order: str) -> None:
    one = play.cast("courier1")
    play.claim("courier1", order)
    delivering.pick_up(one, order, once(one))
    delivering.deliver(one, order, once(one), code=code_of(play, order))


def posted_ago(play: Street, order: str, minutes: float) -> None:
    play.set(order, posted_at=now() - minutes * MINUTE)


def test_a_need_that_is_claimed_and_delivered(play: Street, before: dict[str, int]) -> None:
    order = play.post()
    count()
    assert more_than(before) == {"needs": 1}
    deliver(play, order)
    count()
    assert more_than(before) == {"needs": 1, "in_time": 1, "delivered": 1}
    assert count() == 0


@pytest.mark.parametrize(("urgency", "limit"), [("urgent", 5), ("today", 20), ("routine", 60)])
@pytest.mark.parametrize("late", [False, True])
def test_in_time_is_by_the_stations_own_limit_for_the_urgency(
    play: Street, before: dict[str, int], urgency: str, limit: int, late: bool
) -> None:
    order = play.post(urgency=urgency)
    posted_ago(play, order, limit + (1 if late else -1))
    play.claim("courier1", order)
    count()
    assert more_than(before) == ({"needs": 1} if late else {"needs": 1, "in_time": 1})


def test_a_station_that_has_set_other_minutes_is_measured_by_them(play: Street) -> None:
    play.settings(escalate_urgent=90)
    recount_all()
    before = cell()
    order = play.post(urgency="urgent")
    posted_ago(play, order, 10)
    play.claim("courier1", order)
    count()
    assert more_than(before) == {"needs": 1, "in_time": 1}


def test_the_first_claim_counts_although_it_was_given_back(play: Street, before: dict[str, int]) -> None:
    order = play.post()
    one = play.cast("courier1")
    play.claim("courier1", order)
    delivering.release(one, order, "busy", once(one))
    count()
    assert more_than(before) == {"needs": 1, "in_time": 1}


def test_unclaimed_is_what_nobody_has_ever_taken_when_its_limit_has_passed(app: Flask, play: Street, before: dict[str, int]) -> None:
    order = play.post(urgency="urgent")
    count()
    assert more_than(before) == {"needs": 1}, "it may still be taken in time"
    posted_ago(play, order, 6)
    play.set(order, escalate_at=now())
    closing.by_the_clock("escalate", order)
    count()
    assert more_than(before) == {"needs": 1, "unclaimed": 1}
    play.set(order, window_end=now())
    closing.by_the_clock("expire", order)
    count()
    assert more_than(before) == {"needs": 1, "unclaimed": 1}


@pytest.mark.parametrize(
    ("reason", "more"), [("duplicate", {}), ("mistake", {}), ("resident_changed", {"needs": 1}), ("solved", {"needs": 1})]
)
def test_what_was_no_need_is_none(play: Street, before: dict[str, int], reason: str, more: dict[str, int]) -> None:
    clerk = play.cast("clerk")
    closing.cancel(clerk, order := play.post(), reason, once(clerk))
    count()
    assert more_than(before) == more
    assert play.row(order).status == "cancelled"


def test_late_is_what_somebody_took_and_she_did_not_have_in_time(play: Street, before: dict[str, int]) -> None:
    order = play.post()
    play.claim("courier1", order)
    count()
    play.set(order, window_end=now())
    assert more_than(before) == {"needs": 1, "in_time": 1}
    assert count_overdue() >= 1
    assert more_than(before) == {"needs": 1, "in_time": 1, "late": 1}
    one = play.cast("courier1")
    delivering.pick_up(one, order, once(one))
    delivering.deliver(one, order, once(one), code=code_of(play, order))
    count()
    assert more_than(before) == {"needs": 1, "in_time": 1, "late": 1, "delivered": 1}


def test_what_the_station_has_not_looked_at_in_time_is_unclaimed_without_an_entry(play: Street, before: dict[str, int]) -> None:
    play.settings(look_first=True)
    order = play.post(urgency="urgent")
    assert play.row(order).status == "waiting"
    count()
    assert more_than(before) == {"needs": 1}
    posted_ago(play, order, 6)
    assert more_than(before) == {"needs": 1}
    assert count_overdue() >= 1
    assert more_than(before) == {"needs": 1, "unclaimed": 1}


@pytest.mark.parametrize(("days", "looked_for"), [(0, True), (6.9, True), (7.1, False)])
def test_what_is_late_is_looked_for_a_week_and_then_no_more(
    play: Street, monkeypatch: pytest.MonkeyPatch, days: float, looked_for: bool
) -> None:
    count_overdue()
    order = play.post()
    play.claim("courier1", order)
    play.set(order, window_end=now() - timedelta(days=days), posted_at=now() - timedelta(days=30))
    counted: list[Any] = []
    monkeypatch.setattr(counting, "recount", lambda _work, cells: counted.append([cell.day for cell in cells]))
    count_overdue()
    day = counting._day(play.row(order).posted_at)
    assert ([day] in counted) == looked_for
    assert all(len(cells) == 1 for cells in counted), "each day in a transaction of its own"


def test_persons_are_counted_once_in_each_period_and_cannot_be_followed(play: Street, need: dict[str, Any]) -> None:
    count()
    look_again()
    known = set(reading().execute(select(SERVED.c.period, SERVED.c.hash).where(SERVED.c.community_id == HOME)).all())
    other = {"name": "李秀英", "phone": "13900009999", "door": "1单元101"}
    orders, moment = [*(play.post() for _ in range(3)), play.post(resident=other)], now()
    for order in orders:
        # Of one day, and so of one week, also around midnight.
        play.set(order, posted_at=moment)
        deliver(play, order)
    count()
    look_again()
    fresh = set(reading().execute(select(SERVED.c.period, SERVED.c.hash).where(SERVED.c.community_id == HOME)).all()) - known
    periods = sorted(period for period, _hash in fresh)
    assert len(periods) == 6, "two persons, each in a week, a month and a year"
    assert len({hashed for _period, hashed in fresh}) == 6, "no hash of one period is that of another"
    residents = set(reading().execute(select(ORDERS.c.resident_id)).scalars())
    assert not residents & {hashed for _period, hashed in fresh}


def test_counting_anew_from_the_orders_gives_the_same(app: Flask, play: Street) -> None:
    count()
    # What has passed its limit since the street was made would have been told by the sweep, which does not run here.
    recount_all()
    deliver(play, play.post())
    play.claim("courier2", play.post())
    count()

    def everything() -> list[Any]:
        look_again()
        both = reading().execute(select(DAYS).order_by(DAYS.c.community_id, DAYS.c.day)).all()
        return [*both, *reading().execute(select(SERVED).order_by(SERVED.c.period, SERVED.c.community_id, SERVED.c.hash)).all()]

    kept = everything()
    with transaction() as work:
        work.execute(delete(DAYS))
        work.execute(delete(SERVED))
    assert recount_all() == len([row for row in kept if len(row) > 3])
    assert everything() == kept
    said = app.test_cli_runner().invoke(args=["reports", "recount"])
    assert said.exit_code == 0, said.output
    assert "days counted" in said.output
    assert everything() == kept


def test_those_who_were_forgotten_stay_counted(play: Street) -> None:
    order = play.post()
    deliver(play, order)
    count()
    look_again()
    kept = reading().execute(select(SERVED).order_by(SERVED.c.hash)).all()
    with transaction() as work:
        work.execute(update(ORDERS).where(ORDERS.c.id == order).values(resident_id=None))
    recount_all()
    look_again()
    assert reading().execute(select(SERVED).order_by(SERVED.c.hash)).all() == kept

"""Whose phones speak, when, and who else is told when phones are not enough: once each, whatever the clock does."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, update

from dispatch.core.unit_of_work import look_again, reading, transaction
from dispatch.orders import closing, delivering, offering, presenting, pushing
from dispatch.orders.alert_models import AlertWishes
from dispatch.orders.alert_queries import alerts_to
from dispatch.orders.alert_rules import GRACE, HEAD_STARTS
from dispatch.orders.waves import SCHEDULES
from dispatch.people.clocking import set_duty
from dispatch.people.models import Person
from dispatch.people.presence import presence
from tests.orders.phones import Phones
from tests.orders.play import once

URGENT = SCHEDULES["urgent"]
PERSONS, WISHES = Person.__table__, AlertWishes.__table__


def test_a_few_phones_speak_at_once_and_what_was_known_is_kept(phones: Phones) -> None:
    order = phones.post()
    phones.look()
    rows = phones.asked(order)
    assert 1 <= len(rows) < 20
    assert {row.outcome for row in rows} == {"standing"}
    assert [row.asked_before for row in rows] == list(range(len(rows)))
    assert all(0 < row.likelihood < 1 and row.km >= 0 and row.expires_at > row.sent_at for row in rows)
    (entry,) = phones.entries(order, "order.alerted")
    assert (entry["persons"], entry["wave"]) == ([row.person_id for row in rows], 1)
    phones.look()
    assert len(phones.asked(order)) == len(rows)  # the same moment: nobody more
    assert phones.seen("clerk", order)["alerts"] | {"next_wave_at": None} == {
        "asked": len(rows), "declined": 0, "unanswered": len(rows), "standing": len(rows), "wave": 1, "step": "waves", "next_wave_at": None,
    }  # fmt: skip
    assert "alerts" not in phones.seen("courier1", order)


def test_a_refusal_is_replaced_at_once_and_who_refused_is_not_asked_again(phones: Phones) -> None:
    order = phones.post()
    phones.look()
    first = phones.persons(order)
    phones.decline(first[0], order, "far")
    phones.look()
    assert len(phones.persons(order)) > len(first)
    assert len(set(phones.persons(order))) == len(phones.persons(order))
    assert phones.outcomes(order)[first[0]] == "declined"
    counts = pushing.plan_shown(reading(), phones.cast("coordinator"), order)
    assert (counts["declined"], counts["reasons"]) == (1, {"far": 1})
    assert phones.entries(order, "order.declined")[0]["persons"] == [first[0]]


def test_whoever_goes_off_duty_is_offered_nothing_any_more_and_his_place_is_filled(phones: Phones) -> None:
    phones.rules(urgencies={"urgent": {"wave_s": 3600}})
    order = phones.post()
    phones.look()
    first = phones.persons(order)
    assert [one["order_id"] for one in alerts_to(reading(), first[0])] == [order]
    set_duty(phones.cast(phones.login_of(first[0])), False)
    assert alerts_to(reading(), first[0]) == []
    phones.look()
    assert phones.outcomes(order)[first[0]] == "withdrawn"
    assert len(phones.persons(order)) > len(first)
    assert phones.belief(first[0]).answers == 0  # it is no refusal


def test_who_says_that_he_is_busy_is_taken_for_busy_for_a_quarter_of_an_hour(phones: Phones) -> None:
    phones.rules(urgencies={"urgent": {"price": 0, "floor": 0}})  # he is asked, however likely he is to come
    (person,) = phones.only_on_duty("courier3")
    first = phones.post()
    phones.look()
    phones.decline(person, first, "busy")
    second = phones.post()
    phones.look()
    assert [row.busy for row in phones.asked(second)] == [True]
    third = phones.post()
    phones.look(minutes=16)
    assert [row.busy for row in phones.asked(third)] == [False]


def test_a_silence_is_replaced_when_its_time_is_over_and_a_late_tap_still_counts(phones: Phones) -> None:
    phones.rules(urgencies={"urgent": {"wave_s": 3600}})
    order = phones.post()
    phones.look()
    first = phones.persons(order)
    phones.look(seconds=URGENT.silent_s - 1)
    assert phones.persons(order) == first
    phones.look(seconds=2)
    assert len(phones.persons(order)) > len(first)
    # Ten seconds of grace: it has been replaced, but not written off.
    assert {phones.outcomes(order)[one] for one in first} == {"standing"}
    phones.claim(phones.login_of(first[0]), order)
    phones.look(seconds=GRACE.total_seconds())
    assert phones.outcomes(order)[first[0]] == "claimed"
    assert {outcome for person, outcome in phones.outcomes(order).items() if person != first[0]} == {"withdrawn"}


def test_a_silence_is_a_refusal_in_the_end(phones: Phones) -> None:
    order = phones.post()
    phones.look()
    first = phones.persons(order)
    phones.look(seconds=URGENT.silent_s + GRACE.total_seconds() + 1)
    assert {phones.outcomes(order)[one] for one in first} == {"silent"}
    assert phones.seen("clerk", order)["alerts"]["unanswered"] == len(phones.asked(order))


def test_waves_come_by_themselves_until_as_many_are_asked_as_may_be(phones: Phones) -> None:
    phones.rules(urgencies={"today": {"most": 9, "steps": dict.fromkeys(("whole_station", "neighbours", "committee", "district"))}})
    order = phones.post(urgency="today")
    for _ in range(30):
        phones.look(seconds=75)
    assert len(phones.persons(order)) == 9
    assert phones.seen("clerk", order)["alerts"]["next_wave_at"] is None


#: Why somebody's phone does not speak → what is so. `moment` is where the clock stands.
REASONS: dict[str, dict[str, Any]] = {
    "not_until": {"not_until": timedelta(hours=1)},
    "quiet": {"quiet_from": 11 * 60, "quiet_to": 13 * 60},
    "quiet over midnight": {"quiet_from": 13 * 60, "quiet_to": 12 * 60 + 30},
    "kind": {"kinds": ["groceries", "parcel"]},
    "far": {"most_m": 0},
    "enough_today": {"per_day": 0},
}
#: The other side of each.
FITS: dict[str, dict[str, Any]] = {
    "not_until": {"not_until": -timedelta(hours=1)},
    "quiet": {"quiet_from": 12 * 60 + 1, "quiet_to": 13 * 60},
    "quiet over midnight": {"quiet_from": 13 * 60, "quiet_to": 12 * 60},
    "kind": {"kinds": ["medicine"]},
    "far": {"most_m": 50_000},
    "enough_today": {"per_day": 1},
}


@pytest.mark.parametrize("why", sorted(REASONS))
def test_a_phone_speaks_only_as_its_owner_wishes(phones: Phones, why: str) -> None:
    phones.clock.set("2027-03-01 12:00")
    ids = phones.only_on_duty("courier1", "courier2")
    for person, wishes in zip(ids, (REASONS[why], FITS[why]), strict=True):
        said = {name: phones.clock.moment + value if name == "not_until" else value for name, value in wishes.items()}
        with transaction() as work:
            work.execute(insert(WISHES), {"person_id": person, **said})
    order = phones.post()
    phones.look()
    assert phones.persons(order) == [ids[1]]


def test_nobody_is_asked_who_is_off_duty_full_unskilled_away_or_holds_it(phones: Phones) -> None:
    ids = phones.only_on_duty("courier1", "courier2", "courier3", "neighbour")
    full, unskilled = ids[0], ids[1]
    phones.settings(claim_cap=1)
    held = phones.post(urgency="today")
    phones.claim("courier1", held)
    with transaction() as work:
        work.execute(update(PERSONS).where(PERSONS.c.id == unskilled).values(skills=[]))
    order = phones.post(skills=["medicine"])
    phones.look()
    assert phones.persons(order) == [ids[2]]
    assert full not in phones.persons(order)
    two = phones.post(slots=2)
    phones.claim("courier3", two)
    phones.look()
    assert ids[2] not in phones.persons(two)


def test_who_knows_her_is_asked_first_where_that_is_ticked(phones: Phones) -> None:
    earlier = phones.post()
    phones.claim("courier7", earlier)
    familiar = phones.cast("courier7")
    delivering.pick_up(familiar, earlier, once(familiar))
    delivering.deliver(familiar, earlier, once(familiar), code=phones.row(earlier).code)
    again = phones.post(familiar_first=True)
    assert phones.row(again).opens_to_all_at is not None
    phones.look()
    assert phones.persons(again) == [familiar.id]
    phones.look(seconds=31)
    assert len(phones.persons(again)) > 1


@pytest.mark.parametrize("urgency", sorted(HEAD_STARTS))
def test_who_looks_at_the_board_has_it_some_seconds_before_phones_speak(phones: Phones, urgency: str) -> None:
    phones.clock.set("2027-03-01 12:00")
    presence().note(phones.cast("courier1").id)
    order = phones.post(urgency=urgency)
    phones.look()
    assert bool(phones.asked(order)) == (HEAD_STARTS[urgency] == 0)
    phones.look(seconds=HEAD_STARTS[urgency])
    assert phones.asked(order)


@pytest.mark.parametrize(("at", "urgency", "speaks"), [
    ("2027-03-01 23:30", "routine", False), ("2027-03-01 06:59", "routine", False), ("2027-03-01 07:00", "routine", True),
    ("2027-03-01 23:30", "urgent", True), ("2027-03-01 23:30", "today", True),
])  # fmt: skip
def test_what_can_wait_waits_for_the_morning(phones: Phones, at: str, urgency: str, speaks: bool) -> None:
    phones.clock.set(at)
    order = phones.post(urgency=urgency)
    phones.look()
    assert bool(phones.asked(order)) == speaks
    if not speaks:
        assert phones.seen("clerk", order)["alerts"]["next_wave_at"].endswith("07:00:00.000+08:00")


@pytest.mark.parametrize("jump", [1, -1], ids=["an hour on", "an hour back"])
def test_a_clock_that_jumps_asks_nobody_twice_and_forgets_nobody(phones: Phones, jump: int) -> None:
    phones.rules(urgencies={"urgent": {"steps": dict.fromkeys(("whole_station", "neighbours", "committee", "district"))}})
    orders = [phones.post(building=f"{n}号楼") for n in range(3)]
    phones.look()
    before = {order: len(phones.asked(order)) for order in orders}
    looked = {order: phones.plan(order).look for order in orders}
    phones.look(hours=jump)
    phones.look(seconds=1)
    for order in orders:
        persons = phones.persons(order)
        assert len(set(persons)) == len(persons)
        # Those who were asked by the other clock are replaced, and it goes on from there by itself.
        assert len(persons) > before[order]
        assert phones.plan(order).look > looked[order]
    many = {order: len(phones.asked(order)) for order in orders}
    phones.look(seconds=95)
    assert all(len(phones.asked(order)) >= many[order] for order in orders)
    assert all(phones.plan(order).next_at - phones.clock.moment <= offering.LOOK_AGAIN for order in orders)
    phones.look(hours=-jump)
    assert all(len(set(phones.persons(order))) == len(phones.persons(order)) for order in orders)


def test_back_on_the_board_it_begins_anew_and_the_first_times_rows_stay(phones: Phones) -> None:
    order = phones.post()
    phones.look()
    first = phones.persons(order)
    phones.claim("courier1", order)
    phones.look(seconds=5)
    one = phones.cast("courier1")
    delivering.release(one, order, "busy", once(one))
    phones.look(seconds=5)
    assert {row.round for row in phones.asked(order)} == {1, 2}
    assert len(phones.asked(order, round=1)) == len(first)
    assert phones.seen("clerk", order)["alerts"]["asked"] == len(phones.asked(order, round=2))
    assert phones.plan(order).round == 2


def test_what_is_taken_cancelled_or_expired_is_asked_of_nobody(phones: Phones) -> None:
    clerk = phones.cast("clerk")
    taken, cancelled = phones.post(), phones.post(building="9号楼")
    phones.look()
    phones.claim("courier1", taken)
    closing.cancel(clerk, cancelled, "mistake", once(clerk))
    phones.look(seconds=1)
    for order in (taken, cancelled):
        assert set(phones.outcomes(order).values()) <= {"withdrawn", "claimed"}
    many = len(phones.asked(cancelled))
    phones.look(minutes=5)
    assert len(phones.asked(cancelled)) == many
    look_again()
    assert presenting.present_one(reading(), clerk, cancelled).get("alerts") is None

"""What the clock does with standing needs: each day once, over holidays, month ends, a year, and when the server was away."""

from __future__ import annotations

from collections import Counter
from datetime import date, time, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, select, update

from dispatch import jobs
from dispatch.core.holidays import import_holidays
from dispatch.core.unit_of_work import look_again, reading, transaction
from dispatch.journal.reading import entries_since
from dispatch.orders import standing
from dispatch.orders.commanding import ORDERS
from dispatch.orders.forgetting import KEPT, forget_finished
from dispatch.orders.recurring import due_standings, fall_due, replan
from dispatch.orders.standing_models import Occurrence, StandingNeed
from dispatch.orders.upcoming import one_standing
from dispatch.people.models import Person, Unit
from dispatch.residents.models import Resident
from tests.orders.clockwork import Clock
from tests.orders.play import STATION, Street, once

HOME, OTHER_STATION = f"{STATION}003", "120116015"
STANDINGS, OCCURRENCES = StandingNeed.__table__, Occurrence.__table__
PLAN: dict[str, Any] = {"weekdays": [1, 4], "first_day": date(2026, 11, 25), "opens": time(9), "closes": time(11), "on_holidays": "keep"}


class Street2:
    """The street with one standing need, and a clock that the test sets."""

    def __init__(self, app: Flask, play: Street, clock: Clock) -> None:
        self.app, self.play, self.clock = app, play, clock
        clock.set("2026-11-24 10:00")
        self.tick()

    def make(self, login: str = "clerk", **other: Any) -> str:
        actor = self.play.cast(login)
        given = {**self.play.need, "community_id": HOME, **PLAN, **other}
        return str(standing.make(actor, given, once(actor))["standing_id"])

    def tick(self) -> None:
        """One sweep."""
        look_again()
        jobs.sweep(self.app)

    def at(self, *moments: str) -> None:
        for moment in moments:
            self.clock.set(moment)
            self.tick()

    def days(self, need: str) -> dict[str, str]:
        look_again()
        found = select(OCCURRENCES.c.day, OCCURRENCES.c.became).where(OCCURRENCES.c.standing_id == need).order_by(OCCURRENCES.c.day)
        return {row.day[5:] if row.day.startswith("2026") else row.day: row.became for row in reading().execute(found)}

    def orders(self, need: str) -> list[Any]:
        look_again()
        mine = select(OCCURRENCES.c.order_id).where(OCCURRENCES.c.standing_id == need)
        return list(reading().execute(select(ORDERS).where(ORDERS.c.id.in_(mine)).order_by(ORDERS.c.window_start)))

    def seen(self, need: str) -> dict[str, Any]:
        look_again()
        return one_standing(reading(), self.play.cast("clerk"), need)

    def told(self, need: str) -> list[tuple[str, Any]]:
        look_again()
        entries = [one for one in entries_since(reading(), STATION, 0, 100_000) if one["data"].get("standing_id") == need]
        return [(one["type"], one["data"].get("count") or one["data"].get("why")) for one in entries]

    def change(self, table: Any, where: Any, **values: Any) -> None:
        with transaction() as work:
            work.execute(update(table).where(where).values(**values))


@pytest.fixture
def street2(app: Flask, play: Street, clock: Clock) -> Street2:
    return Street2(app, play, clock)


def test_two_hours_before_its_time_it_is_on_the_board_as_the_clerk_would_have_posted_it(street2: Street2) -> None:
    need = street2.make(slots=2, money_limit=5000, skills=["medicine"])
    street2.at("2026-11-26 06:59")
    assert street2.orders(need) == []
    street2.at("2026-11-26 07:00", "2026-11-26 07:01", "2026-11-26 10:00")
    (order,) = street2.orders(need)
    seen = street2.play.seen("clerk", order.id)
    expected = {"kind": "medicine", "summary": "代取降压药", "building": "3号楼", "urgency": "urgent", "slots": 2, "money_limit": 5000,
                "skills": ["medicine"], "status": "open", "window_start": "2026-11-26T09:00:00.000+08:00",
                "window_end": "2026-11-26T11:00:00.000+08:00", "community_id": HOME, "station_id": STATION}  # fmt: skip
    assert {name: seen[name] for name in expected} == expected
    assert seen["private"] == {"name": "陈桂兰", "phone": "139****1234", "door": "2单元301", "note": "门铃坏了，请敲门"}
    assert len(seen["code"]) == 4
    assert order.posted_by == street2.play.cast("clerk").id
    assert ("order.posted", None) in street2.told(need)
    assert "private" not in street2.play.seen("courier1", order.id)


def test_a_second_sweep_or_a_second_process_posts_nothing_more(street2: Street2) -> None:
    need = street2.make()
    street2.clock.set("2026-11-26 07:00")
    assert need in due_standings(reading())
    assert [fall_due(need) for _ in range(3)] == [True, False, False]
    assert street2.days(need) == {"11-26": "posted"}


def test_even_a_row_that_was_turned_back_posts_a_day_once(street2: Street2) -> None:
    need = street2.make()
    street2.at("2026-11-26 07:00")
    before = {"settled_day": "2026-11-25", "next_day": "2026-11-26", "next_at": street2.clock.moment}
    street2.change(STANDINGS, STANDINGS.c.id == need, **before)
    street2.tick()
    assert len(street2.orders(need)) == 1
    assert street2.seen(need)["next"][0]["day"] == "2026-11-30"


def test_a_server_that_was_down_for_two_days_misses_what_is_over_and_posts_what_is_not(street2: Street2) -> None:
    need = street2.make(weekdays=[1, 2, 3, 4, 5, 6, 7])
    street2.at("2026-11-25 07:00")
    street2.at("2026-11-28 10:30")  # down from Wednesday noon to Saturday half past ten
    assert street2.days(need) == {"11-25": "posted", "11-26": "missed", "11-27": "missed", "11-28": "posted"}
    assert street2.told(need)[-2:] == [("standing.missed", 2), ("order.posted", None)] or (
        street2.told(need)[-2:] == [("order.posted", None), ("standing.missed", 2)])  # fmt: skip
    assert street2.seen(need)["missed"] == ["2026-11-26", "2026-11-27"]
    late = street2.orders(need)[-1]
    assert late.window_end.isoformat() == "2026-11-28T03:00:00+00:00"
    clerk = street2.play.cast("clerk")
    standing.acknowledge(clerk, need, once(clerk))
    assert street2.seen(need)["missed"] == []
    street2.tick()
    assert len(street2.days(need)) == 4


@pytest.mark.parametrize(("moment", "became"), [("10:59", "posted"), ("11:00", "missed"), ("23:59", "missed")])
def test_until_the_end_of_its_window_it_is_posted_and_after_it_missed(street2: Street2, moment: str, became: str) -> None:
    need = street2.make()
    street2.at(f"2026-11-26 {moment}")
    assert street2.days(need) == {"11-26": became}


@pytest.mark.slow
def test_a_year_of_every_day_over_holidays_and_month_ends_is_each_day_once(street2: Street2) -> None:
    """From 1 January to 31 December 2026, swept three times a day, with a server that is away for two days every month."""
    street2.clock.set("2025-12-31 12:00")
    plans = {"keep": {}, "skip": {}, "move": {}}
    needs = {how: street2.make(weekdays=[1, 2, 3, 4, 5, 6, 7], first_day=date(2026, 1, 1), last_day=date(2026, 12, 31), on_holidays=how)
             for how in plans}  # fmt: skip
    day = date(2026, 1, 1)
    while day < date(2027, 1, 3):
        if day.day not in (14, 15):
            street2.at(f"{day} 00:01", f"{day} 07:00", f"{day} 23:00")
        day += timedelta(1)
    free = 33
    for how, need in needs.items():
        days = street2.days(need)
        counts = Counter(days.values())
        away = {f"{month:02d}-{date_:02d}" for month in range(1, 13) for date_ in (14, 15)}
        if how == "keep":
            assert len(days) == 365
        else:
            # All seven days are asked for: what is moved falls on a day that is asked for already.
            assert len(days) == 365 - free
        assert {one for one, became in days.items() if became == "missed"} == away & set(days)
        assert len(street2.orders(need)) == counts["posted"]
        assert len({(order.window_start, order.window_end) for order in street2.orders(need)}) == counts["posted"]
        assert street2.seen(need)["status"] == "ended"
        assert sum(count for kind, count in street2.told(need) if kind == "standing.missed") == counts["missed"]


def test_after_a_year_away_one_sweep_writes_the_year_off_and_posts_today(street2: Street2) -> None:
    need = street2.make(weekdays=[1, 2, 3, 4, 5, 6, 7])
    street2.at("2027-11-24 08:00")
    days = street2.days(need)
    assert (len(days), Counter(days.values())["posted"]) == (365, 1)
    assert street2.told(need)[-1] in {("standing.missed", 364), ("order.posted", None)}


def test_its_last_day_ends_it(street2: Street2) -> None:
    need = street2.make(last_day=date(2026, 11, 30))
    street2.at("2026-11-26 07:00", "2026-11-30 07:00", "2026-12-03 07:00")
    assert street2.days(need) == {"11-26": "posted", "11-30": "posted"}
    assert (street2.seen(need)["status"], street2.told(need)[-1]) == ("ended", ("standing.ended", None))


def test_a_pause_misses_nothing_and_goes_on_from_the_day_it_ends(street2: Street2) -> None:
    need, clerk = street2.make(), street2.play.cast("clerk")
    standing.pause(clerk, need, once(clerk))
    street2.at("2026-11-26 07:00", "2026-11-30 07:00")
    standing.resume(clerk, need, once(clerk))
    street2.tick()
    assert street2.days(need) == {"11-30": "posted"}


def test_a_day_that_is_posted_is_not_posted_again_after_a_change(street2: Street2) -> None:
    need, clerk = street2.make(), street2.play.cast("clerk")
    street2.at("2026-11-26 07:00")
    standing.change(clerk, need, {"opens": time(15), "closes": time(17)}, once(clerk))
    street2.at("2026-11-26 13:00")
    assert street2.days(need) == {"11-26": "posted"}
    assert street2.seen(need)["next"][0]["day"] == "2026-11-30"


def test_holidays_that_are_published_later_move_what_was_planned(street2: Street2) -> None:
    street2.clock.set("2026-12-28 12:00")
    need = street2.make(weekdays=[5], first_day=date(2026, 12, 28), on_holidays="move")
    assert street2.seen(need)["next"][0]["day"] == "2027-01-01"
    with transaction() as work:
        import_holidays(work, ["day,name,works", "2027-01-01,元旦,0", "2027-01-02,元旦,0", "2027-01-03,元旦,0"])
        assert replan(work) == 1
        assert replan(work) == 0
    street2.at("2027-01-01 07:00", "2027-01-01 12:00")
    assert street2.days(need) == {}
    street2.at("2027-01-04 07:00")
    assert street2.days(need) == {"2027-01-04": "posted"}


def test_what_the_station_looks_at_first_waits_for_it_here_too(street2: Street2) -> None:
    street2.play.settings(look_first=True)
    need, hers = street2.make(), street2.make("coordinator")
    street2.at("2026-11-26 07:00")
    assert [order.status for order in street2.orders(need)] == ["waiting"]
    assert [order.status for order in street2.orders(hers)] == ["open"]


# Who and what is gone ----------------------------------------------------------------------------------------------------------------


def test_a_resident_who_is_gone_stops_it_and_the_desk_is_told(street2: Street2) -> None:
    need, clerk = street2.make(), street2.play.cast("clerk")
    with transaction() as work:
        work.execute(delete(Resident.__table__).where(Resident.__table__.c.id == street2.seen(need)["resident_id"]))
    street2.at("2026-11-26 07:00", "2026-11-30 07:00")
    assert street2.days(need) == {}
    said = street2.seen(need)
    assert (said["status"], said["stopped"], said["next"]) == ("paused", "resident_gone", [])
    assert street2.told(need)[-1] == ("standing.stopped", "resident_gone")
    with pytest.raises(standing.TooLate):
        standing.resume(clerk, need, once(clerk))
    standing.end(clerk, need, once(clerk))


def test_a_community_under_no_station_stops_it_until_it_has_one(street2: Street2) -> None:
    need = street2.make()
    street2.change(Unit.__table__, Unit.__table__.c.id == HOME, parent_id=None)
    street2.at("2026-11-26 07:00")
    clerk = street2.play.cast("clerk")
    assert (street2.seen(need)["status"], street2.seen(need)["stopped"]) == ("paused", "community_gone")
    street2.change(Unit.__table__, Unit.__table__.c.id == HOME, parent_id=STATION)
    standing.resume(clerk, need, once(clerk))
    street2.tick()
    assert street2.days(need) == {"11-26": "posted"}
    assert street2.seen(need)["stopped"] is None


def test_a_community_that_has_moved_is_served_by_its_new_station(street2: Street2) -> None:
    need = street2.make()
    street2.change(Unit.__table__, Unit.__table__.c.id == HOME, parent_id=OTHER_STATION)
    street2.at("2026-11-26 07:00")
    assert [order.station_id for order in street2.orders(need)] == [OTHER_STATION]


@pytest.mark.parametrize("values", [{"active": False}, {"unit_id": f"{STATION}004"}, {"role": "supervisor"}])
def test_a_clerk_who_has_left_does_not_stop_it_and_whoever_follows_takes_it_over(street2: Street2, values: dict[str, Any]) -> None:
    need = street2.make()
    street2.change(Person.__table__, Person.__table__.c.login == "clerk", **values)
    street2.at("2026-11-26 07:00")
    assert street2.days(need) == {"11-26": "posted"}
    boss = street2.play.cast("coordinator")
    look_again()
    assert one_standing(reading(), boss, need)["keeper_gone"]
    standing.change(boss, need, {}, once(boss))
    look_again()
    assert not one_standing(reading(), boss, need)["keeper_gone"]


def test_whose_need_comes_back_is_not_forgotten_meanwhile_and_afterwards_all_of_it_is(street2: Street2) -> None:
    need, clerk = street2.make(first_day=date(2027, 6, 1)), street2.play.cast("clerk")
    resident = street2.seen(need)["resident_id"]
    long_ago = street2.clock.moment - KEPT - timedelta(days=1)
    street2.change(Resident.__table__, Resident.__table__.c.id == resident, created_at=long_ago)

    def forgotten() -> int:
        look_again()
        with transaction() as work:
            return forget_finished(work)

    assert forgotten() == 0
    standing.end(clerk, need, once(clerk))
    assert forgotten() == 0
    street2.clock.on(days=31)
    assert forgotten() >= 1
    look_again()
    row = reading().execute(select(STANDINGS).where(STANDINGS.c.id == need)).one()
    assert (row.resident_id, row.private_note, row.summary) == (None, None, "")

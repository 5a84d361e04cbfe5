"""On which days a standing need falls: weekdays, month ends, years, holidays kept, left out or moved. Each row is one rule."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from itertools import islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.core.clock import SHANGHAI
from dispatch.core.holidays import _published, is_holiday, is_workday
from dispatch.orders.planning import ON_HOLIDAYS, Plan, days_after, falls_on, moved_from, post_at, still_to_come, window

TABLE = _published()
MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY = range(1, 8)


def plan(weekdays: set[int], first: str = "2026-01-01", last: str | None = None, on_holidays: str = "keep") -> Plan:
    end = date.fromisoformat(last) if last else None
    return Plan(frozenset(weekdays), date.fromisoformat(first), end, time(9), time(11), on_holidays)


def next_days(one: Plan, after: str, most: int = 4) -> list[str]:
    return [day.isoformat()[5:] if day.year == 2026 else day.isoformat()
            for day in islice(days_after(one, date.fromisoformat(after), TABLE), most)]  # fmt: skip


@pytest.mark.parametrize(
    ("one", "after", "days"),
    [
        # Weekdays, over the end of a month of 30, of 28, and of a year that is not published yet.
        (plan({MONDAY, THURSDAY}), "2026-11-24", ["11-26", "11-30", "12-03", "12-07"]),
        (plan({TUESDAY, SATURDAY}), "2026-03-28", ["03-31", "04-04", "04-07", "04-11"]),
        (plan({FRIDAY}), "2026-02-20", ["02-27", "03-06", "03-13", "03-20"]),
        (plan({WEDNESDAY, FRIDAY}), "2026-12-29", ["12-30", "2027-01-01", "2027-01-06", "2027-01-08"]),
        (plan({TUESDAY}, first="2028-02-01"), "2028-02-22", ["2028-02-29", "2028-03-07", "2028-03-14", "2028-03-21"]),
        # It begins and ends on its days; both belong to it.
        (plan({MONDAY}, first="2026-11-30", last="2026-12-07"), "2026-01-01", ["11-30", "12-07"]),
        (plan({MONDAY}, first="2026-12-01", last="2026-12-06"), "2026-01-01", []),
        # National Day 1–7 October, kept, left out, moved to the 8th (a Thursday). The make-up Saturday is nobody's Monday.
        (plan({MONDAY, SATURDAY}), "2026-09-30", ["10-03", "10-05", "10-10", "10-12"]),
        (plan({MONDAY, SATURDAY}, on_holidays="skip"), "2026-09-30", ["10-10", "10-12", "10-17", "10-19"]),
        (plan({MONDAY}, on_holidays="move"), "2026-09-30", ["10-08", "10-12", "10-19", "10-26"]),
        # Every day of nine days of spring festival moves to the 24th, once.
        (plan({1, 2, 3, 4, 5, 6, 7}, on_holidays="move"), "2026-02-13", ["02-14", "02-24", "02-25", "02-26"]),
        (plan({TUESDAY}, on_holidays="move"), "2026-02-13", ["02-24", "03-03", "03-10", "03-17"]),
        # From a holiday that runs into the weekend to the Monday after it.
        (plan({FRIDAY}, on_holidays="move"), "2026-06-18", ["06-22", "06-26", "07-03", "07-10"]),
        # A usual weekend is no holiday: it neither moves nor is left out.
        (plan({SUNDAY}, on_holidays="move"), "2026-11-24", ["11-29", "12-06", "12-13", "12-20"]),
        (plan({SUNDAY}, on_holidays="skip"), "2026-11-24", ["11-29", "12-06", "12-13", "12-20"]),
        # What would move beyond the last day, or from before the first, is not.
        (plan({MONDAY}, last="2026-10-07", on_holidays="move"), "2026-09-30", []),
        (plan({MONDAY}, first="2026-10-06", on_holidays="move"), "2026-09-30", ["10-12", "10-19", "10-26", "11-02"]),
    ],
)  # fmt: skip
def test_the_days_on_which_it_falls(one: Plan, after: str, days: list[str]) -> None:
    assert next_days(one, after) == days


def test_a_moved_day_says_from_where() -> None:
    one = plan({MONDAY}, on_holidays="move")
    assert moved_from(one, date(2026, 10, 8), TABLE) == date(2026, 10, 5)
    assert moved_from(one, date(2026, 10, 12), TABLE) is None


def test_its_hours_are_shanghais_and_it_is_on_the_board_two_hours_before_but_not_the_day_before() -> None:
    one, day = plan({MONDAY}), date(2026, 11, 30)
    assert [moment.isoformat() for moment in window(one, day)] == ["2026-11-30T09:00:00+08:00", "2026-11-30T11:00:00+08:00"]
    assert post_at(one, day).isoformat() == "2026-11-30T07:00:00+08:00"
    early = Plan(one.weekdays, one.first, None, time(0, 30), time(2), "keep")
    assert post_at(early, day).isoformat() == "2026-11-30T00:00:00+08:00"


def test_what_is_over_today_is_not_still_to_come() -> None:
    one = plan({MONDAY, TUESDAY})
    at = lambda hour: datetime(2026, 11, 30, hour, tzinfo=SHANGHAI)  # noqa: E731
    assert still_to_come(one, date(2026, 11, 29), at(10), TABLE, 1) == [date(2026, 11, 30)]
    assert still_to_come(one, date(2026, 11, 29), at(11), TABLE, 1) == [date(2026, 12, 1)]
    assert still_to_come(one, date(2026, 11, 30), at(7), TABLE, 1) == [date(2026, 12, 1)]


PLANS = st.builds(
    Plan,
    st.frozensets(st.integers(1, 7), min_size=1),
    st.dates(date(2025, 12, 1), date(2027, 1, 31)),
    st.none() | st.dates(date(2026, 6, 1), date(2027, 12, 31)),
    st.just(time(9)),
    st.just(time(11)),
    st.sampled_from(ON_HOLIDAYS),
)


@given(PLANS, st.dates(date(2025, 12, 1), date(2026, 12, 31)))
@settings(deadline=None)
def test_whatever_the_plan_its_days_rise_lie_within_it_and_each_has_its_reason(one: Plan, after: date) -> None:
    days = list(islice(days_after(one, after, TABLE), 40))
    assert days == sorted(set(days))
    for day in days:
        assert day > after
        assert one.first <= day <= (one.last or date.max)
        if one.on_holidays != "keep":
            assert not is_holiday(day, TABLE)
        if day.isoweekday() not in one.weekdays:
            assert one.on_holidays == "move"
            assert is_workday(day, TABLE)


@given(PLANS)
@settings(deadline=None)
def test_moving_loses_no_week_in_which_a_workday_is_left(one: Plan) -> None:
    """Each asked-for day is done on itself or on the first workday after it, if the plan still runs then."""
    moving = Plan(one.weekdays, one.first, one.last, one.opens, one.closes, "move")
    for n in range(120):
        day = one.first + timedelta(n)
        if day.isoweekday() in one.weekdays and (one.last is None or day <= one.last):
            done = day
            while is_holiday(day, TABLE) and not is_workday(done, TABLE):
                done += timedelta(1)
            assert falls_on(moving, done, TABLE) or (one.last is not None and done > one.last)

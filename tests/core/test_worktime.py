"""When so many working hours have passed: nights, weekends, holidays and days that make up for them."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.core.clock import SHANGHAI
from dispatch.core.holidays import is_workday
from dispatch.core.worktime import WorkingTime

#: A Thursday that is free, and the Saturday that makes up for it.
TABLE = {date(2026, 6, 18): False, date(2026, 6, 20): True}
WORK = WorkingTime(510, 1050, TABLE)
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(SHANGHAI))
SPANS = st.timedeltas(timedelta(), timedelta(hours=300))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        ("2026-06-15 09:00", 4, "2026-06-15 13:00"),  # a Monday morning
        ("2026-06-15 08:30", 9, "2026-06-15 17:30"),  # a whole day ends when it ends
        ("2026-06-15 16:30", 4, "2026-06-16 11:30"),  # overnight
        ("2026-06-15 06:00", 1, "2026-06-15 09:30"),  # before the doors open
        ("2026-06-15 21:00", 1, "2026-06-16 09:30"),  # after they have closed
        ("2026-06-17 16:30", 4, "2026-06-19 11:30"),  # Thursday is free
        ("2026-06-19 16:30", 4, "2026-06-20 11:30"),  # Saturday makes up for it
        ("2026-06-20 16:30", 4, "2026-06-22 11:30"),  # Sunday does not
        ("2026-06-21 12:00", 2, "2026-06-22 10:30"),
        ("2027-03-05 17:00", 1, "2027-03-08 09:00"),  # nothing is published: by the weekday
    ],
)
def test_so_many_working_hours_later_it_is(start: str, hours: int, end: str) -> None:
    assert WORK.later(at(start), timedelta(hours=hours)) == at(end)


def test_what_cannot_wait_runs_through_the_night() -> None:
    round_the_clock = WORK._replace(always=True)
    assert round_the_clock.later(at("2026-06-19 23:00"), timedelta(hours=4)) == at("2026-06-20 03:00")
    assert round_the_clock.between(at("2026-06-19 23:00"), at("2026-06-20 03:00")) == timedelta(hours=4)


def test_no_time_has_passed_at_once_and_none_passes_backwards() -> None:
    start = at("2026-06-21 12:00")
    assert WORK.later(start, timedelta()) == start
    assert WORK.between(start, start - timedelta(days=3)) == timedelta()


@given(MOMENTS, SPANS, st.booleans())
@settings(deadline=None)
def test_what_is_counted_forward_is_counted_back(start: datetime, span: timedelta, always: bool) -> None:
    work = WORK._replace(always=always)
    end = work.later(start, span)
    assert end >= start
    assert work.between(start, end) == span


@given(MOMENTS, SPANS, SPANS)
@settings(deadline=None)
def test_more_time_is_never_sooner_and_two_spans_are_one(start: datetime, one: timedelta, other: timedelta) -> None:
    assert WORK.later(start, one + other) >= WORK.later(start, one)
    if one and other:
        assert WORK.later(WORK.later(start, one), other) == WORK.later(start, one + other)


@given(MOMENTS, SPANS)
@settings(deadline=None)
def test_it_ends_on_a_workday_within_its_hours(start: datetime, span: timedelta) -> None:
    if span:
        end = WORK.later(start, span)
        assert is_workday(end.date(), TABLE)
        assert timedelta(minutes=510) < end - end.replace(hour=0, minute=0, second=0, microsecond=0) <= timedelta(minutes=1050)

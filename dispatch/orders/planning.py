"""On which days a standing need falls, and from when until when: weekdays between two days, with the holidays in mind.

Nothing here looks at a clock or a database.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice

from dispatch.core.clock import SHANGHAI
from dispatch.core.holidays import Calendar, is_holiday, is_workday

#: What becomes of a day that is a holiday: as every day, left out, or done on the next workday.
ON_HOLIDAYS = ("keep", "skip", "move")
#: An occurrence goes on the board so long before its time, but not before its day.
LEAD = timedelta(hours=2)
DAY = timedelta(days=1)
#: No plan is looked at further ahead; the longest holidays take ten days.
HORIZON_DAYS = 400


@dataclass(frozen=True)
class Plan:
    """The weekdays (Monday is 1) from `first` to `last`, each from `opens` to `closes`, Shanghai time."""

    weekdays: frozenset[int]
    first: date
    last: date | None
    opens: time
    closes: time
    on_holidays: str


def falls_on(plan: Plan, day: date, table: Calendar) -> bool:
    """Whether the need is to be met on this day. Of several that move to one workday it is one."""
    if day < plan.first or (plan.last and day > plan.last):
        return False
    if _asked(plan, day) and (plan.on_holidays == "keep" or not is_holiday(day, table)):
        return True
    return plan.on_holidays == "move" and is_workday(day, table) and moved_from(plan, day, table) is not None


def moved_from(plan: Plan, day: date, table: Calendar) -> date | None:
    """The latest holiday on which it would have fallen, if this is the first workday after it."""
    before = day - DAY
    while not is_workday(before, table) and before >= plan.first:
        if _asked(plan, before) and is_holiday(before, table):
            return before
        before -= DAY
    return None


def _asked(plan: Plan, day: date) -> bool:
    return day >= plan.first and day.isoweekday() in plan.weekdays


def days_after(plan: Plan, day: date, table: Calendar) -> Iterator[date]:
    """The days on which it falls, in order, later than `day`."""
    begin = max(day + DAY, plan.first)
    ahead = (begin + n * DAY for n in range(HORIZON_DAYS))
    return (one for one in ahead if falls_on(plan, one, table))


def still_to_come(plan: Plan, settled: date, moment: datetime, table: Calendar, most: int) -> list[date]:
    """The next days later than `settled` whose time is not over at `moment`."""
    return list(islice((day for day in days_after(plan, settled, table) if window(plan, day)[1] > moment), most))


def window(plan: Plan, day: date) -> tuple[datetime, datetime]:
    """From when until when it is of use on this day."""
    return datetime.combine(day, plan.opens, SHANGHAI), datetime.combine(day, plan.closes, SHANGHAI)


def post_at(plan: Plan, day: date) -> datetime:
    """When it goes on the board."""
    return max(window(plan, day)[0] - LEAD, datetime.combine(day, time(), SHANGHAI))

"""What a period is: a week, a month or a year, in Shanghai; how it is written, and which came before it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from dispatch.core.errors import Invalid

_FORM = re.compile(r"(20\d\d)(?:-(0[1-9]|1[0-2])|-W([0-4]\d|5[0-3]))?", re.ASCII)


@dataclass(frozen=True)
class Period:
    """`key` is 2026, 2026-11 or 2026-W48; both days are included."""

    key: str
    kind: str
    first: date
    last: date

    def before(self) -> Period:
        """The one that ended the day before this one began."""
        return period_of(self.kind, self.first - timedelta(days=1))

    def after(self) -> Period:
        """The one that begins when this one has ended."""
        return period_of(self.kind, self.last + timedelta(days=1))


def period_of(kind: str, day: date) -> Period:
    """The `week`, `month` or `year` of a day."""
    if kind == "week":
        first = day - timedelta(days=day.weekday())
        year, week, _day = day.isocalendar()
        return Period(f"{year}-W{week:02d}", kind, first, first + timedelta(days=6))
    if kind == "month":
        first = day.replace(day=1)
        return Period(f"{day:%Y-%m}", kind, first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1))
    return Period(f"{day.year}", "year", date(day.year, 1, 1), date(day.year, 12, 31))


def periods_of(day: date) -> list[Period]:
    """The three that a day belongs to."""
    return [period_of(kind, day) for kind in ("week", "month", "year")]


def period_from(text: str) -> Period:
    """A period as it is written in an address.

    Raises:
        Invalid: it is none.
    """
    found = _FORM.fullmatch(text)
    if not found:
        raise Invalid("period")
    year, month, week = found.groups()
    if week:
        try:
            return period_of("week", date.fromisocalendar(int(year), int(week), 1))
        except ValueError:
            raise Invalid("period") from None
    return period_of("month", date(int(year), int(month), 1)) if month else period_of("year", date(int(year), 1, 1))


def steps_of(period: Period) -> list[Period]:
    """Twelve steps over time: the months of a year, else this period and the eleven before it."""
    if period.kind == "year":
        return [period_of("month", period.first.replace(month=month)) for month in range(1, 13)]
    steps = [period]
    while len(steps) < 12:
        steps.insert(0, steps[0].before())
    return steps

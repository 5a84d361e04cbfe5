"""When so many working hours have passed: over published holidays and make-up workdays, within the hours that are worked."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import NamedTuple

from dispatch.core.clock import SHANGHAI
from dispatch.core.holidays import Calendar, is_workday

_A_DAY = timedelta(days=1)


class WorkingTime(NamedTuple):
    """What counts as time in which something can be done.

    `begins` and `ends` are minutes after midnight in Shanghai; with `always` nights and holidays count too.
    """

    begins: int
    ends: int
    calendar: Calendar
    always: bool = False

    def later(self, start: datetime, span: timedelta) -> datetime:
        """The first moment at which `span` of it has passed since `start`."""
        if self.always or span <= timedelta():
            return start + max(span, timedelta())
        left, moment = span, start.astimezone(SHANGHAI)
        while True:
            begin, closes = self._worked(moment)
            if left <= closes - begin:
                return begin + left
            left -= max(closes - begin, timedelta())
            moment = datetime.combine(moment.date() + _A_DAY, time(), SHANGHAI)

    def between(self, start: datetime, end: datetime) -> timedelta:
        """How much of it lies between two moments; nothing where the second is the earlier one."""
        if self.always:
            return max(end - start, timedelta())
        total, moment, end = timedelta(), start.astimezone(SHANGHAI), end.astimezone(SHANGHAI)
        while moment < end:
            begin, closes = self._worked(moment)
            total += max(min(closes, end) - begin, timedelta())
            moment = datetime.combine(moment.date() + _A_DAY, time(), SHANGHAI)
        return total

    def _worked(self, moment: datetime) -> tuple[datetime, datetime]:
        """From when until when is worked on this day, not before this moment; on a free day, or too late, for no time at all."""
        midnight = datetime.combine(moment.date(), time(), SHANGHAI)
        begin, closes = (midnight + timedelta(minutes=minutes) for minutes in (self.begins, self.ends))
        begin = max(begin, moment)
        return (begin, closes) if is_workday(moment.date(), self.calendar) and begin < closes else (begin, begin)

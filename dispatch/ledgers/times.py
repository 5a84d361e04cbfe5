"""When an errand is wanted, read from what people write into a cell: 11月24日下午, 11/24, 明天上午, 下周三, 15点前, Excel's numbers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from dispatch.core.clock import SHANGHAI
from dispatch.ledgers.words import ANY_TIME, DAY_PARTS, NEAR_DAYS, half

#: The first and the last minute of a day that nobody has said more of; nobody is rung up before eight.
MORNING, LAST = 8 * 60, 23 * 60 + 59
#: How long after the hour that is said the errand is still of use, in minutes.
HOUR_LASTS = 120
#: Day 0 of Excel's numbers.
EXCEL_DAY_0 = date(1899, 12, 30)
_WEEKDAYS = {"一": 0, "二": 1, "三": 2, "四": 3, "五": 4, "六": 5, "日": 6, "天": 6, "1": 0, "2": 1, "3": 2, "4": 3, "5": 4, "6": 5, "7": 6}
_DIGITS = {"零": 0, "〇": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_NUMBER = re.compile(r"[零〇一二两三四五六七八九十]+(?=[点時时月日号:])|(?<=[月点])[零〇一二两三四五六七八九十]+(?=分|日|号)")

_WEEKDAY = re.compile(r"(上|这|本|下下|下)?个?(?:星期|礼拜|周)(末|[一二三四五六日天1-7])")
_DAYS = (
    re.compile(r"(?P<year>20\d\d)[-/.年](?P<month>\d{1,2})[-/.月](?P<day>\d{1,2})(?:日|号|(?!\d))"),
    re.compile(r"(?<!\d)(?P<month>\d{1,2})月(?P<day>\d{1,2})(?:日|号|(?!\d))"),
    re.compile(r"(?<![\d:])(?P<month>\d{1,2})/(?P<day>\d{1,2})(?![\d:/])"),
    re.compile(r"^(?P<month>\d{1,2})[-.](?P<day>\d{1,2})(?![\d:点时-])"),
    re.compile(r"(?<!\d)(?P<day>\d{1,2})(?:日|号)"),
)
_PARTS = "|".join(sorted(DAY_PARTS, key=len, reverse=True))
_CLOCK = re.compile(
    rf"(?P<part>{_PARTS})?(?P<hour>\d{{1,2}})(?:(?::(?P<minute>\d{{2}})(?::\d{{2}})?)|[点时](?:(?P<half>半)|(?P<minutes>\d{{1,2}})分?|整|钟)?)"
    rf"|(?P<bare>\d{{1,2}})(?=[-~至到]\d{{1,2}}(?:[点时:]))"
)
_BETWEEN = re.compile(r"^[-~至到—–]+$")
_BEFORE, _AFTER = re.compile(r"之前|以前|前|截止|止"), re.compile(r"之后|以后|后|起")
#: What may stand beside a time without saying anything.
_SILENT = re.compile(
    r"之前|以前|之后|以后|之间|左右|前后|大约|大概|希望|期望|最好|务必|送到|送达|送来|送|取|到|至|期间|的|请|要|去|前|后|起|止|截止|约|点钟|钟|内|[-~—–,，.。;；:()（）/、\s]"
)


class NotATime(ValueError):
    """Nothing in it says when."""


@dataclass(frozen=True)
class When:
    """From and until when; `rest` is what else the cell said."""

    start: datetime | None
    end: datetime
    rest: str = ""

    def __str__(self) -> str:
        """So that `read_when` reads the same again, whenever that is."""
        if self.start is None:
            return f"{self.end:%Y-%m-%d %H:%M}前"
        same = self.start.date() == self.end.date()
        return f"{self.start:%Y-%m-%d %H:%M}–{self.end:{'%H:%M' if same else '%Y-%m-%d %H:%M'}}"


def read_when(text: str, today: datetime) -> When | None:
    """What a cell says of when; None where it says nothing, or “whenever”.

    Args:
        text: as typed.
        today: the moment from which 明天 and 下周三 count, and the year is guessed.
    Raises:
        NotATime: it says something, and no time can be found in it.
    """
    said = _normal(text)
    if not said or said.strip("。.!") in ANY_TIME:
        return None
    here = today.astimezone(SHANGHAI)
    try:
        return _excel(said, here) or _over_days(said, here) or _one_day(said, here)
    except (ValueError, OverflowError) as error:
        raise NotATime() from error


def _normal(text: str) -> str:
    """Half-width, without spaces; Chinese numerals before 点, 月, 日 as digits."""
    said = re.sub(r"\s+", " ", half(text)).lower()
    # A space between a date and a clock keeps 11-24 and 15:00 apart; all others say nothing.
    said = re.sub(r"(?<=\d) (?=\d)|t(?=\d\d:)", " ", said.replace("時", "时").replace("點", "点"))
    said = re.sub(r"(?<!\d) | (?!\d)", "", said)
    return _NUMBER.sub(lambda found: str(_counted(found[0])), re.sub(r"(?<=[\d月])[–—~]|[–—~](?=\d)", "-", said))


def _counted(word: str) -> int:
    """十一 is 11, 二十四 is 24."""
    tens, ten, ones = word.partition("十")
    if not ten:
        return int("".join(str(_DIGITS[sign]) for sign in word))
    return (_DIGITS.get(tens, 1) if tens else 1) * 10 + (_DIGITS.get(ones, 0) if ones else 0)


def _excel(said: str, here: datetime) -> When | None:
    """A cell whose look was lost: 46350 is a day, 46350.625 an hour of it."""
    if not re.fullmatch(r"4\d{4}(\.\d+)?|5\d{4}(\.\d+)?", said):
        return None
    day, part = divmod(float(said), 1)
    minute = round(part * 1440)
    said_day = EXCEL_DAY_0 + timedelta(days=int(day))
    return _when(said_day, minute, min(minute + HOUR_LASTS, LAST)) if minute else _whole(said_day, here)


def _over_days(said: str, here: datetime) -> When | None:
    """11月24日至26日, or with hours at both ends as `When` writes it."""
    sides = re.split(r"(?<=[\d日号])(?:至|到|-)(?=20\d\d-|\d{1,2}(?:月|日|号|/\d))", said, maxsplit=1)
    if len(sides) != 2:
        return None
    first, rest = _day(sides[0], here)
    if first is None:
        return None
    last, rest_of_last = _day(sides[1], datetime.combine(first, here.timetz()))
    if last is None or last < first:
        return None
    start, end = _clock(rest), _clock(rest_of_last)
    began = start[0] if start and start[0] is not None else MORNING
    ended = end[0] if end and end[0] is not None else LAST
    when = When(_at(first, began), _at(last, ended))
    return when if when.start is not None and when.start < when.end else None


def _one_day(said: str, here: datetime) -> When:
    day, rest = _day(said, here)
    part = _clock(rest)
    if day is None and part is None:
        raise NotATime()
    day = day or here.date()
    left = _left_over(said, here)
    if part is None:
        return _whole(day, here, left)
    start, end = part
    if end is None:
        end = LAST if _AFTER.search(rest) else min((start or 0) + HOUR_LASTS, LAST)
    return _when(day, start, end, left)


def _day(said: str, here: datetime) -> tuple[date | None, str]:
    """The day that is said, and the text without it."""
    for pattern in _DAYS:
        found = pattern.search(said)
        if found:
            rest = said[: found.start()] + " " + said[found.end() :]
            return _dated(found.groupdict(), here.date()), _WEEKDAY.sub("", rest)
    found = _WEEKDAY.search(said)
    if found:
        return _weekday(found[1], found[2], here.date()), said[: found.start()] + said[found.end() :]
    for word, days in NEAR_DAYS.items():
        at = said.find(word)
        # 今 and 明 alone stand in much else: 明 only in 明早, 明晚.
        if at >= 0 and (len(word) > 1 or re.match(r"早|晚|天|上午|下午|中午", said[at + 1 :])):
            return here.date() + timedelta(days=days), said[:at] + said[at + len(word) :]
    return None, said


def _dated(said: dict[str, str | None], today: date) -> date:
    """With a year or a month that nobody wrote: the nearest one."""
    day = int(said["day"] or 0)
    if said.get("year"):
        return date(int(said["year"] or 0), int(said["month"] or 0), day)
    if said.get("month"):
        return _nearest([(today.year + n, int(said["month"] or 0)) for n in (-1, 0, 1)], day, today)
    months = [today.year * 12 + today.month - 1 + n for n in (-1, 0, 1)]
    return _nearest([(month // 12, month % 12 + 1) for month in months], day, today)


def _nearest(months: list[tuple[int, int]], day: int, today: date) -> date:
    found = []
    for year, month in months:
        try:
            found.append(date(year, month, day))
        except ValueError:
            continue
    if not found:
        raise NotATime()
    return min(found, key=lambda one: abs((one - today).days))


def _weekday(which: str | None, name: str, today: date) -> date:
    """周三 is the next one, today's included; 本周三 and 下周三 are of this week and the next, which begin on Monday."""
    wanted = 5 if name == "末" else _WEEKDAYS[name]
    monday = today - timedelta(days=today.weekday())
    weeks = {"上": -1, "这": 0, "本": 0, "下": 1, "下下": 2}
    if which:
        return monday + timedelta(days=wanted, weeks=weeks[which])
    return today + timedelta(days=(wanted - today.weekday()) % 7)


def _clock(rest: str) -> tuple[int | None, int | None] | None:
    """From and until which minute of the day; None in the second place means: for a while. None: nothing is said."""
    found = list(_CLOCK.finditer(rest))
    if not found:
        part = re.search(_PARTS, rest)
        return DAY_PARTS[part[0]][:2] if part else None
    part_said = found[0]["part"] or _part_of(rest[: found[0].start()])
    first = _minute(found[0], part_said)
    if len(found) > 1 and _BETWEEN.match(rest[found[0].end() : found[1].start()]):
        second = _minute(found[1], found[1]["part"] or part_said)
        if second <= first:
            raise NotATime()
        return first, second
    after = rest[found[0].end() :]
    return (None, first) if _BEFORE.match(after) else (first, None)


def _part_of(rest: str) -> str | None:
    part = re.search(_PARTS, rest)
    return part[0] if part else None


def _minute(found: re.Match[str], part: str | None) -> int:
    digits = found["hour"] or found["bare"]
    hour, minute = int(digits), int(found["minute"] or found["minutes"] or (30 if found["half"] else 0))
    # 3点 without a word is in the afternoon: nobody is visited at three in the night. 03:00 is what it says.
    afternoon = DAY_PARTS[part][2] if part else len(digits) == 1 and hour < 7
    if afternoon and hour < 11:
        hour += 12
    if hour == 24 and minute == 0:
        return LAST
    midnight = hour == 12 and part is not None and DAY_PARTS[part][0] >= DAY_PARTS["晚"][0]
    if hour > 23 or minute > 59 or midnight:
        raise NotATime()
    return hour * 60 + minute


def _left_over(said: str, here: datetime) -> str:
    """What else it said: to be kept, should it matter."""
    rest = _day(said, here)[1]
    rest = _SILENT.sub("", re.sub(_PARTS, "", _CLOCK.sub("", rest)))
    return said if rest else ""


def _whole(day: date, here: datetime, rest: str = "") -> When:
    return _when(day, MORNING if day != here.date() else None, LAST, rest)


def _when(day: date, start: int | None, end: int, rest: str = "") -> When:
    if start is not None and end <= start:
        raise NotATime()
    return When(None if start is None else _at(day, start), _at(day, end), rest)


def _at(day: date, minute: int) -> datetime:
    return datetime(day.year, day.month, day.day, minute // 60, minute % 60, tzinfo=SHANGHAI)

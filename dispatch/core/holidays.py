"""Which days are worked: the published holidays and make-up workdays, and Monday to Friday where nothing is published yet.

What the State Council has published so far comes with the house (`holidays.csv`: 2026 by 国办发明电〔2025〕7号). A later year, or a
correction, is imported into the table `holidays` and stands over it.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache
from importlib import resources

from sqlalchemy import Boolean, Connection, String, select
from sqlalchemy.orm import Mapped, mapped_column

from dispatch.core.unit_of_work import Work
from dispatch.core.upserts import insert_into
from dispatch.extensions import db

#: A day that is listed → whether it is worked. Days that are not listed follow their weekday.
Calendar = Mapping[date, bool]
FRIDAY = 5
NAME_MOST = 40
_WORKS = {"1": True, "true": True, "yes": True, "班": True, "0": False, "false": False, "no": False, "休": False}


class Holiday(db.Model):
    """A day that does not follow its weekday: free (a holiday) or worked (to make up for one)."""

    __tablename__ = "holidays"
    day: Mapped[str] = mapped_column(String(10), primary_key=True)
    works: Mapped[bool] = mapped_column(Boolean)
    name: Mapped[str] = mapped_column(String(NAME_MOST))


_holidays = Holiday.__table__


def is_workday(day: date, table: Calendar) -> bool:
    """Whether people work on this day."""
    return table.get(day, day.isoweekday() <= FRIDAY)


def is_holiday(day: date, table: Calendar) -> bool:
    """Whether this day is published as free. A usual weekend is not."""
    return table.get(day) is False


def known_until(table: Calendar) -> date:
    """The last day of the last year of which anything is published."""
    return date(max((day.year for day in table), default=1), 12, 31)


def calendar(connection: Connection) -> dict[date, bool]:
    """What is published, and what this house has imported over it."""
    imported = connection.execute(select(_holidays.c.day, _holidays.c.works))
    return {**_published(), **{date.fromisoformat(row.day): row.works for row in imported}}


@lru_cache
def _published() -> dict[date, bool]:
    rows = resources.files(__package__).joinpath("holidays.csv").read_text(encoding="utf-8").splitlines()
    return {date.fromisoformat(str(row["day"])): bool(row["works"]) for row in _read(rows)}


def import_holidays(work: Work, rows: Iterable[str]) -> int:
    """Bring in the days of a CSV with the columns day, name, works; a day that is known is corrected. Returns how many.

    Args:
        work: the transaction.
        rows: the lines; `day` is YYYY-MM-DD, `works` is 1 (a make-up workday) or 0 (free).
    Raises:
        ValueError: with a sentence for each line that is wrong; then nothing is brought in.
    """
    days = _read(rows)
    fresh = insert_into(work, _holidays)
    known = fresh.on_conflict_do_update(index_elements=["day"], set_={"works": fresh.excluded.works, "name": fresh.excluded.name})
    if days:
        work.execute_many(known, days)
    return len(days)


def _read(rows: Iterable[str]) -> list[dict[str, object]]:
    reader, days, wrong = csv.DictReader(rows), {}, []
    for record in reader:
        day, works = (record.get("day") or "").strip(), _WORKS.get((record.get("works") or "").strip().lower())
        name = (record.get("name") or "").strip()
        if not _is_day(day):
            wrong.append(f"line {reader.line_num}: day must be YYYY-MM-DD.")
        elif works is None:
            wrong.append(f"line {reader.line_num}: works must be 1 (worked) or 0 (free).")
        elif not name or len(name) > NAME_MOST or "\0" in name:
            wrong.append(f"line {reader.line_num}: name must have 1 to {NAME_MOST} signs.")
        elif day in days:
            wrong.append(f"line {reader.line_num}: {day} stands twice.")
        else:
            days[day] = {"day": day, "works": works, "name": name}
    if wrong or not days:
        raise ValueError("\n".join(wrong) or "There is no day in it. The columns are day,name,works.")
    return list(days.values())


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False

"""How many photos one person may send in a day, and how many bytes: counted in the database, so for all processes together."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import NamedTuple

from flask_babel import lazy_gettext as _
from sqlalchemy import BigInteger, String, case, delete
from sqlalchemy.orm import Mapped, mapped_column

from dispatch.core.clock import SHANGHAI, now
from dispatch.core.errors import RateLimited
from dispatch.core.unit_of_work import Work, transaction
from dispatch.core.upserts import insert_into
from dispatch.extensions import db


class Quota(NamedTuple):
    """So many photos and so many bytes, for one person and day."""

    number: int
    size: int


#: A courier with thirty errands and a hazard on each staircase sends half as many.
DAILY = Quota(300, 600 * 1024 * 1024)


class PhotoDay(db.Model):
    """What a person has sent on a day, or had when it was last counted."""

    __tablename__ = "photo_days"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012
    person_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    day: Mapped[str] = mapped_column(String(10))
    number: Mapped[int]
    size: Mapped[int] = mapped_column(BigInteger)


_table = PhotoDay.__table__


def take(person_id: str, size: int, quota: Quota) -> None:
    """Count one photo for today; one statement, so that two at the same moment are two.

    Args:
        person_id: who sends it.
        size: in bytes.
        quota: what a day may bring.
    Raises:
        RateLimited: it would be more than that, until midnight in Shanghai; then it is not counted.
    """
    here = now().astimezone(SHANGHAI)
    today = here.date().isoformat()
    fits = quota.number >= 1 and size <= quota.size
    if not fits or not _counted(person_id, today, size, quota):
        midnight = datetime.combine(here.date() + timedelta(days=1), time(), SHANGHAI)
        raise RateLimited(
            _("您今天传的照片太多了。请明天再传，急事请打电话给社工站。"), retry_after=int((midnight - here).total_seconds()) + 1
        )


def _counted(person_id: str, today: str, size: int, quota: Quota) -> bool:
    same_day = _table.c.day == today
    number, total = case((same_day, _table.c.number + 1), else_=1), case((same_day, _table.c.size + size), else_=size)
    with transaction() as work:
        one_more = insert_into(work, _table).values(person_id=person_id, day=today, number=1, size=size)
        statement = one_more.on_conflict_do_update(
            index_elements=[_table.c.person_id],
            set_={"day": today, "number": number, "size": total},
            where=(number <= quota.number) & (total <= quota.size),
        ).returning(_table.c.number)
        return work.execute(statement).first() is not None


def forget_days(work: Work) -> int:
    """Delete what was counted on days that are over; returns for how many persons."""
    return work.execute(delete(_table).where(_table.c.day < now().astimezone(SHANGHAI).date().isoformat())).rowcount

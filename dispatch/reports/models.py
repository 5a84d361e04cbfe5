"""What is kept of each day of a community, and of whom it served."""

from __future__ import annotations

from sqlalchemy import Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from dispatch.extensions import db


class CommunityDay(db.Model):
    """What became of the needs that a community posted on one day. Counted anew whenever one of them moves; never added to."""

    __tablename__ = "community_days"
    # A community's days lie together: a page reads some of them for each community, one after the other.
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012
    community_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    day: Mapped[str] = mapped_column(String(10), primary_key=True)
    needs: Mapped[int] = mapped_column(Integer)
    in_time: Mapped[int] = mapped_column(Integer)
    unclaimed: Mapped[int] = mapped_column(Integer)
    late: Mapped[int] = mapped_column(Integer)
    delivered: Mapped[int] = mapped_column(Integer)


class Served(db.Model):
    """That somebody was served in a period: a hash that holds in this one period and cannot be followed into another."""

    __tablename__ = "served"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012
    period: Mapped[str] = mapped_column(String(8), primary_key=True)
    community_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    hash: Mapped[str] = mapped_column(String(32), primary_key=True)

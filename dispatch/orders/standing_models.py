"""The tables of the needs that come back every week: the need with its plan, and each day of it, once and for all."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, Boolean, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from dispatch.core.columns import Moment
from dispatch.core.secrets import Encrypted
from dispatch.extensions import db


class StandingNeed(db.Model):
    """A need that comes back every week. `status` is written by `core/workflow.advance` alone."""

    __tablename__ = "standings"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    status: Mapped[str] = mapped_column(String(8))
    community_id: Mapped[str] = mapped_column(ForeignKey("units.id"), index=True)
    resident_id: Mapped[str | None] = mapped_column(String(32), index=True)
    kind: Mapped[str] = mapped_column(String(12))
    summary: Mapped[str] = mapped_column(String(120))
    building: Mapped[str] = mapped_column(String(80))
    urgency: Mapped[str] = mapped_column(String(8))
    slots: Mapped[int] = mapped_column(Integer)
    money_limit: Mapped[int | None] = mapped_column(Integer)
    skills: Mapped[list[str]] = mapped_column(JSON)
    familiar_first: Mapped[bool] = mapped_column(Boolean)
    private_note: Mapped[str | None] = mapped_column(Encrypted("standings.private_note"))
    # The plan: ISO weekdays, days as YYYY-MM-DD, times as HH:MM in Shanghai.
    weekdays: Mapped[list[int]] = mapped_column(JSON)
    first_day: Mapped[str] = mapped_column(String(10))
    last_day: Mapped[str | None] = mapped_column(String(10))
    opens: Mapped[str] = mapped_column(String(5))
    closes: Mapped[str] = mapped_column(String(5))
    on_holidays: Mapped[str] = mapped_column(String(4))
    # Up to which day everything has been done or written off; what is due next is found by `next_at`.
    settled_day: Mapped[str] = mapped_column(String(10))
    next_day: Mapped[str | None] = mapped_column(String(10))
    next_at: Mapped[datetime | None] = mapped_column(Moment)
    # Why the clock stopped it, and who last said that it is wanted.
    stopped: Mapped[str | None] = mapped_column(String(16))
    kept_by: Mapped[str] = mapped_column(String(32))
    made_at: Mapped[datetime] = mapped_column(Moment)
    changed_at: Mapped[datetime] = mapped_column(Moment)
    __table_args__ = (Index("ix_standings_due", "status", "next_at"),)


class Occurrence(db.Model):
    """One day of a standing need, once and for all: posted, or missed and told. The key is the last lock on the door."""

    __tablename__ = "occurrences"
    standing_id: Mapped[str] = mapped_column(ForeignKey("standings.id"), primary_key=True)
    day: Mapped[str] = mapped_column(String(10), primary_key=True)
    became: Mapped[str] = mapped_column(String(8))
    order_id: Mapped[str | None] = mapped_column(String(32))
    at: Mapped[datetime] = mapped_column(Moment)
    seen_at: Mapped[datetime | None] = mapped_column(Moment)

"""What is kept of the pattern in the hazards: what came back after what, the corners that this makes, and how each one's steps went."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Boolean, Float, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from dispatch.core.columns import Moment
from dispatch.extensions import db


class HazardReturn(db.Model):
    """That one came back after another had been closed, close by; or after it had been closed itself (both ids are its own)."""

    __tablename__ = "hazard_returns"
    hazard_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    before_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    closed_at: Mapped[datetime] = mapped_column(Moment, primary_key=True)
    came_at: Mapped[datetime] = mapped_column(Moment)
    corner_id: Mapped[str] = mapped_column(String(32))
    __table_args__ = (Index("ix_hazard_returns_before", "before_id"), Index("ix_hazard_returns_corner", "corner_id", "came_at"))


class HazardCorner(db.Model):
    """A place to which hazards of one family come back. Its id is that of the first one there. Made anew whenever one of them moves."""

    __tablename__ = "hazard_corners"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    station_id: Mapped[str] = mapped_column(String(32))
    # Where the latest one was.
    community_id: Mapped[str | None] = mapped_column(String(32))
    family: Mapped[str] = mapped_column(String(20))
    building: Mapped[str] = mapped_column(String(80))
    lat: Mapped[float | None] = mapped_column(Float)
    lon: Mapped[float | None] = mapped_column(Float)
    # How many hazards there were, how often something came back in all, and lately.
    hazards: Mapped[int] = mapped_column(Integer)
    returns: Mapped[int] = mapped_column(Integer)
    recent: Mapped[int] = mapped_column(Integer)
    first_at: Mapped[datetime] = mapped_column(Moment)
    last_at: Mapped[datetime] = mapped_column(Moment)
    # When the oldest of the recent ones is recent no longer.
    stale_at: Mapped[datetime | None] = mapped_column(Moment)
    __table_args__ = (
        Index("ix_hazard_corners_station", "station_id", "recent", "last_at"),
        Index("ix_hazard_corners_community", "community_id", "recent", "last_at"),
        Index("ix_hazard_corners_stale", "stale_at"),
    )


class HazardRecord(db.Model):
    """How the steps of one accepted hazard went: what the trade's rates are counted from. No person is in it."""

    __tablename__ = "hazard_records"
    hazard_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    station_id: Mapped[str] = mapped_column(String(32))
    community_id: Mapped[str | None] = mapped_column(String(32))
    # In which it was accepted, in Shanghai: 2026-11.
    month: Mapped[str] = mapped_column(String(7))
    judged_in_time: Mapped[bool] = mapped_column(Boolean)
    # It was not made void or merged afterwards.
    held: Mapped[bool] = mapped_column(Boolean)
    # Minutes from each step to the next, nights included; empty where it has not come so far.
    to_accept: Mapped[int | None] = mapped_column(Integer)
    to_assign: Mapped[int | None] = mapped_column(Integer)
    to_fix: Mapped[int | None] = mapped_column(Integer)
    to_verify: Mapped[int | None] = mapped_column(Integer)
    # Whether it was fixed within its limit the first time; empty while it is not, and what is due until then.
    fixed_in_time: Mapped[bool | None] = mapped_column(Boolean)
    due_at: Mapped[datetime | None] = mapped_column(Moment)
    # Somebody looked and it was not gone.
    redone: Mapped[bool] = mapped_column(Boolean)
    # The last time it was closed; empty where it never was, and whether it was opened again after having been closed.
    verified_at: Mapped[datetime | None] = mapped_column(Moment)
    reopened: Mapped[bool] = mapped_column(Boolean)
    __table_args__ = (
        Index("ix_hazard_records_station", "station_id", "month"),
        Index("ix_hazard_records_community", "community_id", "month"),
    )

"""What an entry is, and where each station's numbering stands."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from dispatch.core.columns import Moment
from dispatch.extensions import db


class Entry(db.Model):
    """One thing that happened. Carries ids, never personal data; never changed (the database refuses it)."""

    __tablename__ = "journal"
    # One tree to write in instead of two: every change adds a row.
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012
    station_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    at: Mapped[str] = mapped_column(String(32))
    type: Mapped[str] = mapped_column(String(40))
    data: Mapped[dict[str, Any]] = mapped_column(JSON)
    hash: Mapped[str] = mapped_column(String(64))


class Head(db.Model):
    """The last number and hash of a station: the row that whoever appends holds until the commit."""

    __tablename__ = "journal_heads"
    station_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(Moment)

"""A program's key to report with, and what became of each of its reports."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from dispatch.core.columns import Moment
from dispatch.extensions import db


class Open311Key(db.Model):
    """A program that may report. Its key is not kept, only the hash."""

    __tablename__ = "open311_keys"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    name: Mapped[str] = mapped_column(String(60), unique=True)
    key_hash: Mapped[str] = mapped_column(String(64), unique=True)
    # In whose name it reports: his station judges, and he answers for the program.
    person_id: Mapped[str] = mapped_column(ForeignKey("persons.id"))
    a_day: Mapped[int] = mapped_column(Integer)
    made_at: Mapped[datetime] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)


class Open311Token(db.Model):
    """What a program was answered for a report: by the token it asks later whether there is a service request."""

    __tablename__ = "open311_tokens"
    token: Mapped[str] = mapped_column(String(32), primary_key=True)
    hazard_id: Mapped[str] = mapped_column(ForeignKey("hazards.id"), unique=True)
    key_id: Mapped[str] = mapped_column(ForeignKey("open311_keys.id"))
    # A fingerprint of what was said: the same said again soon is a repetition, as the specification knows no key for that.
    said_hash: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(Moment)
    __table_args__ = (Index("ix_open311_tokens_key", "key_id", "at"),)

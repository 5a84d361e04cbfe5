"""What is kept of a resident, and the row that every look at her phone number leaves."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Boolean, Float, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from dispatch.core.columns import Moment
from dispatch.core.secrets import Encrypted, EncryptedList
from dispatch.extensions import db


class Resident(db.Model):
    """Somebody an errand is for. Name, phone, door and groups are unreadable at rest."""

    __tablename__ = "residents"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    community_id: Mapped[str] = mapped_column(ForeignKey("units.id"), index=True)
    name: Mapped[str] = mapped_column(Encrypted("residents.name"))
    phone: Mapped[str | None] = mapped_column(Encrypted("residents.phone"))
    phone_hash: Mapped[str | None] = mapped_column(String(64), index=True)
    door: Mapped[str | None] = mapped_column(Encrypted("residents.door"))
    groups: Mapped[list[str]] = mapped_column(EncryptedList("residents.groups"))
    lat: Mapped[float | None] = mapped_column(Float)
    lon: Mapped[float | None] = mapped_column(Float)
    on_care_list: Mapped[bool] = mapped_column(Boolean)
    created_at: Mapped[datetime] = mapped_column(Moment)


class Reveal(db.Model):
    """Who saw which of a resident's data, why and when."""

    __tablename__ = "reveals"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    person_id: Mapped[str] = mapped_column(String(32), index=True)
    resident_id: Mapped[str] = mapped_column(String(32), index=True)
    order_id: Mapped[str | None] = mapped_column(String(32))
    what: Mapped[str] = mapped_column(String(20))
    why: Mapped[str] = mapped_column(String(40))
    at: Mapped[datetime] = mapped_column(Moment, index=True)


class Export(db.Model):
    """Who took a list out of the house: what, of which unit, how many rows, why and when. Of any room; codes and counts alone."""

    __tablename__ = "exports"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    person_id: Mapped[str] = mapped_column(String(32), index=True)
    station_id: Mapped[str] = mapped_column(String(32))
    unit_id: Mapped[str] = mapped_column(String(32))
    what: Mapped[str] = mapped_column(String(20))
    rows: Mapped[int] = mapped_column(Integer)
    why: Mapped[str] = mapped_column(String(40))
    at: Mapped[datetime] = mapped_column(Moment)
    __table_args__ = (Index("ix_exports_station_at", "station_id", "at"),)

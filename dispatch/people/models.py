"""What a unit, a person, a device, a session, an invite and a token are."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import JSON, Boolean, Date, Float, ForeignKey, Index, Integer, String, false
from sqlalchemy.orm import Mapped, mapped_column

from dispatch.core.columns import Moment
from dispatch.core.secrets import Encrypted
from dispatch.extensions import db


class Level(StrEnum):
    DISTRICT = "district"
    STATION = "station"
    COMMUNITY = "community"
    DEPOT = "depot"


class Role(StrEnum):
    COURIER = "courier"
    CLERK = "clerk"
    COORDINATOR = "coordinator"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"


#: What a courier may be trusted with and an order may need: 药品, 搬重物, 陪诊, 独居老人.
SKILLS = ("medicine", "heavy", "escort", "living_alone")


class Unit(db.Model):
    """A district, station, community or depot. Its id is its code in the divisions of the country."""

    __tablename__ = "units"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    level: Mapped[str] = mapped_column(String(12))
    parent_id: Mapped[str | None] = mapped_column(String(32), index=True)
    lat: Mapped[float | None] = mapped_column(Float)
    lon: Mapped[float | None] = mapped_column(Float)


class StationSettings(db.Model):
    """What a station has set for itself; a missing row or value means the default in `people/settings.py`."""

    __tablename__ = "station_settings"
    station_id: Mapped[str] = mapped_column(ForeignKey("units.id"), primary_key=True)
    choices: Mapped[dict[str, object]] = mapped_column(JSON)


class Person(db.Model):
    """Somebody with one role at one unit. `station_id` follows from the unit and is kept for speed."""

    __tablename__ = "persons"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    login: Mapped[str | None] = mapped_column(String(40), unique=True)
    role: Mapped[str] = mapped_column(String(12))
    unit_id: Mapped[str] = mapped_column(ForeignKey("units.id"))
    station_id: Mapped[str | None] = mapped_column(String(32))
    name: Mapped[str] = mapped_column(Encrypted("persons.name"))
    phone: Mapped[str | None] = mapped_column(Encrypted("persons.phone"))
    phone_hash: Mapped[str | None] = mapped_column(String(64), index=True)
    passphrase_hash: Mapped[str | None] = mapped_column(String(200))
    skills: Mapped[list[str]] = mapped_column(JSON, default=list)
    active: Mapped[bool] = mapped_column(Boolean)
    on_duty: Mapped[bool] = mapped_column(Boolean, server_default=false(), default=False)
    duty_since: Mapped[datetime | None] = mapped_column(Moment)
    # Where he went on duty, claimed, arrived or reported last; gone when he goes off duty.
    last_lat: Mapped[float | None] = mapped_column(Float)
    last_lon: Mapped[float | None] = mapped_column(Float)
    created_at: Mapped[datetime] = mapped_column(Moment)
    __table_args__ = (Index("ix_persons_station_role", "station_id", "role"),)


class Trusted(db.Model):
    """Who has vouched for a courier's skill, and until when. `Person.skills` is what holds now; a skill without a row came with him."""

    __tablename__ = "trusted"
    person_id: Mapped[str] = mapped_column(ForeignKey("persons.id"), primary_key=True)
    skill: Mapped[str] = mapped_column(String(20), primary_key=True)
    vouched_by: Mapped[str] = mapped_column(String(32))
    vouched_at: Mapped[datetime] = mapped_column(Moment)
    # The last day on which it holds, in the station's own zone.
    until: Mapped[date | None] = mapped_column(Date, index=True)


class Device(db.Model):
    """A courier's own browser: a key in a cookie, and the PIN that goes with it."""

    __tablename__ = "devices"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("persons.id"), index=True)
    key_hash: Mapped[str] = mapped_column(String(64), unique=True)
    pin_hash: Mapped[str] = mapped_column(String(200))
    wrong_pins: Mapped[int] = mapped_column(Integer, default=0)
    next_try_at: Mapped[datetime | None] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    created_at: Mapped[datetime] = mapped_column(Moment)


class SignedIn(db.Model):
    """A session. Ending the row ends it everywhere at once."""

    __tablename__ = "sessions"
    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("persons.id"), index=True)
    expires_at: Mapped[datetime] = mapped_column(Moment)
    created_at: Mapped[datetime] = mapped_column(Moment)


class Bearer(db.Model):
    """A program's token."""

    __tablename__ = "bearers"
    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("persons.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(Moment)


class Invite(db.Model):
    """A single-use way in for one courier, good for 24 hours and for one phone number."""

    __tablename__ = "invites"
    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("persons.id"), index=True)
    made_by: Mapped[str] = mapped_column(String(32))
    expires_at: Mapped[datetime] = mapped_column(Moment)
    used_at: Mapped[datetime | None] = mapped_column(Moment)


__all__ = ["SKILLS", "Bearer", "Device", "Invite", "Level", "Person", "Role", "SignedIn", "StationSettings", "Trusted", "Unit"]

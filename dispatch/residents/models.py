"""What is kept of a resident: the care list, her consent, who has looked at her number, who has taken the list away."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, BigInteger, Boolean, Float, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from dispatch.core.columns import Moment
from dispatch.core.secrets import Encrypted, EncryptedList
from dispatch.extensions import db

#: The eight groups of civil affairs: 低保 低收 特困 留守老人 孤寡老人 独居老人 困境儿童 重度残疾人.
GROUPS = ("minimum_income", "low_income", "destitute", "left_behind", "childless", "living_alone", "child", "disabled")
#: How somebody agreed: on the telephone, face to face, by signature, or a guardian for her.
CONSENT_WAYS = ("phone", "in_person", "written", "guardian")
#: To what: being kept on the list, that who helps her learns name and door, that her family is called if need be.
CONSENT_TO = ("care_list", "errands", "family")
#: So long may each be, in characters, and so many contacts somebody may have; wherever it is typed.
LONGEST = {"name": 60, "phone": 24, "building": 80, "door": 80, "note": 500, "relation": 20}
CONTACTS_MOST = 5


class Resident(db.Model):
    """Somebody an errand is for. What says who she is and how she lives is unreadable at rest."""

    __tablename__ = "residents"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    community_id: Mapped[str] = mapped_column(ForeignKey("units.id"), index=True)
    name: Mapped[str] = mapped_column(Encrypted("residents.name"))
    phone: Mapped[str | None] = mapped_column(Encrypted("residents.phone"))
    phone_hash: Mapped[str | None] = mapped_column(String(64), index=True)
    building: Mapped[str | None] = mapped_column(Encrypted("residents.building"))
    door: Mapped[str | None] = mapped_column(Encrypted("residents.door"))
    groups: Mapped[list[str]] = mapped_column(EncryptedList("residents.groups"))
    # What a visitor should know before she rings; and whom to call: [{name, relation, phone}].
    note: Mapped[str | None] = mapped_column(Encrypted("residents.note"))
    contacts: Mapped[list[dict[str, str]] | None] = mapped_column(EncryptedList("residents.contacts"))
    lat: Mapped[float | None] = mapped_column(Float)
    lon: Mapped[float | None] = mapped_column(Float)
    on_care_list: Mapped[bool] = mapped_column(Boolean)
    # When she left the list: from then on she is kept for thirty days, like everybody else.
    off_list_at: Mapped[datetime | None] = mapped_column(Moment)
    created_at: Mapped[datetime] = mapped_column(Moment)
    # The number of the last change to her among her community's changes: see `revising`.
    revision: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")


class Consent(db.Model):
    """That a resident has agreed: when, how, to what; and when she took it back."""

    __tablename__ = "consents"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    resident_id: Mapped[str] = mapped_column(String(32), index=True)
    given_at: Mapped[datetime] = mapped_column(Moment)
    how: Mapped[str] = mapped_column(String(12))
    to: Mapped[list[str]] = mapped_column(JSON)
    recorded_by: Mapped[str] = mapped_column(String(32))
    recorded_at: Mapped[datetime] = mapped_column(Moment)
    withdrawn_at: Mapped[datetime | None] = mapped_column(Moment)
    withdrawn_by: Mapped[str | None] = mapped_column(String(32))


class Revision(db.Model):
    """How often a community's residents have changed, and at which of these changes somebody was deleted last."""

    __tablename__ = "resident_revisions"
    community_id: Mapped[str] = mapped_column(ForeignKey("units.id"), primary_key=True)
    revision: Mapped[int] = mapped_column(BigInteger)
    gone_at: Mapped[int] = mapped_column(BigInteger)


class Reveal(db.Model):
    """Who saw which of a resident's data, why and when; at which station it is read."""

    __tablename__ = "reveals"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    person_id: Mapped[str] = mapped_column(String(32), index=True)
    resident_id: Mapped[str] = mapped_column(String(32), index=True)
    station_id: Mapped[str | None] = mapped_column(String(32))
    order_id: Mapped[str | None] = mapped_column(String(32))
    what: Mapped[str] = mapped_column(String(20))
    why: Mapped[str] = mapped_column(String(40))
    at: Mapped[datetime] = mapped_column(Moment, index=True)
    __table_args__ = (Index("ix_reveals_station", "station_id", "at"),)


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

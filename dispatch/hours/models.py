"""What an entry in the book of hours is, a correction, and a certificate."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column

from dispatch.core.columns import Moment
from dispatch.core.secrets import Encrypted
from dispatch.extensions import db


class HourEntry(db.Model):
    """One line of the book; never changed. Its id is that of what it comes from, a delivered claim or a confirmed correction:
    neither can be in the book twice. The hour is the person's, the station and district are the order's."""

    __tablename__ = "hours"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    claim_id: Mapped[str] = mapped_column(ForeignKey("claims.id"), index=True)
    order_id: Mapped[str] = mapped_column(ForeignKey("orders.id"))
    person_id: Mapped[str] = mapped_column(ForeignKey("persons.id"))
    district_id: Mapped[str | None] = mapped_column(String(32))
    station_id: Mapped[str] = mapped_column(ForeignKey("units.id"))
    community_id: Mapped[str] = mapped_column(String(32))
    kind: Mapped[str] = mapped_column(String(12))
    # Of the delivery, in Shanghai; a counter-entry has that of the errand it corrects.
    day: Mapped[str] = mapped_column(String(10))
    # Below zero where a correction takes away.
    minutes: Mapped[int] = mapped_column(Integer)
    rule: Mapped[int] = mapped_column(Integer)
    booked_at: Mapped[datetime] = mapped_column(Moment)
    __table_args__ = (Index("ix_hours_person_day", "person_id", "day"), Index("ix_hours_station_day", "station_id", "day"))


class Correction(db.Model):
    """What a claim should count for instead: proposed by one person, in force when a second has confirmed it."""

    __tablename__ = "hour_corrections"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    claim_id: Mapped[str] = mapped_column(ForeignKey("claims.id"))
    person_id: Mapped[str] = mapped_column(ForeignKey("persons.id"))
    district_id: Mapped[str | None] = mapped_column(String(32), index=True)
    station_id: Mapped[str] = mapped_column(ForeignKey("units.id"), index=True)
    status: Mapped[str] = mapped_column(String(12))
    minutes_before: Mapped[int] = mapped_column(Integer)
    minutes: Mapped[int] = mapped_column(Integer)
    reason: Mapped[str] = mapped_column(String(20))
    note: Mapped[str | None] = mapped_column(Encrypted("hour_corrections.note"))
    proposed_by: Mapped[str] = mapped_column(String(32))
    proposed_at: Mapped[datetime] = mapped_column(Moment)
    decided_by: Mapped[str | None] = mapped_column(String(32))
    decided_at: Mapped[datetime | None] = mapped_column(Moment)
    __table_args__ = (
        # One at a time: a second proposal would be judged by figures that the first is about to change.
        Index(
            "ux_hour_corrections_open", "claim_id", unique=True,
            sqlite_where=text("status = 'proposed'"), postgresql_where=text("status = 'proposed'"),
        ),
    )  # fmt: skip


class Certificate(db.Model):
    """What was certified, as it was then: the same bytes whenever it is printed."""

    __tablename__ = "certificates"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    number: Mapped[str] = mapped_column(String(48), unique=True)
    # The part of the address that nobody can guess; sealed, because the QR must be drawn again.
    token: Mapped[str] = mapped_column(Encrypted("certificates.token"))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    status: Mapped[str] = mapped_column(String(12))
    person_id: Mapped[str] = mapped_column(ForeignKey("persons.id"), index=True)
    station_id: Mapped[str] = mapped_column(ForeignKey("units.id"), index=True)
    name: Mapped[str] = mapped_column(Encrypted("certificates.name"))
    issuer: Mapped[str] = mapped_column(String(80))
    from_day: Mapped[str] = mapped_column(String(10))
    to_day: Mapped[str] = mapped_column(String(10))
    minutes: Mapped[int] = mapped_column(Integer)
    errands: Mapped[int] = mapped_column(Integer)
    # Kind → errands: what the service was.
    kinds: Mapped[dict[str, int]] = mapped_column(JSON)
    issued_at: Mapped[datetime] = mapped_column(Moment)
    withdrawn_at: Mapped[datetime | None] = mapped_column(Moment)
    reason: Mapped[str | None] = mapped_column(String(20))


class CertificateCount(db.Model):
    """How many certificates a station has issued in a year: the running part of their numbers."""

    __tablename__ = "certificate_counts"
    station_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    year: Mapped[str] = mapped_column(String(4), primary_key=True)
    count: Mapped[int] = mapped_column(Integer)

"""What a hazard is, who has reported it, its photos, its history, and the tables by which a station judges."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, Boolean, Float, ForeignKey, Index, Integer, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from dispatch.core.columns import Moment
from dispatch.core.secrets import Encrypted
from dispatch.extensions import db

_CLOCK_RUNS = text("status IN ('accepted', 'assigned')")


class Hazard(db.Model):
    """One thing that should not be there. `status` is written by `core/workflow.advance` alone."""

    __tablename__ = "hazards"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    number: Mapped[str] = mapped_column(String(12))
    status: Mapped[str] = mapped_column(String(12))
    district_id: Mapped[str | None] = mapped_column(String(32))
    station_id: Mapped[str] = mapped_column(ForeignKey("units.id"))
    # Nobody knows whose it is before the station has looked, where a report names a building alone.
    community_id: Mapped[str | None] = mapped_column(ForeignKey("units.id"))
    category: Mapped[str] = mapped_column(String(60))
    # Copied from the category as it was when the hazard came into it: lists and the search nearby go by them.
    family: Mapped[str] = mapped_column(String(20))
    urgent: Mapped[bool] = mapped_column(Boolean)
    public: Mapped[bool] = mapped_column(Boolean)
    title: Mapped[str] = mapped_column(String(80))
    note: Mapped[str | None] = mapped_column(Encrypted("hazards.note"))
    building: Mapped[str] = mapped_column(String(80))
    lat: Mapped[float | None] = mapped_column(Float)
    lon: Mapped[float | None] = mapped_column(Float)
    # The errand on which it was seen: for its reporter and the station alone.
    order_id: Mapped[str | None] = mapped_column(String(32))
    seen_at: Mapped[datetime] = mapped_column(Moment)
    sent_at: Mapped[datetime] = mapped_column(Moment)
    changed_at: Mapped[datetime] = mapped_column(Moment)
    # Rises with every step: a command that names an older one was made from what is no longer true.
    version: Mapped[int] = mapped_column(Integer)
    # Open on a coordinator's screen until then.
    held_by: Mapped[str | None] = mapped_column(String(32))
    held_until: Mapped[datetime | None] = mapped_column(Moment)
    # Working hours that it may take, whether nights count too, and what is due when; while it is suspended what was left, in minutes.
    hours: Mapped[int] = mapped_column(Integer)
    always: Mapped[bool] = mapped_column(Boolean)
    due_at: Mapped[datetime | None] = mapped_column(Moment)
    district_due_at: Mapped[datetime | None] = mapped_column(Moment)
    due_left: Mapped[int | None] = mapped_column(Integer)
    district_due_left: Mapped[int | None] = mapped_column(Integer)
    overdue_told_at: Mapped[datetime | None] = mapped_column(Moment)
    district_told_at: Mapped[datetime | None] = mapped_column(Moment)
    suspended_until: Mapped[datetime | None] = mapped_column(Moment)
    # Who is to deal with it, in words; empty: the community's committee. And the rule that said so.
    responsible: Mapped[str | None] = mapped_column(String(80))
    rule_id: Mapped[str | None] = mapped_column(String(32))
    assigned_at: Mapped[datetime | None] = mapped_column(Moment)
    fixed_by: Mapped[str | None] = mapped_column(String(32))
    fixed_at: Mapped[datetime | None] = mapped_column(Moment)
    # A code, and where that is not enough a sentence: why it was declined, suspended, sent back, made void, or fixed without a photo.
    reason: Mapped[str | None] = mapped_column(String(30))
    reason_text: Mapped[str | None] = mapped_column(Encrypted("hazards.reason_text"))
    reopened: Mapped[int] = mapped_column(Integer)
    # Which other one it is the same as, and what it was before.
    merged_into: Mapped[str | None] = mapped_column(String(32))
    merged_from: Mapped[str | None] = mapped_column(String(12))
    __table_args__ = (
        Index("ix_hazards_station_status", "station_id", "status", "sent_at"),
        Index("ix_hazards_station_sent", "station_id", "sent_at"),
        Index("ix_hazards_community_status", "community_id", "status", "sent_at"),
        Index("ix_hazards_community_sent", "community_id", "sent_at"),
        Index("ix_hazards_category_sent", "station_id", "category", "sent_at"),
        Index("ix_hazards_nearby", "station_id", "family", "lat"),
        Index("ix_hazards_box", "station_id", "lat", "lon"),
        Index("ix_hazards_due", "due_at", sqlite_where=_CLOCK_RUNS, postgresql_where=_CLOCK_RUNS),
        Index("ix_hazards_merged", "merged_into"),
    )


class HazardReport(db.Model):
    """That somebody has seen it: the first who reported it, and everybody who joined."""

    __tablename__ = "hazard_reports"
    hazard_id: Mapped[str] = mapped_column(ForeignKey("hazards.id"), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("persons.id"), primary_key=True)
    seen_at: Mapped[datetime] = mapped_column(Moment)
    at: Mapped[datetime] = mapped_column(Moment)
    __table_args__ = (Index("ix_hazard_reports_person", "person_id", "at"),)


class HazardPhoto(db.Model):
    """A kept photo: sent ahead by somebody, then of one hazard. Others see it when a coordinator has let it be seen."""

    __tablename__ = "hazard_photos"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    hazard_id: Mapped[str | None] = mapped_column(ForeignKey("hazards.id"), index=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("persons.id"))
    name: Mapped[str] = mapped_column(String(40))
    width: Mapped[int] = mapped_column(Integer)
    height: Mapped[int] = mapped_column(Integer)
    # `report`, `join`, `after` or `check`.
    caption: Mapped[str] = mapped_column(String(10))
    at: Mapped[datetime] = mapped_column(Moment)
    shown_at: Mapped[datetime | None] = mapped_column(Moment)


class HazardLockedPhoto(db.Model):
    """A photo of which parts were blacked out: its file is shown to nobody any more, and goes after a while."""

    __tablename__ = "hazard_locked_photos"
    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    hazard_id: Mapped[str] = mapped_column(ForeignKey("hazards.id"))
    # What it was called while it was shown.
    photo_id: Mapped[str] = mapped_column(String(32))
    by: Mapped[str] = mapped_column(String(32))
    at: Mapped[datetime] = mapped_column(Moment)


class HazardStep(db.Model):
    """One thing that was done to a hazard: what its history and the trade's rates are made from. Never changed."""

    __tablename__ = "hazard_steps"
    hazard_id: Mapped[str] = mapped_column(ForeignKey("hazards.id"), primary_key=True)
    version: Mapped[int] = mapped_column(Integer, primary_key=True)
    verb: Mapped[str] = mapped_column(String(20))
    was: Mapped[str | None] = mapped_column(String(12))
    # A person's id, or `clock`.
    by: Mapped[str] = mapped_column(String(32))
    at: Mapped[datetime] = mapped_column(Moment)
    # Codes, ids and names of fields.
    said: Mapped[dict[str, object]] = mapped_column(JSON)


class HazardCategory(db.Model):
    """What a station, or everybody (no station), has entered over the categories that come with the house."""

    __tablename__ = "hazard_categories"
    # The station's code, or `*` for everybody's; a key may have no empty part.
    station_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    id: Mapped[str] = mapped_column(String(60), primary_key=True)
    standard: Mapped[str] = mapped_column(String(20))
    kind: Mapped[str] = mapped_column(String(8))
    code: Mapped[str] = mapped_column(String(30))
    name: Mapped[str] = mapped_column(String(40))
    name_en: Mapped[str] = mapped_column(String(60))
    family: Mapped[str] = mapped_column(String(20))
    is_local: Mapped[bool] = mapped_column(Boolean)
    urgent: Mapped[bool] = mapped_column(Boolean)
    always: Mapped[bool] = mapped_column(Boolean)
    hours: Mapped[int] = mapped_column(Integer)
    radius_m: Mapped[int] = mapped_column(Integer)
    public: Mapped[bool] = mapped_column(Boolean)
    active: Mapped[bool] = mapped_column(Boolean)
    advice: Mapped[str] = mapped_column(String(200))
    advice_en: Mapped[str] = mapped_column(String(200))


class HazardRule(db.Model):
    """Who deals with what, where: an empty field fits everything."""

    __tablename__ = "hazard_rules"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    station_id: Mapped[str] = mapped_column(ForeignKey("units.id"), index=True)
    category: Mapped[str | None] = mapped_column(String(60))
    family: Mapped[str | None] = mapped_column(String(20))
    community_id: Mapped[str | None] = mapped_column(String(32))
    responsible: Mapped[str] = mapped_column(String(80))
    made_at: Mapped[datetime] = mapped_column(Moment)


class HazardReason(db.Model):
    """A reason to decline that a station has entered itself: for one category, or for all. Its words are never changed."""

    __tablename__ = "hazard_reasons"
    code: Mapped[str] = mapped_column(String(30), primary_key=True)
    station_id: Mapped[str] = mapped_column(ForeignKey("units.id"))
    category: Mapped[str | None] = mapped_column(String(60))
    zh: Mapped[str] = mapped_column(String(200))
    en: Mapped[str] = mapped_column(String(200))
    by: Mapped[str] = mapped_column(String(32))
    made_at: Mapped[datetime] = mapped_column(Moment)
    # No longer offered from then on; who was declined with it still reads it.
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    __table_args__ = (Index("ix_hazard_reasons_station", "station_id", "made_at"),)


class HazardQuestion(db.Model):
    """A courier who came past was asked whether it is really gone: one question for each courier and hazard."""

    __tablename__ = "hazard_questions"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    hazard_id: Mapped[str] = mapped_column(ForeignKey("hazards.id"))
    person_id: Mapped[str] = mapped_column(ForeignKey("persons.id"))
    asked_at: Mapped[datetime] = mapped_column(Moment)
    answered_at: Mapped[datetime | None] = mapped_column(Moment)
    gone: Mapped[bool | None] = mapped_column(Boolean)
    __table_args__ = (UniqueConstraint("hazard_id", "person_id", name="ux_hazard_questions"),)


class HazardCount(db.Model):
    """How many hazards a station has entered on a day: the running part of their numbers."""

    __tablename__ = "hazard_counts"
    station_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    day: Mapped[str] = mapped_column(String(10), primary_key=True)
    count: Mapped[int] = mapped_column(Integer)

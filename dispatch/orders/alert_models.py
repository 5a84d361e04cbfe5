"""What an alert is, the plan of each open order, what is believed and wished of couriers, and what a station has set."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, Boolean, Float, ForeignKey, Index, Integer, String, false, text
from sqlalchemy.orm import Mapped, mapped_column

from dispatch.core.columns import Moment
from dispatch.extensions import db

_STANDING = text("outcome = 'standing'")


class Alert(db.Model):
    """One ask: somebody's phone has spoken for an order. What was known then, and what became of it; the row is what is learned from.

    `order_id` refers to no row by a foreign key: the database would hold the order for it, and a claim would wait.
    """

    __tablename__ = "alerts"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    order_id: Mapped[str] = mapped_column(String(32))
    station_id: Mapped[str] = mapped_column(String(32))
    # Cut after ALERTS_KEPT: what remains is a row for study that leads to nobody.
    person_id: Mapped[str | None] = mapped_column(ForeignKey("persons.id"))
    # The how manieth time on the board, from 1, and the wave of that time, from 0.
    round: Mapped[int] = mapped_column(Integer)
    wave: Mapped[int] = mapped_column(Integer)
    urgency: Mapped[str] = mapped_column(String(8))
    sent_at: Mapped[datetime] = mapped_column(Moment)
    expires_at: Mapped[datetime] = mapped_column(Moment)
    km: Mapped[float] = mapped_column(Float)
    busy: Mapped[bool] = mapped_column(Boolean)
    recent: Mapped[float] = mapped_column(Float)
    unanswered: Mapped[float] = mapped_column(Float)
    likelihood: Mapped[float] = mapped_column(Float)
    share: Mapped[float] = mapped_column(Float)
    asked_before: Mapped[int] = mapped_column(Integer)
    standing_before: Mapped[int] = mapped_column(Integer)
    # standing, claimed, declined, silent or withdrawn.
    outcome: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str | None] = mapped_column(String(20))
    answered_at: Mapped[datetime | None] = mapped_column(Moment)
    __table_args__ = (
        # The last lock on the door: nobody is asked twice while an order is on the board, however many clocks run.
        Index("ux_alerts_order_person", "order_id", "person_id", "round", unique=True),
        Index("ix_alerts_person", "person_id", "sent_at"),
        Index("ix_alerts_station", "station_id", "sent_at"),
        Index("ix_alerts_standing", "expires_at", sqlite_where=_STANDING, postgresql_where=_STANDING),
    )


class AlertPlan(db.Model):
    """How far an open order's alerts have come. `look` rises with each look: of two clocks that look at once one has come too late."""

    __tablename__ = "alert_plans"
    order_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    station_id: Mapped[str] = mapped_column(String(32))
    # Which time on the board it is about; another one of the order's begins the plan anew.
    opened_at: Mapped[datetime] = mapped_column(Moment)
    round: Mapped[int] = mapped_column(Integer)
    look: Mapped[int] = mapped_column(Integer)
    wave: Mapped[int] = mapped_column(Integer)
    looked_at: Mapped[datetime] = mapped_column(Moment)
    next_at: Mapped[datetime] = mapped_column(Moment, index=True)
    next_wave_at: Mapped[datetime | None] = mapped_column(Moment)
    # By how many seconds a desk has hurried it.
    ahead_s: Mapped[float] = mapped_column(Float)
    # A desk wants the whole station asked now.
    widen: Mapped[bool] = mapped_column(Boolean, server_default=false(), default=False)
    # The last step of the escalation, and when each was done: [[name, moment], …].
    step: Mapped[str] = mapped_column(String(16))
    steps: Mapped[list[list[str]]] = mapped_column(JSON)


class Belief(db.Model):
    """What is believed of one courier, or (under the station's id) of all of a station: rows of numbers, see `predicting`."""

    __tablename__ = "beliefs"
    whose: Mapped[str] = mapped_column(String(32), primary_key=True)
    numbers: Mapped[list[float]] = mapped_column(JSON)
    answers: Mapped[int] = mapped_column(Integer)
    # Counts that fade, each with the moment it was true at: alerts, asks in a row without an answer, claims.
    recent: Mapped[float] = mapped_column(Float)
    recent_at: Mapped[datetime] = mapped_column(Moment)
    unanswered: Mapped[float] = mapped_column(Float)
    unanswered_at: Mapped[datetime] = mapped_column(Moment)
    claims: Mapped[float] = mapped_column(Float)
    claims_at: Mapped[datetime] = mapped_column(Moment)


class AlertWishes(db.Model):
    """What a courier wants of alerts; what is empty is not limited. Hours are minutes after midnight."""

    __tablename__ = "alert_wishes"
    person_id: Mapped[str] = mapped_column(ForeignKey("persons.id"), primary_key=True)
    not_until: Mapped[datetime | None] = mapped_column(Moment)
    most_m: Mapped[int | None] = mapped_column(Integer)
    kinds: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    per_day: Mapped[int | None] = mapped_column(Integer)
    quiet_from: Mapped[int | None] = mapped_column(Integer)
    quiet_to: Mapped[int | None] = mapped_column(Integer)


class AlertChoices(db.Model):
    """What a station has set for its alerts; a missing row or value means the default in `alert_rules`."""

    __tablename__ = "alert_choices"
    station_id: Mapped[str] = mapped_column(ForeignKey("units.id"), primary_key=True)
    choices: Mapped[dict[str, object]] = mapped_column(JSON)


class PhoneCall(db.Model):
    """That a coordinator has rung somebody for an order, and what he said."""

    __tablename__ = "phone_calls"
    order_id: Mapped[str] = mapped_column(ForeignKey("orders.id"), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("persons.id"), primary_key=True)
    outcome: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str | None] = mapped_column(String(20))
    by: Mapped[str] = mapped_column(String(32))
    at: Mapped[datetime] = mapped_column(Moment)

"""What an order is, who has claimed it and who has said that it does not suit."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, Boolean, Float, ForeignKey, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column

from dispatch.core.columns import Moment
from dispatch.core.secrets import Encrypted, EncryptedList
from dispatch.extensions import db


class Order(db.Model):
    """One errand. `status` is written by `core/workflow.advance` alone."""

    __tablename__ = "orders"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    number: Mapped[str] = mapped_column(String(12))
    status: Mapped[str] = mapped_column(String(12))
    district_id: Mapped[str | None] = mapped_column(String(32))
    station_id: Mapped[str] = mapped_column(ForeignKey("units.id"))
    community_id: Mapped[str] = mapped_column(ForeignKey("units.id"))
    kind: Mapped[str] = mapped_column(String(12))
    summary: Mapped[str] = mapped_column(String(120))
    building: Mapped[str] = mapped_column(String(80))
    lat: Mapped[float | None] = mapped_column(Float)
    lon: Mapped[float | None] = mapped_column(Float)
    urgency: Mapped[str] = mapped_column(String(8))
    window_start: Mapped[datetime | None] = mapped_column(Moment)
    window_end: Mapped[datetime] = mapped_column(Moment)
    slots: Mapped[int] = mapped_column(Integer)
    taken: Mapped[int] = mapped_column(Integer)
    # Rises with every claim: a command that names an older one comes from somebody who no longer holds it.
    epoch: Mapped[int] = mapped_column(Integer)
    money_limit: Mapped[int | None] = mapped_column(Integer)
    skills: Mapped[list[str]] = mapped_column(JSON)
    familiar_first: Mapped[bool] = mapped_column(Boolean)
    resident_id: Mapped[str | None] = mapped_column(String(32), index=True)
    private_note: Mapped[str | None] = mapped_column(Encrypted("orders.private_note"))
    code: Mapped[str | None] = mapped_column(Encrypted("orders.code"))
    wrong_codes: Mapped[int] = mapped_column(Integer)
    reason: Mapped[str | None] = mapped_column(String(20))
    delivery_reason: Mapped[str | None] = mapped_column(Encrypted("orders.delivery_reason"))
    delivery_photo: Mapped[str | None] = mapped_column(String(80))
    # Who phoned in her stead: {name, phone}; then the courier calls him.
    caller: Mapped[dict[str, str] | None] = mapped_column(EncryptedList("orders.caller"))
    # The call back after the delivery: how often in vain, when again, what she said.
    call_tries: Mapped[int] = mapped_column(Integer, server_default="0", default=0)
    call_again_at: Mapped[datetime | None] = mapped_column(Moment)
    satisfied: Mapped[bool | None] = mapped_column(Boolean)
    closing_note: Mapped[str | None] = mapped_column(Encrypted("orders.closing_note"))
    posted_by: Mapped[str] = mapped_column(String(32))
    posted_at: Mapped[datetime] = mapped_column(Moment)
    # Since when it has been on the board this time, and what is due when: the sweeps look here.
    opened_at: Mapped[datetime | None] = mapped_column(Moment)
    escalate_at: Mapped[datetime | None] = mapped_column(Moment)
    escalated_at: Mapped[datetime | None] = mapped_column(Moment)
    pick_up_by: Mapped[datetime | None] = mapped_column(Moment)
    changed_at: Mapped[datetime] = mapped_column(Moment)
    # Until then it is for those who know the resident; empty where it is for all at once.
    opens_to_all_at: Mapped[datetime | None] = mapped_column(Moment)
    # Rises with every edit at a desk: an edit that names an older one was made from what is no longer true.
    version: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    __table_args__ = (
        Index("ix_orders_station_status", "station_id", "status", "posted_at"),
        Index("ix_orders_community_status", "community_id", "status", "posted_at"),
        Index("ix_orders_station_posted", "station_id", "posted_at"),
        Index("ix_orders_community_posted", "community_id", "posted_at"),
        Index(
            "ix_orders_unfinished", "status", "window_end",
            sqlite_where=text("status NOT IN ('closed', 'cancelled')"), postgresql_where=text("status NOT IN ('closed', 'cancelled')"),
        ),
    )  # fmt: skip


class Claim(db.Model):
    """One person's hold on an order, from the grab to the end of it."""

    __tablename__ = "claims"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    order_id: Mapped[str] = mapped_column(ForeignKey("orders.id"))
    person_id: Mapped[str] = mapped_column(ForeignKey("persons.id"))
    epoch: Mapped[int] = mapped_column(Integer)
    claimed_at: Mapped[datetime] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    ended_as: Mapped[str | None] = mapped_column(String(12))
    reason: Mapped[str | None] = mapped_column(String(20))
    __table_args__ = (
        Index("ix_claims_order_person", "order_id", "person_id", "epoch"),
        # The last lock on the door: no person holds an order twice, whatever the code above does.
        Index(
            "ux_claims_held", "person_id", "order_id", unique=True,
            sqlite_where=text("ended_at IS NULL"), postgresql_where=text("ended_at IS NULL"),
        ),
    )  # fmt: skip


class Decline(db.Model):
    """Somebody for whom an order does not suit; it leaves his board."""

    __tablename__ = "declines"
    order_id: Mapped[str] = mapped_column(ForeignKey("orders.id"), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("persons.id"), primary_key=True)
    reason: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime] = mapped_column(Moment)


class Edit(db.Model):
    """One change that a desk made to an order: what the second of two coordinators is told."""

    __tablename__ = "edits"
    order_id: Mapped[str] = mapped_column(ForeignKey("orders.id"), primary_key=True)
    version: Mapped[int] = mapped_column(Integer, primary_key=True)
    person_id: Mapped[str] = mapped_column(String(32))
    # Names of fields, or the verb; never what they said.
    changed: Mapped[list[str]] = mapped_column(JSON)
    at: Mapped[datetime] = mapped_column(Moment)


class QueuePlace(db.Model):
    """Somebody who waits for a full order; who came first has the first turn."""

    __tablename__ = "queue_places"
    order_id: Mapped[str] = mapped_column(ForeignKey("orders.id"), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("persons.id"), primary_key=True, index=True)
    at: Mapped[datetime] = mapped_column(Moment)


class NoShow(db.Model):
    """That a holder did not come: who says so, and his answer beside it. Nothing is counted from these rows."""

    __tablename__ = "no_shows"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    order_id: Mapped[str] = mapped_column(ForeignKey("orders.id"), index=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("persons.id"), index=True)
    station_id: Mapped[str] = mapped_column(String(32))
    community_id: Mapped[str] = mapped_column(String(32))
    recorded_by: Mapped[str] = mapped_column(ForeignKey("persons.id"))
    recorded_at: Mapped[datetime] = mapped_column(Moment)
    reason: Mapped[str] = mapped_column(String(20))
    answer: Mapped[str | None] = mapped_column(Encrypted("no_shows.answer"))
    answered_at: Mapped[datetime | None] = mapped_column(Moment)
    __table_args__ = (Index("ix_no_shows_station", "station_id", "recorded_at"),)


class Message(db.Model):
    """A word from the station to its couriers, for two days."""

    __tablename__ = "messages"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    station_id: Mapped[str] = mapped_column(String(32))
    depot_id: Mapped[str | None] = mapped_column(String(32))
    text: Mapped[str] = mapped_column(Encrypted("messages.text"))
    sent_by: Mapped[str] = mapped_column(String(32))
    sent_at: Mapped[datetime] = mapped_column(Moment)
    expires_at: Mapped[datetime] = mapped_column(Moment)
    __table_args__ = (Index("ix_messages_station", "station_id", "expires_at"),)


class MessageRead(db.Model):
    """That somebody has read a message."""

    __tablename__ = "message_reads"
    message_id: Mapped[str] = mapped_column(ForeignKey("messages.id"), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("persons.id"), primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment)


class DayCount(db.Model):
    """How many orders a station has had on a day: the running part of an order's number."""

    __tablename__ = "day_counts"
    station_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    day: Mapped[str] = mapped_column(String(10), primary_key=True)
    count: Mapped[int] = mapped_column(Integer)


class Advance(db.Model):
    """What a courier has laid out for an order, and how far it is settled; the money itself is in `accounts`.

    `id` is that of his claim: whoever held the order after him, or with him, has a row of his own. `status` is written by
    `core/workflow.advance` alone, and `version` rises with every booking: a command that has seen an older one is too late.
    """

    __tablename__ = "advances"
    id: Mapped[str] = mapped_column(ForeignKey("claims.id"), primary_key=True)
    order_id: Mapped[str] = mapped_column(ForeignKey("orders.id"), index=True)
    status: Mapped[str] = mapped_column(String(12))
    station_id: Mapped[str] = mapped_column(ForeignKey("units.id"))
    community_id: Mapped[str] = mapped_column(ForeignKey("units.id"))
    courier_id: Mapped[str] = mapped_column(ForeignKey("persons.id"))
    resident_id: Mapped[str] = mapped_column(String(32))
    # What was laid out as it stands now, in fen, and the transfer that says so.
    amount: Mapped[int] = mapped_column(Integer)
    transfer_id: Mapped[str] = mapped_column(ForeignKey("transfers.id"))
    receipt_id: Mapped[str] = mapped_column(ForeignKey("receipts.id"))
    version: Mapped[int] = mapped_column(Integer)
    at: Mapped[datetime] = mapped_column(Moment)
    __table_args__ = (
        Index("ix_advances_community_status", "community_id", "status", "at"),
        Index("ix_advances_station_status", "station_id", "status", "at"),
        Index("ix_advances_courier_status", "courier_id", "status", "at"),
    )


class Receipt(db.Model):
    """The photo of a receipt. Its file goes when the station's time for it is over; that there was one stays."""

    __tablename__ = "receipts"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    order_id: Mapped[str] = mapped_column(ForeignKey("orders.id"), index=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("persons.id"))
    photo: Mapped[str | None] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(Moment, index=True)

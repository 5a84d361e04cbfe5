"""What an account, a transfer and its lines are. All amounts are whole fen; a debit is positive, a credit negative."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import BigInteger, Date, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from dispatch.core.columns import Moment
from dispatch.extensions import db


class Kind(StrEnum):
    """Whose account it is, and what it says of them."""

    CASH = "cash"  # the community's cash box: what lies in it
    FUND = "fund"  # where the box's money came from: what the community was given for it
    AID = "aid"  # what the community has paid for residents for good
    RESIDENT = "resident"  # what a resident owes
    COURIER = "courier"  # what a courier is owed: a credit


class Account(db.Model):
    """One account of a community's book. `number` runs per kind: it names a resident when her name is gone."""

    __tablename__ = "accounts"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    community_id: Mapped[str] = mapped_column(ForeignKey("units.id"))
    kind: Mapped[str] = mapped_column(String(12))
    owner_id: Mapped[str] = mapped_column(String(32))
    number: Mapped[int] = mapped_column(Integer)
    __table_args__ = (
        UniqueConstraint("community_id", "kind", "owner_id", name="ux_accounts_owner"),
        Index("ix_accounts_owner", "kind", "owner_id"),
    )


class Transfer(db.Model):
    """One voucher: numbered without a gap within its book and year. The database itself refuses to change or delete it."""

    __tablename__ = "transfers"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    community_id: Mapped[str] = mapped_column(ForeignKey("units.id"))
    year: Mapped[int] = mapped_column(Integer)
    number: Mapped[int] = mapped_column(Integer)
    what: Mapped[str] = mapped_column(String(12))
    # The errand that it belongs to, if it belongs to one.
    order_id: Mapped[str | None] = mapped_column(String(32), index=True)
    # Whose part in it: of an errand that went through several hands, each claim has what was laid out under it.
    claim_id: Mapped[str | None] = mapped_column(String(32), index=True)
    way: Mapped[str | None] = mapped_column(String(12))
    how: Mapped[str | None] = mapped_column(String(12))
    # The day on which the money changed hands; `at` is when it was entered.
    paid_on: Mapped[date] = mapped_column(Date)
    reason: Mapped[str | None] = mapped_column(String(20))
    # Which transfer this one takes back: one can be taken back once.
    counters: Mapped[str | None] = mapped_column(String(32), unique=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("persons.id"))
    at: Mapped[datetime] = mapped_column(Moment)
    __table_args__ = (
        UniqueConstraint("community_id", "year", "number", name="ux_transfers_number"),
        Index("ix_transfers_community_at", "community_id", "at"),
    )


class Line(db.Model):
    """What a transfer does to one account: + debit, − credit."""

    __tablename__ = "transfer_lines"
    transfer_id: Mapped[str] = mapped_column(ForeignKey("transfers.id"), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"), primary_key=True, index=True)
    amount: Mapped[int] = mapped_column(BigInteger)


class BookYear(db.Model):
    """How many transfers a book has had in a year: the number of the next one. Held while one is entered."""

    __tablename__ = "book_years"
    community_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    year: Mapped[int] = mapped_column(Integer, primary_key=True)
    count: Mapped[int] = mapped_column(Integer)

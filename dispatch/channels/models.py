"""A channel, and the notices that wait to go out by it or have gone."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column

from dispatch.core.columns import Moment
from dispatch.core.secrets import Encrypted
from dispatch.extensions import db

_WAITING = text("ended_at IS NULL")


class Channel(db.Model):
    """One robot or phone, of a station or of a courier. Who knows its address can write there, so it is sealed."""

    __tablename__ = "channels"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    # One of the two: whose it is.
    station_id: Mapped[str | None] = mapped_column(ForeignKey("units.id"))
    person_id: Mapped[str | None] = mapped_column(ForeignKey("persons.id"))
    kind: Mapped[str] = mapped_column(String(12))
    address: Mapped[str] = mapped_column(Encrypted("channels.address"))
    address_hash: Mapped[str] = mapped_column(String(64))
    # Its last characters, so that two of a kind can be told apart.
    tail: Mapped[str] = mapped_column(String(8))
    # Of what it hears: codes.
    hears: Mapped[list[str]] = mapped_column(JSON)
    lang: Mapped[str] = mapped_column(String(2))
    made_by: Mapped[str] = mapped_column(String(32))
    made_at: Mapped[datetime] = mapped_column(Moment)
    # Nothing goes out before: the robots' limit, the pause after a failure, or somebody is sending at this moment.
    not_before: Mapped[datetime] = mapped_column(Moment)
    failures: Mapped[int] = mapped_column(Integer)
    failing_since: Mapped[datetime | None] = mapped_column(Moment)
    # A code: why the last one did not go out.
    wrong: Mapped[str | None] = mapped_column(String(12))
    sent_at: Mapped[datetime | None] = mapped_column(Moment)
    __table_args__ = (
        Index("ux_channels_station", "station_id", "address_hash", unique=True),
        Index("ux_channels_person", "person_id", "address_hash", unique=True),
        Index("ix_channels_address", "address_hash"),
    )


class Notice(db.Model):
    """One thing to be said by one channel. Ids, codes and a building; what it reads like is made when it goes out."""

    __tablename__ = "notices"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    channel_id: Mapped[str] = mapped_column(ForeignKey("channels.id"))
    # The journal's entry that it is made from: read twice it is written once. A test has none.
    station_id: Mapped[str | None] = mapped_column(String(32))
    seq: Mapped[int | None] = mapped_column(BigInteger)
    what: Mapped[str] = mapped_column(String(20))
    # Of which order or hazard.
    about_id: Mapped[str | None] = mapped_column(String(32))
    said: Mapped[dict[str, object]] = mapped_column(JSON)
    made_at: Mapped[datetime] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    # `sent`, `given_up`, or `over`: it was settled before it went out.
    ended_as: Mapped[str | None] = mapped_column(String(10))
    __table_args__ = (
        Index("ux_notices_entry", "channel_id", "station_id", "seq", unique=True),
        Index("ix_notices_waiting", "channel_id", "made_at", sqlite_where=_WAITING, postgresql_where=_WAITING),
        Index("ix_notices_ended", "ended_at"),
    )

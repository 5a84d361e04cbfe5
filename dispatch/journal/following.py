"""How a room reads the journal on from where it stood: each entry once, in the same transaction as what is made of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import BigInteger, Connection, String, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column

from dispatch.core.unit_of_work import Work, look_again, reading, transaction
from dispatch.extensions import db
from dispatch.journal.models import Head
from dispatch.journal.reading import entries_since

#: Entries in one transaction: short enough that nobody waits for it.
BATCH = 200
#: Batches of one station in one go: a long backlog is read in several, and the other jobs come in between.
BATCHES = 50

Act = Callable[[Work, str, Sequence[dict[str, Any]]], None]


class Follower(db.Model):
    """How far a reader of this name has read a station's journal."""

    __tablename__ = "journal_followers"
    name: Mapped[str] = mapped_column(String(20), primary_key=True)
    station_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger)


_followers, _heads = Follower.__table__, Head.__table__


def follow(name: str, act: Act) -> int:
    """Read every station's journal on, in batches; returns how many entries were read. Harmless if run twice.

    Args:
        name: the reader's.
        act: what to make of some entries of one station, as part of the transaction that remembers having read them.
    """
    look_again()
    return sum(_follow(name, station_id, act) for station_id in _behind(reading(), name))


def read_on(name: str, act: Callable[[Sequence[dict[str, Any]]], None]) -> int:
    """Read every station's journal on, for what may be made of it twice: nothing is held meanwhile, and nobody waits for it.

    Args:
        name: the reader's.
        act: what to make of all that is new at one station; it writes in transactions of its own.
    Returns:
        how many entries were read. Should the process end in between, they are read again.
    """
    look_again()
    total = 0
    for station_id in _behind(reading(), name):
        with transaction() as work:
            known = _held(work, name, station_id)
        entries = entries_since(reading(), station_id, known, BATCH * BATCHES)
        look_again()
        if entries:
            act(entries)
            mine = (_followers.c.name == name, _followers.c.station_id == station_id, _followers.c.seq == known)
            with transaction() as work:
                work.execute(update(_followers).where(*mine).values(seq=entries[-1]["seq"]))
        total += len(entries)
    return total


def _behind(connection: Connection, name: str) -> list[str]:
    mine = (_followers.c.station_id == _heads.c.station_id) & (_followers.c.name == name)
    found = select(_heads.c.station_id).outerjoin(_followers, mine).where(_heads.c.seq > func.coalesce(_followers.c.seq, 0))
    return list(connection.execute(found.order_by(_heads.c.station_id)).scalars())


def _follow(name: str, station_id: str, act: Act) -> int:
    total = 0
    for _batch in range(BATCHES):
        with transaction() as work:
            entries = entries_since(work.connection, station_id, _held(work, name, station_id), BATCH)
            if entries:
                act(work, station_id, entries)
                mine = (_followers.c.name == name, _followers.c.station_id == station_id)
                work.execute(update(_followers).where(*mine).values(seq=entries[-1]["seq"]))
        total += len(entries)
        if len(entries) < BATCH:
            break
    return total


def _held(work: Work, name: str, station_id: str) -> int:
    """Where this reader stands, held until the commit; a new one stands at the beginning."""
    dialect = postgresql if work.connection.dialect.name == "postgresql" else sqlite
    fresh = {"name": name, "station_id": station_id, "seq": 0}
    work.execute(dialect.insert(_followers).on_conflict_do_nothing(), fresh)
    found = select(_followers.c.seq).where(_followers.c.name == name, _followers.c.station_id == station_id)
    return int(work.execute(found.with_for_update()).scalar_one())

"""How a room reads the journal on from where it stood: each entry once, or again where the process ended in between."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any

from sqlalchemy import BigInteger, Connection, Select, String, bindparam, func, select
from sqlalchemy.orm import Mapped, mapped_column

from dispatch.core.statements import Prepared
from dispatch.core.unit_of_work import Work, look_again, reading, transaction
from dispatch.core.upserts import insert_into
from dispatch.extensions import db
from dispatch.journal.models import Head
from dispatch.journal.reading import entries_between

#: Entries of one station in one go: a long backlog is read in several, and the other jobs come in between.
MOST = 10_000


class Follower(db.Model):
    """How far a reader of this name has read a station's journal."""

    __tablename__ = "journal_followers"
    name: Mapped[str] = mapped_column(String(20), primary_key=True)
    station_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger)


_followers, _heads = Follower.__table__, Head.__table__


def read_on(name: str, act: Callable[[Sequence[dict[str, Any]]], None], types: Collection[str] | None = None) -> int:
    """Read every station's journal on, for what may be made of it twice: nothing is held meanwhile, and nobody waits for it.

    Args:
        name: the reader's.
        act: what to make of all that is new at one station; it writes in transactions of its own.
        types: of entries that it is about; the others are passed over without being opened. None: it is about all.
    Returns:
        how many entries were read. Should the process end in between, they are read again.
    """
    look_again()
    total, passed_over = 0, []
    for station_id, known, head in _behind(reading(), name):
        entries = entries_between(reading(), station_id, known, head, types, MOST)
        if not entries:
            passed_over.append((station_id, known, head))
            continue
        look_again()
        act(entries)
        with transaction() as work:
            _remember(work, name, [(station_id, known, entries[-1]["seq"] if len(entries) == MOST else head)])
        total += len(entries)
    look_again()
    if passed_over:
        with transaction() as work:
            _remember(work, name, passed_over)
    return total


def is_behind(connection: Connection, name: str, station_ids: Sequence[str]) -> bool:
    """Whether something has happened at one of these stations that this reader has not read yet."""
    return connection.execute(_unread(name).where(_heads.c.station_id.in_(station_ids)).limit(1)).first() is not None


def _unread(name: Any) -> Select[Any]:
    mine = (_followers.c.station_id == _heads.c.station_id) & (_followers.c.name == name)
    known = func.coalesce(_followers.c.seq, 0)
    return select(_heads.c.station_id, known.label("known"), _heads.c.seq).outerjoin(_followers, mine).where(_heads.c.seq > known)


_all_unread = Prepared(_unread(bindparam("name")).order_by(_heads.c.station_id))


def _behind(connection: Connection, name: str) -> list[tuple[str, int, int]]:
    """Station, up to where it is read, and up to where it is written, of those where there is more."""
    return [(row.station_id, int(row.known), int(row.seq)) for row in _all_unread.all(connection, name=name)]


def _remember(work: Work, name: str, read: Sequence[tuple[str, int, int]]) -> None:
    """Station, from where and up to where it is read, unless another process has read on from the same place meanwhile."""
    fresh = insert_into(work, _followers)
    on = {"index_elements": ["name", "station_id"], "set_": {"seq": fresh.excluded.seq}, "where": _followers.c.seq == bindparam("known")}
    rows = [{"name": name, "station_id": station_id, "known": known, "seq": seq} for station_id, known, seq in read]
    work.execute_many(
        fresh.values(**{column: bindparam(column) for column in ("name", "station_id", "seq")}).on_conflict_do_update(**on), rows
    )

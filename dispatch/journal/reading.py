"""How the journal is read: since a number, and from the beginning to see that nobody has touched it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, bindparam, false, or_, select

from dispatch.core.statements import Prepared
from dispatch.journal.appending import GENESIS, entry_hash
from dispatch.journal.models import Entry, Head

_entries, _heads = Entry.__table__, Head.__table__
_since = Prepared(
    select(_entries.c.station_id, _entries.c.seq, _entries.c.at, _entries.c.type, _entries.c.data)
    .where(_entries.c.station_id == bindparam("station"), _entries.c.seq > bindparam("seq"))
    .order_by(_entries.c.seq)
    .limit(bindparam("most"))
)
_head = Prepared(select(_heads.c.seq).where(_heads.c.station_id == bindparam("station")))


class Break(NamedTuple):
    """Where the chain does not hold, and how."""

    station_id: str
    seq: int
    why: str


def entries_since(connection: Connection, station_id: str, seq: int, most: int) -> list[dict[str, Any]]:
    """The entries after number `seq`, at most `most` of them, in order."""
    return [row._asdict() for row in _since.all(connection, station=station_id, seq=seq, most=most)]


def entries_between(
    connection: Connection, station_id: str, seq: int, head: int, types: Collection[str] | None, most: int
) -> list[dict[str, Any]]:
    """The entries after number `seq` up to `head`, of these types or of all, at most `most` of them, in order."""
    found = _between(None if types is None else frozenset(types)).all(connection, station=station_id, seq=seq, head=head, most=most)
    return [row._asdict() for row in found]


@lru_cache
def _between(types: frozenset[str] | None) -> Prepared:
    """Built once per reader."""
    here = (_entries.c.station_id == bindparam("station"), _entries.c.seq > bindparam("seq"), _entries.c.seq <= bindparam("head"))
    found = select(_entries.c.station_id, _entries.c.seq, _entries.c.at, _entries.c.type, _entries.c.data).where(*here)
    wanted = found if types is None else found.where(or_(false(), *(_entries.c.type == one for one in sorted(types))))
    return Prepared(wanted.order_by(_entries.c.seq).limit(bindparam("most")))


def head_of(connection: Connection, station_id: str) -> int:
    """The last number of one station."""
    row = _head.first(connection, station=station_id)
    return int(row.seq) if row else 0


def heads(connection: Connection, station_ids: Iterable[str]) -> dict[str, int]:
    """The last number of each station; 0 where nothing has happened yet."""
    wanted = list(station_ids)
    rows = connection.execute(select(_heads.c.station_id, _heads.c.seq).where(_heads.c.station_id.in_(wanted)))
    return dict.fromkeys(wanted, 0) | {row.station_id: row.seq for row in rows}


def breaks(connection: Connection) -> Iterator[Break]:
    """Walk every station's chain from its first entry; yields each place that does not hold."""
    lost = select(_entries.c.station_id).distinct().where(_entries.c.station_id.not_in(select(_heads.c.station_id)))
    for station_id in connection.execute(lost).scalars().all():
        yield Break(station_id, 0, "entries without a head")
    for head in connection.execute(select(_heads.c.station_id, _heads.c.seq, _heads.c.hash).order_by(_heads.c.station_id)).all():
        seq, sealed = 0, GENESIS
        stream = connection.execution_options(yield_per=1000).execute(
            select(_entries).where(_entries.c.station_id == head.station_id).order_by(_entries.c.seq)
        )
        for row in stream:
            yield from _check(row, seq, sealed)
            seq, sealed = row.seq, row.hash
        if (seq, sealed) != (head.seq, head.hash):
            yield Break(head.station_id, head.seq, "the head does not match the last entry")


def _check(row: Row[Any], seq: int, sealed: str) -> Iterator[Break]:
    if row.seq != seq + 1:
        yield Break(row.station_id, row.seq, f"follows {seq}")
    if row.hash != entry_hash(sealed, row.station_id, row.seq, row.at, row.type, row.data):
        yield Break(row.station_id, row.seq, "the hash does not match")

"""How an entry comes into the journal: with the change it tells of, numbered last, sealed by the hash before it."""

from __future__ import annotations

import hashlib
import json
from functools import partial
from typing import Any

from flask import current_app
from sqlalchemy import bindparam, insert, select, update

from dispatch.core.clock import iso, now
from dispatch.core.statements import Prepared
from dispatch.core.unit_of_work import Work
from dispatch.core.upserts import insert_into
from dispatch.journal.hints import announce
from dispatch.journal.models import Entry, Head

GENESIS = "0" * 64
_canonical = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode

_entries, _heads = Entry.__table__, Head.__table__
_head = Prepared(select(_heads.c.seq, _heads.c.hash).where(_heads.c.station_id == bindparam("station")).with_for_update())
_insert = Prepared(insert(_entries), [column.name for column in _entries.columns])
_move_head = Prepared(
    update(_heads).where(_heads.c.station_id == bindparam("station")).values(seq=bindparam("new_seq"), hash=bindparam("new_hash"))
)


def append(work: Work, station_id: str, entry_type: str, **data: Any) -> None:
    """Tell the journal, as part of `work`.

    Args:
        work: the transaction that makes the change.
        station_id: whose journal.
        entry_type: a name such as "order.claimed".
        **data: ids, codes and counts; never a name, phone, door or anything typed by a person.
    """
    if not work.entries:
        work.before_commit.append(partial(_seal, work))
    work.entries.append((station_id, entry_type, data))


def entry_hash(before: str, station_id: str, seq: int, at: str, entry_type: str, data: dict[str, Any]) -> str:
    """SHA-256 over the hash before and everything the entry says, as canonical JSON."""
    return hashlib.sha256(_canonical([before, station_id, seq, at, entry_type, data]).encode()).hexdigest()


def _seal(work: Work) -> None:
    """Number the entries of `work`. The stations go in order, so that two transactions cannot wait for each other."""
    for station_id in sorted({station_id for station_id, _, _ in work.entries}):
        seq, sealed = _hold_head(work, station_id)
        for entry_type, data in ((t, d) for s, t, d in work.entries if s == station_id):
            seq, at = seq + 1, iso(now()) or ""
            sealed = entry_hash(sealed, station_id, seq, at, entry_type, data)
            _insert.run(work.connection, station_id=station_id, seq=seq, at=at, type=entry_type, data=data, hash=sealed)
        _move_head.run(work.connection, station=station_id, new_seq=seq, new_hash=sealed)
        work.after_commit.append(partial(announce, current_app._get_current_object(), station_id))  # type: ignore[attr-defined]


def _hold_head(work: Work, station_id: str) -> tuple[int, str]:
    """The station's last number and hash, held until the commit; a new station starts at nothing."""
    row = _head.first(work.connection, station=station_id)
    if row is None:
        fresh = {"station_id": station_id, "seq": 0, "hash": GENESIS, "created_at": now()}
        work.execute(insert_into(work, _heads).on_conflict_do_nothing(), fresh)
        row = _head.first(work.connection, station=station_id)
    return row.seq, row.hash

"""What a repeated command gets: the first one's outcome, found again by its key, for 72 hours.

The outcome is kept, not the answer: an answer carries personal data, and what the asker may see of it can end. A refusal
changes nothing and is not kept; the same command is then judged anew. (docs/decisions/0005)
"""

from __future__ import annotations

import hashlib
import json
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import JSON, Connection, String, bindparam, delete, func, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column

from dispatch.core.clock import now
from dispatch.core.columns import Moment
from dispatch.core.errors import Invalid, StillRunning
from dispatch.core.statements import Prepared
from dispatch.core.unit_of_work import Work, reading
from dispatch.extensions import db

KEPT = timedelta(hours=72)
_canonical = json.JSONEncoder(sort_keys=True, default=str).encode
_UUID = re.compile(r"[0-9a-fA-F]{8}(-?[0-9a-fA-F]{4}){3}-?[0-9a-fA-F]{12}")


class Idempotency(db.Model):
    """One carried-out command."""

    __tablename__ = "idempotency"
    # One tree to write in instead of two: every command adds a row.
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012
    person_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    key: Mapped[str] = mapped_column(String(36), primary_key=True)
    body_hash: Mapped[str] = mapped_column(String(64))
    outcome: Mapped[dict[str, Any]] = mapped_column(JSON)
    at: Mapped[datetime] = mapped_column(Moment, index=True)


_table = Idempotency.__table__
_find = Prepared(
    select(_table.c.body_hash, _table.c.outcome).where(
        _table.c.person_id == bindparam("person"), _table.c.key == bindparam("idempotency_key")
    )
)
_keep = Prepared(insert(_table), [column.name for column in _table.columns])
_try_lock = select(func.pg_try_advisory_xact_lock(func.hashtextextended(bindparam("name"), 0)))

_running: set[tuple[str, str]] = set()
_running_guard = threading.Lock()


class SaidBefore(Exception):
    """A command under a key that has its outcome already: what was written for it this time must not stand."""


class Once:
    """One command of one person under one key; without a key it is simply carried out."""

    def __init__(self, person_id: str, key: str | None, verb: str, body: Mapping[str, Any]) -> None:
        if key is not None and not _UUID.fullmatch(key):
            raise Invalid("Idempotency-Key")
        self.person_id, self.key = person_id, key
        self.body_hash = hashlib.sha256(_canonical([verb, body]).encode()).hexdigest()

    def earlier(self, connection: Connection | None = None) -> dict[str, Any] | None:
        """The outcome of the first time, if there was one.

        Raises:
            Invalid: the key was used for something else.
        """
        if self.key is None:
            return None
        row = _find.first(connection or reading(), person=self.person_id, idempotency_key=self.key)
        if row is None:
            return None
        if row.body_hash != self.body_hash:
            raise Invalid("Idempotency-Key")
        outcome: dict[str, Any] = row.outcome
        return outcome

    def keep(self, work: Work, outcome: dict[str, Any]) -> None:
        """Write the outcome in the transaction of the change itself.

        Raises:
            SaidBefore: there is one under this key already; the transaction must not stand.
        """
        if self.key is not None:
            row = {"person_id": self.person_id, "key": self.key, "body_hash": self.body_hash, "outcome": outcome, "at": now()}
            try:
                _keep.run(work.connection, **row)
            except IntegrityError:
                raise SaidBefore() from None

    @contextmanager
    def running(self) -> Iterator[None]:
        """Refuse a second one of the same key while the first is at work in this process.

        Raises:
            StillRunning: it is.
        """
        mark = (self.person_id, self.key or "")
        with _running_guard:
            if self.key and mark in _running:
                raise StillRunning(retry_after=1)
            _running.add(mark)
        try:
            yield
        finally:
            _running.discard(mark)

    def lock(self, work: Work) -> None:
        """The same between processes; SQLite's write lock has already done it.

        Raises:
            StillRunning: another process is carrying out this key.
        """
        shared = self.key and work.connection.dialect.name == "postgresql"
        if shared and not work.execute(_try_lock, {"name": f"{self.person_id}:{self.key}"}).scalar():
            raise StillRunning(retry_after=1)


def forget_old(work: Work) -> int:
    """Delete what is older than 72 hours; returns how many."""
    return work.execute(delete(_table).where(_table.c.at < now() - KEPT)).rowcount

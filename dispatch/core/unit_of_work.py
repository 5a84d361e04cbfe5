"""What one transaction is: begun for writing at once, its journal entries last, listeners told only after it stands."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import pysqlite3
from sqlalchemy import Connection, CursorResult, Engine, Executable, event
from sqlalchemy.exc import OperationalError

from dispatch.core.errors import Busy
from dispatch.extensions import db

#: How long a writer waits for the one before it, in milliseconds.
WRITE_LOCK_WAIT_MS = 5_000
#: How long a writer rests between two tries at the lock, in seconds; short, as a claim holds it for about a millisecond.
WRITE_LOCK_REST_S = 0.002


class Work:
    """A transaction under way.

    `before_commit` runs last inside the transaction (the journal's numbers are taken there, so that they are held for
    the shortest time); `after_commit` runs when the change stands, each listener failing alone.
    """

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.before_commit: list[Callable[[], None]] = []
        self.after_commit: list[Callable[[], None]] = []
        self.entries: list[Any] = []

    def execute(self, statement: Executable, parameters: Mapping[str, Any] | None = None) -> CursorResult[Any]:
        """Run one Core statement in this transaction."""
        return self.connection.execute(statement, parameters)

    def execute_many(self, statement: Executable, rows: Sequence[Mapping[str, Any]]) -> None:
        """Run one Core statement for each of many rows."""
        self.connection.execute(statement, rows)


@contextmanager
def transaction() -> Iterator[Work]:
    """Everything inside is written or nothing is.

    Raises:
        Busy: the database would not let us write within five seconds.
    """
    # A read of this request still open would show yesterday's picture after the commit.
    db.session.rollback()
    with db.engine.connect() as connection:
        _begin(connection)
        work = Work(connection)
        yield work
        for seal in work.before_commit:
            seal()
        connection.commit()
    for listener in work.after_commit:
        listener()


def _begin(connection: Connection) -> None:
    """Take the write lock before the first read, so that nobody reads, waits, and is then refused as stale."""
    connection.info["begin"] = "BEGIN IMMEDIATE"
    try:
        deadline = time.monotonic() + WRITE_LOCK_WAIT_MS / 1000
        while True:
            try:
                connection.begin()
                return
            except OperationalError as error:
                # SQLite's own wait would stop every greenlet of the process; ours lets the others go on.
                if "locked" not in str(error) or time.monotonic() > deadline:
                    raise Busy() from error
                time.sleep(WRITE_LOCK_REST_S)
    finally:
        connection.info.pop("begin", None)


def reading() -> Connection:
    """The request's connection for reading: one consistent picture until the request ends or writes."""
    return db.session.connection()


def listen_to(engine: Engine) -> None:
    """Teach an SQLite engine to begin transactions when we say so, and to keep what it has acknowledged."""
    if engine.dialect.name != "sqlite":
        return

    @event.listens_for(engine, "connect")
    def set_up(raw: Any, _record: Any) -> None:
        # pysqlite's own mode emits no BEGIN for reads and a late one for writes.
        raw.isolation_level = None
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=0", "cache_size=-32000"):
            raw.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql(connection.info.get("begin", "BEGIN"))


def engine_options(settings: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """The database's address and how its connections are kept.

    SQLite comes from the pysqlite3 wheel: the system's may carry the WAL-reset corruption fixed in 3.51.3.
    """
    url = str(settings["DATABASE_URL"])
    if url.startswith("sqlite"):
        settings["DATA_DIR"].mkdir(parents=True, exist_ok=True)
        return url, {"module": pysqlite3, "pool_size": 20, "max_overflow": 80}
    url = url.replace("postgresql://", "postgresql+psycopg://", 1).replace("postgres://", "postgresql+psycopg://", 1)
    return url, {"pool_size": 10, "max_overflow": 15, "pool_pre_ping": True}

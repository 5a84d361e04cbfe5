"""How SQLite's writers share a commit, and wait for each other without stopping everybody else. (docs/decisions/0015)"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Literal

import pysqlite3
import structlog
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from dispatch.core.errors import Busy

#: How long a writer waits for those before it, in seconds.
WRITE_LOCK_WAIT_S = 5.0
#: How long a writer rests between two tries at the lock, in seconds; short, as a claim holds it for about a millisecond.
WRITE_LOCK_REST_S = 0.002
#: How many turns of the event loop a command takes from its socket to the database.
TURNS = 3

log = structlog.get_logger()


class _Group:
    """Writers who share one commit."""

    def __init__(self) -> None:
        self.done, self.broken, self.stands = threading.Event(), False, False


class Writers:
    """SQLite has one writer at a time, and each commit waits for the disk. Those who want to write meanwhile share the next one.

    The first opens the transaction; whoever comes before it has committed writes into it behind a savepoint, so that a
    refusal undoes its own part alone; nobody returns before the commit of all stands. (docs/decisions/0015)
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.door = threading.Lock()
        self.group: _Group | None = None
        #: Runs a function in a thread of the system's own, so that a process of greenlets goes on while the disk is waited for.
        self.elsewhere: Callable[[Callable[[], Any]], Any] | None = None
        self._kept: Connection | None = None

    @property
    def connection(self) -> Connection:
        """The one that writes: what it has written it need not read again."""
        if self._kept is not None and self._kept.invalidated:
            self.close()
        if self._kept is None:
            self._kept = self.engine.connect()
        return self._kept

    def close(self) -> None:
        """End it."""
        if self._kept is not None:
            self._kept.close()
            self._kept = None

    @contextmanager
    def together(self) -> Iterator[Connection]:
        """One writer's part."""
        deadline = time.monotonic() + WRITE_LOCK_WAIT_S
        # Waiting with a deadline costs a timer: where nobody is before us there is none.
        if not self.door.acquire(blocking=False) and not self.door.acquire(timeout=WRITE_LOCK_WAIT_S):
            raise Busy()
        try:
            joined = self.group
            with self._behind_a_savepoint(joined) if joined else self._opened(deadline) as connection:
                yield connection
            group = joined or _Group()
            self.group = group
        finally:
            self.door.release()
        if not joined:
            self._commit(group)
        group.done.wait()
        if not group.stands:
            raise Busy()

    @contextmanager
    def _opened(self, deadline: float) -> Iterator[Connection]:
        """The first one's part; while it is at work nobody can have joined."""
        try:
            _begin(self.connection, deadline)
            yield self.connection
        except BaseException:
            self._end("rollback")
            raise

    @contextmanager
    def _behind_a_savepoint(self, group: _Group) -> Iterator[Connection]:
        driver: Any = self.connection.connection.dbapi_connection
        driver.execute("SAVEPOINT part")
        try:
            yield self.connection
        except BaseException:
            if driver.in_transaction:
                driver.execute("ROLLBACK TO part")
            else:
                # The disk is full or has failed: SQLite has undone the whole transaction, and nobody's part stands.
                group.broken, self.group = True, None
            raise
        finally:
            if driver.in_transaction:
                driver.execute("RELEASE part")

    def _commit(self, group: _Group) -> None:
        try:
            # Lets those come in whose command has arrived already; where there is nobody, it costs microseconds.
            for _ in range(TURNS):
                time.sleep(0)
        finally:
            with self.door:
                # Of a broken group nothing is left to end, and what is open by now is the next one's.
                if self.group is group:
                    self.group = None
                try:
                    if not group.broken:
                        self._make_it_last()
                        group.stands = True
                except (pysqlite3.Error, SQLAlchemyError) as error:
                    log.error("commit.failed", error=type(error).__name__)
                finally:
                    if not group.stands and not group.broken:
                        # SQLAlchemy takes a commit that failed for an end and would leave it open: begin with a new connection.
                        self.connection.invalidate()
                    group.done.set()

    def _make_it_last(self) -> None:
        if self.elsewhere is not None:
            self.elsewhere(self.connection.connection.commit)
        self._end("commit")

    def _end(self, how: Literal["commit", "rollback"]) -> None:
        """SQLAlchemy has a transaction of its own only where a statement went through it; the driver's own way costs a tenth."""
        connection = self.connection
        getattr(connection if connection.in_transaction() else connection.connection, how)()


def _begin(connection: Connection, deadline: float) -> None:
    """Take the write lock before the first read, so that nobody reads, waits, and is then refused as stale."""
    while True:
        try:
            connection.connection.execute("BEGIN IMMEDIATE")
            return
        except pysqlite3.OperationalError as error:
            # SQLite's own wait would stop every greenlet of the process; ours lets the others go on.
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise Busy() from error
            time.sleep(WRITE_LOCK_REST_S)

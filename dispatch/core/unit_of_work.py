"""What one transaction is: begun for writing at once, its journal entries last, listeners told only after it stands."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import pysqlite3
import structlog
from flask import Flask, current_app, g
from sqlalchemy import Connection, CursorResult, Engine, Executable, event
from sqlalchemy.exc import SQLAlchemyError

from dispatch.core.errors import Busy
from dispatch.extensions import db

#: How long a writer waits for those before it, in seconds.
WRITE_LOCK_WAIT_S = 5.0
#: How long a writer rests between two tries at the lock, in seconds; short, as a claim holds it for about a millisecond.
WRITE_LOCK_REST_S = 0.002
#: How many turns of the event loop a command takes from its socket to the database.
TURNS = 3

log = structlog.get_logger()


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


class Readers:
    """Connections that rest between two readings, the last used first: what it has read of the database is still at hand."""

    def __init__(self, engine: Engine) -> None:
        self.engine, self.sqlite = engine, engine.dialect.name == "sqlite"
        self.resting: list[Connection] = []

    def take(self) -> Connection:
        """A connection with a fresh picture."""
        if not self.sqlite:
            connection = self.engine.connect()
            connection.begin()
            return connection
        connection = self.resting.pop() if self.resting else self.engine.connect()
        # Straight to the driver: SQLAlchemy's own begin and rollback cost as much as three of our statements.
        connection.connection.execute("BEGIN")
        return connection

    def give_back(self, connection: Connection) -> None:
        """End its picture. Where the server may close a line meanwhile, the pool looks after it."""
        if not self.sqlite or connection.invalidated:
            connection.close()
            return
        if connection.in_transaction():
            connection.rollback()
        else:
            connection.connection.rollback()
        self.resting.append(connection)

    def close(self) -> None:
        """End them all."""
        while self.resting:
            self.resting.pop().close()


def reading() -> Connection:
    """The connection for reading: one consistent picture until the request ends or writes."""
    # The context itself: each look through Flask's proxy costs as much as a look into the database's cache.
    here = g._get_current_object()
    work: Work | None = here.get("work")
    if work is not None:
        return work.connection
    picture: Connection | None = here.get("picture")
    if picture is None:
        readers: Readers = current_app.extensions["readers"]
        picture = here.picture = readers.take()
    return picture


def look_again(_error: BaseException | None = None) -> None:
    """End the picture that `reading` shows; the next one is of what is true then."""
    picture: Connection | None = g.pop("picture", None)
    if picture is not None:
        current_app.extensions["readers"].give_back(picture)


@contextmanager
def transaction() -> Iterator[Work]:
    """Everything inside is written or nothing is; when this returns, it is written for good.

    Raises:
        Busy: the database would not let us write within five seconds.
    """
    if "work" in g:
        raise RuntimeError("one transaction at a time: hand its `Work` on instead")
    # A read of this request still open would show yesterday's picture after the commit.
    look_again()
    alone = db.engine.dialect.name != "sqlite"
    with _alone() if alone else current_app.extensions["writers"].together() as work:
        yield work
    for listener in work.after_commit:
        listener()


@contextmanager
def _sealed(connection: Connection) -> Iterator[Work]:
    """The work itself, and its journal entries last."""
    g.work = work = Work(connection)
    try:
        yield work
        for seal in work.before_commit:
            seal()
    finally:
        del g.work


@contextmanager
def _alone() -> Iterator[Work]:
    """A transaction of its own: the database has many writers at a time, and joins their commits itself."""
    with db.engine.connect() as connection:
        connection.begin()
        with _sealed(connection) as work:
            yield work
        connection.commit()


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
        self.elsewhere: Callable[[Callable[[], None]], None] | None = None
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
    def together(self) -> Iterator[Work]:
        """One writer's part."""
        deadline = time.monotonic() + WRITE_LOCK_WAIT_S
        if not self.door.acquire(timeout=WRITE_LOCK_WAIT_S):
            raise Busy()
        try:
            joined = self.group
            with self._behind_a_savepoint(joined) if joined else self._opened(deadline) as work:
                yield work
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
    def _opened(self, deadline: float) -> Iterator[Work]:
        """The first one's part; while it is at work nobody can have joined."""
        try:
            _begin(self.connection, deadline)
            with _sealed(self.connection) as work:
                yield work
        except BaseException:
            self.connection.rollback()
            raise

    @contextmanager
    def _behind_a_savepoint(self, group: _Group) -> Iterator[Work]:
        driver: Any = self.connection.connection.dbapi_connection
        driver.execute("SAVEPOINT part")
        try:
            with _sealed(self.connection) as work:
                yield work
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
                self.group = None
                try:
                    if not group.broken:
                        self._make_it_last()
                        group.stands = True
                except (pysqlite3.Error, SQLAlchemyError) as error:
                    log.error("commit.failed", error=type(error).__name__)
                finally:
                    if not group.stands:
                        # SQLAlchemy takes a commit that failed for an end and would leave it open: begin with a new connection.
                        self.connection.invalidate()
                    group.done.set()

    def _make_it_last(self) -> None:
        if self.elsewhere is not None:
            self.elsewhere(self.connection.connection.commit)
        self.connection.commit()


def _begin(connection: Connection, deadline: float) -> None:
    """Take the write lock before the first read, so that nobody reads, waits, and is then refused as stale."""
    connection.info["begin"] = "BEGIN IMMEDIATE"
    try:
        while True:
            try:
                connection.begin()
                return
            except pysqlite3.OperationalError as error:
                # SQLite's own wait would stop every greenlet of the process; ours lets the others go on.
                if "locked" not in str(error) or time.monotonic() > deadline:
                    raise Busy() from error
                time.sleep(WRITE_LOCK_REST_S)
    finally:
        connection.info.pop("begin", None)


def close(app: Flask) -> None:
    """Give every connection back: the application is not needed any more."""
    with app.app_context():
        look_again()
        app.extensions["readers"].close()
        app.extensions["writers"].close()
        db.engine.dispose()


def init_app(app: Flask) -> None:
    """One connection for each context of the application."""
    app.teardown_appcontext(look_again)
    with app.app_context():
        _listen_to(db.engine)
        app.extensions["readers"], app.extensions["writers"] = Readers(db.engine), Writers(db.engine)


def _listen_to(engine: Engine) -> None:
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
        driver = connection.connection
        # A reader's picture has begun already.
        if not driver.in_transaction:
            driver.execute(connection.info.get("begin", "BEGIN"))


def engine_options(settings: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """The database's address and how its connections are kept.

    What goes wrong is told without the values: they are personal. SQLite comes from the pysqlite3 wheel: the system's may
    carry the WAL-reset corruption fixed in 3.51.3.
    """
    url = str(settings["DATABASE_URL"])
    if url.startswith("sqlite"):
        settings["DATA_DIR"].mkdir(mode=0o700, parents=True, exist_ok=True)
        return url, {"module": pysqlite3, "pool_size": 20, "max_overflow": 80, "hide_parameters": True}
    url = url.replace("postgresql://", "postgresql+psycopg://", 1).replace("postgres://", "postgresql+psycopg://", 1)
    return url, {"pool_size": 10, "max_overflow": 15, "pool_pre_ping": True, "hide_parameters": True}

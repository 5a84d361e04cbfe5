"""How a database is opened: SQLite in our own words, PostgreSQL by its pool."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pysqlite3
from sqlalchemy import Connection, Engine, event

from dispatch.core import wire


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
        _driver(connection).execute("BEGIN")
        return connection

    def give_back(self, connection: Connection) -> None:
        """End its picture. Where the server may close a line meanwhile, the pool looks after it."""
        if not self.sqlite or connection.invalidated:
            connection.close()
            return
        if connection.in_transaction():
            connection.rollback()
        else:
            _driver(connection).rollback()
        self.resting.append(connection)

    def close(self) -> None:
        """End them all."""
        while self.resting:
            self.resting.pop().close()


def _driver(connection: Connection) -> Any:
    return connection.connection.dbapi_connection


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
        driver = connection.connection
        # A reader's picture and a writer's part have begun already.
        if not driver.in_transaction:
            driver.execute("BEGIN")


def engine_options(settings: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """The database's address and how its connections are kept.

    What goes wrong is told without the values: they are personal. SQLite comes from the pysqlite3 wheel: the system's may
    carry the WAL-reset corruption fixed in 3.51.3.
    """
    url = str(settings["DATABASE_URL"])
    always = {"hide_parameters": True, "json_serializer": wire.dumps, "json_deserializer": wire.loads}
    if url.startswith("sqlite"):
        settings["DATA_DIR"].mkdir(mode=0o700, parents=True, exist_ok=True)
        return url, {"module": pysqlite3, "pool_size": 20, "max_overflow": 80, **always}
    url = url.replace("postgresql://", "postgresql+psycopg://", 1).replace("postgres://", "postgresql+psycopg://", 1)
    return url, {"pool_size": 10, "max_overflow": 15, "pool_pre_ping": True, **always}

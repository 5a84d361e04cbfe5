"""What one transaction is: begun for writing at once, its journal entries last, listeners told only after it stands."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from flask import Flask, current_app, g
from sqlalchemy import Connection, CursorResult, Executable

from dispatch.core.databases import Readers, listen_to
from dispatch.core.writers import Writers
from dispatch.extensions import db


class Work:
    """A transaction under way.

    `before_commit` runs last inside the transaction (the journal's numbers are taken there, so that they are held for
    the shortest time); `after_commit` runs when the change stands and never raises.
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
    shared = db.engine.dialect.name == "sqlite"
    with current_app.extensions["writers"].together() if shared else _alone() as connection, _sealed(connection) as work:
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
def _alone() -> Iterator[Connection]:
    """A transaction of its own: the database has many writers at a time, and joins their commits itself."""
    with db.engine.begin() as connection:
        yield connection


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
        listen_to(db.engine)
        app.extensions["readers"], app.extensions["writers"] = Readers(db.engine), Writers(db.engine)

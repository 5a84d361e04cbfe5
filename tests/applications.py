"""The application in a test's own process: wired once for each process of the tests, and moved from house to house.

Wiring takes a fifth of a second and is the same for every test. What an application keeps of its house is made anew at
each move: settings, keys, connections, hints, who was heard, what the rooms remember, who is slowed at the door.
"""

from __future__ import annotations

import copy
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flask import Flask

from config import settings
from dispatch import create_app
from dispatch.core import databases, logs, secrets
from dispatch.core import unit_of_work as transactions
from dispatch.extensions import db, limiter, socketio
from dispatch.journal import hints
from dispatch.people import presence
from dispatch.realtime.broadcaster import Broadcaster


def _said(folder: Path, url: str) -> dict[str, Any]:
    return settings({**os.environ, "DATA_DIR": str(folder), "DEMO": "1", "DATABASE_URL": url, "REDIS_URL": ""})


def _apart(value: Any) -> Any:
    """The same, in lists and tables of its own: who changes one does not change the other."""
    if isinstance(value, dict):
        return _filled(copy.copy(value), {key: _apart(inner) for key, inner in value.items()})
    return [_apart(inner) for inner in value] if type(value) is list else value


def _filled(table: dict[Any, Any], content: dict[Any, Any]) -> dict[Any, Any]:
    """The table itself, with this in it and nothing else."""
    table.clear()
    table.update(content)
    return table


class Mover:
    """One wired application, and what it was like before anybody lived in it."""

    def __init__(self) -> None:
        self.app: Flask | None = None
        self.server: Any = None
        self.lived_in = False

    def move(self, folder: Path, url: str) -> Flask:
        """The application on this folder and database, as if it had just been made."""
        # The line's server is one for the process: whoever makes another application takes it along.
        if self.app is None or socketio.server is not self.server:
            self.app = create_app(_said(folder, url))
            self.server = socketio.server
            self.before = {name: _apart(value) for name, value in vars(self.app).items() if name not in ("config", "extensions")}
            self.config, self.extensions = dict(self.app.config), dict(self.app.extensions)
            # Templates are compiled once.
            self.before["jinja_env"] = self.app.jinja_env
        else:
            self._move(self.app, folder, url)
        return self.app

    def _move(self, app: Flask, folder: Path, url: str) -> None:
        said = _said(folder, url)
        _filled(app.config, {**self.config, **said})
        app.config["SQLALCHEMY_DATABASE_URI"], app.config["SQLALCHEMY_ENGINE_OPTIONS"] = databases.engine_options(said)
        _filled(app.extensions, {name: value for name, value in self.extensions.items() if name != "sqlalchemy"})
        # Flask takes nothing more in after the first request.
        app._got_first_request = False
        for part in (logs, secrets, db, transactions, hints, presence):
            part.init_app(app)
        app.extensions["broadcaster"] = Broadcaster(app)
        limiter.reset()
        for name in vars(app).keys() - self.before.keys() - {"config", "extensions"}:
            delattr(app, name)
        # Hooks too: those that have just been put there a second time.
        vars(app).update({name: _apart(value) for name, value in self.before.items()})


_mover = Mover()


@contextmanager
def opened(folder: Path, url: str = "") -> Iterator[Flask]:
    """The application on a folder and a database; its connections are closed at the end."""
    if _mover.lived_in:
        # A second house beside the first one.
        app = create_app(_said(folder, url))
        yield app
        transactions.close(app)
        return
    _mover.lived_in = True
    app = _mover.move(folder, url)
    try:
        yield app
    finally:
        transactions.close(app)
        _mover.lived_in = False

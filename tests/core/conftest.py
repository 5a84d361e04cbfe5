"""What the tests of the foundations share: the application in this process on either database, and callers with their tokens."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask

from config import settings
from dispatch import create_app
from dispatch.core.unit_of_work import close
from tests.core.visitors import Visitor

Open = Callable[..., Flask]


@contextmanager
def opened(folder: Path, url: str) -> Iterator[Flask]:
    """The application on a folder and a database; its connections are closed at the end."""
    app = create_app(settings({**os.environ, "DATA_DIR": str(folder), "DEMO": "1", "DATABASE_URL": url, "REDIS_URL": ""}))
    yield app
    close(app)


@pytest.fixture
def either_app(database: str, street: Path, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Flask]:
    """The application on a copy of the demo street: once in an SQLite file, once in PostgreSQL. No context is open."""
    folder, url = tmp_path / "either", ""
    shutil.copytree(street, folder)
    if database == "postgresql":
        template = request.getfixturevalue("postgres_street")
        url = request.getfixturevalue("postgres").database(f"either_{abs(hash(tmp_path)):x}", template)
    with opened(folder, url) as app:
        yield app


@pytest.fixture
def visit(either_app: Flask) -> Callable[[str], Visitor]:
    """`visit("clerk")`: one of the cast with a bearer token; `visit("")`: a stranger."""
    return lambda login: Visitor(either_app, login)

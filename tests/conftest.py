"""What the tests share: a demo street made once, copied for each house; databases and Redis of our own; the cast in one process."""

from __future__ import annotations

import itertools
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from config import settings
from dispatch import create_app
from dispatch.core.unit_of_work import close, look_again, reading
from dispatch.people.identity import Actor, locked_actor
from dispatch.people.queries import person_by_login
from tests.house import House
from tests.servers import Postgres, RedisServer

_numbers = itertools.count()


@pytest.fixture(scope="session")
def street(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the demo street in an SQLite file, and its keys; to be copied, not touched."""
    folder = tmp_path_factory.mktemp("street")
    house = House(folder)
    house.flask("db", "upgrade")
    house.flask("demo", "load")
    return folder


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    server = Postgres().start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def postgres_street(postgres: Postgres, street: Path) -> str:
    """The name of a database with the demo street, under the same keys as the file; a template for others."""
    url = postgres.database("street")
    house = House(street, database_url=url)
    house.flask("db", "upgrade")
    house.flask("demo", "load")
    return "street"


@pytest.fixture
def redis_server(tmp_path: Path) -> Iterator[RedisServer]:
    server = RedisServer(tmp_path / "redis").start()
    yield server
    server.kill()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str:
    """Each test that asks for this runs on both databases."""
    return str(request.param)


NewHouse = Callable[..., House]


@pytest.fixture
def new_house(request: pytest.FixtureRequest, street: Path, tmp_path: Path) -> Iterator[NewHouse]:
    """Makes houses on copies of the demo street: `new_house("postgresql", redis_url=…)`; not yet started."""
    houses: list[House] = []

    def make(kind: str = "sqlite", **more: str) -> House:
        folder = tmp_path / f"house{next(_numbers)}"
        shutil.copytree(street, folder)
        if kind == "postgresql":
            template = request.getfixturevalue("postgres_street")
            more["database_url"] = request.getfixturevalue("postgres").database(f"house{next(_numbers)}", template)
        house = House(folder, **more)
        houses.append(house)
        return house

    yield make
    for house in houses:
        house.kill()


@pytest.fixture
def app(street: Path, tmp_path: Path) -> Iterator[Flask]:
    """The application in this process, on a copy of the demo street in an SQLite file."""
    folder = tmp_path / "app"
    shutil.copytree(street, folder)
    made = create_app(settings({**os.environ, "DATA_DIR": str(folder), "DEMO": "1", "DATABASE_URL": "", "REDIS_URL": ""}))
    with made.app_context():
        yield made
    close(made)


@pytest.fixture
def cast(app: Flask) -> Callable[[str], Actor]:
    """The cast by login, as they are now."""

    def find(login: str) -> Actor:
        look_again()
        actor = locked_actor(reading(), person_by_login(reading(), login).id)
        assert actor is not None
        return actor

    return find


@pytest.fixture
def need() -> dict[str, Any]:
    """The usual need: an elder's medicine."""
    return {
        "kind": "medicine",
        "summary": "代取降压药",
        "building": "3号楼",
        "urgency": "urgent",
        "private_note": "门铃坏了，请敲门",
        "resident": {"name": "陈桂兰", "phone": "13900001234", "door": "2单元301"},
    }

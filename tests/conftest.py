"""What the tests share: a demo street made once, copied for each house; databases and Redis of our own; the cast in one process."""

from __future__ import annotations

import fcntl
import itertools
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from dispatch.core.unit_of_work import look_again, reading
from dispatch.people.identity import Actor, locked_actor
from dispatch.people.queries import person_by_login
from tests.applications import opened
from tests.core.visitors import Visitor
from tests.house import House
from tests.orders.play import Street
from tests.servers import Postgres, RedisServer
from tests.standing_still import stand_still

_numbers = itertools.count()
#: Everybody of the demo street.
CAST = ["clerk", "clerk2", "coordinator", "coordinator2", *(f"courier{n}" for n in range(1, 81)), "neighbour", "supervisor", "admin"]


@pytest.fixture(scope="session")
def street(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the demo street in an SQLite file, and its keys; to be copied, not touched. The first who needs it makes it for all."""
    ours = tmp_path_factory.getbasetemp()
    everybodys = ours.parent if "PYTEST_XDIST_WORKER" in os.environ else ours
    folder, made = everybodys / "street", everybodys / "street-is-made"
    with (everybodys / "street-lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            house = House(folder)
            house.flask("db", "upgrade")
            house.flask("demo", "load", "--without-hazards")
            stand_still(folder)
            made.touch()
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
    house.flask("demo", "load", "--without-hazards")
    stand_still(street, url)
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


class Tokened:
    """A street whose cast has bearer tokens: a process of its own to make them costs as much as the house that a test wants."""

    def __init__(self, folder: Path, database: str = "", url: str | None = None) -> None:
        self.folder, self.database = folder, database
        self.tokens = House(folder, database_url=url).tokens(CAST)


@pytest.fixture(scope="session")
def tokened(street: Path, tmp_path_factory: pytest.TempPathFactory) -> Tokened:
    """In an SQLite file."""
    folder = tmp_path_factory.mktemp("tokened") / "street"
    shutil.copytree(street, folder)
    return Tokened(folder)


@pytest.fixture(scope="session")
def postgres_tokened(postgres: Postgres, postgres_street: str, street: Path) -> Tokened:
    """In PostgreSQL."""
    return Tokened(street, "tokened", postgres.database("tokened", postgres_street))


NewHouse = Callable[..., House]


@pytest.fixture
def new_house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[NewHouse]:
    """Makes houses on copies of the demo street: `new_house("postgresql", redis_url=…)`; not yet started."""
    houses: list[House] = []

    def make(kind: str = "sqlite", **more: str) -> House:
        folder = tmp_path / f"house{next(_numbers)}"
        there: Tokened = request.getfixturevalue("postgres_tokened" if kind == "postgresql" else "tokened")
        shutil.copytree(there.folder, folder)
        if kind == "postgresql":
            more["database_url"] = request.getfixturevalue("postgres").database(f"house{next(_numbers)}", there.database)
        house = House(folder, tokens=there.tokens, **more)
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
    with opened(folder) as made, made.app_context():
        yield made


@pytest.fixture
def either_app(database: str, street: Path, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Flask]:
    """The application on a copy of the demo street: once in an SQLite file, once in PostgreSQL. No context is open."""
    folder, url = tmp_path / "either", ""
    shutil.copytree(street, folder)
    if database == "postgresql":
        template = request.getfixturevalue("postgres_street")
        url = request.getfixturevalue("postgres").database(f"either{next(_numbers)}", template)
    with opened(folder, url) as made:
        yield made


@pytest.fixture
def either(either_app: Flask) -> Iterator[Flask]:
    """The application on either database, in whose context the test stands."""
    with either_app.app_context():
        yield either_app


@pytest.fixture
def visit(either_app: Flask) -> Callable[[str], Visitor]:
    """`visit("clerk")`: one of the cast with a bearer token; `visit("")`: a stranger."""
    return lambda login: Visitor(either_app, login)


def one_of_the_cast(login: str) -> Actor:
    """Who it is, as he is now."""
    look_again()
    actor = locked_actor(reading(), person_by_login(reading(), login).id)
    assert actor is not None
    return actor


@pytest.fixture
def cast(app: Flask) -> Callable[[str], Actor]:
    """The cast by login, as they are now."""
    return one_of_the_cast


@pytest.fixture
def play(cast: Callable[[str], Actor], need: dict[str, Any]) -> Street:
    """The cast at their work."""
    return Street(cast, need)


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

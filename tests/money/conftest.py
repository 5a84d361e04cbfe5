"""What the tests of the money share."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from dispatch.core.unit_of_work import look_again, reading
from dispatch.people.identity import Actor, locked_actor
from dispatch.people.queries import person_by_login
from tests.core.conftest import opened
from tests.money.purse import Purse
from tests.orders.play import Street


@pytest.fixture
def play(app: Flask, cast: Callable[[str], Actor], need: dict[str, Any]) -> Street:
    return Street(cast, need)


@pytest.fixture
def purse(play: Street) -> Purse:
    return Purse(play)


@pytest.fixture
def house(database: str, street: Path, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Flask]:
    """The application on a copy of the demo street, on either database."""
    folder, url = tmp_path / "either", ""
    shutil.copytree(street, folder)
    if database == "postgresql":
        template = request.getfixturevalue("postgres_street")
        url = request.getfixturevalue("postgres").database(f"money_{abs(hash(tmp_path)):x}", template)
    with opened(folder, url) as app:
        yield app


@pytest.fixture
def either_purse(house: Flask, need: dict[str, Any]) -> Iterator[Purse]:
    """The cast with money in their hands, on either database."""

    def cast(login: str) -> Actor:
        look_again()
        actor = locked_actor(reading(), person_by_login(reading(), login).id)
        assert actor is not None
        return actor

    with house.app_context():
        yield Purse(Street(cast, need))

"""What the tests of the live channel share."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.conftest import NewHouse
from tests.house import Caller, House


class Served:
    """A house that is open, and its cast as callers."""

    def __init__(self, house: House, logins: list[str]) -> None:
        self.house = house
        self.callers = {login: Caller(house.url, token) for login, token in house.tokens(logins).items()}

    def __getitem__(self, login: str) -> Caller:
        return self.callers[login]

    def line(self, login: str) -> Caller:
        """The caller with an open line; couriers go on duty."""
        caller = self.callers[login].connect()
        if login.startswith("courier"):
            assert caller.say("duty.set", on=True)["ok"]
        return caller

    def close(self) -> None:
        for caller in self.callers.values():
            caller.close()


Serve = Callable[..., Served]


@pytest.fixture
def serve(new_house: NewHouse) -> Iterator[Serve]:
    """`serve("postgresql", ["clerk", "courier1"])`: an open house with these people."""
    made: list[Served] = []

    def start(kind: str, logins: list[str], **more: str) -> Served:
        served = Served(new_house(kind, **more).start(), logins)
        made.append(served)
        return served

    yield start
    for served in made:
        served.close()

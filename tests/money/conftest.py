"""What the tests of the money share."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from tests.conftest import one_of_the_cast
from tests.money.purse import Purse
from tests.orders.play import Street


@pytest.fixture
def purse(play: Street) -> Purse:
    return Purse(play)


@pytest.fixture
def either_purse(either: Flask, need: dict[str, Any]) -> Purse:
    """The cast with money in their hands, on either database."""
    return Purse(Street(one_of_the_cast, need))

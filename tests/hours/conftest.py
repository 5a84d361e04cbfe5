"""What the tests of the hours share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from dispatch.people.identity import Actor
from tests.orders.play import Street
from tests.people.doors import Browser


@pytest.fixture
def play(app: Flask, cast: Callable[[str], Actor], need: dict[str, Any]) -> Street:
    return Street(cast, need)


@pytest.fixture
def browser(app: Flask) -> Browser:
    return Browser(app)

"""What the tests of the hazards share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from dispatch.people.identity import Actor
from tests.core.conftest import either_app, visit
from tests.hazards.corner import Corner
from tests.orders.play import Street
from tests.realtime.conftest import serve

__all__ = ["either_app", "serve", "visit"]


@pytest.fixture
def corner(app: Flask, cast: Callable[[str], Actor]) -> Corner:
    return Corner(cast)


@pytest.fixture
def play(app: Flask, cast: Callable[[str], Actor], need: dict[str, Any]) -> Street:
    return Street(cast, need)

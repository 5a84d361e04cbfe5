"""What the tests of the hazards share."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from dispatch.people.identity import Actor
from tests.hazards.corner import Corner
from tests.realtime.conftest import serve

__all__ = ["serve"]


@pytest.fixture
def corner(app: Flask, cast: Callable[[str], Actor]) -> Corner:
    return Corner(cast)

"""What the tests of Open311 share."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from dispatch.people.identity import Actor
from tests.hazards.corner import Corner
from tests.open311.program import Program, key_for


@pytest.fixture
def corner(app: Flask, cast: Callable[[str], Actor]) -> Corner:
    return Corner(cast)


@pytest.fixture
def program(app: Flask, corner: Corner) -> Program:
    """A program of another house, with a key in the name of courier2."""
    return Program(app, key_for(corner, "courier2"))

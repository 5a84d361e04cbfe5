"""What the tests of the ledgers share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from dispatch.people.identity import Actor
from tests.orders.play import Street


@pytest.fixture
def play(app: Flask, cast: Callable[[str], Actor], need: dict[str, Any]) -> Street:
    return Street(cast, need)

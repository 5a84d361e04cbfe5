"""What the tests of the people share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from tests.core.conftest import either_app
from tests.people.doors import Browser

__all__ = ["either_app"]


@pytest.fixture
def browser(app: Flask) -> Browser:
    return Browser(app)


@pytest.fixture
def either(either_app: Flask) -> Iterator[Flask]:
    """The application on either database, in whose context the test stands."""
    with either_app.app_context():
        yield either_app

"""What the tests of the hours share."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.people.doors import Browser


@pytest.fixture
def browser(app: Flask) -> Browser:
    return Browser(app)

"""What the tests of the orders share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from dispatch.people.identity import Actor
from tests.orders.clockwork import Clock
from tests.orders.phones import Phones


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


@pytest.fixture
def phones(cast: Callable[[str], Actor], need: dict[str, Any], clock: Clock) -> Phones:
    return Phones(cast, need, clock)

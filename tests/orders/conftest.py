"""What the tests of the orders share."""

from __future__ import annotations

import pytest

from tests.orders.clockwork import Clock


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)

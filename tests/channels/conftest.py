"""What the tests of channels share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.channels.door import Door


@pytest.fixture
def door() -> Iterator[Door]:
    made = Door()
    yield made
    made.close()

"""Phones and wrong PINs of the tests at the door."""

from __future__ import annotations

import pytest

from dispatch.core.errors import Invalid
from dispatch.people.signing_in import sign_in_device
from tests.people.doors import MovedClock

WRONG = "111222"
FIRST_PHONE, SECOND_PHONE = "13800000001", "13800000002"


def try_wrong_pins(clock: MovedClock, device_key: str, times: int) -> None:
    """Wrong PINs, each after the wait that the one before has earned."""
    for _ in range(times):
        with pytest.raises(Invalid):
            sign_in_device(device_key, WRONG)
        clock.forward(hours=1)

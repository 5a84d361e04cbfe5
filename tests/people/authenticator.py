"""A phone with somebody's second step on it, and the ticket that asks for its code."""

from __future__ import annotations

import pyotp
import pytest

from dispatch.people.authenticating import STEP_S
from dispatch.people.signing_in import SecondStepNeeded, sign_in_staff
from tests.people.doors import PASSPHRASE, MovedClock

WRONG = "000000"


class Authenticator:
    """A phone with the secret on it."""

    def __init__(self, clock: MovedClock, secret: str) -> None:
        self.clock, self.totp = clock, pyotp.TOTP(secret)

    def code(self, steps: int = 0) -> str:
        return self.totp.generate_otp(int(self.clock().timestamp()) // STEP_S + steps)


def ticket(login: str = "wang") -> str:
    with pytest.raises(SecondStepNeeded) as needed:
        sign_in_staff(login, PASSPHRASE)
    return needed.value.ticket

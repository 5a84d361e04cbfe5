"""What the tests of the people share."""

from __future__ import annotations

import pytest
from flask import Flask

from dispatch.people import authenticating, identity, inviting, signing_in
from dispatch.people.authenticating import STEP_S
from dispatch.people.inviting import invite_courier
from tests.people.authenticator import Authenticator
from tests.people.doors import DEPOT, PHONE, Browser, Cast, MovedClock, enrolled_device, new_staff
from tests.people.loans import Two
from tests.people.wrong_pins import FIRST_PHONE


@pytest.fixture
def browser(app: Flask) -> Browser:
    return Browser(app)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> MovedClock:
    """The clock of everything at the door."""
    return MovedClock(monkeypatch, authenticating, identity, inviting, signing_in)


@pytest.fixture
def staff(app: Flask) -> str:
    """The id of somebody on the staff who has a passphrase and the login `wang`."""
    return new_staff()


@pytest.fixture
def phone(staff: str, clock: MovedClock) -> Authenticator:
    """Verified, one step ago; her recovery codes are in `phone.codes`."""
    made = Authenticator(clock, authenticating.begin(staff).secret)
    made.codes = authenticating.verify(staff, made.code())  # type: ignore[attr-defined]
    clock.forward(seconds=STEP_S)
    return made


@pytest.fixture
def device(cast: Cast) -> str:
    """The key of a courier's own device."""
    return enrolled_device(cast("courier1").id, FIRST_PHONE)


@pytest.fixture
def newcomer(cast: Cast) -> tuple[str, str]:
    """A courier who has just been invited: his id and his invite."""
    return invite_courier(cast("coordinator"), name="周小海", phone=PHONE, depot_id=DEPOT)


@pytest.fixture
def desk(app: Flask) -> Browser:
    """The coordinator's browser."""
    return Browser(app).become("coordinator")


@pytest.fixture
def two(cast: Cast) -> Two:
    return Two(cast)

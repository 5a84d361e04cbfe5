"""How staff and couriers come in and go out, and how little a stranger learns at the door."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import update

from dispatch.core.errors import Invalid, RateLimited
from dispatch.core.unit_of_work import transaction
from dispatch.people import signing_in
from dispatch.people.enrolling import give_role, set_active
from dispatch.people.models import Bearer, Device, Person, Role, SignedIn
from dispatch.people.signing_in import (
    WRONG_PINS_END,
    forget_expired,
    hash_secret,
    make_token,
    open_session,
    sign_in_device,
    sign_in_staff,
    sign_out,
)
from tests.people.authenticator import WRONG
from tests.people.doors import (
    OTHER_PIN,
    PASSPHRASE,
    PIN,
    STATION,
    Browser,
    Cast,
    MovedClock,
    enrolled_device,
    known_by,
    mistakes,
    new_staff,
    rows,
)
from tests.people.wrong_pins import FIRST_PHONE, SECOND_PHONE, try_wrong_pins


def suspend_without_ending_sessions(person_id: str) -> None:
    with transaction() as work:
        work.execute(update(Person.__table__).where(Person.__table__.c.id == person_id).values(active=False))


# Staff, by passphrase


def test_login_and_passphrase_that_belong_together_open_a_session(staff: str) -> None:
    actor = known_by(sign_in_staff("wang", PASSPHRASE))
    assert actor is not None
    assert actor.id == staff


def test_wrong_unknown_and_suspended_hear_the_same_and_never_which_it_was(staff: str, browser: Browser) -> None:
    tries = [("wang", "four long other words"), ("wang", ""), ("nobody", PASSPHRASE), ("clerk", PASSPHRASE)]
    answers = [browser.send("/sign-in", {"login": login, "passphrase": passphrase}) for login, passphrase in tries]
    suspend_without_ending_sessions(staff)
    answers.append(browser.send("/sign-in", {"login": "wang", "passphrase": PASSPHRASE}))
    assert [(answer.status_code, mistakes(answer)) for answer in answers] == [(422, ["登录名或口令不对。"])] * 5


def test_a_passphrase_of_eleven_signs_is_too_short(app: Flask) -> None:
    with pytest.raises(Invalid) as refused:
        new_staff("abcdefghijk")
    assert refused.value.extra["field"] == "passphrase"


def test_a_passphrase_of_twelve_signs_will_do(app: Flask) -> None:
    new_staff("abcdefghijkl")
    assert known_by(sign_in_staff("wang", "abcdefghijkl"))


def test_an_empty_passphrase_is_refused_like_a_short_one(app: Flask) -> None:
    with pytest.raises(Invalid):
        new_staff("")


def test_somebody_without_a_passphrase_cannot_come_in_by_one(cast: Cast) -> None:
    for guess in ("", "None", "null"):
        with pytest.raises(Invalid):
            sign_in_staff("clerk", guess)


# A courier's device, by PIN


def test_the_right_pin_on_his_own_device_lets_the_courier_in(cast: Cast, device: str) -> None:
    actor = known_by(sign_in_device(device, PIN))
    assert actor is not None
    assert actor.id == cast("courier1").id


def test_two_wrong_pins_cost_no_wait(device: str, clock: MovedClock) -> None:
    for _ in range(2):
        with pytest.raises(Invalid):
            sign_in_device(device, WRONG)
    assert known_by(sign_in_device(device, PIN))


def test_a_wrong_pin_is_slowed_and_says_for_how_long(device: str, clock: MovedClock) -> None:
    for _ in range(3):
        with pytest.raises(Invalid):
            sign_in_device(device, WRONG)
    with pytest.raises(RateLimited) as slowed:
        sign_in_device(device, PIN)
    assert 0 < slowed.value.extra["retry_after"] <= signing_in.FIRST_WAIT_S + 1


def test_the_wait_doubles_with_every_wrong_pin(device: str, clock: MovedClock) -> None:
    waits = []
    try_wrong_pins(clock, device, 2)
    for _ in range(4):
        with pytest.raises(Invalid):
            sign_in_device(device, WRONG)
        with pytest.raises(RateLimited) as slowed:
            sign_in_device(device, WRONG)
        waits.append(slowed.value.extra["retry_after"] - 1)
        clock.forward(hours=1)
    assert waits == [5, 10, 20, 40]


def test_a_try_during_the_wait_is_not_counted_and_the_right_pin_is_good_after_it(device: str, clock: MovedClock) -> None:
    for _ in range(3):
        with pytest.raises(Invalid):
            sign_in_device(device, WRONG)
    for _ in range(20):
        with pytest.raises(RateLimited):
            sign_in_device(device, WRONG)
    clock.forward(seconds=signing_in.FIRST_WAIT_S + 1)
    assert known_by(sign_in_device(device, PIN))


def test_after_eight_wrong_pins_the_device_has_ended_for_the_right_one_too(device: str, clock: MovedClock) -> None:
    try_wrong_pins(clock, device, WRONG_PINS_END)
    with pytest.raises(Invalid):
        sign_in_device(device, PIN)


def test_the_right_pin_at_the_last_try_keeps_the_device(device: str, clock: MovedClock) -> None:
    try_wrong_pins(clock, device, WRONG_PINS_END - 1)
    sign_in_device(device, PIN)
    assert known_by(sign_in_device(device, PIN))


def test_the_right_pin_forgives_the_wrong_ones_before_it(device: str, clock: MovedClock) -> None:
    for _ in range(3):
        try_wrong_pins(clock, device, WRONG_PINS_END - 2)
        assert known_by(sign_in_device(device, PIN))


def test_wrong_pins_on_one_device_do_not_touch_another_couriers(cast: Cast, device: str, clock: MovedClock) -> None:
    other = enrolled_device(cast("courier2").id, SECOND_PHONE)
    try_wrong_pins(clock, device, WRONG_PINS_END)
    assert known_by(sign_in_device(other, PIN))


def test_wrong_pins_on_one_device_do_not_touch_the_same_couriers_other_one(cast: Cast, device: str, clock: MovedClock) -> None:
    other = enrolled_device(cast("courier1").id, FIRST_PHONE, OTHER_PIN)
    try_wrong_pins(clock, device, WRONG_PINS_END)
    assert known_by(sign_in_device(other, OTHER_PIN))


def test_each_device_has_its_own_pin(cast: Cast, device: str) -> None:
    enrolled_device(cast("courier1").id, FIRST_PHONE, OTHER_PIN)
    with pytest.raises(Invalid):
        sign_in_device(device, OTHER_PIN)


def test_a_key_that_is_no_devices_opens_nothing(device: str) -> None:
    for key in ("", "no-such-key", device[:-1]):
        with pytest.raises(Invalid):
            sign_in_device(key, PIN)


# Sessions live on the server


def test_signing_out_ends_the_session_on_the_server(staff: str) -> None:
    token = sign_in_staff("wang", PASSPHRASE)
    sign_out(token)
    assert known_by(token) is None


def test_signing_out_here_leaves_the_session_there(staff: str) -> None:
    here, there = sign_in_staff("wang", PASSPHRASE), sign_in_staff("wang", PASSPHRASE)
    sign_out(here)
    assert known_by(there)


def test_suspension_ends_every_session_at_once(cast: Cast, device: str) -> None:
    tokens = [sign_in_device(device, PIN) for _ in range(2)]
    set_active(cast("coordinator"), cast("courier1").id, False)
    assert [known_by(token) for token in tokens] == [None, None]


def test_a_session_from_before_a_suspension_stays_ended_after_it(cast: Cast, device: str) -> None:
    token, courier = sign_in_device(device, PIN), cast("courier1").id
    set_active(cast("coordinator"), courier, False)
    set_active(cast("coordinator"), courier, True)
    assert known_by(token) is None


def test_another_role_ends_the_sessions_of_the_old_one(staff: str) -> None:
    token = sign_in_staff("wang", PASSPHRASE)
    with transaction() as work:
        give_role(work, staff, Role.COORDINATOR, STATION)
    assert known_by(token) is None


def test_a_staff_session_runs_out_after_twelve_hours(staff: str, clock: MovedClock) -> None:
    token = sign_in_staff("wang", PASSPHRASE)
    clock.forward(hours=11, minutes=59)
    assert known_by(token)
    clock.forward(minutes=1)
    assert known_by(token) is None


def test_a_couriers_session_runs_out_after_a_fortnight(device: str, clock: MovedClock) -> None:
    token = sign_in_device(device, PIN)
    clock.forward(days=13, hours=23)
    assert known_by(token)
    clock.forward(hours=1)
    assert known_by(token) is None


def test_sessions_that_have_run_out_are_forgotten_and_the_others_kept(staff: str, device: str, clock: MovedClock) -> None:
    with transaction() as work:
        forget_expired(work)
    before = len(rows(SignedIn.__table__))
    sign_in_staff("wang", PASSPHRASE)
    kept = sign_in_device(device, PIN)
    clock.forward(hours=13)
    with transaction() as work:
        assert forget_expired(work) == 1
    assert len(rows(SignedIn.__table__)) == before + 1
    assert known_by(kept)


# What is kept


def test_tokens_keys_and_pins_are_kept_hashed_and_nowhere_plain(cast: Cast, staff: str, device: str) -> None:
    plain = [device, PIN, PASSPHRASE, sign_in_device(device, PIN), sign_in_staff("wang", PASSPHRASE), make_token(cast("courier1").id)]
    for model in (Device, SignedIn, Bearer, Person):
        kept = rows(model.__table__)
        assert kept
        for row in kept:
            for name, value in row.items():
                assert not [secret for secret in plain if secret in str(value)], (model.__name__, name)


def test_pin_and_passphrase_are_kept_as_argon2id_each_with_its_own_salt(app: Flask) -> None:
    first, second = hash_secret(PIN), hash_secret(PIN)
    assert first.startswith("$argon2id$")
    assert first != second


def test_a_session_opened_for_a_suspended_person_knows_nobody(cast: Cast) -> None:
    courier = cast("courier1").id
    suspend_without_ending_sessions(courier)
    with transaction() as work:
        token = open_session(work, courier, Role.COURIER)
    assert known_by(token) is None

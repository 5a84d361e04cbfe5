"""The second step of staff's sign-in: what counts, what does not, and whom a stranger can slow down (nobody)."""

from __future__ import annotations

from typing import Any

import pyotp
import pytest
from flask import Flask
from sqlalchemy import LargeBinary, select, type_coerce

from dispatch.core.clock import now
from dispatch.core.errors import Invalid, NotEligible, RateLimited, TooLate
from dispatch.core.rotation import rotate
from dispatch.core.unit_of_work import reading, transaction
from dispatch.people import authenticating
from dispatch.people.authenticating import FIRST_WAIT_S, STEP_S, WAIT_MOST_S
from dispatch.people.enrolling import set_active
from dispatch.people.identity import SESSION_COOKIE
from dispatch.people.models import Deed, RecoveryCode, SecondStep
from dispatch.people.signing_in import set_passphrase, sign_in_second, sign_in_staff
from tests.people.at_once import at_once
from tests.people.authenticator import WRONG, Authenticator, ticket
from tests.people.doors import PASSPHRASE, Browser, Cast, MovedClock, known_by, new_staff, rows


def deeds(person_id: str) -> list[str]:
    return [one["verb"] for one in rows(Deed.__table__) if one["person_id"] == person_id and one["verb"] != "entered"]


# On, at the door, off


def test_it_counts_only_after_a_code_of_it_was_right(staff: str, clock: MovedClock) -> None:
    phone = Authenticator(clock, authenticating.begin(staff).secret)
    assert known_by(sign_in_staff("wang", PASSPHRASE))
    with pytest.raises(Invalid):
        authenticating.verify(staff, WRONG)
    assert known_by(sign_in_staff("wang", PASSPHRASE))
    assert len(authenticating.verify(staff, phone.code())) == authenticating.CODES
    assert ticket()
    assert deeds(staff) == ["second_step_on"]


def test_passphrase_and_code_together_let_her_in(staff: str, phone: Authenticator) -> None:
    token, codes = sign_in_second(ticket(), phone.code())
    actor = known_by(token)
    assert actor is not None
    assert (actor.id, codes) == (staff, [])


#: How far the phone's clock is off, in steps → is it let in?
@pytest.mark.parametrize(("steps", "good"), [(-2, False), (-1, False), (0, True), (1, True), (2, False)])
def test_a_phone_s_clock_may_be_a_step_off_but_no_step_is_good_twice(staff: str, phone: Authenticator, steps: int, good: bool) -> None:
    # One step before now was used to verify.
    if good:
        assert known_by(sign_in_second(ticket(), phone.code(steps))[0])
    else:
        with pytest.raises(Invalid):
            sign_in_second(ticket(), phone.code(steps))


def test_a_step_late_is_good_where_it_is_new(staff: str, phone: Authenticator, clock: MovedClock) -> None:
    clock.forward(seconds=10 * STEP_S)
    assert known_by(sign_in_second(ticket(), phone.code(-1))[0])


def test_the_same_code_and_an_older_one_are_refused(staff: str, phone: Authenticator, clock: MovedClock) -> None:
    clock.forward(seconds=10 * STEP_S)
    first, older = phone.code(), phone.code(-1)
    sign_in_second(ticket(), first)
    for code in (first, older):
        with pytest.raises(Invalid):
            sign_in_second(ticket(), code)
    clock.forward(seconds=STEP_S)
    assert known_by(sign_in_second(ticket(), phone.code())[0])


def test_spaces_and_wide_digits_do_not_matter(staff: str, phone: Authenticator, clock: MovedClock) -> None:
    code = phone.code()
    assert known_by(sign_in_second(ticket(), f" {code[:3]} {code[3:]} ")[0])
    clock.forward(seconds=STEP_S)
    assert known_by(sign_in_second(ticket(), "".join(chr(ord(digit) + 0xFEE0) for digit in phone.code()))[0])


@pytest.mark.parametrize("code", ["", "0", "12345", "1234567", "１２３４５６", "abcdef", "None", "\u0660" * 6, "-" * 19])
def test_what_is_no_code_is_wrong_and_never_a_fault(staff: str, phone: Authenticator, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        sign_in_second(ticket(), code)
    assert refused.value.extra["field"] == "code"


def test_turned_off_the_passphrase_is_enough_again(staff: str, phone: Authenticator) -> None:
    with pytest.raises(Invalid):
        authenticating.turn_off(staff, WRONG)
    authenticating.turn_off(staff, phone.code())
    assert known_by(sign_in_staff("wang", PASSPHRASE))
    assert rows(SecondStep.__table__) == rows(RecoveryCode.__table__) == []
    assert deeds(staff) == ["second_step_on", "second_step_off"]


def test_one_that_counts_is_not_begun_anew_behind_her_back(staff: str, phone: Authenticator) -> None:
    with pytest.raises(TooLate):
        authenticating.begin(staff)
    with pytest.raises(TooLate):
        authenticating.verify(staff, phone.code())


def test_couriers_have_their_phone_and_pin_instead(cast: Cast) -> None:
    with pytest.raises(NotEligible):
        authenticating.begin(cast("courier1").id)


# Recovery codes


def test_a_recovery_code_is_good_once_however_it_is_written(staff: str, phone: Any) -> None:
    code = phone.codes[0]
    assert known_by(sign_in_second(ticket(), code.lower().replace("-", " "))[0])
    with pytest.raises(Invalid):
        sign_in_second(ticket(), code)
    assert known_by(sign_in_second(ticket(), phone.codes[1])[0])
    assert authenticating.codes_left(reading(), staff) == authenticating.CODES - 2
    assert deeds(staff).count("recovery_used") == 2


def test_a_recovery_code_is_its_owner_s_alone(staff: str, phone: Any, clock: MovedClock) -> None:
    other = new_staff(login="liu")
    theirs = Authenticator(clock, authenticating.begin(other).secret)
    authenticating.verify(other, theirs.code())
    with pytest.raises(Invalid):
        sign_in_second(ticket("liu"), phone.codes[0])


def test_new_ones_void_the_old(staff: str, phone: Any) -> None:
    fresh = authenticating.renew_codes(staff, phone.code())
    assert not set(fresh) & set(phone.codes)
    with pytest.raises(Invalid):
        sign_in_second(ticket(), phone.codes[0])
    assert known_by(sign_in_second(ticket(), fresh[0])[0])


# Wrong codes


def test_wrong_codes_wait_longer_and_longer_but_never_for_ever(staff: str, phone: Authenticator, clock: MovedClock) -> None:
    waits = []
    for n in range(12):
        with pytest.raises(Invalid):
            sign_in_second(ticket(), WRONG)
        if n >= 2:
            with pytest.raises(RateLimited) as slowed:
                sign_in_second(ticket(), phone.code())
            waits.append(slowed.value.extra["retry_after"] - 1)
        clock.forward(hours=1)
    assert waits == [min(WAIT_MOST_S, FIRST_WAIT_S * 2**n) for n in range(10)]
    assert known_by(sign_in_second(ticket(), phone.code())[0])


def test_the_right_code_forgives_the_wrong_ones(staff: str, phone: Authenticator, clock: MovedClock) -> None:
    for _ in range(3):
        for _n in range(2):
            with pytest.raises(Invalid):
                sign_in_second(ticket(), WRONG)
        assert known_by(sign_in_second(ticket(), phone.code())[0])
        clock.forward(seconds=STEP_S)


def test_who_does_not_know_the_passphrase_slows_nobody(staff: str, phone: Authenticator) -> None:
    for _ in range(20):
        with pytest.raises(Invalid):
            sign_in_staff("wang", "four long other words")
        with pytest.raises(Invalid):
            sign_in_second("made up", WRONG)
    assert rows(SecondStep.__table__)[0]["wrong"] == 0
    assert known_by(sign_in_second(ticket(), phone.code())[0])


def test_one_who_is_slowed_slows_no_other(staff: str, phone: Authenticator, clock: MovedClock) -> None:
    other = new_staff(login="liu")
    theirs = Authenticator(clock, authenticating.begin(other).secret)
    authenticating.verify(other, theirs.code())
    clock.forward(seconds=STEP_S)
    for _ in range(3):
        with pytest.raises(Invalid):
            sign_in_second(ticket(), WRONG)
    assert known_by(sign_in_second(ticket("liu"), theirs.code())[0])


# The ticket


def test_a_ticket_is_good_for_five_minutes_and_for_this_passphrase(staff: str, phone: Authenticator) -> None:
    given = ticket()
    with transaction() as work:
        set_passphrase(work, staff, "four quite other words")
    for bad in (given, given[:-2], "", "a.b.c"):
        with pytest.raises(Invalid) as refused:
            sign_in_second(bad, phone.code())
        assert refused.value.extra["field"] == "passphrase"


def test_a_suspended_person_s_ticket_is_none(cast: Cast, staff: str, phone: Authenticator) -> None:
    given = ticket()
    set_active(cast("admin"), staff, False)
    with pytest.raises(Invalid):
        sign_in_second(given, phone.code())


def test_a_ticket_opens_no_page(app: Flask, staff: str, phone: Authenticator) -> None:
    browser = Browser(app)
    browser.client.set_cookie(SESSION_COOKIE, ticket())
    assert browser.get("/desk").status_code == 401


# What is kept


def test_secret_and_codes_lie_nowhere_plain_and_the_secret_follows_the_keys(app: Flask, staff: str, phone: Any) -> None:
    table = SecondStep.__table__
    sealed = bytes(reading().execute(select(type_coerce(table.c.secret, LargeBinary))).scalar_one())
    assert phone.totp.secret.encode() not in sealed
    kept = str([list(row.values()) for row in rows(RecoveryCode.__table__)])
    assert not [code for code in phone.codes if code in kept or code.replace("-", "") in kept]
    assert rotate() == 0


@pytest.mark.slow
def test_the_same_code_at_two_doors_at_once_lets_one_in(either: Flask) -> None:
    staff = new_staff()
    secret = authenticating.begin(staff).secret
    authenticating.verify(staff, pyotp.TOTP(secret).generate_otp(_step() - 1))
    code = pyotp.TOTP(secret).generate_otp(_step())
    said = at_once(either, *(lambda: authenticating.check(staff, code) for _n in range(4)))
    assert said.count("ok") == 1


def _step() -> int:
    return int(now().timestamp()) // STEP_S

"""How staff and couriers come in and go out, and how little a stranger learns at the door."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import update

from config import settings
from dispatch import create_app
from dispatch.core.errors import Invalid, RateLimited
from dispatch.core.unit_of_work import close, transaction
from dispatch.extensions import db
from dispatch.people import identity, signing_in
from dispatch.people.enrolling import add_person, give_role, set_active
from dispatch.people.identity import SESSION_COOKIE
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
from tests.people.doors import (
    CLERKS_HOME,
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
    rows,
    set_cookies,
)

WRONG = "111222"
FIRST_PHONE, SECOND_PHONE = "13800000001", "13800000002"


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> MovedClock:
    return MovedClock(monkeypatch, identity, signing_in)


@pytest.fixture
def device(cast: Cast) -> str:
    return enrolled_device(cast("courier1").id, FIRST_PHONE)


@pytest.fixture
def staff(app: Flask) -> str:
    """The id of somebody on the staff who has a passphrase and the login `wang`."""
    return new_staff(PASSPHRASE)


def new_staff(passphrase: str) -> str:
    with transaction() as work:
        return add_person(work, login="wang", role=Role.CLERK, unit_id=CLERKS_HOME, name="王敏", passphrase=passphrase)


def suspend_without_ending_sessions(person_id: str) -> None:
    with transaction() as work:
        work.execute(update(Person.__table__).where(Person.__table__.c.id == person_id).values(active=False))


def try_wrong_pins(clock: MovedClock, device_key: str, times: int) -> None:
    """Wrong PINs, each after the wait that the one before has earned."""
    for _ in range(times):
        with pytest.raises(Invalid):
            sign_in_device(device_key, WRONG)
        clock.forward(hours=1)


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


# The pages


def test_the_sign_in_page_lets_staff_in_and_sends_them_to_their_work(staff: str, browser: Browser) -> None:
    answer = browser.send("/sign-in", {"login": " wang ", "passphrase": PASSPHRASE})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    assert browser.get("/").headers["Location"] == "/desk"


def test_a_mistake_keeps_the_login_typed_and_shows_a_sentence(staff: str, browser: Browser) -> None:
    answer = browser.send("/sign-in", {"login": "wang", "passphrase": "not the right one"})
    assert answer.status_code == 422
    assert mistakes(answer) == ["登录名或口令不对。"]
    assert 'value="wang"' in answer.text
    assert "not the right one" not in answer.text


def test_what_was_typed_comes_back_as_text_never_as_markup(browser: Browser) -> None:
    answer = browser.send("/sign-in", {"login": '"><script>alert(1)</script>', "passphrase": "x"})
    assert "<script>alert" not in answer.text


def test_a_form_that_does_not_come_from_our_page_is_refused(staff: str, browser: Browser) -> None:
    answer = browser.send_without_proof("/sign-in", {"login": "wang", "passphrase": PASSPHRASE})
    assert answer.status_code == 422
    assert "页面放得太久了，请刷新后再试。" in answer.text
    assert browser.cookie(SESSION_COOKIE) is None


def test_the_proof_of_one_browser_is_no_proof_for_another(app: Flask, staff: str, browser: Browser) -> None:
    stolen = Browser(app).proof("/sign-in")
    browser.get("/sign-in")
    answer = browser.send_without_proof("/sign-in", {"login": "wang", "passphrase": PASSPHRASE, "csrf_token": stolen})
    assert answer.status_code == 422
    assert browser.cookie(SESSION_COOKIE) is None


def test_an_empty_bearer_does_not_borrow_the_person_of_the_cookie(staff: str, browser: Browser) -> None:
    browser.send("/sign-in", {"login": "wang", "passphrase": PASSPHRASE})
    assert browser.ask("GET", "/desk", headers={"Authorization": "Bearer "}).status_code == 401
    assert browser.ask("GET", "/desk").status_code == 200


def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(staff: str, browser: Browser) -> None:
    cookie = set_cookies(browser.send("/sign-in", {"login": "wang", "passphrase": PASSPHRASE}))[SESSION_COOKIE]
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))
    assert "Secure" not in cookie


def test_where_people_come_by_https_every_cookie_is_secure(tmp_path: Path) -> None:
    origin = "https://x.example"
    given = {"DATA_DIR": str(tmp_path), "PUBLIC_ORIGIN": origin, "SECRET_KEY": "5" * 64, "FIELD_KEYS": "a" * 64}
    app = create_app(settings(given))
    with app.app_context():
        db.create_all()
        with transaction() as work:
            work.execute(db.metadata.tables["units"].insert().values(id=CLERKS_HOME, name="康翠社区", level="community", parent_id=STATION))
        new_staff(PASSPHRASE)
    browser = Browser(app, origin)
    page = set_cookies(browser.get("/sign-in"))
    answer = set_cookies(browser.send("/sign-in", {"login": "wang", "passphrase": PASSPHRASE}))
    close(app)
    assert {"Secure", "HttpOnly", "SameSite=Lax"} <= set(page["lm_page"].split("; "))
    assert {"Secure", "HttpOnly", "SameSite=Lax"} <= set(answer[SESSION_COOKIE].split("; "))


def test_signing_out_on_the_page_ends_the_session_and_takes_the_cookie(staff: str, browser: Browser) -> None:
    browser.send("/sign-in", {"login": "wang", "passphrase": PASSPHRASE})
    token = browser.cookie(SESSION_COOKIE)
    assert token is not None
    browser.send("/sign-out", {}, page="/sign-in")
    assert browser.cookie(SESSION_COOKIE) is None
    assert known_by(token) is None


def test_a_kept_cookie_of_an_ended_session_opens_no_page(app: Flask, staff: str, browser: Browser) -> None:
    browser.send("/sign-in", {"login": "wang", "passphrase": PASSPHRASE})
    kept = browser.cookie(SESSION_COOKIE)
    assert kept is not None
    sign_out(kept)
    assert browser.get("/desk").status_code == 401


def test_an_enrolled_phone_is_greeted_by_name_and_asked_for_the_pin_alone(cast: Cast, device: str, browser: Browser) -> None:
    browser.client.set_cookie("lm_device", device)
    page = browser.get("/sign-in").text
    assert 'name="pin"' in page
    assert 'name="login"' not in page
    assert browser.send("/sign-in", {"pin": PIN}).status_code == 302


def test_a_wrong_pin_on_the_page_is_told_in_a_sentence(device: str, browser: Browser) -> None:
    browser.client.set_cookie("lm_device", device)
    answer = browser.send("/sign-in", {"pin": WRONG})
    assert (answer.status_code, mistakes(answer)) == (422, ["PIN 不对。"])


def test_a_slowed_phone_is_told_to_wait(device: str, browser: Browser, clock: MovedClock) -> None:
    browser.client.set_cookie("lm_device", device)
    for _ in range(3):
        browser.send("/sign-in", {"pin": WRONG})
    assert mistakes(browser.send("/sign-in", {"pin": WRONG})) == ["输错了几次，请稍等再试。"]


def test_a_phone_whose_device_has_ended_is_told_so(device: str, browser: Browser, clock: MovedClock) -> None:
    try_wrong_pins(clock, device, WRONG_PINS_END)
    browser.client.set_cookie("lm_device", device)
    answer = browser.send("/sign-in", {"pin": PIN})
    assert (answer.status_code, mistakes(answer)) == (422, ["这部手机需要重新登记，请联系社工站。"])


def test_staff_may_come_in_on_a_couriers_phone(staff: str, device: str, browser: Browser) -> None:
    browser.client.set_cookie("lm_device", device)
    answer = browser.send("/sign-in?staff=1", {"login": "wang", "passphrase": PASSPHRASE})
    assert answer.status_code == 302


def test_a_stranger_who_tries_and_tries_is_slowed_by_the_door(browser: Browser) -> None:
    proof = browser.proof("/sign-in")
    answers = {
        browser.send_without_proof("/sign-in", {"login": "x", "passphrase": "y", "csrf_token": proof}).status_code for _ in range(21)
    }
    assert answers == {422, 429}


def test_a_session_opened_for_a_suspended_person_knows_nobody(cast: Cast) -> None:
    courier = cast("courier1").id
    suspend_without_ending_sessions(courier)
    with transaction() as work:
        token = open_session(work, courier, Role.COURIER)
    assert known_by(token) is None

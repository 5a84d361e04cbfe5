"""The pages of the door: what a browser is shown, which cookies it is given, and how it is told to wait."""

from __future__ import annotations

from pathlib import Path

from flask import Flask

from config import settings
from dispatch import create_app
from dispatch.core.unit_of_work import close, transaction
from dispatch.extensions import db
from dispatch.people.identity import SESSION_COOKIE
from dispatch.people.signing_in import WRONG_PINS_END, sign_out
from tests.people.authenticator import WRONG
from tests.people.doors import CLERKS_HOME, PASSPHRASE, PIN, STATION, Browser, Cast, MovedClock, known_by, mistakes, new_staff, set_cookies
from tests.people.wrong_pins import try_wrong_pins

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

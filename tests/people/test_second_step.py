"""The second step on the pages, by command, and where a role requires it."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from config import MissingSetting, settings
from dispatch.core.unit_of_work import look_again, transaction
from dispatch.people import authenticating
from dispatch.people.authenticating import STEP_S
from dispatch.people.enrolling import add_person
from dispatch.people.identity import SESSION_COOKIE
from dispatch.people.models import Deed, Role
from dispatch.people.signing_in import sign_in_second, sign_in_staff
from tests.people.authenticator import WRONG, Authenticator, ticket
from tests.people.doors import PASSPHRASE, Browser, MovedClock, known_by, mistakes, rows

# Required by role


@pytest.fixture
def required(app: Flask) -> Flask:
    app.config["SECOND_STEP_ROLES"] = frozenset({"clerk"})
    return app


def test_whose_role_needs_it_begins_at_the_door_and_has_no_session_before(required: Flask, staff: str, clock: MovedClock) -> None:
    browser = Browser(required)
    page = browser.send("/sign-in", {"login": "wang", "passphrase": PASSPHRASE})
    assert browser.cookie(SESSION_COOKIE) is None
    found = re.search(r'id="secret">([A-Z2-7 ]+)<', page.text)
    given = re.search(r'name="ticket" value="([^"]+)"', page.text)
    assert found
    assert given
    phone = Authenticator(clock, found[1].replace(" ", ""))
    form = {"ticket": given[1], "code": WRONG}
    wrong = browser.send("/sign-in/second", form, page="/sign-in")
    assert (wrong.status_code, mistakes(wrong)) == (422, ["动态码不对。"])
    assert found[1] not in wrong.text
    right = browser.send("/sign-in/second", {**form, "code": phone.code()}, page="/sign-in")
    assert len(re.findall(r"<code>[A-Z2-9-]{19}</code>", right.text)) == authenticating.CODES
    assert browser.get("/desk").status_code == 200


def test_others_are_not_asked(required: Flask) -> None:
    with transaction() as work:
        add_person(work, login="zhou2", role=Role.SUPERVISOR, unit_id="120116", name="周", passphrase=PASSPHRASE)
    assert known_by(sign_in_staff("zhou2", PASSPHRASE))


@pytest.mark.parametrize("said", ["courier", "clerk,boss", "everybody"])
def test_a_role_that_cannot_be_asked_is_refused_at_the_start(said: str) -> None:
    with pytest.raises(MissingSetting):
        settings({"DEMO": "1", "DATA_DIR": "/tmp", "SECRET_KEY": "5" * 64, "FIELD_KEYS": "a" * 64, "SECOND_STEP_ROLES": said})


def test_roles_are_named_with_commas_or_spaces() -> None:
    given = {"DATA_DIR": "/tmp", "SECRET_KEY": "5" * 64, "FIELD_KEYS": "a" * 64}
    assert settings({**given, "SECOND_STEP_ROLES": "clerk, supervisor"})["SECOND_STEP_ROLES"] == {"clerk", "supervisor"}
    assert settings(given)["SECOND_STEP_ROLES"] == frozenset()


# The pages


def test_on_her_page_she_turns_it_on_makes_new_codes_and_turns_it_off(app: Flask, staff: str, clock: MovedClock) -> None:
    browser = Browser(app)
    browser.send("/sign-in", {"login": "wang", "passphrase": PASSPHRASE})
    shown = browser.send("/second-step/begin", {}, page="/second-step")
    secret = re.search(r'id="secret">([A-Z2-7 ]+)<', shown.text)
    assert secret
    assert "data:image/svg+xml" in shown.text
    assert secret[1] not in browser.get("/second-step").text
    phone = Authenticator(clock, secret[1].replace(" ", ""))
    wrong = browser.send("/second-step/verify", {"code": WRONG}, page="/second-step")
    assert (wrong.status_code, secret[1] in wrong.text) == (422, False)
    assert "请抄下备用码" in browser.send("/second-step/verify", {"code": phone.code()}, page="/second-step").text
    assert "已开启" in browser.get("/second-step").text
    clock.forward(seconds=STEP_S)
    assert browser.send("/second-step/codes", {"code": WRONG}, page="/second-step").status_code == 422
    assert "<code>" in browser.send("/second-step/codes", {"code": phone.code()}, page="/second-step").text
    clock.forward(seconds=STEP_S)
    assert browser.send("/second-step/off", {"code": WRONG}, page="/second-step").status_code == 422
    assert browser.send("/second-step/off", {"code": phone.code()}, page="/second-step").status_code == 302
    assert "口令可能被人看到" in browser.get("/second-step").text


def test_at_the_door_she_types_the_code_and_is_told_to_wait_after_wrong_ones(app: Flask, staff: str, phone: Authenticator) -> None:
    browser = Browser(app)
    page = browser.send("/sign-in", {"login": "wang", "passphrase": PASSPHRASE})
    assert page.status_code == 200
    given = re.search(r'name="ticket" value="([^"]+)"', page.text)
    assert given
    answers = [browser.send("/sign-in/second", {"ticket": given[1], "code": WRONG}, page="/sign-in") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [422, 422, 422, 429]
    assert int(answers[-1].headers["Retry-After"]) > 0
    assert (
        browser.send("/sign-in/second", {"ticket": "x", "code": WRONG}, page="/sign-in")
        .headers["Location"]
        .endswith("/sign-in?staff=1&again=1")
    )
    phone.clock.forward(minutes=1)
    assert browser.send("/sign-in/second", {"ticket": given[1], "code": phone.code()}, page="/sign-in").headers["Location"] == "/"
    assert browser.get("/desk").status_code == 200


def test_a_courier_has_no_such_page(app: Flask) -> None:
    assert Browser(app).become("courier1").get("/second-step").status_code == 403


# The command


def test_a_reset_by_command_takes_it_away_ends_what_is_open_and_is_written_down(app: Flask, staff: str, phone: Authenticator) -> None:
    token = sign_in_second(ticket(), phone.code())[0]
    run = app.test_cli_runner().invoke
    assert run(args=["people", "reset-second-step", "wang"]).output == "reset\n"
    assert known_by(token) is None
    look_again()
    assert known_by(sign_in_staff("wang", PASSPHRASE))
    last = [one for one in rows(Deed.__table__) if one["person_id"] == staff][-1]
    assert (last["verb"], last["by"]) == ("second_step_reset", "cli")
    assert run(args=["people", "reset-second-step", "wang"]).output == "there was none\n"
    assert run(args=["people", "reset-second-step", "nobody"]).exit_code == 1

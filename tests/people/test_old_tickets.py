"""Who comes too late to the second step is led back to the first, and reads why."""

from __future__ import annotations

import pyotp
import pytest
from flask import Flask

from dispatch.core.unit_of_work import transaction
from dispatch.people import authenticating, signing_in
from dispatch.people.enrolling import add_person
from dispatch.people.models import Role
from dispatch.people.signing_in import SecondStepNeeded, sign_in_staff
from tests.people.doors import CLERKS_HOME, PASSPHRASE, Browser, mistakes

WHY = "请重新输入口令：上一步已经过了五分钟，或者口令已经改了。"


@pytest.mark.parametrize("form", [{"code": "123456"}, {"again": "1"}, {"code": "123456", "again": "1"}, {}])
@pytest.mark.parametrize("ticket", ["", "rubbish", "a.b.c"])
def test_a_ticket_that_is_none_leads_back_to_the_passphrase_with_a_sentence(app: Flask, form: dict[str, str], ticket: str) -> None:
    browser = Browser(app)
    answer = browser.send("/sign-in/second", {"ticket": ticket, **form}, page="/sign-in")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/sign-in?staff=1&again=1")
    page = browser.get(answer.headers["Location"])
    assert (page.status_code, mistakes(page)) == (200, [WHY])
    # The next word is about what she types then.
    wrong = browser.send("/sign-in?staff=1&again=1", {"login": "clerk", "passphrase": "nothing of the kind"})
    assert (wrong.status_code, mistakes(wrong)) == (422, ["登录名或口令不对。"])


def test_a_ticket_that_was_good_five_minutes_ago_does_too(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    with transaction() as work:
        staff = add_person(work, login="wang", role=Role.CLERK, unit_id=CLERKS_HOME, name="王敏", passphrase=PASSPHRASE)
    authenticating.verify(staff, pyotp.TOTP(authenticating.begin(staff).secret).now())
    with pytest.raises(SecondStepNeeded) as needed:
        sign_in_staff("wang", PASSPHRASE)
    monkeypatch.setattr(signing_in, "TICKET_LASTS_S", -1)
    for form in ({"again": "1"}, {"code": "123456"}):
        answer = Browser(app).send("/sign-in/second", {"ticket": needed.value.ticket, **form}, page="/sign-in")
        assert answer.headers["Location"] == "/sign-in?staff=1&again=1"

"""How a courier's phone becomes his key: the invite, the PIN, the page of the invited, and the coordinator's who invites."""

from __future__ import annotations

import base64
import re
from html import unescape
from urllib.parse import unquote, urlsplit

import pytest
import segno
from flask import Flask

from dispatch.core.errors import Invalid, NotEligible, NotFound
from dispatch.core.secrets import token_hash
from dispatch.people.enrolling import set_active
from dispatch.people.identity import SESSION_COOKIE
from dispatch.people.inviting import accept_invite, invite_courier, open_invite
from dispatch.people.models import Device, Invite, Person, Role
from dispatch.people.routes import DEVICE_COOKIE
from dispatch.people.signing_in import sign_in_device
from tests.people.doors import (
    CLERKS_HOME,
    DEPOT,
    NEIGHBOUR,
    PHONE,
    PIN,
    STATION,
    Browser,
    Cast,
    MovedClock,
    known_by,
    mistakes,
    rows,
    set_cookies,
)

GOOD = {"phone": PHONE, "pin": PIN, "pin_again": PIN, "consent": "yes"}


@pytest.fixture
def invite(newcomer: tuple[str, str]) -> str:
    return newcomer[1]


# The invite


def test_an_invite_makes_this_phone_the_couriers_own(newcomer: tuple[str, str]) -> None:
    person_id, invite = newcomer
    device, session = accept_invite(invite, phone=PHONE, pin=PIN)
    for token in (session, sign_in_device(device, PIN)):
        actor = known_by(token)
        assert actor is not None
        assert (actor.id, actor.role, actor.station_id) == (person_id, Role.COURIER, STATION)


def test_an_invite_is_used_once(invite: str) -> None:
    accept_invite(invite, phone=PHONE, pin=PIN)
    with pytest.raises(NotFound):
        accept_invite(invite, phone=PHONE, pin=PIN)


def test_a_second_use_leaves_no_second_device(newcomer: tuple[str, str]) -> None:
    accept_invite(newcomer[1], phone=PHONE, pin=PIN)
    with pytest.raises(NotFound):
        accept_invite(newcomer[1], phone=PHONE, pin=PIN)
    assert [row["person_id"] for row in rows(Device.__table__)].count(newcomer[0]) == 1


def test_an_invite_is_good_for_twenty_four_hours_and_no_longer(invite: str, clock: MovedClock) -> None:
    clock.forward(hours=23, minutes=59)
    assert open_invite(invite).name == "周小海"
    clock.forward(minutes=2)
    with pytest.raises(NotFound):
        accept_invite(invite, phone=PHONE, pin=PIN)


def test_an_invite_is_for_the_invited_phone_alone(invite: str) -> None:
    for phone in ("13755502469", "13800000001", ""):
        with pytest.raises(Invalid) as refused:
            accept_invite(invite, phone=phone, pin=PIN)
        assert refused.value.extra["field"] == "phone"


def test_an_invite_survives_a_mistake_in_the_form(invite: str) -> None:
    with pytest.raises(Invalid):
        accept_invite(invite, phone="13755502469", pin=PIN)
    with pytest.raises(Invalid):
        accept_invite(invite, phone=PHONE, pin="123456")
    assert accept_invite(invite, phone=PHONE, pin=PIN)


def test_the_phone_may_be_typed_with_spaces_and_country_code(invite: str) -> None:
    assert accept_invite(invite, phone="+86 137-5550 2468", pin=PIN)


def test_an_invite_is_kept_hashed(invite: str) -> None:
    kept = rows(Invite.__table__)
    assert token_hash(invite) in [row["token_hash"] for row in kept]
    assert not [row for row in kept if invite in str(row)]


def test_an_invite_of_a_courier_suspended_meanwhile_is_closed(cast: Cast, newcomer: tuple[str, str]) -> None:
    set_active(cast("coordinator"), newcomer[0], False)
    with pytest.raises(NotFound):
        accept_invite(newcomer[1], phone=PHONE, pin=PIN)


def test_an_invite_that_never_was_is_not_found(app: Flask) -> None:
    with pytest.raises(NotFound):
        open_invite("never-was")


# The PIN


@pytest.mark.parametrize("pin", ["000000", "123456", "777777", PHONE[-6:]])
def test_a_pin_that_a_stranger_would_try_first_is_refused(invite: str, pin: str) -> None:
    with pytest.raises(Invalid) as refused:
        accept_invite(invite, phone=PHONE, pin=pin)
    assert refused.value.extra["field"] == "pin"


@pytest.mark.parametrize("pin", ["48291", "4829133", "48291a", "", " 82913", "482913\n", "４８２９１３", "٤٨٢٩١٣"])
def test_a_pin_is_six_plain_digits(invite: str, pin: str) -> None:
    with pytest.raises(Invalid) as refused:
        accept_invite(invite, phone=PHONE, pin=pin)
    assert refused.value.extra["field"] == "pin"


# The page of the invited


def test_the_invited_is_greeted_by_name(invite: str, browser: Browser) -> None:
    page = browser.get(f"/enrol/{invite}")
    assert page.status_code == 200
    assert "您好，周小海" in page.text


def test_with_the_form_filled_he_is_in_and_the_device_is_known_next_time(invite: str, browser: Browser) -> None:
    answer = browser.send(f"/enrol/{invite}", GOOD)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    assert browser.get("/").headers["Location"] == "/board"
    browser.client.delete_cookie(SESSION_COOKIE)
    assert browser.send("/sign-in", {"pin": PIN}).status_code == 302


def test_device_and_session_cookie_are_out_of_reach_of_scripts(invite: str, browser: Browser) -> None:
    cookies = set_cookies(browser.send(f"/enrol/{invite}", GOOD))
    for name in (DEVICE_COOKIE, SESSION_COOKIE):
        assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookies[name].split("; ")), name


def test_the_device_cookie_stays_and_the_session_cookie_does_not(invite: str, browser: Browser) -> None:
    cookies = set_cookies(browser.send(f"/enrol/{invite}", GOOD))
    assert "Max-Age" in cookies[DEVICE_COOKIE]
    assert "Max-Age" not in cookies[SESSION_COOKIE]


@pytest.mark.parametrize(
    ("mistake", "sentence"),
    [
        ({"consent": ""}, "需要您同意才能继续。"),
        ({"pin_again": "739164"}, "两次输入的 PIN 不一样。"),
        ({"pin": "123456", "pin_again": "123456"}, "这个 PIN 太容易猜到，请换一个。"),
        ({"pin": "12", "pin_again": "12"}, "PIN 是 6 位数字。"),
        ({"phone": "13755502469"}, "与社工站登记的号码不一致。"),
        ({"phone": "12"}, "电话号码不对，请再看一眼。"),
    ],
)
def test_a_mistake_is_told_at_its_field_and_the_phone_typed_and_the_word_given_stay(
    invite: str, browser: Browser, mistake: dict[str, str], sentence: str
) -> None:
    form = {**GOOD, **mistake}
    answer = browser.send(f"/enrol/{invite}", form)
    assert (answer.status_code, mistakes(answer)) == (422, [sentence])
    assert f'value="{form["phone"]}"' in answer.text
    assert ('value="yes" checked' in answer.text) == bool(form["consent"])
    assert f'value="{form["pin"]}"' not in answer.text
    assert DEVICE_COOKIE not in set_cookies(answer)


def test_a_second_browser_with_the_same_invite_is_told_that_it_was_used(app: Flask, invite: str, browser: Browser) -> None:
    second = Browser(app)
    proof = second.proof(f"/enrol/{invite}")
    browser.send(f"/enrol/{invite}", GOOD)
    answer = second.send_without_proof(f"/enrol/{invite}", {**GOOD, "csrf_token": proof})
    assert answer.status_code == 404
    assert "这个邀请已经用过或过期了，请社工站再发一个。" in answer.text
    assert second.cookie(DEVICE_COOKIE) is None


def test_a_form_from_elsewhere_does_not_use_the_invite_up(invite: str, browser: Browser) -> None:
    assert browser.send_without_proof(f"/enrol/{invite}", GOOD).status_code == 422
    assert open_invite(invite)


# The coordinator's page


def test_the_coordinator_is_shown_a_link_and_the_same_as_a_qr_code(desk: Browser, browser: Browser) -> None:
    page = desk.send("/couriers/invite", {"name": "周小海", "phone": PHONE, "depot_id": DEPOT}, page="/couriers")
    assert page.status_code == 200
    link = re.search(r'<input id="link" readonly value="([^"]+)">', page.text)
    drawn = re.search(r'<img class="qr" src="(data:image/svg[^"]+)"', page.text)
    assert link
    assert drawn
    assert unescape(drawn[1]) == segno.make(link[1], error="m").svg_data_uri(scale=6, border=2)
    assert "您好，周小海" in browser.get(urlsplit(link[1]).path).text


def test_the_qr_code_is_a_picture_of_its_own_that_asks_nobody_else(desk: Browser) -> None:
    page = desk.send("/couriers/invite", {"name": "周小海", "phone": PHONE, "depot_id": DEPOT}, page="/couriers")
    drawn = re.search(r'<img class="qr" src="data:image/svg\+xml([^,]*),([^"]+)"', page.text)
    assert drawn
    picture = base64.b64decode(drawn[2]).decode() if "base64" in drawn[1] else unquote(unescape(drawn[2]))
    assert picture.count("http") == picture.count("http://www.w3.org/2000/svg")


@pytest.mark.parametrize(("field", "typed"), [("name", " "), ("phone", "12"), ("depot_id", "")])
def test_a_mistake_in_the_invitation_is_told_and_nobody_is_entered(desk: Browser, field: str, typed: str) -> None:
    before = len(rows(Person.__table__))
    answer = desk.send("/couriers/invite", {"name": "周小海", "phone": PHONE, "depot_id": DEPOT, field: typed}, page="/couriers")
    assert answer.status_code == 422
    assert len(mistakes(answer)) == 1
    assert len(rows(Person.__table__)) == before


@pytest.mark.parametrize("login", ["clerk", "courier1", "supervisor"])
def test_only_the_coordinator_invites(app: Flask, login: str) -> None:
    other = Browser(app).become(login)
    answer = other.send("/couriers/invite", {"name": "周小海", "phone": PHONE, "depot_id": DEPOT}, page="/design")
    assert answer.status_code == 403
    assert not [row for row in rows(Person.__table__) if row["phone"] == PHONE]


def test_nobody_who_has_not_signed_in_invites(browser: Browser) -> None:
    answer = browser.send("/couriers/invite", {"name": "周小海", "phone": PHONE, "depot_id": DEPOT}, page="/design")
    assert answer.status_code == 401


@pytest.mark.parametrize(
    ("login", "depot"),
    [("coordinator", f"{NEIGHBOUR}D01"), ("clerk", DEPOT), ("supervisor", DEPOT), ("courier1", DEPOT), ("neighbour", DEPOT)],
)
def test_nobody_but_the_depots_own_coordinator_invites_whichever_way_he_is_asked(cast: Cast, login: str, depot: str) -> None:
    with pytest.raises(NotEligible):
        invite_courier(cast(login), name="周小海", phone=PHONE, depot_id=depot)
    assert not [row for row in rows(Person.__table__) if row["phone"] == PHONE]


def test_a_courier_is_not_invited_into_a_community(cast: Cast) -> None:
    with pytest.raises(Invalid):
        invite_courier(cast("coordinator"), name="周小海", phone=PHONE, depot_id=CLERKS_HOME)

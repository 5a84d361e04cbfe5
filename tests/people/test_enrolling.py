"""How a courier's phone becomes his key: the invite, the PIN, and who may invite, suspend and restore."""

from __future__ import annotations

import base64
import re
from html import unescape
from urllib.parse import unquote, urlsplit

import pytest
import segno
from flask import Flask
from sqlalchemy import update

from dispatch.core.errors import Invalid, NotEligible, NotFound
from dispatch.core.secrets import token_hash
from dispatch.core.unit_of_work import transaction
from dispatch.people import inviting
from dispatch.people.enrolling import add_person, clean_phone, set_active
from dispatch.people.identity import SESSION_COOKIE
from dispatch.people.inviting import accept_invite, invite_again, invite_courier, open_invite
from dispatch.people.models import Device, Invite, Person, Role
from dispatch.people.routes import DEVICE_COOKIE
from dispatch.people.signing_in import sign_in_device
from tests.people.doors import (
    CLERKS_HOME,
    DEPOT,
    DISTRICT,
    NEIGHBOUR,
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

PHONE = "13755502468"
GOOD = {"phone": PHONE, "pin": PIN, "pin_again": PIN, "consent": "yes"}


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> MovedClock:
    return MovedClock(monkeypatch, inviting)


@pytest.fixture
def newcomer(cast: Cast) -> tuple[str, str]:
    """A courier who has just been invited: his id and his invite."""
    return invite_courier(cast("coordinator"), name="周小海", phone=PHONE, depot_id=DEPOT)


@pytest.fixture
def invite(newcomer: tuple[str, str]) -> str:
    return newcomer[1]


@pytest.fixture
def desk(app: Flask) -> Browser:
    """The coordinator's browser."""
    return Browser(app).become("coordinator")


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
def test_a_mistake_is_told_at_its_field_and_the_phone_typed_stays(
    invite: str, browser: Browser, mistake: dict[str, str], sentence: str
) -> None:
    form = {**GOOD, **mistake}
    answer = browser.send(f"/enrol/{invite}", form)
    assert (answer.status_code, mistakes(answer)) == (422, [sentence])
    assert f'value="{form["phone"]}"' in answer.text
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


# Suspended, and back


def test_a_suspended_courier_cannot_come_in_and_comes_back_with_restore(cast: Cast) -> None:
    courier = cast("courier1").id
    device = enrolled_device(courier, "13800000001")
    set_active(cast("coordinator"), courier, False)
    with pytest.raises(Invalid):
        sign_in_device(device, PIN)
    set_active(cast("coordinator"), courier, True)
    assert known_by(sign_in_device(device, PIN))


def test_a_suspended_courier_comes_back_off_duty_and_his_place_forgotten(cast: Cast) -> None:
    courier = cast("courier1")
    assert courier.on_duty
    with transaction() as work:
        work.execute(update(Person.__table__).where(Person.__table__.c.id == courier.id).values(last_lat=39.0, last_lon=117.7))
    set_active(cast("coordinator"), courier.id, False)
    set_active(cast("coordinator"), courier.id, True)
    assert (cast("courier1").on_duty, cast("courier1").place) == (False, None)


def test_the_coordinators_page_suspends_and_restores(app: Flask, cast: Cast, desk: Browser) -> None:
    courier = cast("courier1").id
    his = Browser(app).become("courier1")
    token = his.cookie(SESSION_COOKIE)
    assert token is not None
    desk.send(f"/couriers/{courier}/suspend", {}, page="/couriers")
    assert known_by(token) is None
    desk.send(f"/couriers/{courier}/restore", {}, page="/couriers")
    assert cast("courier1").active


@pytest.mark.parametrize("login", ["courier2", "clerk", "supervisor"])
def test_only_the_coordinators_page_suspends(app: Flask, cast: Cast, login: str) -> None:
    courier = cast("courier1").id
    answer = Browser(app).become(login).send(f"/couriers/{courier}/suspend", {}, page="/design")
    assert answer.status_code == 403
    assert cast("courier1").active


def test_a_neighbours_courier_is_unknown_to_the_coordinator(cast: Cast) -> None:
    with pytest.raises(NotFound):
        set_active(cast("coordinator"), cast("neighbour").id, False)
    assert cast("neighbour").active


@pytest.mark.parametrize("login", ["clerk", "supervisor", "admin", "coordinator"])
def test_the_coordinator_suspends_couriers_and_nobody_else(cast: Cast, login: str) -> None:
    with pytest.raises(NotFound):
        set_active(cast("coordinator"), cast(login).id, False)
    assert cast(login).active


# Who is entered


@pytest.mark.parametrize(
    ("role", "unit"),
    [(Role.CLERK, STATION), (Role.CLERK, DEPOT), (Role.COORDINATOR, CLERKS_HOME), (Role.SUPERVISOR, STATION), (Role.COURIER, DISTRICT),
     (Role.ADMIN, CLERKS_HOME), (Role.CLERK, "nowhere")],
)  # fmt: skip
def test_a_role_belongs_to_a_unit_of_its_level(app: Flask, role: Role, unit: str) -> None:
    with transaction() as work, pytest.raises(Invalid) as refused:
        add_person(work, login="new", role=role, unit_id=unit, name="王敏")
    assert refused.value.extra["field"] == "unit"


def test_a_login_belongs_to_one_person(app: Flask) -> None:
    with transaction() as work, pytest.raises(Invalid) as refused:
        add_person(work, login="clerk", role=Role.CLERK, unit_id=CLERKS_HOME, name="王敏")
    assert refused.value.extra["field"] == "login"


@pytest.mark.parametrize("typed", ["138 0000 0001", "+8613800000001", "86-138-0000-0001", "（138）00000001"])
def test_a_phone_is_kept_as_its_digits(app: Flask, typed: str) -> None:
    assert clean_phone(typed) == "13800000001"


@pytest.mark.parametrize("typed", ["", "12", "phone", "1380000000１", "138000000011234", "+1 555 0100"])
def test_what_is_no_phone_is_refused(app: Flask, typed: str) -> None:
    with pytest.raises(Invalid):
        clean_phone(typed)


# Another phone


def test_with_another_phone_the_old_one_is_nobodys_key_and_the_new_one_is(cast: Cast, newcomer: tuple[str, str]) -> None:
    person_id, invite = newcomer
    old, session = accept_invite(invite, phone=PHONE, pin=PIN)
    name, again = invite_again(cast("coordinator"), person_id)
    assert name == "周小海"
    assert known_by(session) is None
    with pytest.raises(Invalid):
        sign_in_device(old, PIN)
    new, _session = accept_invite(again, phone=PHONE, pin=PIN)
    actor = known_by(sign_in_device(new, PIN))
    assert actor is not None
    assert actor.id == person_id


def test_nobody_but_his_coordinator_gives_a_courier_another_phone(cast: Cast, newcomer: tuple[str, str]) -> None:
    for login in ("clerk", "courier1", "supervisor"):
        with pytest.raises(NotFound):
            invite_again(cast(login), newcomer[0])
    with pytest.raises(NotFound):
        invite_again(cast("coordinator"), cast("neighbour").id)
    set_active(cast("coordinator"), newcomer[0], False)
    with pytest.raises(NotEligible):
        invite_again(cast("coordinator"), newcomer[0])


def test_a_number_is_entered_once_however_it_is_typed(cast: Cast, newcomer: tuple[str, str]) -> None:
    with pytest.raises(Invalid) as refused:
        invite_courier(cast("coordinator"), name="周小海", phone=f"+86 {PHONE[:3]} {PHONE[3:]}", depot_id=DEPOT)
    assert refused.value.extra["field"] == "phone"


def test_the_coordinators_page_enters_what_he_may_be_trusted_with(app: Flask, desk: Browser) -> None:
    answer = desk.send(
        "/couriers/invite", {"name": "周小海", "phone": PHONE, "depot_id": DEPOT, "skills": ["heavy", "flying"]}, page="/couriers"
    )
    assert answer.status_code == 200
    assert rows(Person.__table__)[-1]["skills"] == ["heavy"]


def test_the_coordinators_page_gives_another_phone(app: Flask, desk: Browser, newcomer: tuple[str, str]) -> None:
    answer = desk.send(f"/couriers/{newcomer[0]}/invite", {}, page="/couriers")
    assert answer.status_code == 200
    assert len([row for row in rows(Invite.__table__) if row["person_id"] == newcomer[0]]) == 2


def test_the_link_is_the_couriers_own_and_not_under_a_personas_path(app: Flask, desk: Browser, newcomer: tuple[str, str]) -> None:
    assert (
        "/as/"
        not in desk.send(f"/couriers/{newcomer[0]}/invite", {}, page="/couriers").get_data(as_text=True).split('id="link"')[1].split(">")[0]
    )


def test_the_administrator_of_the_district_sees_the_couriers_of_its_stations(app: Flask) -> None:
    page = Browser(app).become("admin").get("/couriers").get_data(as_text=True)
    assert "钱建国" in page
    assert "孙立军" in page

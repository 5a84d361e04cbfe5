"""Who is entered and with which phone, who suspends and restores, and how a phone becomes another."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import update

from dispatch.core.errors import Invalid, NotEligible, NotFound
from dispatch.core.unit_of_work import transaction
from dispatch.people.enrolling import add_person, clean_phone, set_active
from dispatch.people.identity import SESSION_COOKIE
from dispatch.people.inviting import accept_invite, invite_again, invite_courier
from dispatch.people.models import Invite, Person, Role
from dispatch.people.signing_in import sign_in_device
from tests.people.doors import CLERKS_HOME, DEPOT, DISTRICT, PHONE, PIN, STATION, Browser, Cast, enrolled_device, known_by, rows

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

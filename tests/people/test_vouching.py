"""The second word for a newcomer: never by who has entered him; until then he is nobody's courier."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask

from dispatch.core.errors import Invalid, NotEligible, NotFound, TooLate
from dispatch.core.permits import permitted
from dispatch.core.unit_of_work import look_again, reading, transaction
from dispatch.people import vouching
from dispatch.people.choosing import choose
from dispatch.people.enrolling import add_person, set_active
from dispatch.people.identity import Actor
from dispatch.people.inviting import invite_again, invite_courier, open_invite
from dispatch.people.models import Deed, Invite, Person, Role, Vouching
from dispatch.people.policy import VOUCHING
from dispatch.people.states import VOUCHING as MOVES
from dispatch.people.states import Vouched
from tests.people.at_once import at_once, someone
from tests.people.doors import DEPOT, DISTRICT, NEIGHBOUR, STATION, Browser, Cast, rows
from tests.people.loans import told

PHONE = "13755502468"


def two_words(*, above: bool = False) -> None:
    with transaction() as work:
        choose(work, STATION, {"vouch_twice": "on", "vouch_above": "on" if above else ""})
        add_person(work, login="deputy", role=Role.COORDINATOR, unit_id=STATION, name="赵立春")


@pytest.fixture
def newcomer(cast: Cast) -> str:
    """Entered by coordinator Li, where two words are wanted; his id."""
    two_words()
    return enter(cast("coordinator"))


def enter(actor: Actor, phone: str = PHONE) -> str:
    person_id, token = invite_courier(actor, name="周小海", phone=phone, depot_id=DEPOT, skills=["heavy"])
    assert token == ""
    return person_id


def row(person_id: str) -> dict[str, Any]:
    return next(one for one in rows(Person.__table__) if one["id"] == person_id)


def deeds(person_id: str) -> list[str]:
    return [one["verb"] for one in rows(Deed.__table__) if one["person_id"] == person_id]


def test_without_the_setting_one_word_is_enough(cast: Cast) -> None:
    _person_id, token = invite_courier(cast("coordinator"), name="周小海", phone=PHONE, depot_id=DEPOT)
    assert open_invite(token).name == "周小海"
    assert rows(Vouching.__table__) == []


def test_until_the_second_word_he_can_do_nothing_and_nobody_can_invite_or_restore_him(cast: Cast, newcomer: str) -> None:
    assert row(newcomer)["active"] is False
    assert rows(Invite.__table__) == []
    with pytest.raises(NotEligible):
        invite_again(cast("coordinator"), newcomer)
    for login in ("coordinator", "deputy", "admin"):
        with pytest.raises(TooLate):
            set_active(cast(login), newcomer, True)
    assert told(STATION, "person.entered")[-1]["person_id"] == newcomer
    assert newcomer not in [one["person_id"] for one in told(STATION, "person.enrolled")]


@pytest.mark.parametrize("login", ["deputy", "supervisor", "admin"])
def test_another_person_confirms_and_he_is_a_courier(cast: Cast, newcomer: str, login: str) -> None:
    vouching.confirm(cast(login), newcomer)
    assert row(newcomer)["active"] is True
    assert told(STATION, "person.enrolled")[-1]["person_id"] == newcomer
    assert invite_again(cast("coordinator"), newcomer)[0] == "周小海"
    assert deeds(newcomer) == ["entered", "confirmed", "invited"]


def test_never_who_has_entered_him(cast: Cast, newcomer: str) -> None:
    with pytest.raises(NotEligible):
        vouching.confirm(cast("coordinator"), newcomer)
    with pytest.raises(NotEligible):
        vouching.decline(cast("coordinator"), newcomer, "other")


@pytest.mark.parametrize("login", ["clerk", "courier1", "coordinator2", "neighbour"])
def test_an_outsider_does_not_know_of_him(cast: Cast, newcomer: str, login: str) -> None:
    for say in (lambda: vouching.confirm(cast(login), newcomer), lambda: vouching.decline(cast(login), newcomer, "other")):
        with pytest.raises(NotFound):
            say()
    assert vouching.newcomers(reading(), cast(login)) == []


def test_where_the_street_s_word_is_wanted_a_colleague_s_is_not_enough(cast: Cast) -> None:
    two_words(above=True)
    newcomer = enter(cast("coordinator"))
    with pytest.raises(NotEligible):
        vouching.confirm(cast("deputy"), newcomer)
    vouching.confirm(cast("supervisor"), newcomer)
    assert row(newcomer)["active"] is True


def test_declined_with_a_reason_his_number_is_forgotten_and_he_can_be_entered_anew(cast: Cast, newcomer: str) -> None:
    vouching.decline(cast("deputy"), newcomer, "wrong_data")
    assert (row(newcomer)["active"], row(newcomer)["phone"], row(newcomer)["phone_hash"]) == (False, None, None)
    assert told(STATION, "person.declined")[-1] == {"person_id": newcomer, "reason": "wrong_data"}
    with pytest.raises(TooLate):
        set_active(cast("coordinator"), newcomer, True)
    assert enter(cast("coordinator")) != newcomer


def test_while_he_waits_nobody_enters_him_a_second_time(cast: Cast, newcomer: str) -> None:
    with pytest.raises(Invalid):
        enter(cast("deputy"))


def test_a_reason_that_is_none_is_refused(cast: Cast, newcomer: str) -> None:
    for reason in ("", "because", "far"):
        with pytest.raises(Invalid):
            vouching.decline(cast("deputy"), newcomer, reason)


def test_said_twice_it_is_said_once_and_the_other_word_is_too_late(cast: Cast, newcomer: str) -> None:
    for _ in range(2):
        vouching.confirm(cast("deputy"), newcomer)
    assert deeds(newcomer) == ["entered", "confirmed"]
    with pytest.raises(TooLate):
        vouching.decline(cast("deputy"), newcomer, "other")
    with pytest.raises(TooLate):
        vouching.confirm(cast("supervisor"), newcomer)


def test_the_edges_are_these_two() -> None:
    assert {verb: (set(move.leaves), str(move.enters)) for verb, move in MOVES.items()} == {
        "confirm": ({Vouched.PENDING}, "confirmed"), "decline": ({Vouched.PENDING}, "declined"),
    }  # fmt: skip


#: (role, whose, has entered him) → may confirm, and may where the word above is wanted.
WORDS = {
    ("coordinator", "own", False): (True, False), ("coordinator", "own", True): (False, False),
    ("coordinator", "other", False): (False, False),
    ("supervisor", "own", False): (True, True), ("supervisor", "other", False): (False, False), ("supervisor", "own", True): (False, False),
    ("admin", "own", False): (True, True), ("admin", "own", True): (False, False), ("clerk", "own", False): (False, False),
    ("courier", "own", False): (False, False),
}  # fmt: skip


@pytest.mark.parametrize("cell", WORDS)
@pytest.mark.parametrize("above", [False, True])
def test_every_role(cell: tuple[str, str, bool], above: bool) -> None:
    role, whose, entered = cell
    station = None if role in ("supervisor", "admin") else (STATION if whose == "own" else NEIGHBOUR)
    unit = (DISTRICT if whose == "own" else "120101") if station is None else station
    actor = SimpleNamespace(id="me", role=role, station_id=station, unit_id=unit)
    newcomer = SimpleNamespace(
        station_id=STATION, district_id=DISTRICT, role="courier", entered_by="me" if entered else "you", above_alone=above
    )
    for verb in ("confirm", "decline"):
        assert permitted(VOUCHING, verb, actor, newcomer) is WORDS[cell][above]


def test_on_the_pages_one_enters_and_another_confirms(app: Flask, cast: Cast) -> None:
    two_words()
    desk, above = Browser(app).become("coordinator"), Browser(app).become("supervisor")
    form = {"name": "周小海", "phone": PHONE, "depot_id": DEPOT, "skills": ["heavy"]}
    answer = desk.send("/couriers/invite", form, page="/couriers")
    assert answer.status_code == 200
    assert "已登记。等另一位确认后" in answer.text
    assert "要由另一位确认，他才能接单。" in answer.text
    page = above.get("/newcomers").text
    assert "周小海" in page
    assert PHONE not in page
    newcomer = rows(Vouching.__table__)[0]["person_id"]
    assert above.send(f"/couriers/{newcomer}/decline", {"reason": ""}, page="/newcomers").status_code == 422
    assert above.send(f"/couriers/{newcomer}/confirm", {}, page="/newcomers").headers["Location"] == "/newcomers"
    assert "没有等您确认的人。" in above.get("/newcomers").text
    assert "周小海" in desk.get("/couriers").text
    assert Browser(app).become("clerk").get("/newcomers").status_code == 403


@pytest.mark.slow
def test_two_words_at_once_are_one(either: Flask) -> None:
    two_words()
    for n in range(10):
        newcomer = enter(someone("coordinator"), f"1375550{n:04d}")
        deputy, above = someone("deputy"), someone("supervisor")
        said = at_once(
            either,
            lambda one=deputy, him=newcomer: vouching.confirm(one, him),  # type: ignore[misc]
            lambda one=above, him=newcomer: vouching.decline(one, him, "other"),  # type: ignore[misc]
        )
        assert sorted(said) == ["ok", "too_late"]
        look_again()
        assert row(newcomer)["active"] is (said[0] == "ok")

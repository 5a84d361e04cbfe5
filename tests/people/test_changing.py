"""A courier's depot and what he may be trusted with; and his history, which says who did what and when."""

from __future__ import annotations

import uuid

import pytest
from flask import Flask

from dispatch.core.errors import Invalid, NotFound
from dispatch.core.unit_of_work import look_again, reading
from dispatch.people import changing
from dispatch.people.enrolling import set_active
from dispatch.people.inviting import invite_courier
from dispatch.people.trusting import trust
from tests.people.doors import CLERKS_HOME, DEPOT, NEIGHBOUR, STATION, Browser, Cast
from tests.people.loans import told

OTHER_DEPOT = f"{STATION}D02"


def test_he_starts_from_another_depot(cast: Cast) -> None:
    courier = cast("courier1")
    changing.move(cast("coordinator"), courier.id, OTHER_DEPOT)
    moved = cast("courier1")
    assert (moved.unit_id, moved.station_id) == (OTHER_DEPOT, STATION)
    assert moved.home != courier.home
    assert told(STATION, "person.changed")[-1] == {"person_id": courier.id, "what": "depot", "unit_id": OTHER_DEPOT}


@pytest.mark.parametrize("depot", [f"{NEIGHBOUR}D01", CLERKS_HOME, STATION, "", "nowhere"])
def test_a_depot_of_his_station_it_must_be(cast: Cast, depot: str) -> None:
    with pytest.raises(Invalid) as refused:
        changing.move(cast("coordinator"), cast("courier1").id, depot)
    assert refused.value.extra["field"] == "depot_id"


def test_what_he_may_be_trusted_with_is_what_is_said_now(cast: Cast) -> None:
    trust(cast("coordinator"), cast("courier1").id, dict.fromkeys(["escort", "heavy"]))
    assert cast("courier1").skills == {"escort", "heavy"}
    trust(cast("coordinator"), cast("courier1").id, {})
    assert cast("courier1").skills == frozenset()
    with pytest.raises(Invalid):
        trust(cast("coordinator"), cast("courier1").id, dict.fromkeys(["flying"]))


def test_said_twice_it_is_said_once(cast: Cast) -> None:
    courier = cast("courier1").id
    for _ in range(2):
        changing.move(cast("coordinator"), courier, OTHER_DEPOT)
        trust(cast("coordinator"), courier, dict.fromkeys(["heavy"]))
    assert [one["what"] for one in told(STATION, "person.changed")] == ["depot", "skills"]


@pytest.mark.parametrize("login", ["coordinator2", "clerk", "courier1", "supervisor"])
def test_an_outsider_does_not_find_him(cast: Cast, login: str) -> None:
    courier = cast("courier1").id
    for say in (
        lambda: changing.move(cast(login), courier, OTHER_DEPOT),
        lambda: trust(cast(login), courier, {}),
        lambda: changing.courier_shown(reading(), cast(login), courier),
    ):
        with pytest.raises(NotFound):
            say()


def test_his_history_says_who_did_what(cast: Cast) -> None:
    boss = cast("coordinator")
    person_id, _token = invite_courier(boss, name="周小海", phone="13755502468", depot_id=DEPOT)
    changing.move(boss, person_id, OTHER_DEPOT)
    trust(cast("admin"), person_id, dict.fromkeys(["heavy"]))
    set_active(boss, person_id, False)
    set_active(boss, person_id, False)
    set_active(cast("admin"), person_id, True)
    look_again()
    history = changing.courier_shown(reading(), cast("coordinator"), person_id)["deeds"]
    said = [(deed["verb"], deed["doer"]) for deed in reversed(history)]
    assert said == [
        ("entered", "李红梅"), ("moved", "李红梅"), ("trusted", "管理员"), ("suspended", "李红梅"), ("restored", "管理员"),
    ]  # fmt: skip


def test_his_page_reads_in_sentences_and_takes_each_step(app: Flask, cast: Cast) -> None:
    desk, courier = Browser(app).become("coordinator"), cast("courier1").id
    page = f"/couriers/{courier}"
    assert desk.send(f"{page}/depot", {"depot_id": OTHER_DEPOT}, page=page).status_code == 302
    assert desk.send(f"{page}/skills", {"skills": ["heavy", "flying"], "until_heavy": "2099-01-31"}, page=page).status_code == 302
    assert 'value="2099-01-31"' in desk.get(page).text
    for until in ("2020-01-31", "soon"):
        assert desk.send(f"{page}/skills", {"skills": ["heavy"], "until_heavy": until}, page=page).status_code == 422
    assert desk.send(f"{page}/suspend", {"here": "yes"}, page=page).headers["Location"] == page
    text = desk.get(page).text
    for words in ("网点由顺丰·时尚广场网点改为京东·福瑞网点", "改为“搬重物”", "停用", "李红梅"):
        assert words in text, words
    assert desk.send(f"{page}/restore", {"here": "yes"}, page=page).headers["Location"] == page
    wrong = desk.send(f"{page}/depot", {"depot_id": "nowhere"}, page=page)
    assert (wrong.status_code, "请选择网点。" in wrong.text) == (422, True)
    assert desk.get(f"/couriers/{uuid.uuid4().hex}").status_code == 404
    assert Browser(app).become("coordinator2").get(page).status_code == 404
    assert Browser(app).become("clerk").send(f"{page}/depot", {"depot_id": OTHER_DEPOT}, page="/desk").status_code == 404
    assert "Depot: 京东·福瑞网点 instead of" in Browser(app).become("admin").ask("GET", page, headers={"Accept-Language": "en"}).text


def test_a_courier_himself_may_not(app: Flask, cast: Cast) -> None:
    with pytest.raises(NotFound):
        changing.move(cast("courier1"), cast("courier1").id, OTHER_DEPOT)

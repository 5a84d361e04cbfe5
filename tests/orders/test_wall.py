"""The big screen: counts alone, tiles as the communities lie, and a pass that outlives a session and nothing else."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from dispatch.core.clock import now
from dispatch.core.idempotency import Once
from dispatch.core.unit_of_work import look_again, reading, transaction
from dispatch.orders import closing, delivering
from dispatch.orders.wall import PASS_LASTS_S, places, wall_of
from dispatch.people.models import Person
from dispatch.people.signing_in import set_passphrase
from tests.conftest import NewHouse
from tests.house import Caller
from tests.orders.play import STATION, Street, code_of
from tests.people.doors import Browser

HOME = f"{STATION}003"


def counts(community: str = HOME) -> dict[str, Any]:
    look_again()
    return next(tile for tile in wall_of(reading(), STATION)["tiles"] if tile["id"] == community)


def once(actor: Any) -> Once:
    return Once(actor.id, str(uuid.uuid4()), "x", {})


def change(before: dict[str, Any], after: dict[str, Any]) -> dict[str, int]:
    return {
        name: after[name] - before[name]
        for name in ("open", "old", "under_way", "late", "word", "done_today")
        if after[name] != before[name]
    }


@pytest.mark.parametrize(
    ("status", "values", "counted"),
    [
        ("waiting", {}, {"open": 1}),
        ("open", {}, {"open": 1}),
        ("open", {"escalated_at": "now"}, {"open": 1, "old": 1}),
        ("claimed", {}, {"under_way": 1}),
        ("claimed", {"pick_up_by": "past"}, {"under_way": 1, "late": 1}),
        ("picked_up", {"window_end": "past"}, {"under_way": 1, "late": 1}),
        ("picked_up", {"escalated_at": "now"}, {"under_way": 1, "word": 1}),
        ("failed", {}, {"word": 1}),
        ("expired", {}, {"word": 1}),
        ("delivered", {}, {"done_today": 1}),
        ("closed", {}, {"done_today": 1}),
        ("closed", {"changed_at": "yesterday"}, {}),
        ("cancelled", {}, {}),
    ],
)
def test_each_state_is_counted_where_it_belongs(play: Street, status: str, values: dict[str, str], counted: dict[str, int]) -> None:
    moments = {"now": now(), "past": now() - timedelta(minutes=5), "yesterday": now() - timedelta(days=1)}
    before = counts()
    order_id = play.post()
    play.set(order_id, status=status, **{name: moments[when] for name, when in values.items()})
    assert change(before, counts()) == counted


def test_an_order_from_the_phone_call_to_the_thanks(play: Street) -> None:
    before = counts()
    order_id = play.post()
    play.claim("courier1", order_id)
    assert change(before, counts()) == {"under_way": 1}
    courier, clerk = play.cast("courier1"), play.cast("clerk")
    delivering.pick_up(courier, order_id, once(courier))
    delivering.deliver(courier, order_id, once(courier), code=code_of(play, order_id))
    closing.confirm(clerk, order_id, once(clerk))
    assert change(before, counts()) == {"done_today": 1}


def test_the_sums_are_those_of_the_tiles_and_nobody_is_named(play: Street) -> None:
    play.post(building="77号楼", summary="金丝雀")
    wall = wall_of(reading(), STATION)
    for name in ("open", "old", "under_way", "late", "word", "done_today"):
        assert wall[name] == sum(tile[name] for tile in wall["tiles"])
    assert wall["on_duty"] == 80
    assert wall["oldest"] is not None
    said = str(wall)
    for word in ("77号楼", "金丝雀", "陈桂兰", "13900001234", "2单元301", "王敏"):
        assert word not in said


def test_where_the_communities_lie_the_tiles_lie() -> None:
    points = [(39.04, 117.70), (39.04, 117.72), (39.00, 117.70), (39.00, 117.72), (39.02, 117.69), (39.02, 117.71)]
    columns, found = places(points)
    assert columns == 3
    assert [(one.column, one.row) for one in found] == [(2, 1), (3, 1), (1, 2), (3, 2), (1, 1), (2, 2)]


@pytest.mark.parametrize("many", [0, 1, 2, 3, 5, 7, 13, 20, 23, 41, 60])
@pytest.mark.parametrize("known", [True, False])
def test_no_two_tiles_share_a_place_and_all_are_on_the_screen(many: int, known: bool) -> None:
    columns, found = places([(39 + n * 0.001, 117 + (n * 7 % 11) * 0.001) if known or n % 3 else (None, None) for n in range(many)])
    assert len(found) == len(set(found)) == many
    assert all(1 <= one.column <= columns and one.row >= 1 for one in found)


def screen(app: Flask) -> Browser:
    """A coordinator opens it, and her session ends."""
    browser = Browser(app).become("coordinator")
    assert browser.get("/wall").status_code == 200
    browser.send("/sign-out", {}, page="/wall")
    return browser


def test_a_screen_goes_on_when_her_session_has_ended_and_opens_nothing_else(app: Flask) -> None:
    browser = screen(app)
    assert browser.get("/wall/counts").json["station"] == "泰达街道社工站"
    assert browser.get("/wall").status_code == 200
    for path in ("/watch", "/couriers", "/api/v1/orders", "/api/v1/couriers"):
        assert browser.get(path).status_code == 401, path


def test_a_pass_ends_with_its_coordinator(app: Flask, play: Street, monkeypatch: pytest.MonkeyPatch) -> None:
    coordinator = play.cast("coordinator")
    browser = screen(app)
    with monkeypatch.context() as later:
        later.setattr("itsdangerous.timed.time.time", lambda: now().timestamp() + PASS_LASTS_S + 60)
        assert browser.get("/wall/counts").status_code == 401
    assert browser.get("/wall/counts").status_code == 200
    with transaction() as work:
        work.execute(update(Person.__table__).where(Person.__table__.c.id == coordinator.id).values(active=False))
    assert browser.get("/wall/counts").status_code == 401
    with transaction() as work:
        work.execute(update(Person.__table__).where(Person.__table__.c.id == coordinator.id).values(active=True))
        set_passphrase(work, coordinator.id, "a new passphrase")
    assert browser.get("/wall/counts").status_code == 401


@pytest.mark.parametrize(("login", "status"), [("coordinator", 200), ("clerk", 403), ("courier1", 403), ("supervisor", 403)])
def test_it_is_the_coordinators(app: Flask, login: str, status: int) -> None:
    browser = Browser(app).become(login)
    for path in ("/wall", "/wall/counts"):
        assert browser.get(path).status_code == status


@pytest.mark.parametrize("given", ["", "x", "x.y", "x.y.z.a"])
def test_what_is_no_pass_opens_nothing(app: Flask, given: str) -> None:
    browser = Browser(app)
    browser.client.set_cookie("lm_wall", given, path="/wall")
    assert browser.get("/wall/counts").status_code == 401


@pytest.mark.slow
def test_both_databases_count_the_same(new_house: NewHouse, database: str, need: dict[str, Any]) -> None:
    house = new_house(database).start()
    tokens = house.tokens(["clerk", "coordinator"])
    clerk, coordinator = (Caller(house.url, tokens[login]) for login in ("clerk", "coordinator"))

    def wall() -> dict[str, Any]:
        said: dict[str, Any] = coordinator.http.get(f"{house.url}/wall/counts", timeout=30).json()
        return said

    before = wall()
    order = clerk.post("/orders", need, key=str(uuid.uuid4())).json()
    after = wall()
    assert {name: after[name] - before[name] for name in ("open", "posted_today", "under_way")} == {
        "open": 1,
        "posted_today": 1,
        "under_way": 0,
    }
    assert after["on_duty"] == 38
    assert after["oldest"] <= order["posted_at"]
    assert (after["columns"], len(after["tiles"])) == (5, 20)
    coordinator.post(f"/orders/{order['id']}/cancel", {"reason": "other"}, key=str(uuid.uuid4()))
    finished = coordinator.get("/orders", status="finished").json()["items"]
    assert order["id"] in [one["id"] for one in finished]
    assert {one["status"] for one in finished} <= {"closed", "cancelled"}
    assert coordinator.get("/couriers").json()["items"][0]["quiet_minutes"] is None
    clerk.close()
    coordinator.close()

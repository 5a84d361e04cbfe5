"""How a need becomes an order: what is kept, what is refused, and what the clerk is told."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask

from dispatch.core.errors import Invalid, NotEligible, NotFound, TooLate
from dispatch.orders.claiming import claim
from dispatch.orders.listing import orders_listing
from dispatch.orders.opening import open_order
from dispatch.orders.posting import post
from dispatch.people.signing_in import make_token
from tests.orders.play import STATION, Street, once


def test_the_clerk_is_told_number_and_code_and_reads_it_all_back(play: Street) -> None:
    order = play.seen("clerk", play.post(slots=2, money_limit=5000, skills=["medicine"], familiar_first=True))
    assert re.fullmatch(r"\d{4}-\d{3,}", order["number"])
    assert re.fullmatch(r"\d{4}", order["code"])
    assert order["private"] == {"name": "陈桂兰", "phone": "139****1234", "door": "2单元301", "note": "门铃坏了，请敲门"}
    expected = {"kind": "medicine", "summary": "代取降压药", "building": "3号楼", "urgency": "urgent", "slots": 2, "taken": 0,
                "money_limit": 5000, "skills": ["medicine"], "familiar_first": True, "status": "open", "station_id": STATION,
                "community_id": f"{STATION}003", "distance_m": None}  # fmt: skip
    assert {name: order[name] for name in expected} == expected


def test_numbers_run_through_the_day(play: Street) -> None:
    first, second = (int(play.seen("clerk", play.post())["number"][5:]) for _ in range(2))
    assert second == first + 1


def test_couriers_read_what_is_public_and_nothing_else(play: Street) -> None:
    seen = play.seen("courier1", play.post())
    assert not {"private", "code", "holders", "delivery", "lat", "lon", "navigate"} & set(seen)
    for personal in ("陈桂兰", "1234", "2单元301", "门铃"):
        assert personal not in str({name: value for name, value in seen.items() if name != "id"})


def test_the_same_phone_is_the_same_resident_and_the_newer_door_holds(play: Street) -> None:
    first = play.post()
    second = play.post(resident={"name": "陈桂兰", "phone": "139 0000 1234", "door": "5单元102"})
    assert play.row(first).resident_id == play.row(second).resident_id
    assert play.seen("clerk", first)["private"]["door"] == "5单元102"


def test_a_known_resident_is_named_by_her_id(play: Street) -> None:
    resident = play.row(play.post()).resident_id
    assert play.row(play.post(resident=None, resident_id=resident)).resident_id == resident
    with pytest.raises(Invalid):
        play.post("clerk2", resident=None, resident_id=resident)


def test_a_clerk_posts_for_her_own_community_alone_a_coordinator_for_all_of_hers(play: Street) -> None:
    with pytest.raises(NotFound):
        play.post(community_id=f"{STATION}004")
    assert play.row(play.post("coordinator", community_id=f"{STATION}004")).community_id == f"{STATION}004"
    with pytest.raises(Invalid):
        play.post("coordinator")
    for login in ("courier1", "supervisor", "admin"):
        with pytest.raises(NotEligible):
            play.post(login, community_id=f"{STATION}003")


def test_where_the_station_looks_first_couriers_neither_see_nor_hear_of_it(play: Street) -> None:
    play.settings(look_first=True)
    order = play.post()
    assert play.row(order).status == "waiting"
    assert order not in [item["id"] for item in orders_listing(play.cast("courier1"), "open", 1)["items"]]
    with pytest.raises(NotFound):
        play.claim("courier1", order)
    boss = play.cast("coordinator")
    open_order(boss, order, once(boss))
    play.claim("courier1", order)
    with pytest.raises(TooLate):
        open_order(boss, order, once(boss))
    assert play.row(play.post("coordinator", community_id=f"{STATION}003")).status == "open"


BROKEN: list[tuple[dict[str, Any], str]] = [
    ({"kind": "gold"}, "kind"),
    ({"kind": None}, "kind"),
    ({"building": ""}, "building"),
    ({"building": "楼" * 81}, "building"),
    ({"summary": "长" * 121}, "summary"),
    ({"urgency": "yesterday"}, "urgency"),
    ({"slots": 0}, "slots"),
    ({"slots": 5}, "slots"),
    ({"slots": "two"}, "slots"),
    ({"slots": 10**30}, "slots"),
    ({"money_limit": -1}, "money_limit"),
    ({"money_limit": 1.5}, "money_limit"),
    ({"window_end": "soon"}, "window_end"),
    ({"window_end": "2026-11-24T10:00:00"}, "window_end"),
    ({"lat": 91}, "lat"),
    ({"skills": ["flying"]}, "skills"),
    ({"resident": {"name": ""}}, "resident.name"),
    ({"resident": {"name": "   "}}, "resident.name"),
    ({"resident": {"name": "陈桂兰", "phone": "12"}}, "phone"),
    ({"resident": {"name": "陈桂兰", "groups": ["rich"]}}, "resident.groups"),
    ({"resident": None}, "resident"),
    ({"resident": "陈桂兰"}, "resident"),
    ({"resident_id": "nobody", "resident": None}, "resident_id"),
]


@pytest.mark.parametrize(("broken", "field"), BROKEN, ids=[f"{field}-{n}" for n, (_, field) in enumerate(BROKEN)])
def test_a_mistake_is_named_by_its_field(app: Flask, play: Street, broken: dict[str, Any], field: str) -> None:
    headers = {"Authorization": f"Bearer {make_token(play.cast('clerk').id)}"}
    answer = app.test_client().post("/api/v1/orders", json={**play.need, **broken}, headers=headers)
    assert (answer.status_code, answer.json["code"]) == (422, "invalid")
    assert answer.json["field"].startswith(field)
    assert answer.json["detail"]


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"x"', b"null", b"\xff\xfe"])
def test_what_is_not_json_is_refused_and_nothing_breaks(app: Flask, play: Street, body: bytes) -> None:
    headers = {"Authorization": f"Bearer {make_token(play.cast('clerk').id)}", "Content-Type": "application/json"}
    answer = app.test_client().post("/api/v1/orders", data=body, headers=headers)
    assert answer.status_code == 422
    assert answer.mimetype == "application/problem+json"


def test_an_order_without_a_window_is_of_use_for_a_usual_time_and_then_expires(play: Street) -> None:
    order = play.row(play.post(urgency="routine"))
    assert (order.window_end - order.posted_at).days in (2, 3)


def test_claiming_before_the_post_is_seen_by_nobody_else(play: Street) -> None:
    one = play.cast("courier1")
    with pytest.raises(NotFound):
        claim(one, "0" * 32, once(one))


def test_posting_the_same_key_twice_posts_once(play: Street) -> None:
    clerk = play.cast("clerk")
    key = once(clerk)
    assert post(clerk, play.need, key) == post(clerk, play.need, key)

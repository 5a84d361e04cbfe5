"""真的清干净了吗？ Who comes by is asked, once, and his word counts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from dispatch.core.clock import now
from dispatch.core.errors import NotEligible, NotFound, TooLate
from dispatch.core.unit_of_work import look_again, reading
from dispatch.hazards import asking
from dispatch.hazards.listing import questions_for
from dispatch.hazards.models import HazardQuestion
from dispatch.orders.delivering import deliver, pick_up
from tests.hazards.corner import CORNER, ELDER, HOME, STATION, Corner, once
from tests.orders.play import Street, code_of

QUESTIONS = HazardQuestion.__table__


def asked(corner: Corner, login: str) -> list[str]:
    """Of what somebody is asked now."""
    asking.ask()
    look_again()
    return [item["id"] for item in questions_for(corner.cast(login))["items"]]


def answer(corner: Corner, login: str, hazard_id: str, *, gone: bool, photos: int = 0) -> None:
    actor = corner.cast(login)
    asking.answer(actor, hazard_id, gone, [corner.photo(login) for _ in range(photos)], once(actor))


def test_who_claims_close_by_is_asked_and_his_yes_closes_it(corner: Corner, play: Street) -> None:
    hazard = corner.fixed()
    assert asked(corner, "courier2") == []
    play.claim("courier2", play.post(lat=39.0397, lon=117.7012, building="89号楼"))  # 67 m away
    assert asked(corner, "courier2") == [hazard]
    assert asked(corner, "courier3") == []
    seen = corner.seen("courier2", hazard)
    assert (seen["asked"], "answer" in seen["actions"]) == (True, True)
    entry, data = corner.told(hazard)[-1]
    assert (entry, data["persons"]) == ("hazard.asked", [corner.cast("courier2").id])
    answer(corner, "courier2", hazard, gone=True)
    assert corner.row(hazard).status == "verified"
    assert corner.told(hazard)[-1][1]["how"] == "courier"
    assert asked(corner, "courier2") == []


def test_his_no_opens_it_again_with_a_picture_for_the_station(corner: Corner, play: Street) -> None:
    hazard = corner.fixed()
    play.claim("courier2", play.post(**CORNER))
    assert asked(corner, "courier2") == [hazard]
    answer(corner, "courier2", hazard, gone=False, photos=1)
    assert (corner.row(hazard).status, corner.row(hazard).reopened) == ("assigned", 1)
    assert corner.told(hazard)[-1][0] == "hazard.reopened"
    assert [photo["caption"] for photo in corner.seen("coordinator", hazard)["photos"]] == ["check"]
    assert corner.seen("courier1", hazard)["photos"] == []
    with pytest.raises(NotEligible):
        answer(corner, "courier2", hazard, gone=True)


def test_each_courier_is_asked_once_of_each_hazard_and_of_the_nearest_first(corner: Corner, play: Street) -> None:
    near, far = corner.fixed(), corner.fixed(lat=39.0398)
    order = play.post(**CORNER)
    play.claim("courier2", order)
    for _ in range(2):
        assert asked(corner, "courier2") == [near]
    actor = play.cast("courier2")
    pick_up(actor, order, once(actor))
    deliver(actor, order, once(actor), code=code_of(play, order))
    assert asked(corner, "courier2") == [far, near]
    play.claim("courier2", play.post(**CORNER))
    assert asked(corner, "courier2") == [far, near]
    corner.verify(near)
    assert asked(corner, "courier2") == [far]
    with pytest.raises(TooLate):
        answer(corner, "courier2", near, gone=False)


@pytest.mark.parametrize(
    ("hazard", "order", "is_asked"),
    [
        ({"title": "垃圾"}, {"lat": 39.0399, "lon": 117.7012}, True),  # 89 m
        ({"title": "垃圾"}, {"lat": 39.0401, "lon": 117.7012}, False),  # 111 m
        ({"building": "83号楼", "lat": None, "lon": None}, {"building": "83号楼"}, True),
        ({"building": "83号楼", "lat": None, "lon": None}, {"building": "84号楼"}, False),
        ({"building": "", "lat": None, "lon": None}, {"building": "83号楼"}, False),
        ({"status": "assigned"}, CORNER, False),
        ({"category": ELDER, "public": False}, CORNER, False),
    ],
)
def test_who_is_close_enough_to_see(corner: Corner, play: Street, hazard: dict[str, Any], order: dict[str, Any], is_asked: bool) -> None:
    one = corner.fixed(building="81号楼")
    corner.set(one, **hazard)
    play.claim("courier2", play.post(**{"building": "89号楼", **order}))
    assert bool(asked(corner, "courier2")) == is_asked


def test_nobody_is_asked_of_a_place_that_he_has_left_long_ago(corner: Corner, play: Street, monkeypatch: pytest.MonkeyPatch) -> None:
    corner.fixed()
    play.claim("courier2", play.post(**CORNER))
    monkeypatch.setattr(asking, "FRESH", timedelta(seconds=-1))
    assert asked(corner, "courier2") == []


def test_read_twice_nobody_is_asked_twice(corner: Corner, play: Street) -> None:
    hazard = corner.fixed()
    order = play.post(**CORNER)
    play.claim("courier2", order)
    said = {"order_id": order, "persons": [corner.cast("courier2").id]}
    entry = {"station_id": STATION, "type": "order.claimed", "at": now().isoformat(), "data": said}
    look_again()
    for _ in range(2):
        asking._ask([entry])
    look_again()
    assert len(reading().execute(select(QUESTIONS.c.id).where(QUESTIONS.c.hazard_id == hazard)).all()) == 1


def test_nobody_answers_who_was_not_asked(corner: Corner) -> None:
    hazard = corner.fixed()
    with pytest.raises(NotEligible):
        answer(corner, "courier2", hazard, gone=True)
    with pytest.raises(NotFound):
        answer(corner, "neighbour", hazard, gone=True)
    corner.ask("courier2", hazard)
    answer(corner, "courier2", hazard, gone=True)
    assert corner.seen("clerk", hazard)["community_id"] == HOME

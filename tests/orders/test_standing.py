"""Needs that come back every week: made, shown, changed, paused, resumed, ended; by whom, and once."""

from __future__ import annotations

import uuid
from datetime import date, time
from typing import Any

import pytest
from flask import Flask

from dispatch.core.errors import Invalid, NotEligible, NotFound, TooLate
from dispatch.core.unit_of_work import look_again, reading
from dispatch.journal.reading import entries_since
from dispatch.orders import standing
from dispatch.orders.upcoming import one_standing, standings_listing
from tests.core.visitors import Visitor
from tests.orders.clockwork import Clock
from tests.orders.play import STATION, Street, once

PLAN: dict[str, Any] = {"weekdays": [1, 4], "first_day": date(2026, 11, 25), "last_day": None, "opens": time(9), "closes": time(11),
                        "on_holidays": "skip"}  # fmt: skip
SPOKEN = {"weekdays": [1, 4], "first_day": "2026-11-25", "opens": "09:00", "closes": "11:00", "on_holidays": "skip"}


@pytest.fixture
def today(clock: Clock) -> Clock:
    """A Tuesday."""
    clock.set("2026-11-24 10:00")
    return clock


def made(play: Street, login: str = "clerk", **other: Any) -> str:
    actor = play.cast(login)
    return str(standing.make(actor, {**play.need, **PLAN, **other}, once(actor))["standing_id"])


def seen(play: Street, standing_id: str, login: str = "clerk") -> dict[str, Any]:
    look_again()
    return one_standing(reading(), play.cast(login), standing_id)


def told(standing_id: str) -> list[str]:
    look_again()
    return [entry["type"] for entry in entries_since(reading(), STATION, 0, 100_000) if entry["data"].get("standing_id") == standing_id]


def test_the_clerk_reads_it_back_with_its_next_four_days(play: Street, today: Clock) -> None:
    need = made(play)
    said = seen(play, need)
    assert [one["day"] for one in said["next"]] == ["2026-11-26", "2026-11-30", "2026-12-03", "2026-12-07"]
    assert (said["next"][0]["window_start"], said["next"][0]["window_end"]) == (
        "2026-11-26T09:00:00.000+08:00", "2026-11-26T11:00:00.000+08:00")  # fmt: skip
    assert said["resident"] == {"name": "陈桂兰", "phone": "139****1234", "door": "2单元301"}
    expected = {"status": "active", "kind": "medicine", "weekdays": [1, 4], "first_day": "2026-11-25", "last_day": None, "opens": "09:00",
                "closes": "11:00", "on_holidays": "skip", "private_note": "门铃坏了，请敲门", "missed": [], "keeper_gone": False,
                "stopped": None, "unsure_from": None}  # fmt: skip
    assert {name: said[name] for name in expected} == expected
    assert told(need) == ["standing.made"]


def test_beyond_the_published_holidays_it_says_so(play: Street, today: Clock) -> None:
    today.set("2026-12-29 10:00")
    assert seen(play, made(play, first_day=date(2026, 12, 29)))["unsure_from"] == "2027-01-04"


@pytest.mark.parametrize(
    ("login", "refused"),
    [("clerk2", NotFound), ("courier1", NotFound), ("supervisor", NotFound), ("admin", NotFound)],
)
def test_to_others_there_is_none(play: Street, today: Clock, login: str, refused: type[Exception]) -> None:
    need, actor = made(play), play.cast(login)
    for verb in (standing.pause, standing.resume, standing.end, standing.acknowledge):
        with pytest.raises(refused):
            verb(actor, need, once(actor))
    with pytest.raises(refused):
        standing.change(actor, need, {"slots": 2}, once(actor))
    with pytest.raises(refused):
        seen(play, need, login)
    assert standings_listing(reading(), actor) == []
    assert seen(play, need)["status"] == "active"


@pytest.mark.parametrize(("login", "refused"), [("courier1", NotEligible), ("supervisor", NotEligible), ("admin", NotEligible)])
def test_who_does_not_post_makes_none(play: Street, today: Clock, login: str, refused: type[Exception]) -> None:
    with pytest.raises(refused):
        made(play, login, community_id=f"{STATION}003")
    with pytest.raises(NotFound):
        made(play, "clerk2", community_id=f"{STATION}003")


def test_the_coordinator_keeps_those_of_her_communities(play: Street, today: Clock) -> None:
    need = made(play, "coordinator", community_id=f"{STATION}003")
    assert need in [one["id"] for one in standings_listing(reading(), play.cast("clerk"))]
    boss = play.cast("coordinator")
    standing.pause(boss, need, once(boss))
    assert seen(play, need, "coordinator")["status"] == "paused"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"opens": time(11), "closes": time(9)}, "closes"),
        ({"opens": time(9), "closes": time(9)}, "closes"),
        ({"last_day": date(2026, 11, 24)}, "last_day"),
        ({"last_day": date(2026, 11, 25)}, "last_day"),  # a Wednesday alone: it never comes
        ({"first_day": date(2028, 1, 1)}, "first_day"),
        ({"first_day": date(2020, 1, 1), "last_day": date(2020, 2, 1)}, "first_day"),
        ({"resident": None}, "resident"),
    ],
)
def test_a_plan_that_cannot_be_is_named_by_its_field(play: Street, today: Clock, wrong: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        made(play, **wrong)
    assert refused.value.extra["field"] == field


def test_what_is_changed_is_different_from_now_on_and_the_rest_stays(play: Street, today: Clock) -> None:
    need, clerk = made(play), play.cast("clerk")
    standing.change(clerk, need, {"weekdays": [2], "summary": "代取降压药和钙片", "opens": time(8)}, once(clerk))
    said = seen(play, need)
    # Today's Tuesday: its first day is tomorrow.
    assert [one["day"] for one in said["next"]][:2] == ["2026-12-01", "2026-12-08"]
    assert (said["summary"], said["opens"], said["closes"], said["building"]) == ("代取降压药和钙片", "08:00", "11:00", "3号楼")
    assert told(need) == ["standing.made", "standing.changed"]


def test_one_that_began_long_ago_can_still_be_changed(play: Street, today: Clock) -> None:
    need, clerk = made(play), play.cast("clerk")
    today.set("2028-06-01 10:00")
    standing.change(clerk, need, {"weekdays": [5]}, once(clerk))
    assert seen(play, need)["next"][0]["day"] == "2028-06-02"
    with pytest.raises(Invalid):
        standing.change(clerk, need, {"first_day": date(2020, 1, 1)}, once(clerk))


def test_paused_resumed_and_ended_each_from_where_it_may(play: Street, today: Clock) -> None:
    need, clerk = made(play), play.cast("clerk")

    def do(verb: Any) -> None:
        verb(clerk, need, once(clerk))

    with pytest.raises(TooLate):
        do(standing.resume)
    do(standing.pause)
    assert (seen(play, need)["status"], seen(play, need)["next"]) == ("paused", [])
    with pytest.raises(TooLate):
        do(standing.pause)
    do(standing.resume)
    do(standing.end)
    for verb in (standing.pause, standing.resume, standing.end):
        with pytest.raises(TooLate):
            do(verb)
    with pytest.raises(TooLate):
        standing.change(clerk, need, {"slots": 2}, once(clerk))
    assert told(need) == ["standing.made", "standing.paused", "standing.resumed", "standing.ended"]
    assert need not in [one["id"] for one in standings_listing(reading(), clerk)]
    assert seen(play, need)["status"] == "ended"


def test_a_change_while_paused_does_not_wake_it(play: Street, today: Clock) -> None:
    need, clerk = made(play), play.cast("clerk")
    standing.pause(clerk, need, once(clerk))
    standing.change(clerk, need, {"slots": 2}, once(clerk))
    assert (seen(play, need)["status"], seen(play, need)["slots"]) == ("paused", 2)


def test_the_same_key_twice_is_once(play: Street, today: Clock) -> None:
    clerk = play.cast("clerk")
    key = once(clerk)
    need = {**play.need, **PLAN}
    before = len(standings_listing(reading(), clerk))
    first = standing.make(clerk, need, key)
    assert standing.make(clerk, need, key) == first
    look_again()
    assert len(standings_listing(reading(), clerk)) == before + 1
    key = once(clerk)
    assert standing.pause(clerk, first["standing_id"], key) == standing.pause(clerk, first["standing_id"], key)


# By the door ------------------------------------------------------------------------------------------------------------------------


def say(who: Visitor, path: str, **body: Any) -> Any:
    return who.ask("POST", f"/api/v1/standings{path}", json=body, key=str(uuid.uuid4()))


def test_the_door_shows_the_days_before_and_after_saving(app: Flask, play: Street, today: Clock) -> None:
    clerk = Visitor(app, "clerk")
    before = say(clerk, "/preview", **SPOKEN)
    assert (before.status_code, before.json["next"][0]["day"]) == (200, "2026-11-26")
    saved = say(clerk, "", **{**play.need, **SPOKEN})
    assert saved.status_code == 201
    assert saved.json["next"] == before.json["next"]
    changed = say(clerk, f"/{saved.json['id']}/change", weekdays=[5])
    assert (changed.json["weekdays"], changed.json["urgency"], changed.json["slots"]) == ([5], "urgent", 1)
    for verb, status in (("pause", "paused"), ("resume", "active"), ("seen", "active"), ("end", "ended")):
        assert say(clerk, f"/{saved.json['id']}/{verb}").json["status"] == status
    assert say(clerk, f"/{saved.json['id']}/pause").json["code"] == "too_late"
    assert say(Visitor(app, "clerk2"), f"/{saved.json['id']}/pause").status_code == 404
    assert say(Visitor(app), "/preview", **SPOKEN).status_code == 401
    listed = clerk.get("/standings").json
    assert saved.json["id"] not in [one["id"] for one in listed["items"]]
    assert (listed["page"], listed["pages"], listed["total"]) == (1, 1, len(listed["items"]))
    assert Visitor(app, "courier1").get("/standings").json == {"items": [], "page": 1, "pages": 1, "total": 0}


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"weekdays": []}, "weekdays"),
        ({"weekdays": [0]}, "weekdays"),
        ({"weekdays": [8]}, "weekdays"),
        ({"weekdays": [1] * 8}, "weekdays"),
        ({"weekdays": "1"}, "weekdays"),
        ({"first_day": "25.11.2026"}, "first_day"),
        ({"first_day": None}, "first_day"),
        ({"first_day": "9999-12-31"}, "first_day"),
        ({"first_day": "0001-01-01"}, "first_day"),
        ({"last_day": "2026-02-30"}, "last_day"),
        ({"opens": "25:00"}, "opens"),
        ({"closes": "9"}, "closes"),
        ({"on_holidays": "dance"}, "on_holidays"),
        ({"kind": "magic"}, "kind"),
        ({"resident": None}, "resident"),
        ({"slots": 9}, "slots"),
    ],
)
def test_a_mistake_at_the_door_is_named_by_its_field(app: Flask, play: Street, today: Clock, wrong: dict[str, Any], field: str) -> None:
    answer = say(Visitor(app, "clerk"), "", **{**play.need, **SPOKEN, **wrong})
    assert (answer.status_code, answer.json["code"]) == (422, "invalid")
    assert answer.json["field"].startswith(field)


def test_a_last_day_far_away_is_a_last_day(app: Flask, play: Street, today: Clock) -> None:
    assert say(Visitor(app, "clerk"), "/preview", **SPOKEN, last_day="9999-12-31").status_code == 200

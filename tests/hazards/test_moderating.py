"""How a report is judged: by one coordinator at a time, as it really is, and its reporter reads why."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from dispatch.core.clock import now
from dispatch.core.errors import Edited, Held, Invalid, NotFound, TooLate
from dispatch.core.holidays import calendar
from dispatch.core.unit_of_work import reading
from dispatch.core.worktime import WorkingTime
from dispatch.hazards import assigning, moderating, queries
from dispatch.hazards.listing import hazards_listing
from dispatch.hazards.queries import Asked
from tests.hazards.corner import CLUTTER, ELDER, GAS, HOME, OTHER, RUBBISH, Corner, once


def hold(corner: Corner, login: str, hazard_id: str, *, take_over: bool = False) -> None:
    actor = corner.cast(login)
    moderating.hold(actor, hazard_id, once(actor), take_over=take_over)


def queue(corner: Corner) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = hazards_listing(corner.cast("coordinator"), Asked("queue"), 1)["items"]
    return found


def test_accepted_as_it_really_is_it_is_known_and_its_clock_runs(corner: Corner) -> None:
    hazard = corner.report(photos=1)
    corner.accept(hazard, category=CLUTTER, title="3号楼楼道堆物", building="3号楼", community_id=OTHER, lat=39.04, lon=117.69)
    row = corner.row(hazard)
    assert (row.status, row.category, row.family, row.title, row.building) == ("accepted", CLUTTER, "passage", "3号楼楼道堆物", "3号楼")
    assert (row.community_id, row.lat, row.lon, row.version) == (OTHER, 39.04, 117.69, 1)
    clock = WorkingTime(510, 1050, calendar(reading()))
    assert (row.hours, clock.between(row.changed_at, row.due_at)) == (9, pytest.approx(timedelta(hours=9), abs=timedelta(seconds=2)))
    assert clock.between(row.due_at, row.district_due_at) == pytest.approx(timedelta(hours=18), abs=timedelta(seconds=2))
    assert corner.seen("clerk2", hazard)["words"]["code"] == "accepted"
    assert len(corner.seen("courier2", hazard)["photos"]) == 1
    entry, data = corner.told(hazard)[-1]
    assert (entry, data["was"], data["seen_by"], data["community_id"]) == ("hazard.accepted", "reported", "all", OTHER)
    assert corner.history(hazard) == ["report", "accept"]
    assert corner.seen("coordinator", hazard)["steps"][1]["said"]["changed"] == ["category", "community_id", "building", "lat", "lon"]


def test_without_a_title_it_has_the_name_of_its_category(corner: Corner) -> None:
    assert corner.row(corner.accepted()).title == "暴露垃圾"


def test_what_cannot_wait_has_a_clock_that_runs_through_the_night(corner: Corner) -> None:
    row = corner.row(corner.accepted(category=GAS))
    assert abs(row.due_at - now() - timedelta(hours=1)) < timedelta(minutes=5)
    assert row.district_due_at - row.due_at == pytest.approx(timedelta(hours=2), abs=timedelta(seconds=2))


def test_a_deadline_of_her_own(corner: Corner) -> None:
    hazard, deadline = corner.report(), now() + timedelta(days=3)
    for wrong in (now() - timedelta(minutes=1), now() + timedelta(days=400)):
        with pytest.raises(Invalid) as refused:
            corner.accept(hazard, deadline=wrong)
        assert refused.value.extra["field"] == "deadline"
    corner.accept(hazard, deadline=deadline)
    assert corner.row(hazard).due_at == deadline
    assert corner.row(hazard).district_due_at > deadline


def test_the_station_s_own_working_day_counts(corner: Corner) -> None:
    corner.settings(work_begins=0, work_ends=1440)
    row = corner.row(corner.accepted())
    clock = WorkingTime(0, 1440, calendar(reading()))
    assert clock.between(row.changed_at, row.due_at) == pytest.approx(timedelta(hours=4), abs=timedelta(seconds=2))


def test_a_day_that_ends_before_it_begins_is_the_usual_one(corner: Corner) -> None:
    corner.settings(work_begins=1000, work_ends=10)
    row = corner.row(corner.accepted())
    clock = WorkingTime(510, 1050, calendar(reading()))
    assert clock.between(row.changed_at, row.due_at) == pytest.approx(timedelta(hours=4), abs=timedelta(seconds=2))


@pytest.mark.parametrize(
    ("said", "field"), [({"category": "none-such"}, "category"), ({"community_id": "120116015001"}, "community_id")]
)  # fmt: skip
def test_what_cannot_be_is_not_accepted(corner: Corner, said: dict[str, Any], field: str) -> None:
    hazard = corner.report()
    with pytest.raises(Invalid) as refused:
        corner.accept(hazard, **said)
    assert refused.value.extra["field"] == field
    assert corner.row(hazard).status == "reported"


def test_whose_it_is_must_be_said_where_a_building_alone_was_reported(corner: Corner) -> None:
    hazard = corner.report(lat=None, lon=None, building="5号楼", community_id=None)
    with pytest.raises(Invalid) as refused:
        corner.accept(hazard)
    assert refused.value.extra["field"] == "community_id"
    corner.accept(hazard, community_id=HOME)
    assert corner.seen("clerk", hazard)["building"] == "5号楼"


def test_what_concerns_a_person_is_for_the_desks_alone(corner: Corner) -> None:
    hazard = corner.accepted(category=ELDER)
    with pytest.raises(NotFound):
        corner.seen("courier2", hazard)
    assert corner.seen("clerk", hazard)["public"] is False
    assert corner.told(hazard)[-1][1]["seen_by"] == "desks"
    # Turned into something else it is for everybody, and the other way round.
    other = corner.report(category=ELDER)
    corner.accept(other, category=RUBBISH)
    assert corner.seen("courier2", other)["category"] == RUBBISH
    assert corner.told(other)[-1][1]["seen_by"] == "all"


def test_declined_its_reporter_reads_why_in_his_language_and_nobody_else_knows_of_it(corner: Corner) -> None:
    hazard = corner.report(photos=1)
    corner.decline(hazard, reason="collected_today", text="下午四点收")
    seen = corner.seen("courier1", hazard)
    assert (seen["words"]["code"], seen["reason"]["code"], seen["reason_text"]) == ("declined", "collected_today", "下午四点收")
    assert seen["reason"]["text"].startswith("今天的清运")
    entry, data = corner.told(hazard)[-1]
    assert (entry, data["reason"], data["seen_by"]) == ("hazard.declined", "collected_today", "station")
    assert "四点" not in str(corner.told(hazard))
    for login in ("courier2", "clerk", "supervisor", "neighbour"):
        with pytest.raises(NotFound):
            corner.seen(login, hazard)


@pytest.mark.parametrize(
    ("reason", "text", "field"), [("no_reason", "x", "reason"), ("by_the_clock", "x", "reason"), ("other", " ", "text")]
)
def test_a_reason_fits_the_hazard_and_other_needs_a_sentence(corner: Corner, reason: str, text: str, field: str) -> None:
    hazard = corner.report()
    with pytest.raises(Invalid) as refused:
        corner.decline(hazard, reason=reason, text=text)
    assert refused.value.extra["field"] == field


def test_what_a_colleague_has_open_is_not_judged_unknowingly(corner: Corner) -> None:
    hazard, colleague = corner.report(), corner.second_coordinator()
    hold(corner, "coordinator", hazard)
    hold(corner, "coordinator", hazard)
    with pytest.raises(Held) as refused:
        hold(corner, colleague, hazard)
    assert refused.value.extra["holder"] == "李红梅"
    assert datetime.fromisoformat(refused.value.extra["until"]) > now()
    for judge in (corner.accept, corner.decline):
        with pytest.raises(Held):
            judge(hazard, colleague)
    assert corner.seen(colleague, hazard)["held"]["by"] == corner.cast("coordinator").id
    hold(corner, colleague, hazard, take_over=True)
    with pytest.raises(Held):
        corner.accept(hazard)
    corner.accept(hazard, colleague)
    # She said it once and again; the second time is no news. Then her colleague did.
    assert [entry for entry, _ in corner.told(hazard)] == ["hazard.reported", "hazard.held", "hazard.held", "hazard.accepted"]
    assert corner.row(hazard).held_by is None


def test_it_is_kept_for_ten_minutes_or_until_she_closes_it(corner: Corner) -> None:
    hazard, colleague = corner.report(), corner.second_coordinator()
    hold(corner, "coordinator", hazard)
    boss, other = corner.cast("coordinator"), corner.cast(colleague)
    moderating.let_go(other, hazard, once(other))  # it is not hers to close
    with pytest.raises(Held):
        hold(corner, colleague, hazard)
    moderating.let_go(boss, hazard, once(boss))
    hold(corner, colleague, hazard)
    corner.set(hazard, held_until=now() - timedelta(seconds=1))
    corner.accept(hazard)


def test_of_two_who_saw_the_same_version_the_second_is_told_what_happened(corner: Corner) -> None:
    hazard = corner.accepted()
    corner.join("courier2", hazard)
    with pytest.raises(Edited) as refused:
        assign_at(corner, hazard, 1)
    assert (refused.value.extra["changed"], refused.value.extra["version"]) == (["join"], 2)
    assign_at(corner, hazard, 2)
    with pytest.raises(TooLate):
        corner.accept(hazard, version=0)


def assign_at(corner: Corner, hazard: str, version: int) -> None:
    boss = corner.cast("coordinator")
    assigning.assign(boss, hazard, None, version, once(boss))


def test_a_photo_that_came_later_is_seen_when_the_station_has_looked_at_it(corner: Corner) -> None:
    hazard = corner.accepted()
    corner.join("courier2", hazard, photos=1)
    (photo,) = corner.seen("coordinator", hazard)["photos"]
    assert (photo["caption"], photo["shown"]) == ("join", False)
    boss = corner.cast("coordinator")
    moderating.show_photo(boss, hazard, photo["id"], once(boss))
    moderating.show_photo(boss, hazard, photo["id"], once(boss))
    assert [one["id"] for one in corner.seen("courier1", hazard)["photos"]] == [photo["id"]]
    assert [entry for entry, _ in corner.told(hazard)].count("hazard.photo_shown") == 1
    other = corner.report(photos=1)
    with pytest.raises(Invalid):
        moderating.show_photo(boss, hazard, corner.seen("courier1", other)["photos"][0]["id"], once(boss))


def test_the_queue_has_what_is_urgent_first_then_whose_reports_hold_then_what_has_waited_longest(corner: Corner) -> None:
    for _ in range(5):
        corner.accepted("courier2")
    old, quick = corner.report("courier1"), corner.report("courier2")
    urgent = corner.report("courier3", category=GAS)
    assert [item["id"] for item in queue(corner)] == [urgent, quick, old]
    assert [item["fast_lane"] for item in queue(corner)] == [False, True, False]
    # Told as yes or no, and to the station alone.
    assert "fast_lane" not in corner.seen("courier2", quick)
    for _ in range(2):
        corner.decline(corner.report("courier2"))
    assert not [item for item in queue(corner) if item["fast_lane"]]


def test_whose_reports_hold_comes_first_also_where_the_queue_is_longer_than_a_page(corner: Corner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "PAGE", 3)
    for _ in range(5):
        corner.accepted("courier2")
    slow = [corner.report("courier1") for _ in range(4)]
    quick, urgent = corner.report("courier2"), corner.report("courier3", category=GAS)
    boss = corner.cast("coordinator")
    pages = [[item["id"] for item in hazards_listing(boss, Asked("queue"), page)["items"]] for page in (1, 2)]
    assert pages == [[urgent, quick, slow[0]], slow[1:]]


def test_four_reports_are_no_measure_and_what_was_merged_held(corner: Corner) -> None:
    survivor = corner.accepted()
    for _ in range(3):
        corner.accepted("courier2")
    waiting = corner.report("courier2")
    assert not corner.seen("coordinator", waiting)["fast_lane"]
    for _ in range(2):
        corner.merge(corner.report("courier2"), survivor)
    assert corner.seen("coordinator", waiting)["fast_lane"]


def test_said_twice_it_is_done_once(corner: Corner) -> None:
    hazard, boss = corner.report(), corner.cast("coordinator")
    key = once(boss)
    first = moderating.accept(boss, hazard, {}, 0, key)
    again = moderating.accept(boss, hazard, {}, 0, key)
    assert again["hazard_id"] == first["hazard_id"] == hazard
    assert corner.history(hazard) == ["report", "accept"]

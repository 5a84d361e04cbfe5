"""The corner that keeps coming back: it follows from the hazards' own steps, whatever happens to them, and on either database."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask, current_app
from sqlalchemy import select, update

from dispatch.core.clock import now
from dispatch.core.unit_of_work import look_again, reading, transaction
from dispatch.hazards import pattern_listing, recurring
from dispatch.hazards.models import HazardStep
from dispatch.hazards.pattern_models import HazardCorner
from dispatch.hazards.pattern_queries import AskedCorners
from tests.conftest import one_of_the_cast
from tests.hazards.corner import CORNER, ELDER, HOME, OTHER, STATION, Corner
from tests.hazards.planting import DAY, a_season, moved, plant, truly_back

STEPS, CORNERS = HazardStep.__table__, HazardCorner.__table__


@pytest.fixture
def here(either: Flask) -> Corner:
    """A corner on either database, where nothing has come back yet."""
    corner = Corner(one_of_the_cast)
    recurring.read_journals()
    return corner


def put_back(hazard_id: str, days: float) -> None:
    """As if all that has happened to it had happened so many days ago."""
    ago = timedelta(days=days)
    with transaction() as work:
        for step in work.execute(select(STEPS.c.version, STEPS.c.at).where(STEPS.c.hazard_id == hazard_id)).all():
            mine = (STEPS.c.hazard_id == hazard_id, STEPS.c.version == step.version)
            work.execute(update(STEPS).where(*mine).values(at=step.at - ago))


def closed(corner: Corner, days_ago: float = 5, **other: Any) -> str:
    hazard = corner.accepted(**other)
    corner.assign(hazard)
    corner.fix(hazard, "clerk2" if other.get("community_id") == OTHER else "clerk")
    corner.verify(hazard)
    put_back(hazard, days_ago)
    corner.set(hazard, seen_at=now() - timedelta(days=days_ago + 1))
    return hazard


def listed(login: str = "coordinator", **asked: Any) -> list[dict[str, Any]]:
    """The corners as somebody reads them, in their order."""
    recurring.read_journals()
    look_again()
    items: list[dict[str, Any]] = pattern_listing.corners_listing(one_of_the_cast(login), AskedCorners(**asked), 1)["items"]
    return items


def mine(items: list[dict[str, Any]], *hazard_ids: str) -> list[dict[str, Any]]:
    """Of the demo street's own corners nothing is said here."""
    return [one for one in items if one["id"] in hazard_ids]


def test_what_is_there_again_after_it_was_closed_is_a_corner_with_its_history(here: Corner) -> None:
    first = closed(here)
    assert mine(listed(), first) == []
    second = here.accepted("courier2", building="3号楼东侧")
    (one,) = mine(listed(), first)
    assert (one["hazards"], one["returns"], one["recent"], one["building"]) == (2, 1, 1, "3号楼东侧")
    (line,) = one["history"]
    assert (line["hazard_id"], line["number"], line["days"]) == (second, here.row(second).number, 5)
    assert one["kinds"] == ["暴露垃圾"]


def test_what_waits_to_be_judged_or_was_declined_is_in_no_corner(here: Corner) -> None:
    first = closed(here)
    second = here.report("courier2")
    assert mine(listed(), first) == []
    here.decline(second)
    assert mine(listed(), first) == []


def test_made_void_it_counts_no_longer_and_what_hung_by_it_falls_apart(here: Corner) -> None:
    first = closed(here, 20)
    middle = closed(here, 10)
    last = here.accepted()
    here.set(last, seen_at=now() - DAY)
    assert [(one["hazards"], one["returns"]) for one in mine(listed(), first)] == [(3, 2)]
    here.void(last)
    assert [(one["hazards"], one["returns"]) for one in mine(listed(), first)] == [(2, 1)]
    assert middle != first


def test_opened_again_it_has_come_back_by_itself(here: Corner) -> None:
    hazard = closed(here)
    here.reopen(hazard)
    (one,) = mine(listed(), hazard)
    assert (one["hazards"], one["returns"], one["history"][0]["hazard_id"]) == (1, 1, hazard)


def test_merged_into_another_it_is_no_return_of_its_own_until_that_is_undone(here: Corner) -> None:
    first = closed(here)
    survivor, double = here.accepted("courier2"), here.accepted("courier3")
    assert [one["returns"] for one in mine(listed(), first)] == [2]
    here.merge(double, survivor)
    assert [one["returns"] for one in mine(listed(), first)] == [1]
    here.unmerge(double)
    assert [one["returns"] for one in mine(listed(), first)] == [2]


def test_what_concerns_a_person_makes_no_corner(here: Corner) -> None:
    first = closed(here, category=ELDER)
    here.accepted("courier2", category=ELDER)
    assert mine(listed(all_of_them=True), first) == []


def test_what_has_rested_for_ninety_days_is_shown_only_when_it_is_asked_for(here: Corner) -> None:
    first = closed(here)
    here.accepted("courier2")
    assert mine(listed(), first)
    with transaction() as work:
        work.execute(update(CORNERS).where(CORNERS.c.id == first).values(stale_at=now() - DAY))
        work.execute(recurring._returns.update().where(recurring._returns.c.corner_id == first).values(came_at=now() - 91 * DAY))
    assert recurring.let_rest() >= 1
    assert recurring.let_rest() == 0
    assert mine(listed(), first) == []
    assert [(one["returns"], one["recent"]) for one in mine(listed(all_of_them=True), first)] == [(1, 0)]


def test_a_clerk_reads_of_her_community_alone_and_others_of_none(here: Corner) -> None:
    near = closed(here)
    here.accepted("courier2")
    lat, lon = moved(**CORNER, north_m=400, east_m=0)
    far = closed(here, lat=lat, lon=lon, community_id=OTHER)
    here.accepted("courier2", lat=lat, lon=lon, community_id=OTHER)
    assert [one["id"] for one in mine(listed("clerk"), near, far)] == [near]
    assert {one["id"] for one in mine(listed("coordinator"), near, far)} == {near, far}
    assert [one["id"] for one in mine(listed("coordinator", community_id=OTHER), near, far)] == [far]
    assert mine(listed("coordinator2"), near, far) == []


def test_across_the_border_she_reads_how_often_and_not_which(here: Corner) -> None:
    theirs = closed(here, community_id=OTHER)
    also_theirs = closed(here, 2, community_id=OTHER)
    ours = here.accepted("courier2", community_id=HOME)
    (one,) = mine(listed("clerk"), theirs)
    assert one["returns"] == 2
    assert {line["hazard_id"] for line in one["history"]} == {ours, None}
    assert also_theirs not in str(one)


def test_read_twice_or_all_at_once_it_is_the_same(here: Corner) -> None:
    plant(a_season(7, 300, 12))
    recurring.rebuild(STATION)
    look_again()
    at_once = reading().execute(select(CORNERS).order_by(CORNERS.c.id)).all()
    with transaction() as work:
        for one in a_season(7, 300, 12):
            recurring.look_at(work, one.id)
    look_again()
    assert reading().execute(select(CORNERS).order_by(CORNERS.c.id)).all() == at_once
    assert at_once


def test_the_command_finds_everything_anew(here: Corner) -> None:
    first = closed(here)
    here.accepted("courier2")
    (before,) = mine(listed(), first)
    with transaction() as work:
        work.execute(CORNERS.delete())
    assert mine(listed(), first) == []
    told = current_app.test_cli_runner().invoke(args=["hazards", "recount"])
    assert told.output.endswith(" corners found\n")
    assert mine(listed(), first) == [before]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_planted_recurrence_is_listed_and_none_invented(here: Corner, seed: int) -> None:
    reports = a_season(seed)
    plant(reports)
    recurring.rebuild(STATION)
    look_again()
    back = truly_back(reports)
    place_of = {one.id: one.place for one in reports}
    found: dict[int, set[str]] = {}
    page = 1
    while items := pattern_listing.corners_listing(one_of_the_cast("coordinator"), AskedCorners(all_of_them=True), page)["items"]:
        for item in items:
            ids = set(
                reading().execute(select(recurring._returns.c.hazard_id).where(recurring._returns.c.corner_id == item["id"])).scalars()
            )
            planted = {place_of[one] for one in ids if one in place_of}
            if planted:
                assert len(planted) == 1, "a corner is one place"
                assert found.setdefault(planted.pop(), ids) is ids, "a place is one corner"
        page += 1
    assert found == back
    assert len(back) >= 13

"""An accepted hazard is put right, everybody concerned hears it, and its history says what was done by which role."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from dispatch.core.clock import now
from dispatch.core.errors import Edited, Invalid, NotEligible, NotFound, TooLate
from dispatch.hazards import correcting
from tests.hazards.corner import CLUTTER, ELDER, GAS, HOME, OTHER, Corner, once


def correct(corner: Corner, hazard: str, login: str = "coordinator", *, version: int | None = None, key: Any = None, **said: Any) -> None:
    actor = corner.cast(login)
    correcting.correct(actor, hazard, said, version, key or once(actor))


def test_category_place_title_and_deadline_are_put_right_and_the_clock_runs_on(corner: Corner) -> None:
    hazard = corner.accepted()
    due = corner.row(hazard).due_at
    correct(corner, hazard, category=CLUTTER, title="四楼拐角", building="5号楼", lat=39.0395, lon=117.7019, version=1)
    row = corner.row(hazard)
    assert (row.category, row.family, row.title, row.building, row.lat, row.lon) == (
        CLUTTER, "passage", "四楼拐角", "5号楼", 39.0395, 117.7019,
    )  # fmt: skip
    assert (row.status, row.due_at, row.hours, row.version) == ("accepted", due, 9, 2)
    entry, data = corner.told(hazard)[-1]
    assert (entry, data["fields"]) == ("hazard.corrected", ["title", "building", "lat", "lon", "category"])
    assert "四楼" not in str(data)
    later = now() + timedelta(days=2)
    correct(corner, hazard, deadline=later)
    assert corner.row(hazard).due_at == later
    assert corner.told(hazard)[-1][1]["fields"] == ["deadline"]
    assert corner.history(hazard) == ["report", "accept", "correct", "correct"]


def test_what_is_as_it_was_said_leaves_no_trace(corner: Corner) -> None:
    hazard = corner.accepted()
    row = corner.row(hazard)
    correct(corner, hazard, title=row.title, category=row.category, community_id=row.community_id)
    assert corner.history(hazard) == ["report", "accept"]


def test_both_communities_hear_of_a_move_and_each_sees_its_own(corner: Corner) -> None:
    hazard = corner.accepted()
    correct(corner, hazard, community_id=OTHER)
    assert [data["community_id"] for entry, data in corner.told(hazard) if entry == "hazard.corrected"] == [HOME, OTHER]
    assert corner.seen("clerk2", hazard)["community_id"] == OTHER
    with pytest.raises(NotFound):
        corner.seen("clerk", hazard)


def test_what_turns_out_to_concern_a_person_is_for_the_desks_from_then_on(corner: Corner) -> None:
    hazard = corner.accepted()
    correct(corner, hazard, category=ELDER)
    with pytest.raises(NotFound):
        corner.seen("courier2", hazard)
    # Those who knew of it hear that it is gone.
    assert corner.told(hazard)[-1][1]["seen_by"] == "all"
    correct(corner, hazard, title="看过了")
    assert corner.told(hazard)[-1][1]["seen_by"] == "desks"


@pytest.mark.parametrize(
    ("said", "field"),
    [({"category": "none-such"}, "category"), ({"community_id": "120116015001"}, "community_id"),
     ({"deadline": now() - timedelta(days=1)}, "deadline")],
)  # fmt: skip
def test_what_cannot_be_changes_nothing(corner: Corner, said: dict[str, Any], field: str) -> None:
    hazard = corner.accepted()
    with pytest.raises(Invalid) as refused:
        correct(corner, hazard, title="新标题", **said)
    assert refused.value.extra["field"] == field
    assert corner.row(hazard).title == "暴露垃圾"


def test_where_no_clock_runs_no_deadline_can_be_said(corner: Corner) -> None:
    hazard = corner.fixed()
    with pytest.raises(Invalid) as refused:
        correct(corner, hazard, deadline=now() + timedelta(days=1))
    assert refused.value.extra["field"] == "deadline"
    correct(corner, hazard, building="5号楼")
    assert corner.row(hazard).building == "5号楼"


def test_nobody_else_corrects_it_not_twice_and_not_too_late(corner: Corner) -> None:
    hazard = corner.accepted()
    for login, refusal in (("clerk", NotEligible), ("courier2", NotEligible), ("clerk2", NotFound), ("coordinator2", NotFound)):
        with pytest.raises(refusal):
            correct(corner, hazard, login, title="别的")
    with pytest.raises(Edited):
        correct(corner, hazard, title="别的", version=0)
    key = once(corner.cast("coordinator"))
    for _ in range(2):
        correct(corner, hazard, title="别的", key=key)
    assert corner.history(hazard).count("correct") == 1
    corner.set(hazard, status="verified")
    with pytest.raises(TooLate):
        correct(corner, hazard, title="又一个")


def test_the_history_says_who_by_role_and_names_persons_to_the_station_alone(corner: Corner) -> None:
    hazard, other = corner.fixed(category=GAS), corner.report("courier2", category=GAS)
    corner.merge(other, hazard)
    corner.verify(hazard)
    steps = {login: corner.seen(login, hazard)["steps"] for login in ("clerk", "coordinator", "admin")}
    way = [("report", "courier"), ("accept", "coordinator"), ("assign", "coordinator"), ("fix", "clerk"), ("verify", "coordinator")]
    for login, seen in steps.items():
        assert [(step["verb"], step["role"]) for step in seen] == way, login
        assert [step["at"] for step in seen] == sorted(step["at"] for step in seen)
        assert all(("by" in step) == (login != "clerk") for step in seen)
    assert corner.cast("courier1").id not in str(steps["clerk"])
    assert corner.seen("coordinator", other)["steps"][-1]["said"] == {"into": hazard}
    corner.set(hazard, suspended_until=now(), status="suspended", due_left=1, district_due_left=3)
    for login in ("courier1", "courier2"):
        assert "steps" not in corner.seen(login, hazard)

"""Two reports of one thing: merged, taken back, merged again; everybody follows the right one at every step."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dispatch.core.clock import now
from dispatch.core.errors import Invalid, NotFound, TooLate
from tests.hazards.corner import NEIGHBOUR, Corner


def test_who_has_reported_the_one_follows_the_other_until_it_is_taken_back(corner: Corner) -> None:
    survivor, double = corner.accepted("courier1"), corner.report("courier2")
    corner.merge(double, survivor)
    assert corner.row(double).status == "duplicate"
    assert corner.followers(survivor) == {"courier1", "courier2"}
    seen = corner.seen("courier2", double)
    assert (seen["status"], seen["words"]["code"], seen["merged_into"]) == ("duplicate", "accepted", survivor)
    corner.assign(survivor)
    assert corner.seen("courier2", double)["words"]["code"] == "in_hand"
    assert set(corner.told(survivor)[-1][1]["persons"]) == {corner.cast("courier1").id, corner.cast("courier2").id}
    corner.unmerge(double)
    assert (corner.row(double).status, corner.row(double).merged_into) == ("reported", None)
    assert corner.followers(survivor) == {"courier1"}
    assert corner.followers(double) == {"courier2"}
    assert corner.seen("courier2", double)["words"]["code"] == "waiting"
    corner.merge(double, survivor)
    assert corner.followers(survivor) == {"courier1", "courier2"}
    corner.fix(survivor)
    corner.verify(survivor)
    assert corner.seen("courier2", double)["words"]["code"] == "done"
    assert [entry for entry, _ in corner.told(double)] == ["hazard.reported", "hazard.merged", "hazard.unmerged", "hazard.merged"]
    assert corner.history(double) == ["report", "merge", "unmerge", "merge"]


def test_what_was_merged_into_the_one_goes_with_it_and_comes_back_with_it(corner: Corner) -> None:
    end, middle, first = corner.accepted("courier1"), corner.accepted("courier2"), corner.report("courier3")
    corner.merge(first, middle)
    corner.join("courier4", middle)
    corner.merge(middle, end)
    assert corner.followers(end) == {"courier1", "courier2", "courier3", "courier4"}
    assert corner.seen("courier3", first)["words"]["code"] == "accepted"
    corner.unmerge(middle)
    assert corner.followers(end) == {"courier1"}
    assert corner.followers(middle) == {"courier2", "courier3", "courier4"}
    corner.merge(middle, end)
    corner.unmerge(first)  # out of the middle of it
    assert corner.followers(end) == {"courier1", "courier2", "courier4"}
    assert corner.row(first).status == "reported"


def test_who_has_reported_both_is_named_once(corner: Corner) -> None:
    survivor, double = corner.accepted("courier1"), corner.report("courier1")
    corner.merge(double, survivor)
    assert corner.followers(survivor) == {"courier1"}
    assert corner.told(survivor)[-1][1]["persons"] == [corner.cast("courier1").id]


@pytest.mark.parametrize("state", ["accepted", "assigned", "suspended"])
def test_taken_back_it_stands_as_it_stood_with_its_clock(corner: Corner, state: str) -> None:
    survivor, double = corner.accepted(), corner.accepted("courier2")
    due = now() + timedelta(hours=5)
    corner.set(double, status=state, due_at=due, responsible="物业", suspended_until=now() + timedelta(days=2))
    before = corner.row(double)
    corner.merge(double, survivor)
    with pytest.raises(NotFound):
        corner.seen("courier3", double)  # it is one with the other
    corner.unmerge(double)
    after = corner.row(double)
    assert [getattr(after, name) for name in ("status", "due_at", "responsible", "suspended_until")] == [
        getattr(before, name) for name in ("status", "due_at", "responsible", "suspended_until")]  # fmt: skip
    assert corner.told(double)[-1][1]["seen_by"] == "all"


def test_the_reporter_of_a_pending_one_learns_of_no_other_pending_one(corner: Corner) -> None:
    survivor, double = corner.report("courier1"), corner.report("courier2")
    with pytest.raises(Invalid) as refused:
        corner.merge(double, survivor)
    assert refused.value.extra["field"] == "into"


@pytest.mark.parametrize("state", ["declined", "verified", "void", "duplicate"])
def test_nothing_is_merged_into_what_is_over(corner: Corner, state: str) -> None:
    survivor, double = corner.accepted("courier1"), corner.report("courier2")
    corner.set(survivor, status=state)
    with pytest.raises(Invalid):
        corner.merge(double, survivor)
    assert corner.row(double).status == "reported"


def test_nothing_is_merged_into_itself_into_nothing_or_into_another_station_s(corner: Corner) -> None:
    hazard, other = corner.accepted(), corner.accepted()
    corner.set(other, station_id=NEIGHBOUR)
    for into in (hazard, "0" * 32, other):
        with pytest.raises(Invalid):
            corner.merge(hazard, into)


def test_what_is_a_duplicate_is_not_merged_on_and_what_is_none_is_not_taken_back(corner: Corner) -> None:
    survivor, double, third = corner.accepted(), corner.report("courier2"), corner.accepted("courier3")
    corner.merge(double, survivor)
    with pytest.raises(TooLate):
        corner.merge(double, third)
    with pytest.raises(TooLate):
        corner.unmerge(survivor)


def test_opened_again_after_it_was_verified_everybody_still_follows(corner: Corner) -> None:
    survivor, double = corner.fixed("courier1"), corner.report("courier2")
    corner.merge(double, survivor)
    corner.verify(survivor)
    corner.reopen(survivor)
    assert corner.row(survivor).reopened == 1
    assert corner.seen("courier2", double)["words"]["code"] == "in_hand"
    assert set(corner.told(survivor)[-1][1]["persons"]) == {corner.cast("courier1").id, corner.cast("courier2").id}
    corner.unmerge(double)
    assert corner.followers(survivor) == {"courier1"}

"""What the clock does to hazards: told to the committee, then to the district, each once; and what leaves when it is over."""

from __future__ import annotations

import contextvars
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from dispatch import jobs
from dispatch.core import photos
from dispatch.core.clock import now
from dispatch.core.errors import NotFound
from dispatch.core.unit_of_work import look_again, reading, transaction
from dispatch.hazards import photographing
from dispatch.hazards.chasing import by_the_clock
from dispatch.hazards.forgetting import forget_ended
from dispatch.hazards.queries import due
from tests.hazards.corner import DISTRICT, Corner


@pytest.fixture
def sweep(corner: Corner) -> Callable[[], int]:
    """One look at the clock; what the street's own morning has left due is done before."""

    def look() -> int:
        done = 0
        for verb in ("overdue", "overdue_district", "resume"):
            done += sum(by_the_clock(verb, hazard_id) for hazard_id in due(reading(), verb, now()))
        return done

    return look


def test_overdue_is_told_to_the_committee_once(corner: Corner, sweep: Callable[[], int]) -> None:
    late, in_time = corner.accepted(), corner.accepted()
    corner.assign(late)
    corner.set(late, due_at=now() - timedelta(seconds=1))
    assert sweep() == 1
    assert sweep() == 0
    entry, data = corner.told(late)[-1]
    assert (entry, data["times"], data["seen_by"], data["persons"]) == ("hazard.overdue", 1, "all", [])
    assert "district_id" not in data
    assert corner.seen("clerk", late)["overdue"]
    assert not corner.seen("clerk", in_time)["overdue"]
    with pytest.raises(NotFound):
        corner.seen("supervisor", late)


def test_three_times_overdue_is_the_district_s_to_see(corner: Corner, sweep: Callable[[], int]) -> None:
    late = corner.accepted()
    corner.set(late, due_at=now() - timedelta(hours=2), district_due_at=now() - timedelta(seconds=1))
    assert sweep() == 2
    assert sweep() == 0
    entry, data = corner.told(late)[-1]
    assert (entry, data["times"], data["district_id"]) == ("hazard.overdue", 3, DISTRICT)
    assert corner.seen("supervisor", late)["overdue"]


@pytest.mark.parametrize("state", ["reported", "declined", "duplicate", "suspended", "fixed", "verified", "void"])
def test_what_does_not_run_is_not_late(corner: Corner, sweep: Callable[[], int], state: str) -> None:
    hazard = corner.accepted()
    past = now() - timedelta(days=9)
    corner.set(hazard, status=state, due_at=past, district_due_at=past, suspended_until=now() + timedelta(days=1))
    assert sweep() == 0
    for verb in ("overdue", "overdue_district"):
        assert by_the_clock(verb, hazard) is False


def test_a_suspended_one_goes_on_by_itself_on_its_day(corner: Corner, sweep: Callable[[], int]) -> None:
    hazard = corner.accepted()
    corner.assign(hazard)
    corner.set(hazard, status="suspended", suspended_until=now() + timedelta(hours=1), due_left=60, district_due_left=120)
    assert sweep() == 0
    assert by_the_clock("resume", hazard) is False
    corner.set(hazard, suspended_until=now() - timedelta(seconds=1))
    assert sweep() == 1
    assert sweep() == 0
    assert (corner.row(hazard).status, corner.told(hazard)[-1][0]) == ("assigned", "hazard.resumed")
    assert corner.seen("coordinator", hazard)["steps"][-1]["by"] == "clock"


def test_the_sweep_of_the_house_does_all_of_it(app: Flask, corner: Corner) -> None:
    hazard = corner.accepted()
    corner.set(hazard, due_at=now() - timedelta(seconds=1))
    look_again()
    contextvars.Context().run(jobs.sweep, app)
    assert corner.told(hazard)[-1][0] == "hazard.overdue"


# What is forgotten ----------------------------------------------------------------------------------------------------------------


def test_what_was_typed_leaves_half_a_year_after_it_has_ended(corner: Corner) -> None:
    ended, open_one, recent = corner.fixed(), corner.accepted(), corner.fixed()
    for hazard in (ended, recent):
        corner.verify(hazard)
    corner.set(ended, changed_at=now() - timedelta(days=181))
    corner.set(open_one, changed_at=now() - timedelta(days=181))
    corner.set(recent, changed_at=now() - timedelta(days=179))
    with transaction() as work:
        assert forget_ended(work) == 1
        assert forget_ended(work) == 0
    assert (corner.row(ended).note, corner.row(ended).reason_text) == (None, None)
    assert corner.row(open_one).note
    assert corner.row(recent).note


def test_pictures_of_what_was_declined_leave_after_a_month_with_their_files(corner: Corner, monkeypatch: pytest.MonkeyPatch) -> None:
    declined, kept = corner.report(photos=1), corner.report(photos=1)
    corner.decline(declined)
    corner.set(declined, changed_at=now() - timedelta(days=31))
    corner.set(kept, changed_at=now() - timedelta(days=31))
    with transaction() as work:
        forget_ended(work)
    assert corner.seen("courier1", declined)["photos"] == []
    assert photographing.forget_unused() == 0  # it may belong to a command under way
    monkeypatch.setattr(photos, "UNUSED_KEPT_S", -1)
    assert photographing.forget_unused() == 1
    assert len(corner.seen("courier1", kept)["photos"]) == len(list(photographing.folder().glob("*"))) == 1


def test_a_photo_that_no_report_came_to_name_is_gone_after_a_day(corner: Corner, monkeypatch: pytest.MonkeyPatch) -> None:
    corner.photo("courier1")
    monkeypatch.setattr(photos, "UNUSED_KEPT_S", -1)
    assert photographing.forget_unused() == 0
    monkeypatch.setattr(photographing, "UNUSED_KEPT", timedelta(seconds=-1))
    assert photographing.forget_unused() == 1

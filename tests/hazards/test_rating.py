"""The rates of the trade: each by its definition, from the steps as they were done, and told to nobody as a single hazard."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import update

from dispatch.core.clock import SHANGHAI, now
from dispatch.core.errors import Invalid, NotEligible, NotFound
from dispatch.core.unit_of_work import look_again, transaction
from dispatch.hazards import asking, pattern_listing, recurring
from dispatch.hazards.models import HazardStep
from dispatch.hazards.pattern_models import HazardRecord
from dispatch.hazards.rating import COUNTS, RATES, figures
from tests.conftest import one_of_the_cast
from tests.hazards.corner import DISTRICT, HOME, NEIGHBOUR, OTHER, STATION, Corner, once
from tests.hazards.planting import DAY
from tests.hazards.test_recurring import here

__all__ = ["here"]
STEPS, RECORDS = HazardStep.__table__, HazardRecord.__table__
LONG_AGO, LATELY = now() - timedelta(days=40), now() - timedelta(days=3)


def row(**other: Any) -> Any:
    """A record: accepted in time, and nothing more has happened."""
    said = {name: None for name in ("to_accept", "to_assign", "to_fix", "to_verify", "fixed_in_time", "due_at", "verified_at")}
    return SimpleNamespace(
        **{**said, "judged_in_time": True, "held": True, "redone": False, "reopened": False, "came_back": False, **other}
    )


CLOSED = {"fixed_in_time": True, "verified_at": LONG_AGO}


@pytest.mark.parametrize(
    ("record", "counted"),
    [
        (row(), {"accepted", "judged_in_time", "held"}),
        (row(judged_in_time=False, held=False), {"accepted"}),
        (row(due_at=LATELY), {"accepted", "judged_in_time", "held", "due"}),  # past its limit and not fixed: due, and late
        (row(due_at=now() + DAY), {"accepted", "judged_in_time", "held"}),  # it still has time: says nothing yet
        (row(fixed_in_time=True), {"accepted", "judged_in_time", "held", "due", "fixed", "fixed_in_time"}),
        (row(fixed_in_time=False), {"accepted", "judged_in_time", "held", "due", "fixed"}),
        (row(fixed_in_time=True, redone=True), {"accepted", "judged_in_time", "held", "due", "fixed", "fixed_in_time", "redone"}),
        (row(**CLOSED), {*COUNTS} - {"redone", "reopened"}),
        (row(**{**CLOSED, "verified_at": LATELY}), {*COUNTS} - {"redone", "reopened", "settled", "solved"}),  # may still come back
        (row(**CLOSED, came_back=True), {*COUNTS} - {"redone", "reopened", "solved"}),  # on time, and not solved
        (row(**{**CLOSED, "verified_at": LATELY}, came_back=True), {*COUNTS} - {"redone", "reopened", "solved"}),
        (row(**CLOSED, reopened=True), {*COUNTS} - {"redone", "solved"}),
    ],
)
def test_what_one_hazard_counts_as(record: Any, counted: set[str]) -> None:
    counts = figures([record])["counts"]
    assert {name for name, many in counts.items() if many} == counted


def test_a_rate_is_a_part_of_its_whole_and_of_nothing_there_is_none() -> None:
    told = figures([row(**CLOSED), row(**CLOSED, came_back=True), row(judged_in_time=False)])
    assert told["rates"]["solved"] == {"n": 1, "of": 2, "share": 0.5}
    assert told["rates"]["judged_in_time"] == {"n": 2, "of": 3, "share": 0.6667}
    assert told["rates"]["closed_in_time"] == {"n": 2, "of": 2, "share": 1.0}
    nothing = figures([])
    assert {name: rate["share"] for name, rate in nothing["rates"].items()} == dict.fromkeys(RATES)
    assert nothing["steps"]["fix"] == {"n": 0, "median": None, "p90": None}


@pytest.mark.parametrize(
    ("minutes", "median", "p90"),
    [([7], 7, 7), ([1, 3], 2, 3), (list(range(1, 11)), 6, 9), (list(range(1, 101)), 50, 90), ([5] * 9 + [99], 5, 5)],
)
def test_median_and_ninetieth_percentile(minutes: list[int], median: int, p90: int) -> None:
    assert figures([row(to_fix=one) for one in minutes])["steps"]["fix"] == {"n": len(minutes), "median": median, "p90": p90}


def test_of_very_few_no_times_are_told_to_who_must_not_see_one() -> None:
    assert figures([row(to_fix=5)] * 2, least=3)["steps"]["fix"] == {"n": 2, "median": None, "p90": None}
    assert figures([row(to_fix=5)] * 3, least=3)["steps"]["fix"]["median"] == 5


def rates(login: str, unit_id: str | None = None, **months: str) -> dict[str, Any]:
    recurring.read_journals()
    look_again()
    said: dict[str, Any] = pattern_listing.rates_listing(one_of_the_cast(login), unit_id, months.get("first"), months.get("last"))
    return said


def record(hazard_id: str) -> Any:
    recurring.read_journals()
    look_again()
    with transaction() as work:
        return work.execute(RECORDS.select().where(RECORDS.c.hazard_id == hazard_id)).first()


def timed(hazard_id: str, **minutes: int) -> None:
    """As if each step had been done so many minutes after the beginning of this hour, 40 days ago."""
    start = now() - timedelta(days=40)
    with transaction() as work:
        for verb, after in minutes.items():
            mine = (STEPS.c.hazard_id == hazard_id, STEPS.c.verb == verb)
            work.execute(update(STEPS).where(*mine).values(at=start + timedelta(minutes=after)))


def test_the_steps_of_a_hazard_become_its_record(here: Corner) -> None:
    hazard = here.report()
    assert record(hazard) is None, "it has not been accepted"
    here.accept(hazard)
    here.assign(hazard)
    assert (record(hazard).fixed_in_time, record(hazard).due_at is not None) == (None, True)
    here.fix(hazard)
    here.verify(hazard)
    here.set(hazard, sent_at=now() - timedelta(days=40))
    timed(hazard, accept=12, assign=20, fix=100, verify=160)
    with transaction() as work:
        recurring.look_at(work, hazard)
    told = record(hazard)
    assert (told.to_accept, told.to_assign, told.to_fix, told.to_verify) == (12, 8, 80, 60)
    assert (told.fixed_in_time, told.held, told.redone, told.reopened, told.due_at) == (True, True, False, False, None)
    assert told.month == f"{(now() - timedelta(days=40) + timedelta(minutes=12)).astimezone(SHANGHAI):%Y-%m}"


def test_too_late_stays_too_late_though_opened_again_it_had_a_new_limit(here: Corner) -> None:
    hazard = here.accepted()
    here.assign(hazard)
    here.set(hazard, due_at=now() - timedelta(minutes=1))
    here.fix(hazard)
    actor = one_of_the_cast("courier2")
    here.ask("courier2", hazard)
    asking.answer(actor, hazard, False, [], once(actor))
    here.fix(hazard)
    here.verify(hazard)
    told = record(hazard)
    assert (told.fixed_in_time, told.redone, told.reopened) == (False, True, False)
    here.reopen(hazard)
    assert record(hazard).reopened


def test_void_or_merged_it_was_not_accepted_rightly(here: Corner) -> None:
    void, double, survivor = here.accepted(), here.accepted("courier2"), here.accepted("courier3")
    here.void(void)
    here.merge(double, survivor)
    assert [record(one).held for one in (void, double, survivor)] == [False, False, True]


def test_each_reads_the_rates_of_their_own_and_a_district_s_are_counts(here: Corner) -> None:
    before = {
        login: rates(login)["total"]["counts"]["accepted"] for login in ("clerk", "clerk2", "coordinator", "coordinator2", "supervisor")
    }
    for n in range(2):
        here.accepted(lat=39.03 + n / 100)
    here.report("courier2")
    here.accepted("courier3", community_id=OTHER, lat=39.06)
    after = {login: rates(login)["total"]["counts"]["accepted"] for login in before}
    assert {login: after[login] - before[login] for login in before} == {
        "clerk": 2, "clerk2": 1, "coordinator": 3, "coordinator2": 0, "supervisor": 3,
    }  # fmt: skip
    station = next(unit for unit in rates("supervisor")["units"] if unit["id"] == STATION)
    assert station["counts"] == rates("coordinator")["total"]["counts"]
    assert {unit["id"] for unit in rates("supervisor", STATION)["units"]} >= {HOME, OTHER}
    this_month = f"{now().astimezone(SHANGHAI):%Y-%m}"
    assert rates("coordinator", first=this_month, last=this_month)["months"][0]["counts"]["accepted"] == after["coordinator"]
    assert rates("coordinator", OTHER)["total"]["counts"]["accepted"] == after["clerk2"]
    assert rates("coordinator", first="2019-01", last="2019-02")["total"]["counts"] == dict.fromkeys(COUNTS, 0)


@pytest.mark.parametrize(
    ("login", "unit_id"),
    [
        ("clerk", STATION), ("clerk", OTHER), ("clerk", DISTRICT), ("coordinator", NEIGHBOUR), ("coordinator", DISTRICT),
        ("coordinator2", STATION), ("coordinator2", HOME), ("supervisor", HOME), ("coordinator", "nobody-knows-it"),
    ],
)  # fmt: skip
def test_another_s_unit_is_not_found(here: Corner, login: str, unit_id: str) -> None:
    with pytest.raises(NotFound):
        rates(login, unit_id)


@pytest.mark.parametrize("login", ["courier1", "admin"])
def test_there_are_none_for_who_has_no_unit_to_look_after(here: Corner, login: str) -> None:
    with pytest.raises(NotEligible):
        rates(login)


@pytest.mark.parametrize(("first", "last"), [("2026-05", "2026-04"), ("2020-01", "2026-01")])
def test_months_that_cannot_be_meant_are_refused(here: Corner, first: str, last: str) -> None:
    with pytest.raises(Invalid):
        rates("coordinator", first=first, last=last)


def test_without_months_it_is_the_last_six() -> None:
    assert len(pattern_listing.months_between(None, None)) == 6
    assert pattern_listing.months_between("2025-11", "2026-02") == ["2025-11", "2025-12", "2026-01", "2026-02"]
    assert pattern_listing.months_between(None, "2026-02")[0] == "2025-09"

"""How a hazard is dealt with: to whom it goes, when its clock stands still, and that it ends when somebody has seen that it is gone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from dispatch.core.clock import now
from dispatch.core.errors import Invalid, NotEligible, NotFound
from dispatch.core.holidays import calendar
from dispatch.core.unit_of_work import reading
from dispatch.core.worktime import WorkingTime
from dispatch.hazards import assigning, handling, pausing
from tests.hazards.corner import CLUTTER, HOME, OTHER, RUBBISH, Corner, once

#: Two moments that were asked of the clock one after the other.
ABOUT = timedelta(minutes=2)


def rule(corner: Corner, responsible: str, **said: Any) -> str:
    boss = corner.cast("coordinator")
    return str(assigning.add_rule(boss, {"responsible": responsible, **said}, once(boss))["rule_id"])


def test_from_the_report_to_the_day_on_which_somebody_has_seen_that_it_is_gone(corner: Corner) -> None:
    hazard = corner.fixed()
    assert corner.seen("courier1", hazard)["words"]["code"] == "in_hand"
    corner.verify(hazard)
    assert corner.seen("courier1", hazard)["words"]["code"] == "done"
    told = corner.told(hazard)
    assert [entry for entry, _ in told] == [
        "hazard.reported", "hazard.accepted", "hazard.assigned", "hazard.fixed", "hazard.verified"]  # fmt: skip
    assert all(data["persons"] == [corner.cast("courier1").id] for _, data in told)
    said = str(told)
    for typed in ("王大爷", "三楼", "清运"):
        assert typed not in said


def test_without_a_name_it_goes_to_whom_the_rules_name_else_to_the_committee(corner: Corner) -> None:
    hazard = corner.accepted()
    corner.assign(hazard)
    assert (corner.row(hazard).responsible, corner.row(hazard).rule_id) == (None, None)
    chosen = rule(corner, "环卫三队", family="waste")
    corner.assign(hazard)
    assert (corner.row(hazard).responsible, corner.row(hazard).rule_id) == ("环卫三队", chosen)
    corner.assign(hazard, "康翠物业")
    assert (corner.row(hazard).responsible, corner.row(hazard).rule_id) == ("康翠物业", None)
    assert "环卫" not in str(corner.told(hazard))


def test_the_narrowest_rule_decides_and_a_dry_run_says_why(corner: Corner) -> None:
    rules = {
        "all": rule(corner, "街道"),
        "community": rule(corner, "康翠居委会", community_id=HOME),
        "family": rule(corner, "环卫", family="waste"),
        "family here": rule(corner, "环卫康翠班", family="waste", community_id=HOME),
        "category": rule(corner, "清运队", category=RUBBISH),
        "elsewhere": rule(corner, "紫云", category=RUBBISH, community_id=OTHER),
        "category again": rule(corner, "清运二队", category="06010"),
    }
    boss = corner.cast("coordinator")

    def chosen(category: str, community_id: str) -> dict[str, Any]:
        return assigning.dry_run(boss, {"category": category, "community_id": community_id})

    said = chosen(RUBBISH, HOME)
    assert (said["responsible"], said["rule_id"]) == ("清运二队", rules["category again"])
    order = ["category again", "category", "family here", "family", "community", "all", "elsewhere"]
    assert [one["id"] for one in said["tried"]] == [rules[name] for name in order]
    # The page lists them in the order in which they are asked, whatever was tried.
    assert [one.id for one in assigning.rules_for(boss)] == [rules[name] for name in ["elsewhere", *order[:-1]]]
    assert [one["misses"] for one in said["tried"]] == [[]] * 6 + [["community_id"]]
    assert [one["chosen"] for one in said["tried"]] == [True] + [False] * 6
    assert "类别" in said["why"]
    assert chosen("06012", HOME)["responsible"] == "环卫康翠班"
    assert chosen("06012", OTHER)["responsible"] == "环卫"
    assert chosen(CLUTTER, HOME)["responsible"] == "康翠居委会"
    assert chosen(CLUTTER, OTHER)["responsible"] == "街道"
    assert chosen(RUBBISH, OTHER)["responsible"] == "紫云"
    assigning.drop_rule(boss, rules["all"])
    assert (chosen(CLUTTER, OTHER)["responsible"], "居委会" in chosen(CLUTTER, OTHER)["why"]) == (None, True)
    # What was done by a rule that is gone stays done.
    hazard = corner.accepted()
    corner.assign(hazard)
    assigning.drop_rule(boss, rules["category again"])
    assert corner.row(hazard).responsible == "清运二队"


def test_rules_are_the_coordinator_s_own(corner: Corner) -> None:
    mine = rule(corner, "街道")
    for login in ("clerk", "courier1", "supervisor"):
        actor = corner.cast(login)
        for act in (assigning.rules_for, lambda a: assigning.drop_rule(a, mine),
                    lambda a: assigning.add_rule(a, {"responsible": "x"}, once(a))):  # fmt: skip
            with pytest.raises(NotEligible):
                act(actor)
    other = corner.cast("coordinator2")
    assert assigning.rules_for(other) == []
    with pytest.raises(NotFound):
        assigning.drop_rule(other, mine)
    for said in ({"category": "none-such"}, {"community_id": "120116015001"}):
        with pytest.raises(Invalid):
            rule(corner, "街道", **said)


def test_fixed_takes_a_photo_or_a_reason(corner: Corner) -> None:
    hazard = corner.accepted()
    corner.assign(hazard)
    clerk = corner.cast("clerk")
    with pytest.raises(Invalid) as refused:
        handling.fix(clerk, hazard, [], " ", None, once(clerk))
    assert refused.value.extra["field"] == "photos"
    handling.fix(clerk, hazard, [corner.photo("clerk")], None, None, once(clerk))
    (photo,) = corner.seen("courier2", hazard)["photos"]
    assert photo["caption"] == "after"
    assert corner.told(hazard)[-1][1]["by"] == "photo"


def test_opened_again_it_is_with_the_same_ones_on_a_new_clock_and_counted(corner: Corner) -> None:
    hazard = corner.fixed()
    corner.verify(hazard)
    corner.set(hazard, due_at=now() - timedelta(days=9), overdue_told_at=now(), district_told_at=now())
    for times in (1, 2):
        corner.reopen(hazard)
        row = corner.row(hazard)
        assert (row.status, row.reopened, row.overdue_told_at, row.district_told_at, row.fixed_by) == ("assigned", times, None, None, None)
        assert row.due_at > now()
        corner.fix(hazard)
    with pytest.raises(Invalid):
        handling.reopen(corner.cast("courier1"), hazard, "no_reason", None, once(corner.cast("courier1")))


def test_sent_back_it_is_the_station_s_again_and_its_clock_goes_on(corner: Corner) -> None:
    hazard, clerk = corner.accepted(), corner.cast("clerk")
    corner.assign(hazard, "康翠物业")
    due = corner.row(hazard).due_at
    with pytest.raises(Invalid):
        handling.send_back(clerk, hazard, "other", None, None, once(clerk))
    handling.send_back(clerk, hazard, "not_ours", "在马路对面", None, once(clerk))
    row = corner.row(hazard)
    assert (row.status, row.responsible, row.reason, row.due_at) == ("accepted", None, "not_ours", due)
    assert corner.seen("coordinator", hazard)["reason_text"] == "在马路对面"
    assert "reason_text" not in corner.seen("courier2", hazard)


def test_void_it_is_known_to_nobody_beyond_the_station_and_its_reporters(corner: Corner) -> None:
    hazard, boss = corner.accepted(), corner.cast("coordinator")
    handling.void(boss, hazard, "mistake", None, None, once(boss))
    for login in ("courier2", "clerk", "neighbour", "supervisor"):
        with pytest.raises(NotFound):
            corner.seen(login, hazard)
    assert corner.seen("courier1", hazard)["words"]["code"] == "declined"
    # Those who knew of it hear that it is gone.
    assert corner.told(hazard)[-1][1]["seen_by"] == "all"


# The clock ------------------------------------------------------------------------------------------------------------------------


def suspend(corner: Corner, hazard: str, **span: float) -> None:
    boss = corner.cast("coordinator")
    pausing.suspend(boss, hazard, now() + timedelta(**span), "weather", None, None, once(boss))


def resume(corner: Corner, hazard: str) -> None:
    boss = corner.cast("coordinator")
    pausing.resume(boss, hazard, None, once(boss))


def on(corner: Corner, start: Any, end: Any, *, always: bool = False) -> timedelta:
    return WorkingTime(510, 1050, calendar(reading()), always).between(start, end)


@pytest.mark.parametrize("assigned", [False, True])
def test_suspended_its_clock_stands_still_and_goes_on_with_what_was_left(corner: Corner, assigned: bool) -> None:
    hazard = corner.accepted()
    if assigned:
        corner.assign(hazard)
    before = corner.row(hazard)
    left = [on(corner, now(), moment) for moment in (before.due_at, before.district_due_at)]
    suspend(corner, hazard, days=30)
    row = corner.row(hazard)
    assert (row.status, row.reason) == ("suspended", "weather")
    seen = corner.seen("courier1", hazard)
    assert (seen["deadline"], seen["overdue"], seen["words"]["code"]) == (None, False, "accepted")
    # Days later, by the columns that hold what was left.
    corner.set(hazard, due_at=now() - timedelta(days=20), district_due_at=now() - timedelta(days=19))
    resume(corner, hazard)
    row = corner.row(hazard)
    assert row.status == ("assigned" if assigned else "accepted")
    assert (row.suspended_until, row.due_left, row.reason) == (None, None, None)
    for moment, was_left in zip((row.due_at, row.district_due_at), left, strict=True):
        assert abs(on(corner, now(), moment) - was_left) < ABOUT


def test_what_was_overdue_has_nothing_left(corner: Corner) -> None:
    hazard = corner.accepted()
    corner.set(hazard, due_at=now() - timedelta(days=3), overdue_told_at=now())
    suspend(corner, hazard, days=1)
    assert corner.row(hazard).due_left == 0
    resume(corner, hazard)
    assert abs(corner.row(hazard).due_at - now()) < ABOUT
    assert corner.row(hazard).overdue_told_at is not None


@pytest.mark.parametrize("span", [{"minutes": -1}, {"days": 367}])
def test_it_is_suspended_until_a_day_that_comes(corner: Corner, span: dict[str, float]) -> None:
    hazard = corner.accepted()
    with pytest.raises(Invalid) as refused:
        suspend(corner, hazard, **span)
    assert refused.value.extra["field"] == "until"


def test_given_more_time_it_is_told_again_only_after_that(corner: Corner) -> None:
    hazard, boss = corner.accepted(), corner.cast("coordinator")
    corner.set(hazard, due_at=now() - timedelta(hours=1), overdue_told_at=now())
    later = now() + timedelta(days=7)
    pausing.extend(boss, hazard, later, "needs_more_time", None, None, once(boss))
    row = corner.row(hazard)
    assert (row.due_at, row.overdue_told_at, row.status, row.version) == (later, None, "accepted", 2)
    assert row.district_due_at > later
    with pytest.raises(Invalid):
        pausing.extend(boss, hazard, later - timedelta(hours=1), "weather", None, None, once(boss))
    assert corner.told(hazard)[-1] == ("hazard.extended", corner.told(hazard)[-1][1] | {"reason": "needs_more_time"})


Judge = Callable[[Any, str, str, str | None], Any]


@pytest.mark.parametrize(
    "act",
    [
        lambda a, h, r, t: pausing.suspend(a, h, now() + timedelta(days=1), r, t, None, once(a)),
        lambda a, h, r, t: pausing.extend(a, h, now() + timedelta(days=9), r, t, None, once(a)),
        lambda a, h, r, t: handling.send_back(a, h, r, t, None, once(a)),
        lambda a, h, r, t: handling.void(a, h, r, t, None, once(a)),
    ],
)
def test_other_needs_a_sentence_and_an_unknown_reason_is_none(corner: Corner, act: Judge) -> None:
    hazard, boss = corner.accepted(), corner.cast("coordinator")
    corner.assign(hazard)
    for reason, text, field in (("x", "说明", "reason"), ("other", "", "text"), ("other", None, "text")):
        with pytest.raises(Invalid) as refused:
            act(boss, hazard, reason, text)
        assert refused.value.extra["field"] == field
    act(boss, hazard, "other", "说明")
    assert corner.seen("coordinator", hazard)["reason_text"] == "说明"
    assert "说明" not in str(corner.told(hazard))

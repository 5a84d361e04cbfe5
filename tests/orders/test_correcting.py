"""Two desks and one order: what may be put right, who has it split, and what the second of two is told."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from dispatch.core.clock import now
from dispatch.core.errors import Edited, Invalid, NotEligible, NotFound, TooLate
from dispatch.orders.claiming import assign
from dispatch.orders.closing import cancel
from dispatch.orders.correcting import correct, split
from dispatch.orders.delivering import pick_up
from dispatch.orders.missing import record_no_show
from dispatch.orders.opening import open_order, reopen
from dispatch.orders.reassigning import reassign
from tests.orders.play import Street, once

SOON = now() + timedelta(hours=2)


def put_right(play: Street, order: str, login: str = "coordinator", version: int | None = None, **said: Any) -> None:
    actor = play.cast(login)
    correct(actor, order, said, play.row(order).version if version is None else version, once(actor))


def resize(play: Street, order: str, slots: int, version: int | None = None) -> None:
    boss = play.cast("coordinator")
    split(boss, order, slots, play.row(order).version if version is None else version, once(boss))


@pytest.mark.parametrize("login", ["clerk", "coordinator"])
@pytest.mark.parametrize(
    ("field", "value"),
    [("summary", "代取降糖药"), ("building", "5号楼"), ("urgency", "routine"), ("window_end", SOON), ("slots", 2), ("skills", ["heavy"])],
)  # fmt: skip
def test_each_public_field_can_be_put_right_and_the_journal_has_its_name_alone(play: Street, login: str, field: str, value: Any) -> None:
    order = play.post()
    put_right(play, order, login, **{field: value})
    assert getattr(play.row(order), field) == value
    entry, said = play.told(order)[-1]
    assert (entry, said["fields"], said["version"]) == ("order.corrected", [field], 1)
    assert str(value) not in str(said["fields"])


def test_what_is_as_it_was_is_not_a_change(play: Street) -> None:
    order = play.post()
    with pytest.raises(Invalid):
        put_right(play, order, summary="代取降压药")
    put_right(play, order, summary="代取降糖药", building="3号楼")
    assert play.told(order)[-1][1]["fields"] == ["summary"]


@pytest.mark.parametrize(
    ("field", "said"),
    [("window_end", {"window_end": now() - timedelta(minutes=1)}),
     ("window_end", {"window_start": SOON, "window_end": SOON}), ("skills", {"skills": ["escort"]})],
)  # fmt: skip
def test_what_cannot_be_is_refused_with_its_field_and_nothing_is_written(play: Street, field: str, said: dict[str, Any]) -> None:
    order = play.post()
    play.claim("courier1", order)
    with play.skills_of("courier1", []), pytest.raises(Invalid) as refused:
        put_right(play, order, summary="代取降糖药", **said)
    assert refused.value.extra["field"] == field
    assert (play.row(order).summary, play.row(order).version) == ("代取降压药", 0)


@pytest.mark.parametrize("login", ["clerk", "coordinator"])
def test_what_may_be_laid_out_is_not_put_right_here(play: Street, login: str) -> None:
    """It is the clerk's to raise, by a verb of its own that the journal and the courier hear of."""
    order = play.post(money_limit=5000)
    with pytest.raises(Invalid):
        put_right(play, order, login, money_limit=9000)
    assert (play.row(order).money_limit, play.row(order).version) == (5000, 0)


def test_another_urgency_moves_the_hour_at_which_it_is_announced(play: Street) -> None:
    order = play.post(urgency="routine")
    put_right(play, order, urgency="urgent")
    row = play.row(order)
    assert row.escalate_at - row.opened_at == timedelta(minutes=5)


def test_what_others_have_begun_is_not_put_right_by_strangers(play: Street) -> None:
    order = play.post()
    for login, refusal in (("clerk2", NotFound), ("neighbour", NotFound), ("courier1", NotEligible)):
        with pytest.raises(refusal):
            put_right(play, order, login, summary="x")
    clerk = play.cast("clerk")
    with pytest.raises(NotEligible):
        split(clerk, order, 2, 0, once(clerk))
    cancel(clerk, order, "mistake", once(clerk))
    with pytest.raises(TooLate):
        put_right(play, order, summary="x")


def test_the_holder_keeps_it_and_its_private_part_when_it_is_put_right(play: Street) -> None:
    order = play.post()
    play.claim("courier1", order)
    put_right(play, order, building="5号楼")
    seen = play.seen("courier1", order)
    assert (seen["mine"], seen["building"], seen["private"]["name"]) == (True, "5号楼", "陈桂兰")


def test_more_persons_bring_it_back_on_the_board_and_fewer_close_it_again(play: Street) -> None:
    order = play.post()
    play.claim("courier1", order)
    resize(play, order, 2)
    row = play.row(order)
    assert (row.status, row.slots, row.taken, row.pick_up_by) == ("open", 2, 1, None)
    assert order in {one["id"] for one in play.board("courier2")}
    assert play.seen("courier1", order)["mine"]
    play.claim("courier2", order)
    assert play.row(order).status == "claimed"
    resize(play, order, 3)
    resize(play, order, 2)
    row = play.row(order)
    assert (row.status, row.slots, row.taken) == ("claimed", 2, 2)
    assert row.pick_up_by > now()
    with pytest.raises(TooLate):
        resize(play, order, 1)
    assert play.told(order)[-1][0] == "order.corrected"


def test_how_many_are_needed_can_be_said_before_it_is_on_the_board_and_not_once_it_is_on_its_way(play: Street) -> None:
    play.settings(look_first=True)
    order = play.post()
    put_right(play, order, slots=3)
    assert (play.row(order).status, play.row(order).slots) == ("waiting", 3)
    put_right(play, order, slots=1)
    boss, one = play.cast("coordinator"), play.cast("courier1")
    open_order(boss, order, once(boss))
    play.claim("courier1", order)
    pick_up(one, order, once(one))
    with pytest.raises(TooLate):
        put_right(play, order, slots=2)


def give(play: Street, order: str, version: int | None) -> None:
    boss = play.cast("coordinator")
    assign(boss, order, play.cast("courier2").id, once(boss), version=version)


def hand_on(play: Street, order: str, version: int) -> None:
    boss = play.cast("coordinator")
    reassign(boss, order, play.cast("courier1").id, play.cast("courier3").id, version, once(boss))


def call_off(play: Street, order: str, version: int | None) -> None:
    boss = play.cast("coordinator")
    cancel(boss, order, "mistake", once(boss), version)


def put_back(play: Street, order: str, version: int | None) -> None:
    boss = play.cast("coordinator")
    reopen(boss, order, once(boss), version)


def write_down(play: Street, order: str, version: int | None) -> None:
    clerk = play.cast("clerk")
    record_no_show(clerk, order, play.cast("courier1").id, "unreachable", once(clerk), version)


def reword(play: Street, order: str, version: int) -> None:
    put_right(play, order, version=version, summary="代取降糖药")


def resized(play: Street, order: str, version: int) -> None:
    resize(play, order, 3, version)


EDITS: dict[str, Any] = {
    "assign": give,
    "reassign": hand_on,
    "cancel": call_off,
    "reopen": put_back,
    "no_show": write_down,
    "summary": reword,
    "slots": resized,
}
#: There is no state in which an order can be put back and given to one more.
PAIRS = [(one, two) for one in EDITS for two in EDITS if {one, two} != {"assign", "reopen"}]

#: Pairs of which the first leaves a state in which the second cannot be done at all.
OVER = {("cancel", verb) for verb in EDITS} | {("assign", "assign")} | {(verb, "reopen") for verb in ("reopen", "no_show", "slots")}


@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_of_two_desks_one_wins_and_the_other_is_told_what_is_different(play: Street, first: str, second: str) -> None:
    order = play.post(slots=2)
    play.claim("courier1", order)
    if "reopen" in (first, second):
        play.claim("courier4", order)
    EDITS[first](play, order, 0)
    before = play.row(order)
    with pytest.raises(TooLate if (first, second) in OVER else Edited) as refused:
        EDITS[second](play, order, 0)
    assert play.row(order) == before
    if isinstance(refused.value, Edited):
        assert refused.value.extra == {"changed": [first], "version": 1}


def test_the_second_may_do_it_after_she_has_looked(play: Street) -> None:
    order = play.post()
    reword(play, order, 0)
    with pytest.raises(Edited) as refused:
        put_right(play, order, version=0, building="5号楼")
    put_right(play, order, version=refused.value.extra["version"], building="5号楼")
    assert (play.row(order).summary, play.row(order).building, play.row(order).version) == ("代取降糖药", "5号楼", 2)
    with pytest.raises(Edited) as refused:
        put_right(play, order, version=0, urgency="today")
    assert refused.value.extra["changed"] == ["summary", "building"]


def test_a_claim_is_no_edit_and_a_program_that_names_no_version_is_not_asked(play: Street) -> None:
    order = play.post(slots=2)
    play.claim("courier1", order)
    reword(play, order, 0)
    give(play, order, None)
    call_off(play, order, None)
    assert play.row(order).version == 3


def test_the_same_key_is_the_same_correction(play: Street) -> None:
    order, boss = play.post(), play.cast("coordinator")
    key = once(boss, "correct")
    for _ in range(2):
        correct(boss, order, {"summary": "代取降糖药"}, 0, key)
    assert play.row(order).version == 1

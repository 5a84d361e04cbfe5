"""That a holder did not come: written down by whom, and his answer beside it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from dispatch import jobs
from dispatch.core.clock import now
from dispatch.core.errors import NotEligible, NotFound, TooLate
from dispatch.core.unit_of_work import look_again, reading, transaction
from dispatch.orders.delivering import pick_up
from dispatch.orders.missing import ANSWERED_WITHIN, KEPT, answer_no_show, no_shows_page, one_no_show, record_no_show
from dispatch.orders.models import NoShow
from tests.orders.play import Street, once

WORDS = "电动车坏在路上，已打电话给社工站"


def missed(play: Street, login: str = "coordinator", **more: Any) -> str:
    order, actor = play.post(**more), play.cast(login)
    play.claim("courier1", order)
    record_no_show(actor, order, play.cast("courier1").id, "never_came", once(actor))
    return order


def listed(play: Street, login: str) -> list[dict[str, Any]]:
    look_again()
    return no_shows_page(reading(), play.cast(login), 1)[0]


def answer(play: Street, text: str = WORDS, login: str = "courier1") -> None:
    courier, about = play.cast(login), listed(play, "coordinator")[0]["id"]
    answer_no_show(courier, about, text, once(courier))


@pytest.mark.parametrize("login", ["clerk", "coordinator"])
def test_his_claim_ends_the_order_is_on_the_board_the_desks_are_rung_and_the_row_says_who_says_so(play: Street, login: str) -> None:
    order = missed(play, login)
    row = play.row(order)
    assert (row.status, row.taken, row.version) == ("open", 0, 1)
    assert "private" not in play.seen("courier1", order)
    (entry, said), (rung, why) = play.told(order)[-2:]
    assert (entry, said["reason"], said["persons"], said["taken"]) == ("order.missed", "never_came", [play.cast("courier1").id], 0)
    assert (rung, why["why"]) == ("order.escalated", "no_show")
    assert play.seen("coordinator", order)["escalated"]
    names = {"clerk": "王敏", "coordinator": "李红梅"}
    (one,) = listed(play, "coordinator")
    assert names[login] in one["recorded_by"]
    assert (one["person"]["id"], one["reason"], one["answer"]) == (play.cast("courier1").id, "never_came", None)


def test_it_is_seen_by_him_the_station_and_the_community_and_by_nobody_else(play: Street) -> None:
    missed(play)
    seen = {
        login: len(listed(play, login)) for login in ("courier1", "coordinator", "clerk", "clerk2", "courier2", "neighbour", "supervisor")
    }
    assert seen == {"courier1": 1, "coordinator": 1, "clerk": 1, "clerk2": 0, "courier2": 0, "neighbour": 0, "supervisor": 0}
    assert [listed(play, login)[0]["can_answer"] for login in ("courier1", "coordinator")] == [True, False]


def test_he_answers_in_his_own_words_and_may_change_them_for_a_while(play: Street) -> None:
    order = missed(play)
    answer(play)
    answer(play, "更正：" + WORDS)
    (one,) = listed(play, "coordinator")
    assert one["answer"] == "更正：" + WORDS
    assert one["answered_at"]
    entry, said = play.told(order)[-1]
    assert (entry, said["no_show_id"], said["persons"]) == ("order.no_show_answered", one["id"], [play.cast("courier1").id])
    assert WORDS not in str(play.told(order))
    with transaction() as work:
        work.execute(update(NoShow.__table__).values(recorded_at=now() - ANSWERED_WITHIN))
    with pytest.raises(TooLate):
        answer(play)
    assert not listed(play, "courier1")[0]["can_answer"]


def test_nobody_answers_for_him(play: Street) -> None:
    missed(play)
    for login, refusal in (("courier2", NotFound), ("neighbour", NotFound), ("clerk2", NotFound), ("coordinator", NotEligible)):
        with pytest.raises(refusal):
            answer(play, login=login)
    with pytest.raises(NotFound):
        one_no_show(reading(), play.cast("courier2"), listed(play, "coordinator")[0]["id"])


def test_of_somebody_who_does_not_hold_it_is_too_late(play: Street) -> None:
    order, boss = play.post(slots=2), play.cast("coordinator")
    play.claim("courier1", order)
    with pytest.raises(TooLate):
        record_no_show(boss, order, play.cast("courier2").id, "never_came", once(boss))
    assert play.row(order).version == 0


def test_one_of_two_did_not_come_and_the_other_keeps_it(play: Street) -> None:
    order, one, boss = play.post(slots=2), play.cast("courier1"), play.cast("coordinator")
    for login in ("courier1", "courier2"):
        play.claim(login, order)
    pick_up(one, order, once(one))
    record_no_show(boss, order, one.id, "unreachable", once(boss))
    assert (play.row(order).status, play.row(order).taken) == ("open", 1)
    assert play.seen("courier2", order)["mine"]


def test_nothing_of_it_bars_him_from_the_next_order(play: Street) -> None:
    missed(play)
    play.claim("courier1", play.post())


def test_it_is_forgotten_after_its_time(app: Flask, play: Street) -> None:
    missed(play)
    with transaction() as work:
        work.execute(update(NoShow.__table__).values(recorded_at=now() - KEPT + timedelta(minutes=1)))
    jobs.tidy(app)
    assert len(listed(play, "courier1")) == 1
    with transaction() as work:
        work.execute(update(NoShow.__table__).values(recorded_at=now() - KEPT - timedelta(minutes=1)))
    jobs.tidy(app)
    assert listed(play, "courier1") == []

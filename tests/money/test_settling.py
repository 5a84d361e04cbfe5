"""Who paid the courier back: whole or in parts, corrected by counter-entries; two clerks at once are one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, update
from sqlalchemy.exc import DatabaseError

from dispatch.accounts.models import Line, Transfer
from dispatch.core.errors import Invalid, NotEligible, NotFound, TooLate
from dispatch.core.unit_of_work import transaction
from dispatch.core.workflow import advance
from dispatch.money import funding
from dispatch.orders.advancing import ADVANCES
from dispatch.orders.settling import HOW, REASONS, WAYS, settle, today
from dispatch.orders.states import MONEY_MOVES, MoneyStatus
from dispatch.people.models import Person
from tests.money.purse import Purse
from tests.orders.play import once

AMOUNT = 2350
#: Way → what it leaves of 23.50 to the courier and to the resident, what it takes out of the box, and what the advance is then.
AFTER = {
    "resident": ((0, 0), 0, "settled"),
    "box": ((0, AMOUNT), -AMOUNT, "owed"),
    "aid": ((0, 0), -AMOUNT, "settled"),
    "repaid": ((AMOUNT, 0), AMOUNT, "open"),
    "waived": ((AMOUNT, 0), 0, "open"),
}


def test_every_way_has_its_row() -> None:
    assert set(AFTER) == set(WAYS)


@pytest.mark.parametrize("way", sorted(AFTER))
def test_each_way_does_what_it_says(purse: Purse, way: str) -> None:
    order = purse.advance(AMOUNT)
    purse.fund(10_000)
    purse.settle(order, way)
    left, taken, status = AFTER[way]
    assert purse.left(order) == left
    assert purse.box() == 10_000 + taken
    assert purse.row(order).status == status
    kind, data = purse.street.told(order)[-1]
    assert kind == "money.settled"
    assert (data["amount"], data["way"], data["due"]) == (AMOUNT, way, left[0])
    assert data["persons"] == [purse.street.cast("courier1").id]
    purse.check()


@pytest.mark.parametrize("way", sorted(WAYS))
def test_in_parts_until_nothing_is_open_and_then_it_is_too_late(purse: Purse, way: str) -> None:
    order = purse.advance(AMOUNT)
    purse.fund(10_000)
    for part in (1000, 1349):
        purse.settle(order, way, part)
    with pytest.raises(Invalid) as refused:
        purse.settle(order, way, 2)
    assert "0.01" in str(refused.value.detail)
    purse.settle(order, way)
    with pytest.raises(TooLate):
        purse.settle(order, way)
    purse.check()


def test_the_box_pays_him_and_she_pays_the_box(purse: Purse) -> None:
    order = purse.advance(AMOUNT)
    purse.fund(5000)
    purse.settle(order, "box")
    purse.settle(order, "repaid", 2000)
    purse.settle(order, "waived")
    assert purse.row(order).status == "settled"
    assert purse.box() == 5000 - AMOUNT + 2000


def test_nobody_pays_out_of_a_box_what_is_not_in_it(purse: Purse) -> None:
    order = purse.advance(AMOUNT)
    for way in ("box", "aid"):
        with pytest.raises(Invalid) as refused:
            purse.settle(order, way)
        assert "23.50" in str(refused.value.detail)
    taken = purse.fund(2349)
    with pytest.raises(Invalid):
        purse.settle(order, "box")
    purse.fund(1)
    purse.settle(order, "box")
    assert purse.box() == 0
    with pytest.raises(Invalid):
        purse.fund(1, "out")
    assert [row.id for row in purse.transfers()].count(taken) == 1
    purse.check()


@pytest.mark.parametrize(
    ("now_is", "refused"),
    [
        ({"role": "coordinator", "unit_id": "120116014"}, NotEligible),
        ({"unit_id": "120116014004"}, NotFound),
        ({"active": False}, NotEligible),
    ],
)
def test_who_was_the_clerk_when_she_asked_and_is_not_any_more_moves_no_money(
    purse: Purse, now_is: dict[str, Any], refused: type[Exception]
) -> None:
    clerk, put_in = purse.street.cast("clerk"), purse.fund(100)
    with transaction() as work:
        work.execute(update(Person.__table__).where(Person.__table__.c.id == clerk.id).values(**now_is))
    with pytest.raises(refused):
        funding.fund(clerk, None, once(clerk), amount=100, direction="in", how="cash", paid_on=None)
    with pytest.raises(refused):
        funding.take_back(clerk, put_in, "wrong_amount", once(clerk))
    assert purse.box() == 100


@pytest.mark.parametrize(("said", "field"), [
    ({"way": "gift"}, "way"), ({"how": "barter"}, "how"), ({"amount": 0}, "amount"), ({"amount": -5}, "amount"),
    ({"amount": AMOUNT + 1}, "amount"), ({"paid_on": today() + timedelta(days=1)}, "paid_on"),
    ({"paid_on": today() - timedelta(days=367)}, "paid_on"),
])  # fmt: skip
def test_what_cannot_be_meant_is_refused(purse: Purse, said: dict[str, Any], field: str) -> None:
    order = purse.advance(AMOUNT)
    with pytest.raises(Invalid) as refused:
        purse.settle(order, **{"way": "resident", **said})
    assert refused.value.extra["field"] == field
    assert purse.left(order) == (AMOUNT, AMOUNT)


def test_every_way_to_pay_and_yesterday_are_taken(purse: Purse) -> None:
    for how in HOW:
        purse.settle(purse.advance(AMOUNT), "resident", how=how, paid_on=today() - timedelta(days=1))
    assert {row.how for row in purse.transfers()} == {None, *HOW}


def test_who_settles_corrects_and_takes_back(purse: Purse) -> None:
    order = purse.advance(AMOUNT)
    purse.settle(order, "resident", 1000)
    paid = purse.transfers(order)[-1].id
    people = {"clerk2": NotFound, "coordinator": NotEligible, "courier1": NotEligible, "courier2": NotEligible, "neighbour": NotFound}
    for login, refused in people.items():
        for act in (
            lambda login: purse.settle(order, "resident", login=login),
            lambda login: purse.correct(order, 2000, login=login),
            lambda login: purse.reverse(order, paid, login=login),
        ):
            with pytest.raises(refused):
                act(login)
    assert purse.left(order) == (AMOUNT - 1000, AMOUNT - 1000)


def test_of_two_who_have_seen_the_same_one_is_too_late_and_the_same_key_is_once(purse: Purse) -> None:
    order, clerk = purse.advance(AMOUNT), purse.street.cast("clerk")
    key, said = once(clerk), {"version": 1, "way": "resident", "how": "cash", "amount": 1000}
    for _ in range(2):
        settle(clerk, order, key, **said)  # type: ignore[arg-type]
    with pytest.raises(TooLate):
        purse.settle(order, "resident", 1000, version=1)
    with pytest.raises(TooLate):
        purse.correct(order, 5000, version=1)
    assert purse.left(order) == (1350, 1350)


def test_an_order_for_which_nothing_was_laid_out_has_nothing_to_settle(purse: Purse) -> None:
    order = purse.picked_up()
    purse.deliver(order, None)
    with pytest.raises(NotFound):
        purse.settle(order, "resident", version=1)


@pytest.mark.parametrize(("amount", "left", "status"), [(3000, 2000, "open"), (1001, 1, "open"), (1000, 0, "settled")])
def test_another_amount_is_entered_and_the_old_one_taken_back(purse: Purse, amount: int, left: int, status: str) -> None:
    order = purse.advance(AMOUNT)
    purse.settle(order, "resident", 1000)
    purse.correct(order, amount)
    assert purse.left(order) == (left, left)
    row, transfers = purse.row(order), purse.transfers(order)
    assert (row.status, row.amount) == (status, amount)
    assert [one.what for one in transfers] == ["advanced", "settled", "advanced", "advanced"]
    assert transfers[2].counters == transfers[0].id
    assert row.transfer_id == transfers[3].id
    assert [one.reason for one in transfers] == [None, None, "wrong_amount", "wrong_amount"]
    kind, data = purse.street.told(order)[-1]
    assert (kind, data["amount"], data["reason"]) == ("money.corrected", amount, "wrong_amount")
    purse.check()


def test_less_than_was_paid_more_than_the_limit_or_the_same_is_no_correction(purse: Purse) -> None:
    order = purse.advance(AMOUNT)
    purse.fund(5000)
    purse.settle(order, "box", 1000)
    for amount in (999, 0, AMOUNT, 20_001):
        with pytest.raises(Invalid):
            purse.correct(order, amount)
    with pytest.raises(Invalid):
        purse.correct(order, 2000, reason="because")
    purse.raise_limit(order, 30_000)
    purse.correct(order, 20_001)
    assert purse.left(order) == (19_001, 20_001)


def test_what_was_not_bought_is_made_void_and_nobody_owes_anything(purse: Purse) -> None:
    order = purse.advance(AMOUNT)
    purse.correct(order, 0, "goods_returned")
    assert purse.left(order) == (0, 0)
    assert (purse.row(order).status, purse.row(order).amount) == ("void", 0)
    with pytest.raises(TooLate):
        purse.settle(order, "resident")
    with pytest.raises(TooLate):
        purse.correct(order, 100)
    purse.check()


@pytest.mark.parametrize("reason", REASONS)
def test_a_settlement_is_taken_back_once(purse: Purse, reason: str) -> None:
    order = purse.advance(AMOUNT)
    purse.settle(order, "resident")
    paid = purse.transfers(order)[-1].id
    purse.reverse(order, paid, reason)
    assert purse.left(order) == (AMOUNT, AMOUNT)
    assert purse.row(order).status == "open"
    with pytest.raises(TooLate):
        purse.reverse(order, paid, reason)
    with pytest.raises(TooLate):
        purse.reverse(order, purse.transfers(order)[-1].id, reason)
    assert purse.street.told(order)[-1][1]["counters"] == paid
    purse.check()


def test_only_this_orders_settlements_are_taken_back(purse: Purse) -> None:
    order, other = purse.advance(AMOUNT), purse.advance(AMOUNT)
    purse.settle(other, "resident")
    for transfer in ("0" * 32, purse.transfers(order)[0].id, purse.transfers(other)[1].id):
        with pytest.raises(NotFound):
            purse.reverse(order, transfer)
    with pytest.raises(Invalid):
        purse.reverse(other, purse.transfers(other)[1].id, "because")


def test_a_repayment_whose_money_has_left_the_box_is_not_taken_back(purse: Purse) -> None:
    first, second = purse.advance(AMOUNT), purse.advance(AMOUNT)
    purse.settle(first, "repaid")
    purse.settle(second, "box")
    with pytest.raises(Invalid):
        purse.reverse(first, purse.transfers(first)[-1].id)
    assert purse.box() == 0


@pytest.mark.parametrize("table", [Transfer.__table__, Line.__table__])
def test_the_database_itself_refuses_to_change_what_was_entered(purse: Purse, table: Any) -> None:
    purse.advance(AMOUNT)
    for change in (delete(table), update(table).values({table.c.amount if table.name == "transfer_lines" else table.c.year: 1})):
        with pytest.raises(DatabaseError, match="never changed"), transaction() as work:
            work.execute(change)
    purse.check()


#: What the product promises, written down a second time: verb → from where → to where, unless the amounts left say otherwise.
EDGES = {
    "settle": ({"open", "owed"}, "settled"),
    "reverse": ({"open", "owed", "settled"}, "open"),
    "correct": ({"open", "owed", "settled"}, "open"),
    "enter": ({"void"}, "open"),
}


def test_every_edge_of_an_advance_leads_where_it_says_and_every_non_edge_nowhere(purse: Purse) -> None:
    assert set(MONEY_MOVES) == set(EDGES)
    order = purse.advance(AMOUNT)
    mine = purse.row(order).id
    for verb, (leaves, enters) in EDGES.items():
        for state in MoneyStatus:
            with transaction() as work:
                work.execute(update(ADVANCES).where(ADVANCES.c.id == mine).values(status=state))
            if state in leaves:
                with transaction() as work:
                    advance(work, ADVANCES, mine, MONEY_MOVES[verb])
                assert purse.row(order).status == enters, (verb, state)
            else:
                with pytest.raises(TooLate), transaction() as work:
                    advance(work, ADVANCES, mine, MONEY_MOVES[verb])
                assert purse.row(order).status == state, (verb, state)

"""What is laid out: within the limit, with its receipt, entered with the delivery or not at all."""

from __future__ import annotations

from typing import Any

import pytest

from dispatch.core.errors import BadCode, Invalid, NotEligible, NotFound, TooLate
from dispatch.core.idempotency import Once
from dispatch.orders.advancing import LIMIT_MOST, enter_late, raise_limit
from dispatch.orders.delivering import deliver, fail
from dispatch.orders.states import Status
from tests.money.purse import Purse
from tests.orders.play import code_of, once


def test_what_he_laid_out_is_owed_to_him_by_her(purse: Purse) -> None:
    order = purse.picked_up()
    purse.deliver(order, 2350)
    assert purse.street.row(order).status == "delivered"
    assert purse.left(order) == (2350, 2350)
    row = purse.row(order)
    assert (row.status, row.amount, row.version) == ("open", 2350, 1)
    kind, data = purse.street.told(order)[-1]
    assert kind == "money.advanced"
    assert data["amount"] == 2350
    assert data["persons"] == [purse.street.cast("courier1").id]
    purse.check()


@pytest.mark.parametrize("amount", [None, 0])
def test_without_a_purchase_it_is_one_tap(purse: Purse, amount: int | None) -> None:
    order = purse.picked_up()
    purse.deliver(order, amount)
    assert purse.street.row(order).status == "delivered"
    assert purse.row(order) is None
    assert purse.transfers() == []


@pytest.mark.parametrize("amount", [1, 19_999, 20_000])
def test_up_to_the_limit_it_is_taken(purse: Purse, amount: int) -> None:
    order = purse.advance(amount)
    assert purse.left(order) == (amount, amount)


@pytest.mark.parametrize(("limit", "amount", "words"), [(20_000, 20_001, "200.00"), (None, 1, "没有代付"), (0, 1, "0.00")])
def test_over_the_limit_he_is_told_whom_to_call_and_nothing_has_happened(purse: Purse, limit: int | None, amount: int, words: str) -> None:
    order = purse.picked_up(limit)
    with pytest.raises(Invalid) as refused:
        purse.deliver(order, amount)
    assert refused.value.extra["field"] == "amount"
    assert words in str(refused.value.detail)
    assert "居委会" in str(refused.value.detail)
    assert purse.street.row(order).status == "picked_up"
    assert purse.row(order) is None


def test_a_slip_in_the_amount_costs_none_of_five_tries_and_a_wrong_code_enters_nothing(purse: Purse) -> None:
    order = purse.picked_up()
    wrong = f"{(int(code_of(purse.street, order)) + 1) % 10_000:04d}"
    with pytest.raises(Invalid):
        purse.deliver(order, 30_000, code=wrong)
    assert purse.street.row(order).wrong_codes == 0
    with pytest.raises(BadCode):
        purse.deliver(order, 2350, code=wrong)
    assert purse.street.row(order).wrong_codes == 1
    assert purse.transfers() == []


def test_money_needs_a_receipt_of_his_own_for_this_order(purse: Purse) -> None:
    order, other = purse.picked_up(), purse.picked_up()
    wrong = [None, "0" * 32, purse.receipt(other), purse.receipt(order, "courier2")]
    for receipt in wrong:
        with pytest.raises(Invalid) as refused:
            purse.deliver(order, 2350, receipt_id=receipt)
        assert refused.value.extra["field"] == "receipt"
    assert purse.street.row(order).status == "picked_up"
    with pytest.raises(Invalid):
        purse.deliver(order, -1)


def test_the_same_delivery_twice_is_entered_once(purse: Purse) -> None:
    order = purse.picked_up()
    one = purse.street.cast("courier1")
    key, said = once(one), {"code": code_of(purse.street, order), "amount": 2350, "receipt_id": purse.receipt(order)}
    for _ in range(2):
        deliver(one, order, key, **said)  # type: ignore[arg-type]
    assert len(purse.transfers(order)) == 1


def test_the_clerk_raises_the_limit_and_the_courier_sends_the_same_amount_again(purse: Purse) -> None:
    order = purse.picked_up(2000)
    with pytest.raises(Invalid):
        purse.deliver(order, 2350)
    purse.raise_limit(order, 3000)
    assert purse.street.told(order)[-1] == ("order.limit_raised", purse.street.told(order)[-1][1])
    assert purse.street.told(order)[-1][1]["money_limit"] == 3000
    purse.deliver(order, 2350)
    assert purse.left(order) == (2350, 2350)


def test_who_raises_a_limit_and_to_what(purse: Purse) -> None:
    order = purse.picked_up(2000)
    for login, refused in (("clerk2", NotFound), ("coordinator", NotEligible), ("courier1", NotEligible), ("neighbour", NotFound)):
        with pytest.raises(refused):
            purse.raise_limit(order, 3000, login)
    for limit in (0, -1, 2000, 1999, LIMIT_MOST + 1):
        with pytest.raises(Invalid):
            purse.raise_limit(order, limit)
    clerk = purse.street.cast("clerk")
    key = once(clerk)
    for _ in range(2):
        raise_limit(clerk, order, 3000, key)
    assert [kind for kind, _ in purse.street.told(order)].count("order.limit_raised") == 1
    bare = purse.picked_up(None)
    purse.raise_limit(bare, 5000)
    assert purse.street.row(bare).money_limit == 5000


@pytest.mark.parametrize("status", list(Status))
def test_a_limit_is_raised_in_every_state_also_for_what_turns_out_to_have_been_laid_out(purse: Purse, status: str) -> None:
    order = purse.picked_up(2000)
    purse.street.set(order, status=status)
    purse.raise_limit(order, 3000)
    assert purse.street.row(order).money_limit == 3000


def late(purse: Purse, order: str, amount: int = 2350, login: str = "clerk", **more: Any) -> None:
    clerk = purse.street.cast(login)
    enter_late(clerk, order, amount, purse.receipt(order, login), once(clerk), **more)


def test_what_he_forgot_at_the_door_the_clerk_enters_and_it_is_his(purse: Purse) -> None:
    order = purse.picked_up()
    with pytest.raises(TooLate):
        late(purse, order)
    purse.deliver(order, None)
    for login, refused in (("clerk2", NotFound), ("coordinator", NotEligible), ("courier1", NotEligible)):
        with pytest.raises(refused):
            late(purse, order, login=login)
    with pytest.raises(Invalid):
        late(purse, order, courier_id=purse.street.cast("courier2").id)
    with pytest.raises(Invalid):
        late(purse, order, amount=30_000)
    with pytest.raises(Invalid):
        late(purse, order, amount=0)
    late(purse, order)
    assert purse.left(order) == (2350, 2350)
    assert purse.row(order).courier_id == purse.street.cast("courier1").id
    with pytest.raises(TooLate):
        late(purse, order)
    purse.check()


def test_money_laid_out_for_an_errand_that_came_to_nothing_is_entered_too(purse: Purse) -> None:
    order, one = purse.picked_up(), purse.street.cast("courier1")
    fail(one, order, "nobody_home", Once(one.id, None, "fail", {}))
    late(purse, order)
    assert purse.left(order) == (2350, 2350)


def test_what_was_made_void_can_be_entered_anew(purse: Purse) -> None:
    order = purse.advance()
    purse.correct(order, 0, "other")
    late(purse, order, 1000)
    assert purse.left(order) == (1000, 1000)
    assert purse.row(order).version == 3
    purse.check()

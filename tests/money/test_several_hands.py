"""An errand that went through several hands: each who laid money out for it has his own advance, and gets his own money back."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from dispatch.core.errors import Invalid, NotFound, TooLate
from dispatch.core.unit_of_work import look_again, reading
from dispatch.money.queries import advances_page
from dispatch.orders import closing, missing, opening, reassigning
from dispatch.orders.advancing import enter_late
from dispatch.orders.delivering import fail, pick_up, release
from dispatch.people.identity import Actor
from tests.core.visitors import Visitor
from tests.money.purse import Purse
from tests.orders.play import once

FIRST, SECOND = 2350, 1200


def late(purse: Purse, order: str, courier: str | None, amount: int = FIRST) -> None:
    clerk = purse.street.cast("clerk")
    named = purse.street.cast(courier).id if courier else None
    enter_late(clerk, order, amount, purse.receipt(order, "clerk"), once(clerk), named)


def again(purse: Purse, order: str, courier: str = "courier2") -> None:
    """The station puts it back, and another fetches it."""
    boss = purse.street.cast("coordinator")
    opening.reopen(boss, order, once(boss))
    purse.street.claim(courier, order)
    two = purse.street.cast(courier)
    pick_up(two, order, once(two))


def paid_in_vain(purse: Purse) -> str:
    """The first has bought it and cannot hand it over; what he paid is entered. Returns the order."""
    order, one = purse.picked_up(), purse.street.cast("courier1")
    fail(one, order, "nobody_home", once(one))
    late(purse, order, None)
    return order


@pytest.fixture
def both(purse: Purse) -> str:
    """An order for which two have laid money out, one after the other."""
    order = paid_in_vain(purse)
    again(purse, order)
    purse.deliver(order, SECOND, "courier2")
    return order


def test_the_second_holders_outlay_is_booked_beside_the_firsts(purse: Purse, both: str) -> None:
    first, second = purse.rows(both)
    assert [(row.courier_id, row.amount, row.status) for row in (first, second)] == [
        (purse.street.cast("courier1").id, FIRST, "open"),
        (purse.street.cast("courier2").id, SECOND, "open"),
    ]
    assert purse.left(both) == (FIRST + SECOND, FIRST + SECOND)
    told = [data for kind, data in purse.street.told(both) if kind == "money.advanced"]
    assert [one["advance_id"] for one in told] == [first.id, second.id]
    purse.check()


def test_each_is_settled_corrected_and_taken_back_by_itself_and_it_is_said_which(purse: Purse, both: str) -> None:
    first, second = purse.rows(both)
    purse.fund(10_000)
    for act in (lambda: purse.settle(both, "box", version=1), lambda: purse.correct(both, 1000, version=1)):
        with pytest.raises(Invalid) as refused:
            act()
        assert refused.value.extra["field"] == "advance_id"
    with pytest.raises(NotFound):
        purse.settle(both, "box", version=1, advance_id="0" * 32)
    with pytest.raises(Invalid):
        purse.settle(both, "box", FIRST, version=1, advance_id=second.id)
    purse.settle(both, "box", version=1, advance_id=second.id)
    assert [row.status for row in purse.rows(both)] == ["open", "owed"]
    paid = purse.transfers(both)[-1].id
    purse.correct(both, 2400, version=1, advance_id=first.id)
    assert [row.amount for row in purse.rows(both)] == [2400, SECOND]
    assert purse.left(both) == (2400, 2400 + SECOND)
    purse.settle(both, "repaid", version=2, advance_id=second.id)
    assert [row.status for row in purse.rows(both)] == ["open", "settled"], "what she pays for the one does not pay for the other"
    purse.reverse(both, paid)
    assert [row.status for row in purse.rows(both)] == ["open", "open"]
    assert purse.left(both) == (2400 + SECOND, 2400)
    purse.check()


def test_the_same_courier_twice_has_two(purse: Purse) -> None:
    order = paid_in_vain(purse)
    again(purse, order, "courier1")
    purse.deliver(order, SECOND)
    assert [row.amount for row in purse.rows(order)] == [FIRST, SECOND]
    with pytest.raises(TooLate):
        late(purse, order, "courier1")
    purse.check()


def release_it(purse: Purse, order: str) -> None:
    one = purse.street.cast("courier1")
    release(one, order, "busy", once(one))


def lapse(purse: Purse, order: str) -> None:
    purse.street.set(order, pick_up_by=purse.street.row(order).posted_at)
    assert closing.by_the_clock("lapse", order)


def put_back(purse: Purse, order: str) -> None:
    boss = purse.street.cast("coordinator")
    opening.reopen(boss, order, once(boss))


def reassign(purse: Purse, order: str) -> None:
    boss, (one, two) = purse.street.cast("coordinator"), map(purse.street.cast, ("courier1", "courier2"))
    reassigning.reassign(boss, order, one.id, two.id, purse.street.row(order).version, once(boss))


def no_show(purse: Purse, order: str) -> None:
    boss = purse.street.cast("coordinator")
    missing.record_no_show(boss, order, purse.street.cast("courier1").id, "never_came", once(boss))


def nothing(_purse: Purse, _order: str) -> None:
    """He has it until it is cancelled."""


GIVEN_BACK = [release_it, lapse, put_back, reassign, no_show, nothing]


@pytest.mark.parametrize("end", ["cancelled", "expired"])
@pytest.mark.parametrize("lost", GIVEN_BACK)
def test_who_had_paid_before_he_lost_it_gets_his_money_when_he_is_named(purse: Purse, lost: Callable[[Purse, str], None], end: str) -> None:
    order, clerk = purse.street.post(kind="groceries", money_limit=20_000), purse.street.cast("clerk")
    purse.street.claim("courier1", order)
    lost(purse, order)
    if end == "cancelled":
        closing.cancel(clerk, order, "other", once(clerk))
    else:
        if purse.street.row(order).status != "open":
            put_back(purse, order)
        purse.street.set(order, window_end=purse.street.row(order).posted_at)
        assert closing.by_the_clock("expire", order)
    for unsaid in (None, "courier3"):
        with pytest.raises(Invalid) as refused:
            late(purse, order, unsaid)
        assert refused.value.extra["field"] == "courier_id"
    late(purse, order, "courier1")
    assert purse.row(order).courier_id == purse.street.cast("courier1").id
    assert purse.left(order) == (FIRST, FIRST)
    with pytest.raises(TooLate):
        late(purse, order, "courier1")
    purse.check()


def test_nobody_named_is_who_delivered_though_another_had_tried(purse: Purse) -> None:
    order, one = purse.picked_up(), purse.street.cast("courier1")
    fail(one, order, "nobody_home", once(one))
    again(purse, order)
    purse.deliver(order, None, "courier2")
    late(purse, order, None)
    assert purse.row(order).courier_id == purse.street.cast("courier2").id
    late(purse, order, "courier1", SECOND)
    assert purse.left(order) == (FIRST + SECOND, FIRST + SECOND)


def test_of_two_who_went_together_one_is_named(purse: Purse) -> None:
    order = purse.street.post(kind="groceries", money_limit=20_000, slots=2)
    for login in ("courier1", "courier2"):
        purse.street.claim(login, order)
    one = purse.street.cast("courier1")
    pick_up(one, order, once(one))
    purse.deliver(order, FIRST)
    with pytest.raises(Invalid):
        late(purse, order, None)
    late(purse, order, "courier2", SECOND)
    assert [row.amount for row in purse.rows(order)] == [FIRST, SECOND]
    purse.check()


def test_the_clerk_is_told_who_may_have_paid(app: Flask, purse: Purse) -> None:
    order = paid_in_vain(purse)
    again(purse, order)
    purse.deliver(order, None, "courier2")
    for login, status in (
        ("clerk", 200),
        ("clerk2", 404),
        ("coordinator", 403),
        ("courier1", 403),
        ("neighbour", 404),
        ("supervisor", 404),
    ):
        assert Visitor(app, login).get(f"/orders/{order}/advance").status_code == status, login
    clerk = Visitor(app, "clerk")
    assert [one["name"] for one in clerk.get(f"/orders/{order}/advance").json["couriers"]] == ["孙海涛"]
    said = {"amount": SECOND, "receipt_id": purse.receipt(order, "clerk"), "courier_id": purse.street.cast("courier2").id}
    assert clerk.ask("POST", f"/api/v1/orders/{order}/advance", json=said, key=str(uuid.uuid4())).status_code == 200
    assert clerk.get(f"/orders/{order}/advance").json == {"couriers": []}
    listed = clerk.get("/money/advances").json["items"]
    assert [(one["id"], one["order_id"], one["amount"]) for one in listed] == [(row.id, order, row.amount) for row in purse.rows(order)]
    settled = clerk.say("settle", order, version=1, way="resident", how="cash", advance_id=listed[1]["id"])
    assert settled.status_code == 200
    assert [one["amount"] for one in clerk.get("/money/advances", status="waiting").json["items"]] == [FIRST]


def test_her_name_is_not_even_opened_for_a_couriers_own_page(purse: Purse, cast: Callable[[str], Actor]) -> None:
    purse.advance()
    look_again()

    def read_for(login: str) -> set[str]:
        rows: list[Any] = advances_page(reading(), cast(login), None, None, 1)[0]
        return set(rows[0]._fields)

    assert read_for("clerk") - read_for("courier1") == {"resident", "courier", "account_number"}

"""An earlier errand is found again by its number or its resident, by the clerk whose community it is of, and by nobody else."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from dispatch.core.clock import now
from dispatch.orders.closing import cancel
from tests.core.visitors import Visitor
from tests.money.purse import Purse
from tests.orders.play import once

OF_GRANDMOTHER_CHEN = {"name": "陈桂兰", "phone": "13900001234", "door": "2单元301"}


def find(app: Flask, q: str, login: str = "clerk") -> Any:
    return Visitor(app, login).ask("POST", "/api/v1/money/orders/find", json={"q": q})


def found(app: Flask, q: str, login: str = "clerk") -> list[str]:
    answer = find(app, q, login)
    assert answer.status_code == 200, answer.json
    return [order["id"] for order in answer.json["items"]]


@pytest.fixture
def old(purse: Purse) -> str:
    """An errand of some days ago, over, for which nothing was said at the door."""
    order = purse.picked_up(resident=OF_GRANDMOTHER_CHEN)
    purse.deliver(order, None)
    then = now() - timedelta(days=6)
    purse.street.set(order, number="0901-017", posted_at=then, changed_at=then)
    return order


@pytest.mark.parametrize("typed", ["0901-017", "0901017", " 0901 - 017 ", "\uff10\uff19\uff10\uff11\uff0d\uff10\uff11\uff17"])
def test_by_its_number_however_it_is_typed(app: Flask, old: str, typed: str) -> None:
    assert found(app, typed) == [old]


@pytest.mark.parametrize("typed", ["陈桂兰", "桂兰", "chenguilan", "cgl"])
def test_by_its_residents_name_or_how_it_is_spelled(app: Flask, old: str, typed: str) -> None:
    assert old in found(app, typed)


@pytest.mark.parametrize("typed", ["0901-018", "阿凡提", "   "])
def test_what_fits_nothing_finds_nothing(app: Flask, old: str, typed: str) -> None:
    answer = find(app, typed)
    assert (answer.status_code, answer.json["items"], answer.json["total"]) == (200, [], 0)


@pytest.mark.parametrize("body", [{}, {"q": ""}, {"q": "陈" * 81}, {"q": 7}, {"q": None}])
def test_what_is_no_word_is_refused(app: Flask, body: dict[str, Any]) -> None:
    assert Visitor(app, "clerk").ask("POST", "/api/v1/money/orders/find", json=body).status_code == 422


@pytest.mark.parametrize("login", ["coordinator", "courier1", "neighbour", "supervisor", "admin"])
def test_nobody_else_enters_late_and_so_nobody_else_finds(app: Flask, old: str, login: str) -> None:
    assert find(app, "0901-017", login).status_code == 403


def test_another_communitys_clerk_finds_none_of_ours(app: Flask, old: str) -> None:
    assert found(app, "0901-017", "clerk2") == []
    assert found(app, "陈桂兰", "clerk2") == []


def test_what_is_under_way_or_was_in_nobodys_hands_is_not_among_them(app: Flask, purse: Purse) -> None:
    under_way = purse.picked_up(resident=OF_GRANDMOTHER_CHEN)
    never_had = purse.street.post(kind="groceries", money_limit=2000, resident=OF_GRANDMOTHER_CHEN)
    clerk = purse.street.cast("clerk")
    cancel(clerk, never_had, "other", once(clerk))
    assert not {under_way, never_had} & set(found(app, "陈桂兰"))


def test_the_newest_come_first_and_more_than_are_shown_are_counted(app: Flask, purse: Purse, old: str) -> None:
    newer = purse.picked_up(resident=OF_GRANDMOTHER_CHEN)
    purse.deliver(newer, None)
    assert [order for order in found(app, "陈桂兰") if order in (old, newer)] == [newer, old]
    assert find(app, "陈桂兰").json["total"] >= 2


def test_what_was_found_is_entered_and_the_books_balance(app: Flask, purse: Purse, old: str) -> None:
    (order,) = find(app, "0901-017").json["items"]
    assert (order["number"], order["private"]["name"], order["money_limit"]) == ("0901-017", "陈桂兰", 20_000)
    receipt = purse.receipt(old, "clerk")
    entered = Visitor(app, "clerk").ask("POST", f"/api/v1/orders/{old}/advance", json={"amount": 1250, "receipt_id": receipt})
    assert entered.status_code == 200, entered.json
    assert purse.left(old) == (1250, 1250)
    purse.check()


def test_on_either_database(either_purse: Purse, either: Flask) -> None:
    order = either_purse.picked_up(resident=OF_GRANDMOTHER_CHEN)
    either_purse.deliver(order, None)
    assert order in found(either, "chenguilan")
    assert order in found(either, either_purse.street.row(order).number)

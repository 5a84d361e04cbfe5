"""Double entry by itself: balanced or not at all, numbered without a gap per book and year, never changed."""

from __future__ import annotations

import pytest
from flask import Flask

from dispatch.accounts import booking
from dispatch.accounts.booking import Whose, book, counter
from dispatch.accounts.models import Kind
from dispatch.accounts.queries import balance_of, faults, lines_of, one_transfer
from dispatch.core.clock import SHANGHAI
from dispatch.core.errors import Invalid, TooLate
from dispatch.core.unit_of_work import reading, transaction
from dispatch.people.queries import person_by_login

HOME, OTHER = "120116014003", "120116014004"
CASH, FUND = Whose(Kind.CASH, HOME), Whose(Kind.FUND, HOME)
ANN, BEA = Whose(Kind.RESIDENT, "ann"), Whose(Kind.COURIER, "bea")


def enter(lines: dict[Whose, int], community: str = HOME) -> str:
    by = person_by_login(reading(), "clerk").id
    with transaction() as work:
        return book(work, community, lines, what="test", person_id=by)


@pytest.mark.parametrize("lines", [
    {}, {CASH: 0}, {CASH: 5}, {CASH: 5, FUND: -4}, {CASH: 5, FUND: -5, ANN: 0}, {CASH: 0.5, FUND: -0.5},
])  # fmt: skip
def test_what_is_no_transfer_is_our_own_mistake(app: Flask, lines: dict[Whose, int]) -> None:
    with pytest.raises(ValueError, match="together nothing"):
        enter(lines)


def test_numbers_run_per_book_and_a_refused_one_leaves_no_gap(app: Flask) -> None:
    first = [enter({CASH: 100, FUND: -100}), enter({ANN: 70, BEA: -70})]
    with pytest.raises(Invalid):
        enter({BEA: 101, CASH: -101})
    first.append(enter({BEA: 70, CASH: -70}))
    other = enter({ANN: 1, BEA: -1}, OTHER)
    assert [one_transfer(reading(), one).number for one in [*first, other]] == [1, 2, 3, 1]  # type: ignore[union-attr]
    assert balance_of(reading(), HOME, Kind.CASH, HOME) == 30
    assert balance_of(reading(), HOME, Kind.COURIER, "nobody") == 0
    assert faults(reading()) == []


def test_what_is_in_the_box_is_asked_for_only_where_something_is_taken_out(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(booking, "_check_box", lambda _work, community_id: asked.append(community_id))
    for lines, looked in (({ANN: 70, BEA: -70}, 0), ({CASH: 100, FUND: -100}, 0), ({BEA: 70, CASH: -70}, 1)):
        enter(lines)
        assert len(asked) == looked, lines


def test_a_new_year_begins_with_one(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    enter({CASH: 100, FUND: -100})
    today = booking.now().astimezone(SHANGHAI)
    later = today.replace(year=today.year + 1, month=1, day=2)
    monkeypatch.setattr(booking, "now", lambda: later)
    entered = enter({CASH: 100, FUND: -100})
    row = one_transfer(reading(), entered)
    assert row is not None
    assert (row.year, row.number) == (later.year, 1)
    assert faults(reading()) == []


def test_a_transfer_is_taken_back_by_its_opposite_and_once(app: Flask) -> None:
    old, by = enter({CASH: 100, FUND: -100}), person_by_login(reading(), "clerk").id
    with transaction() as work:
        back = counter(work, old, person_id=by, reason="wrong")
    assert {line.kind: line.amount for line in lines_of(reading(), back)} == {"cash": -100, "fund": 100}
    assert balance_of(reading(), HOME, Kind.CASH, HOME) == 0
    for transfer in (old, back):
        with pytest.raises(TooLate), transaction() as work:
            counter(work, transfer, person_id=by, reason="wrong")
    assert faults(reading()) == []

"""The books balance to the fen, always: over any sequence of commands, on both databases, and with two clerks at once."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import Any, ClassVar

import pytest
from flask import Flask
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from dispatch.accounts.queries import balances
from dispatch.core.errors import Refused
from dispatch.core.idempotency import Once
from dispatch.core.unit_of_work import reading, transaction
from dispatch.money import funding
from dispatch.orders import settling
from dispatch.orders.settling import WAYS
from dispatch.people.enrolling import add_person
from dispatch.people.models import Role
from tests.at_once import at_once
from tests.money.purse import HOME, Purse
from tests.orders.play import once

pytestmark = pytest.mark.slow

AMOUNTS = st.integers(1, 25_000)
LIMIT = 20_000
#: Way → what a settlement changes, written down a second time: what he is owed, what she owes, what lies in the box.
CHANGES = {"resident": (1, 1, 0), "box": (1, 0, 1), "aid": (1, 1, 1), "repaid": (0, 1, -1), "waived": (0, 1, 0)}


@dataclass
class Known:
    """What should be true of an order's money."""

    limit: int
    amount: int
    due: int
    owed: int
    void: bool = False
    settled: list[tuple[str, str, int]] = field(default_factory=list)

    @property
    def status(self) -> str:
        if self.void:
            return "void"
        return "open" if self.due else "owed" if self.owed else "settled"


class Books(RuleBasedStateMachine):
    """Any sequence of commands beside a model of eight lines: what the model refuses is refused, and nothing else."""

    purse: ClassVar[Purse]
    begins_with: ClassVar[int]

    def __init__(self) -> None:
        super().__init__()
        self.known: dict[str, Known] = {}
        # Each sequence begins with as much as the first one: the same choices must come to the same end.
        if more := self.begins_with - self.purse.box():
            self.purse.fund(abs(more), "in" if more > 0 else "out")
        self.box = self.begins_with
        self.funded: list[tuple[str, int]] = []

    def some(self, data: st.DataObject) -> tuple[str, Known]:
        return data.draw(st.sampled_from(list(self.known.items())))

    def done(self, possible: bool, act: Any, *arguments: Any, **more: Any) -> Any:
        """It happens where it is possible, and is refused where it is not."""
        if possible:
            return act(*arguments, **more)
        with pytest.raises(Refused):
            act(*arguments, **more)
        return None

    @rule(amount=AMOUNTS)
    def advance(self, amount: int) -> None:
        order = self.purse.picked_up(LIMIT)
        self.done(amount <= LIMIT, self.purse.deliver, order, amount)
        if amount <= LIMIT:
            self.known[order] = Known(LIMIT, amount, amount, amount)
        else:
            self.purse.deliver(order, 0)

    @precondition(lambda self: self.known)
    @rule(data=st.data(), way=st.sampled_from(sorted(WAYS)), amount=st.none() | AMOUNTS, stale=st.booleans())
    def settle(self, data: st.DataObject, way: str, amount: int | None, stale: bool) -> None:
        order, known = self.some(data)
        him, her, box = CHANGES[way]
        most = min(left for left, touched in ((known.due, him), (known.owed, her)) if touched)
        paid = most if amount is None else amount
        possible = 0 < paid <= most and box * paid <= self.box and not known.void and not stale
        version = self.purse.row(order).version + (1 if stale else 0)
        self.done(possible, self.purse.settle, order, way, amount, version=version)
        if possible:
            known.due, known.owed, self.box = known.due - him * paid, known.owed - her * paid, self.box - box * paid
            known.settled.append((self.purse.transfers(order)[-1].id, way, paid))

    @precondition(lambda self: self.known)
    @rule(data=st.data(), amount=st.integers(0, 25_000))
    def correct(self, data: st.DataObject, amount: int) -> None:
        order, known = self.some(data)
        paid = known.amount - min(known.due, known.owed)
        possible = not known.void and paid <= amount <= known.limit and amount != known.amount
        self.done(possible, self.purse.correct, order, amount)
        if possible:
            known.due, known.owed = known.due + amount - known.amount, known.owed + amount - known.amount
            known.amount, known.void = amount, amount == 0

    @precondition(lambda self: any(known.settled for known in self.known.values()))
    @rule(data=st.data(), twice=st.booleans())
    def reverse(self, data: st.DataObject, twice: bool) -> None:
        order, known = data.draw(st.sampled_from([one for one in self.known.items() if one[1].settled]))
        transfer, way, paid = data.draw(st.sampled_from(known.settled))
        him, her, box = CHANGES[way]
        possible = self.box + box * paid >= 0
        self.done(possible, self.purse.reverse, order, transfer)
        if possible:
            known.settled.remove((transfer, way, paid))
            known.due, known.owed, self.box = known.due + him * paid, known.owed + her * paid, self.box + box * paid
            if twice:
                self.done(False, self.purse.reverse, order, transfer)

    @precondition(lambda self: self.known)
    @rule(data=st.data(), limit=st.integers(1, 30_000))
    def raise_limit(self, data: st.DataObject, limit: int) -> None:
        order, known = self.some(data)
        self.done(limit > known.limit, self.purse.raise_limit, order, limit)
        known.limit = max(known.limit, limit)

    @rule(amount=AMOUNTS, direction=st.sampled_from(["in", "in", "out"]))
    def fund(self, amount: int, direction: str) -> None:
        signed = amount if direction == "in" else -amount
        transfer = self.done(self.box + signed >= 0, self.purse.fund, amount, direction)
        if transfer:
            self.box += signed
            self.funded.append((transfer, signed))

    @precondition(lambda self: self.funded)
    @rule(data=st.data())
    def take_back(self, data: st.DataObject) -> None:
        transfer, signed = data.draw(st.sampled_from(self.funded))
        clerk = self.purse.street.cast("clerk")
        if self.done(self.box - signed >= 0, funding.take_back, clerk, transfer, "wrong_amount", once(clerk)):
            self.box -= signed
            self.funded.remove((transfer, signed))

    @invariant()
    def everything_adds_up(self) -> None:
        self.purse.check()
        assert self.purse.box() == self.box >= 0
        for order, known in self.known.items():
            row = self.purse.row(order)
            assert self.purse.left(order) == (known.due, known.owed)
            assert (row.amount, row.status) == (known.amount, known.status)
        accounts = {kind: sum(row.balance for row in balances(reading(), HOME) if row.kind == kind) for kind in ("courier", "resident")}
        assert accounts["resident"] >= sum(known.owed for known in self.known.values())
        assert -accounts["courier"] >= sum(known.due for known in self.known.values())


def test_the_books_balance_over_any_sequence_of_commands(either_purse: Purse) -> None:
    Books.purse, Books.begins_with = either_purse, either_purse.box()
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        Books,
        settings=settings(
            max_examples=40, stateful_step_count=20, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck)
        ),
    )
    either_purse.check()


@pytest.mark.parametrize("amount", [None, 1000], ids=["whole", "part"])
def test_two_clerks_settle_the_same_advance_at_once_and_it_is_settled_once(either_purse: Purse, either: Flask, amount: int | None) -> None:
    with transaction() as work:
        add_person(work, login="clerk3", role=Role.CLERK, unit_id=HOME, name="赵敏")
    purse = either_purse
    clerks = [purse.street.cast(login) for login in ("clerk", "clerk3")]
    purse.fund(100_000)
    for _ in range(8):
        order = purse.advance(2350)

        def settle(clerk: Any, order: str = order) -> str:
            key = Once(clerk.id, None, "settle", {})
            settling.settle(clerk, order, key, version=1, way="box", how="cash", amount=amount)
            return "done"

        assert sorted(at_once(either, *(partial(settle, clerk) for clerk in clerks))) == ["done", "too_late"]
        assert purse.left(order) == (2350 - (amount or 2350), 2350)
    purse.check()


def test_many_bookings_at_once_are_numbered_without_a_gap_and_the_box_is_never_overdrawn(either_purse: Purse, either: Flask) -> None:
    purse = either_purse
    orders = [purse.advance(1000) for _ in range(8)]
    purse.fund(5500)
    clerk = purse.street.cast("clerk")

    def settle(order: str) -> str:
        settling.settle(clerk, order, Once(clerk.id, None, "settle", {}), version=1, way="box", how="cash")
        return "done"

    said = at_once(either, *(partial(settle, order) for order in orders))
    assert sorted(said) == ["done"] * 5 + ["invalid"] * 3  # there is not more in the box
    assert purse.box() == 500
    purse.check()

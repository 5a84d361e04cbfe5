"""The cast with money in their hands: errands with a limit, receipts, settlements; small verbs for tests that read as sentences."""

from __future__ import annotations

from typing import Any

from sqlalchemy import insert, select

from dispatch.accounts.models import Kind, Transfer
from dispatch.accounts.queries import balance_of, balances, faults, of_claims
from dispatch.core.clock import now
from dispatch.core.ids import new_id
from dispatch.core.unit_of_work import look_again, reading, transaction
from dispatch.money import funding
from dispatch.orders import advancing, settling
from dispatch.orders.advancing import ADVANCES
from dispatch.orders.delivering import deliver, pick_up
from dispatch.orders.models import Receipt
from tests.orders.play import Street, code_of, once

HOME = "120116014003"


class Purse:
    """courier1 lays out, the clerk settles; others by login."""

    def __init__(self, street: Street) -> None:
        self.street = street

    def picked_up(self, limit: int | None = 20_000, courier: str = "courier1", **more: Any) -> str:
        """An errand with a limit in a courier's hands."""
        order = self.street.post(kind="groceries", money_limit=limit, **more)
        self.street.claim(courier, order)
        one = self.street.cast(courier)
        pick_up(one, order, once(one))
        return order

    def receipt(self, order: str, login: str = "courier1") -> str:
        """A receipt as it lies after its photo was kept."""
        row = {"id": new_id(), "order_id": order, "person_id": self.street.cast(login).id, "photo": f"{new_id()}.jpg", "at": now()}
        with transaction() as work:
            work.execute(insert(Receipt.__table__), row)
        return str(row["id"])

    def deliver(self, order: str, amount: int | None, courier: str = "courier1", **more: Any) -> None:
        receipt = self.receipt(order, courier) if amount and "receipt_id" not in more else None
        one = self.street.cast(courier)
        deliver(one, order, once(one), **{"code": code_of(self.street, order), "amount": amount, "receipt_id": receipt, **more})

    def advance(self, amount: int = 2350, **more: Any) -> str:
        """Delivered with so much laid out; returns the order."""
        order = self.picked_up(**more)
        self.deliver(order, amount, more.get("courier", "courier1"))
        return order

    def settle(self, order: str, way: str, amount: int | None = None, login: str = "clerk", **more: Any) -> None:
        clerk = self.street.cast(login)
        version = more.pop("version", None) or self.row(order).version
        settling.settle(clerk, order, once(clerk), **{"version": version, "way": way, "how": "cash", "amount": amount, **more})

    def correct(self, order: str, amount: int, reason: str = "wrong_amount", login: str = "clerk", **more: Any) -> None:
        clerk = self.street.cast(login)
        said = {"version": more.pop("version", None) or self.row(order).version, "amount": amount, "reason": reason, **more}
        settling.correct(clerk, order, once(clerk), **said)

    def reverse(self, order: str, transfer_id: str, reason: str = "wrong_way", login: str = "clerk") -> None:
        clerk = self.street.cast(login)
        settling.reverse(clerk, order, transfer_id, reason, once(clerk))

    def raise_limit(self, order: str, limit: int, login: str = "clerk") -> None:
        clerk = self.street.cast(login)
        advancing.raise_limit(clerk, order, limit, once(clerk))

    def fund(self, amount: int, direction: str = "in", login: str = "clerk") -> str:
        clerk = self.street.cast(login)
        return funding.fund(clerk, None, once(clerk), amount=amount, direction=direction, how="cash", paid_on=None)

    def rows(self, order: str) -> list[Any]:
        """The advances of an order, one for each claim for which something was laid out, in order."""
        look_again()
        return list(reading().execute(select(ADVANCES).where(ADVANCES.c.order_id == order).order_by(ADVANCES.c.at)))

    def row(self, order: str) -> Any:
        """The latest of them."""
        return next(reversed(self.rows(order)), None)

    def left(self, order: str) -> tuple[int, int]:
        """What the courier is owed and the resident owes of this order."""
        parts = [row.id for row in self.rows(order)]
        left = of_claims(reading(), parts).values()
        return -sum(one.get(Kind.COURIER, 0) for one in left), sum(one.get(Kind.RESIDENT, 0) for one in left)

    def box(self) -> int:
        look_again()
        return balance_of(reading(), HOME, Kind.CASH, HOME)

    def transfers(self, order: str | None = None) -> list[Any]:
        look_again()
        found = select(Transfer.__table__).where(Transfer.__table__.c.community_id == HOME)
        found = found.where(Transfer.__table__.c.order_id == order) if order else found
        return list(reading().execute(found.order_by(Transfer.__table__.c.number)))

    def check(self) -> None:
        """Every transfer balances, numbers have no gap, and all accounts of the book are together nothing."""
        look_again()
        assert faults(reading()) == []
        assert sum(row.balance for row in balances(reading(), HOME)) == 0
        assert [row.number for row in self.transfers()] == list(range(1, len(self.transfers()) + 1))

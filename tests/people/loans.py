"""Two coordinators and whom they lend, as the tests of lending and of its answers play them."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from sqlalchemy import select, update

from dispatch.core.clock import now
from dispatch.core.idempotency import Once
from dispatch.core.unit_of_work import look_again, reading, transaction
from dispatch.journal.reading import entries_since
from dispatch.orders import claiming, posting
from dispatch.orders.commanding import ORDERS
from dispatch.orders.queries import my_orders
from dispatch.people import answering, lending
from dispatch.people.identity import Actor
from dispatch.people.models import Lent, Loan, Person
from tests.people.doors import NEIGHBOUR, STATION, Cast, rows

LOANS, PARTS, PERSONS = Loan.__table__, Lent.__table__, Person.__table__


def once(actor: Actor, key: str | None = None) -> Once:
    return Once(actor.id, key or str(uuid.uuid4()), "loan", {})


def later(**span: float) -> Any:
    return now() + timedelta(**(span or {"hours": 4}))


class Two:
    """Two coordinators and whom they lend."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        with transaction() as work:
            work.execute(update(PERSONS).where(PERSONS.c.role == "courier").values(on_duty=True, skills=["medicine"]))

    def offer(self, *logins: str, **more: Any) -> str:
        lender = self.cast("coordinator")
        given = {"persons": [self.cast(login).id for login in logins], **more}
        return str(lending.offer(lender, NEIGHBOUR, given.pop("until", later()), once(lender), **given)["loan_id"])

    def ask(self, number: int = 1, **more: Any) -> str:
        borrower = self.cast("coordinator2")
        return str(lending.ask(borrower, STATION, later(), once(borrower), number=number, **more)["loan_id"])

    def accept(self, loan_id: str, login: str = "coordinator2", *persons: str) -> None:
        actor = self.cast(login)
        answering.accept(actor, loan_id, once(actor), [self.cast(one).id for one in persons])

    def lent(self, *logins: str, **more: Any) -> str:
        loan_id = self.offer(*(logins or ("courier1",)), **more)
        self.accept(loan_id)
        return loan_id

    def over(self, loan_id: str) -> None:
        """Its time has come, and no job has run."""
        moment = now() - timedelta(seconds=1)
        with transaction() as work:
            work.execute(update(LOANS).where(LOANS.c.id == loan_id).values(until=moment))
            mine = select(PARTS.c.person_id).where(PARTS.c.loan_id == loan_id, PARTS.c.status == "serving")
            work.execute(update(PERSONS).where(PERSONS.c.id.in_(mine)).values(serving_until=moment))

    def status(self, loan_id: str) -> str:
        return next(str(row["status"]) for row in rows(LOANS) if row["id"] == loan_id)

    def part(self, login: str) -> str:
        person = self.cast(login).id
        return str([row["status"] for row in rows(PARTS) if row["person_id"] == person][-1])


def told(station: str, kind: str) -> list[dict[str, Any]]:
    look_again()
    return [entry["data"] for entry in entries_since(reading(), station, 0, 100_000) if entry["type"] == kind]


def post(cast: Cast, need: dict[str, Any], login: str, community: str) -> str:
    actor = cast(login)
    return str(posting.post(actor, {**need, "community_id": community}, Once(actor.id, str(uuid.uuid4()), "post", {}))["order_id"])


def claim(cast: Cast, login: str, order_id: str) -> None:
    actor = cast(login)
    claiming.claim(actor, order_id, Once(actor.id, str(uuid.uuid4()), "claim", {}))


def held_by(courier: Actor) -> list[Any]:
    return my_orders(reading(), courier)


def code_of(order_id: str) -> str:
    look_again()
    return str(reading().execute(select(ORDERS.c.code).where(ORDERS.c.id == order_id)).scalar_one())

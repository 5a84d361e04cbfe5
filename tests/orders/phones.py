"""The phones of the street: one look of the clock, and what was asked of whom."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import delete, insert, select, update

from dispatch.core.clock import now
from dispatch.core.unit_of_work import look_again, reading, transaction
from dispatch.orders import believing, closing, offering
from dispatch.orders.alert_models import Alert, AlertChoices, AlertPlan, Belief
from dispatch.orders.commanding import ORDERS
from dispatch.orders.states import Status
from dispatch.people.identity import Actor
from dispatch.people.models import Person
from tests.orders.clockwork import Clock
from tests.orders.play import STATION, Street, once

ALERTS, PLANS, BELIEFS = Alert.__table__, AlertPlan.__table__, Belief.__table__


class Phones(Street):
    """The cast with nobody's order on the board but theirs, all couriers of the station on duty with nothing in hand."""

    def __init__(self, cast: Callable[[str], Actor], need: Mapping[str, Any], clock: Clock) -> None:
        super().__init__(cast, need)
        self.clock = clock
        with transaction() as work:
            work.execute(update(ORDERS).where(ORDERS.c.status == Status.OPEN).values(status=Status.EXPIRED))
        # What the demo street has done until now is read, so that only what a test does is news.
        believing.settle()
        with transaction() as work:
            work.execute(delete(BELIEFS))

    def look(self, **later: float) -> None:
        """Let time pass, and let the clock of the alerts look as the jobs do."""
        self.clock.on(**later)
        believing.settle()
        offering.offer()
        look_again()

    def asked(self, order_id: str, **only: Any) -> list[Any]:
        """The rows of those who were asked, in the order of asking."""
        look_again()
        found = select(ALERTS).where(ALERTS.c.order_id == order_id, *(ALERTS.c[name] == value for name, value in only.items()))
        return list(reading().execute(found.order_by(ALERTS.c.sent_at, ALERTS.c.asked_before)).all())

    def persons(self, order_id: str, **only: Any) -> list[str]:
        return [row.person_id for row in self.asked(order_id, **only)]

    def outcomes(self, order_id: str) -> dict[str, str]:
        return {row.person_id: row.outcome for row in self.asked(order_id)}

    def plan(self, order_id: str) -> Any:
        look_again()
        return reading().execute(select(PLANS).where(PLANS.c.order_id == order_id)).one()

    def belief(self, whose: str) -> Any:
        look_again()
        return reading().execute(select(BELIEFS).where(BELIEFS.c.whose == whose)).first()

    def login_of(self, person_id: str) -> str:
        return str(reading().execute(select(Person.__table__.c.login).where(Person.__table__.c.id == person_id)).scalar_one())

    def decline(self, person_id: str, order_id: str, reason: str = "busy") -> None:
        courier = self.cast(self.login_of(person_id))
        closing.decline(courier, order_id, reason, once(courier))

    def only_on_duty(self, *logins: str) -> list[str]:
        """Everybody else is off duty; returns the ids."""
        ids = [self.cast(login).id for login in logins]
        persons = Person.__table__
        with transaction() as work:
            work.execute(update(persons).where(persons.c.role == "courier").values(on_duty=False))
            work.execute(update(persons).where(persons.c.id.in_(ids)).values(on_duty=True, duty_since=now()))
        return ids

    def rules(self, **choices: Any) -> None:
        with transaction() as work:
            work.execute(delete(AlertChoices.__table__))
            work.execute(insert(AlertChoices.__table__), {"station_id": STATION, "choices": choices})

    def entries(self, order_id: str, kind: str) -> list[dict[str, Any]]:
        return [data for name, data in self.told(order_id) if name == kind]

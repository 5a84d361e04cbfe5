"""The cast at one order's bedside, in this process: small verbs for tests that read as sentences."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from sqlalchemy import select, update

from dispatch.core.idempotency import Once
from dispatch.core.unit_of_work import look_again, reading, transaction
from dispatch.journal.reading import entries_since
from dispatch.orders import claiming, posting
from dispatch.orders.commanding import ORDERS
from dispatch.orders.listing import orders_listing
from dispatch.orders.presenting import present_one
from dispatch.people.identity import Actor
from dispatch.people.models import Person, StationSettings

STATION = "120116014"


def once(actor: Actor, verb: str = "x", **body: Any) -> Once:
    """A fresh key."""
    return Once(actor.id, str(uuid.uuid4()), verb, body)


class Street:
    """Post, claim, look: by login."""

    def __init__(self, cast: Callable[[str], Actor], need: Mapping[str, Any], *, equip: bool = True) -> None:
        self.cast, self.need = cast, dict(need)
        with transaction() as work:
            if equip:
                work.execute(update(Person.__table__).values(skills=["medicine", "heavy", "escort", "living_alone"]))
            work.execute(update(Person.__table__).where(Person.__table__.c.role == "courier").values(on_duty=True))

    def post(self, login: str = "clerk", **other: Any) -> str:
        clerk = self.cast(login)
        return str(posting.post(clerk, {**self.need, **other}, once(clerk))["order_id"])

    def claim(self, login: str, order_id: str) -> None:
        courier = self.cast(login)
        claiming.claim(courier, order_id, once(courier))

    def seen(self, login: str, order_id: str) -> dict[str, Any]:
        actor = self.cast(login)
        return present_one(reading(), actor, order_id)

    def row(self, order_id: str) -> Any:
        look_again()
        return reading().execute(select(ORDERS).where(ORDERS.c.id == order_id)).one()

    def set(self, order_id: str, **values: Any) -> None:
        """Change what time or chance would have changed."""
        with transaction() as work:
            work.execute(update(ORDERS).where(ORDERS.c.id == order_id).values(**values))

    @contextmanager
    def skills_of(self, login: str, skills: list[str]) -> Iterator[None]:
        """Somebody can do this and nothing else, from here on."""
        with transaction() as work:
            work.execute(update(Person.__table__).where(Person.__table__.c.id == self.cast(login).id).values(skills=skills))
        yield

    def board(self, login: str) -> list[dict[str, Any]]:
        """The open board as a courier sees it."""
        look_again()
        found: list[dict[str, Any]] = orders_listing(self.cast(login), "open", 1)["items"]
        return found

    def settings(self, **choices: Any) -> None:
        with transaction() as work:
            work.execute(StationSettings.__table__.insert().values(station_id=STATION, choices=choices))

    def told(self, order_id: str) -> list[tuple[str, dict[str, Any]]]:
        """What the journal says of an order, in order."""
        look_again()
        entries = entries_since(reading(), STATION, 0, 100_000)
        return [(entry["type"], entry["data"]) for entry in entries if entry["data"].get("order_id") == order_id]


def code_of(street: Street, order_id: str) -> str:
    return str(street.row(order_id).code)

"""Looks at the alerts in processes that are killed with -9 at a chosen place; run as a program, prints one JSON line per trial."""

from __future__ import annotations

import json
import random
import sys
from collections import Counter
from typing import Any

from flask import Flask
from sqlalchemy import delete, insert, select, update

from config import settings
from dispatch import create_app
from dispatch.core.unit_of_work import look_again, reading, transaction
from dispatch.extensions import db
from dispatch.journal.models import Entry
from dispatch.orders import believing, offering
from dispatch.orders.alert_models import Alert, AlertChoices
from dispatch.orders.commanding import ORDERS
from dispatch.orders.states import Status
from dispatch.people.models import Person
from tests.orders.play import STATION
from tests.realtime.crashing import PLACES, in_a_process, post

ALERTS, ENTRIES, PERSONS, CHOICES = Alert.__table__, Entry.__table__, Person.__table__, AlertChoices.__table__
#: A silence is over in no time, so that each look replaces those whom the last one asked; and no phone is too dear, whatever was learned.
_HURRY = {"wave_s": 0.2, "price": 0.0, "floor": 0.0, "steps": dict.fromkeys(("whole_station", "neighbours", "committee", "district"))}
QUICK = {"silence_s": 0.05, "urgencies": {"urgent": _HURRY}}


def set_the_scene() -> int:
    """Everybody is on duty, nothing is open, and everything goes quickly."""
    with transaction() as work:
        work.execute(update(PERSONS).where(PERSONS.c.role == "courier").values(on_duty=True, skills=["medicine"]))
        work.execute(update(ORDERS).where(ORDERS.c.status == Status.OPEN).values(status=Status.EXPIRED))
        work.execute(delete(CHOICES))
        work.execute(insert(CHOICES), {"station_id": STATION, "choices": QUICK})
    return believing.settle()


def look() -> int:
    """One look, as the jobs do."""
    believing.settle()
    return offering.offer()


def facts(order_id: str) -> dict[str, Any]:
    """Who was asked, by the rows and by the journal, and how often the most often asked."""
    look_again()
    rows = Counter(reading().execute(select(ALERTS.c.person_id).where(ALERTS.c.order_id == order_id)).scalars())
    told: Counter[str] = Counter()
    for data in reading().execute(select(ENTRIES.c.data).where(ENTRIES.c.type == "order.alerted")).scalars():
        if data["order_id"] == order_id:
            told.update(data["persons"])
    return {"asked": rows.total(), "told": told.total(), "same": rows == told, "most": max([0, *rows.values(), *told.values()])}


def trial(app: Flask, place: str, chance: random.Random) -> dict[str, Any]:
    order_id = in_a_process(app, post)

    def doomed() -> int:
        believing.settle()
        db.engine.connect().close()
        PLACES[place]()
        return offering.offer()

    in_a_process(app, doomed, chance.uniform(0.0, 0.05) if place == "anywhere" else None)
    left = in_a_process(app, lambda: facts(order_id))
    in_a_process(app, look)
    return {"place": place, "left": left, "again": in_a_process(app, lambda: facts(order_id))}


def main() -> None:
    app, chance = create_app(settings()), random.Random(0)
    in_a_process(app, set_the_scene)
    for number in range(int(sys.argv[1])):
        sys.stdout.write(json.dumps(trial(app, list(PLACES)[number % len(PLACES)], chance)) + "\n")


if __name__ == "__main__":
    main()

"""A year of a real region: its published tree, two hundred thousand orders in it, and one supervisor for each district."""

from __future__ import annotations

import itertools
import random
from datetime import timedelta
from typing import Any

from sqlalchemy import insert, select

from dispatch.core.clock import now
from dispatch.core.ids import new_id
from dispatch.core.unit_of_work import Work, look_again, reading, transaction
from dispatch.orders.commanding import ORDERS
from dispatch.orders.models import Claim
from dispatch.orders.posting import KINDS, URGENCIES
from dispatch.people.enrolling import add_person
from dispatch.people.importing import import_units
from dispatch.people.models import Level, Role, Unit
from dispatch.people.queries import person_by_login
from tests.house import ROOT

BATCH = 5000
RESIDENTS_EACH = 12
UNITS = Unit.__table__


def settle(region: str) -> list[str]:
    """Bring a region in, with a supervisor `chief-<code>` for each district; returns the districts."""
    with transaction() as work, (ROOT / f"tests/data/divisions-{region}.csv").open(encoding="utf-8") as rows:
        report = import_units(work, rows)
        districts = [line.code for line in report.lines if line.verdict != "refused" and len(line.code) == 6]
        for code in districts:
            add_person(work, login=f"chief-{code}", role=Role.SUPERVISOR, unit_id=code, name="区里")
    return districts


def live_a_year(districts: list[str], many: int) -> None:
    """So many orders in the communities of these districts, over the year that ends today. A tenth of them post nothing lately."""
    chance = random.Random(20261124)
    station = UNITS.alias()
    look_again()
    found = select(UNITS.c.id, station.c.id.label("station_id"), station.c.parent_id.label("district_id"))
    found = found.join(station, station.c.id == UNITS.c.parent_id).where(UNITS.c.level == Level.COMMUNITY)
    communities = list(reading().execute(found.where(station.c.parent_id.in_(districts)).order_by(UNITS.c.id)).all())
    courier = person_by_login(reading(), "courier1").id
    numbers = itertools.count()
    for start in range(0, many, BATCH):
        made = [_order(chance, chance.choice(communities), next(numbers), courier) for _ in range(min(BATCH, many - start))]
        with transaction() as work:
            _enter(work, made)


def _enter(work: Work, made: list[tuple[dict[str, Any], dict[str, Any] | None]]) -> None:
    work.execute_many(insert(ORDERS), [order for order, _claim in made])
    work.execute_many(insert(Claim.__table__), [claim for _order, claim in made if claim])


def _order(chance: random.Random, community: Any, number: int, courier: str) -> tuple[dict[str, Any], dict[str, Any] | None]:
    silent = int(community.id[-3:]) % 10 == 7
    posted = now() - timedelta(minutes=chance.randrange((15 if silent else 0) * 1440, 365 * 1440))
    fate = chance.random()
    done, unclaimed = fate < 0.9, fate > 0.95
    order = {
        "id": new_id(), "number": f"{number % 10_000}", "status": "closed" if done else "expired" if unclaimed else "cancelled",
        "district_id": community.district_id, "station_id": community.station_id, "community_id": community.id,
        "kind": chance.choice(KINDS), "summary": "", "building": f"{chance.randint(1, 30)}号楼", "urgency": chance.choice(URGENCIES),
        "window_end": posted + timedelta(hours=4), "slots": 1, "taken": int(done), "epoch": int(done), "skills": [],
        "familiar_first": False,
        "resident_id": f"{community.id}-{chance.randrange(RESIDENTS_EACH)}", "wrong_codes": 0, "reason": None, "posted_by": courier,
        "posted_at": posted, "changed_at": posted,
    }  # fmt: skip
    if not done:
        return order, None
    claimed = posted + timedelta(minutes=chance.expovariate(1 / 8))
    claim = {"id": new_id(), "order_id": order["id"], "person_id": courier, "epoch": 1, "claimed_at": claimed,
             "ended_at": claimed + timedelta(minutes=chance.randint(10, 300)), "ended_as": "delivered", "reason": None}  # fmt: skip
    return order, claim

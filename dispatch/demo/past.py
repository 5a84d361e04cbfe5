"""The weeks before this morning: errands that were delivered, so that hours and coverage have something to show."""

from __future__ import annotations

import random
from datetime import timedelta

from sqlalchemy import insert, select

from dispatch.core.clock import SHANGHAI, now
from dispatch.core.ids import new_id
from dispatch.core.unit_of_work import Work
from dispatch.journal.appending import append
from dispatch.orders.models import Claim, Order
from dispatch.orders.states import Status
from dispatch.residents.models import Resident

ERRANDS, WEEKS = 48, 10
KINDS = ("medicine", "groceries", "parcel", "meal", "clinic", "bill", "repair", "company")

_orders, _claims, _residents = Order.__table__, Claim.__table__, Resident.__table__


def live_through(work: Work, station_id: str, district_id: str, couriers: list[str], chance: random.Random) -> None:
    """Enter errands of the last ten weeks for the residents who are known by now, delivered by these couriers."""
    residents = list(work.execute(select(_residents.c.id, _residents.c.community_id).order_by(_residents.c.id)).all())
    for number in range(ERRANDS):
        resident, courier = chance.choice(residents), couriers[number % len(couriers)]
        posted = now() - timedelta(days=chance.randint(1, WEEKS * 7), minutes=chance.randint(0, 300))
        claimed = posted + timedelta(minutes=chance.choice([1, 2, 3, 4, 9, 26]))
        delivered = claimed + timedelta(minutes=chance.randint(20, 110))
        order_id = new_id()
        order = {
            "id": order_id, "number": f"{posted.astimezone(SHANGHAI):%m%d}-{number:03d}", "status": Status.CLOSED,
            "district_id": district_id, "station_id": station_id, "community_id": resident.community_id,
            "kind": KINDS[number % len(KINDS)], "summary": "",
            "building": f"{chance.randint(1, 30)}号楼", "urgency": chance.choice(["urgent", "today", "routine"]), "slots": 1, "taken": 1,
            "epoch": 1, "skills": [], "familiar_first": False, "resident_id": resident.id, "wrong_codes": 0, "posted_by": courier,
            "posted_at": posted, "window_end": posted + timedelta(hours=12), "changed_at": delivered,
            "satisfied": chance.random() < 0.8 or None,
        }  # fmt: skip
        work.execute(insert(_orders), order)
        claim = {"id": new_id(), "order_id": order_id, "person_id": courier, "epoch": 1, "claimed_at": claimed, "ended_at": delivered}
        work.execute(insert(_claims), claim | {"ended_as": "delivered"})
        told = {"order_id": order_id, "community_id": resident.community_id, "was": Status.PICKED_UP}
        append(work, station_id, "order.delivered", **told, persons=[courier], by="code")

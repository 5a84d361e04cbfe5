"""How hours come into the book: from the journal's deliveries, a line for each person's claim, never typed and never twice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from dispatch.core.clock import now
from dispatch.core.unit_of_work import Work, transaction
from dispatch.core.upserts import insert_into
from dispatch.hours.models import HourEntry
from dispatch.hours.rules import credited, day_of, rule_on
from dispatch.journal.following import read_on
from dispatch.orders.models import Claim, Order

READER = "hours"
#: Orders in one transaction: short enough that nobody waits for it.
ORDERS_AT_ONCE = 200

_hours, _claims, _orders = HourEntry.__table__, Claim.__table__, Order.__table__


def book() -> int:
    """Book what has been delivered since the last time; returns how many entries of the journal were read. Harmless if run twice."""
    return read_on(READER, _book_delivered, {"order.delivered"})


def _book_delivered(entries: Sequence[dict[str, Any]]) -> None:
    delivered = sorted({entry["data"]["order_id"] for entry in entries})
    for start in range(0, len(delivered), ORDERS_AT_ONCE):
        with transaction() as work:
            _book(work, delivered[start : start + ORDERS_AT_ONCE])


def _book(work: Work, delivered: Sequence[str]) -> None:
    of_the_order = (_orders.c[name] for name in ("kind", "district_id", "station_id", "community_id"))
    found = select(_claims, *of_the_order).join(_orders, _orders.c.id == _claims.c.order_id)
    claims = work.execute(found.where(_claims.c.order_id.in_(delivered), _claims.c.ended_as == "delivered")).all()
    if claims:
        # Whoever reads the same entries again finds the claim in the book.
        work.execute_many(insert_into(work, _hours).on_conflict_do_nothing(), [_line(claim) for claim in claims])


def _line(claim: Any) -> dict[str, Any]:
    day = day_of(claim.ended_at)
    rule = rule_on(day)
    return {
        "id": claim.id, "claim_id": claim.id, "order_id": claim.order_id, "person_id": claim.person_id,
        "district_id": claim.district_id, "station_id": claim.station_id, "community_id": claim.community_id,
        "kind": claim.kind, "day": day.isoformat(), "minutes": credited(rule, claim.kind, claim.claimed_at, claim.ended_at),
        "rule": rule.version, "booked_at": now(),
    }  # fmt: skip

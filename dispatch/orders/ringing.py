"""What rings at the coordinator's desk at once: somebody has dropped out when it is nearly time, or did not come."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select, update

from dispatch.core.clock import now
from dispatch.core.unit_of_work import Work
from dispatch.orders.commanding import ORDERS, tell
from dispatch.orders.queries import Row
from dispatch.people.settings import Settings


def nearly_time(work: Work, order: Row, settings: Settings) -> bool:
    """Whether the window has begun or is about to. An order that may be brought at any time before its end has that for its time."""
    begins = work.execute(select(ORDERS.c.window_start).where(ORDERS.c.id == order.id)).scalar_one() or order.window_end
    return bool(now() >= begins - timedelta(minutes=settings.late_drop_out))


def ring(work: Work, order: Row, why: str, persons: list[str]) -> None:
    """Mark the order for the desks, and say why."""
    work.execute(update(ORDERS).where(ORDERS.c.id == order.id).values(escalated_at=now()))
    tell(work, order, "order.escalated", why=why, persons=persons, district_id=order.district_id)

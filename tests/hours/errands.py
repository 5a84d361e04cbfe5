"""Errands that were delivered, and the book of hours as it is now."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import select, update

from dispatch.core.clock import now
from dispatch.core.unit_of_work import look_again, reading, transaction
from dispatch.hours.models import HourEntry
from dispatch.orders import delivering
from dispatch.orders.models import Claim
from tests.orders.play import Street, code_of, once

HOURS, CLAIMS = HourEntry.__table__, Claim.__table__
MINUTE = timedelta(minutes=1)


def lines() -> list[Any]:
    look_again()
    return list(reading().execute(select(HOURS).order_by(HOURS.c.id)).all())


def delivered(play: Street, *couriers: str, minutes: int = 40, **need: Any) -> str:
    """An errand from the post to the hand-over, each of them having held it for so long."""
    order = play.post(slots=len(couriers), **need)
    for login in couriers:
        play.claim(login, order)
    with transaction() as work:
        work.execute(update(CLAIMS).where(CLAIMS.c.order_id == order).values(claimed_at=now() - minutes * MINUTE))
    first = play.cast(couriers[0])
    delivering.pick_up(first, order, once(first))
    delivering.deliver(first, order, once(first), code=code_of(play, order))
    return order

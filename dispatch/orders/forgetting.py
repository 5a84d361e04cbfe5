"""When personal data leaves: 30 days after a resident's last errand ended or she left the care list, and never while she is on it."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import exists, select, update

from dispatch.core.clock import now
from dispatch.core.unit_of_work import Work
from dispatch.orders.models import Order
from dispatch.orders.states import Status
from dispatch.residents.models import Resident
from dispatch.residents.registering import forget

KEPT = timedelta(days=30)
_ENDED = sorted({Status.CLOSED, Status.CANCELLED, Status.EXPIRED, Status.FAILED, Status.DELIVERED})

_orders, _residents = Order.__table__, Resident.__table__


def forget_finished(work: Work) -> int:
    """Delete the residents whose time is over, and what their orders say in private; returns how many residents."""
    recent = exists().where(
        _orders.c.resident_id == _residents.c.id, _orders.c.status.not_in(_ENDED) | (_orders.c.changed_at > now() - KEPT)
    )
    left = _residents.c.off_list_at.is_(None) | (_residents.c.off_list_at < now() - KEPT)
    due = select(_residents.c.id).where(~_residents.c.on_care_list, _residents.c.created_at < now() - KEPT, left, ~recent)
    gone = list(work.execute(due.limit(500)).scalars())
    if gone:
        bare = {"resident_id": None, "private_note": None, "code": None, "delivery_reason": None, "delivery_photo": None, "summary": "",
                "lat": None, "lon": None}  # fmt: skip
        work.execute(update(_orders).where(_orders.c.resident_id.in_(gone)).values(**bare))
        forget(work, gone)
    return len(gone)

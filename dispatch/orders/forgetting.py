"""When personal data leaves: 30 days after a resident's last errand ended or she left the care list; not while she owes money."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import exists, select, update

from dispatch.accounts.queries import owing
from dispatch.core.clock import now
from dispatch.core.unit_of_work import Work
from dispatch.orders.models import Order
from dispatch.orders.standing_models import StandingNeed
from dispatch.orders.states import Standing, Status
from dispatch.residents.models import Resident
from dispatch.residents.registering import forget

KEPT = timedelta(days=30)
_ENDED = sorted({Status.CLOSED, Status.CANCELLED, Status.EXPIRED, Status.FAILED, Status.DELIVERED})

_orders, _residents, _standings = Order.__table__, Resident.__table__, StandingNeed.__table__


def forget_finished(work: Work) -> int:
    """Delete the residents whose time is over, and what their orders say in private; returns how many residents."""
    recent = exists().where(
        _orders.c.resident_id == _residents.c.id, _orders.c.status.not_in(_ENDED) | (_orders.c.changed_at > now() - KEPT)
    )
    # Whose need comes back next month is not forgotten meanwhile.
    returning = exists().where(
        _standings.c.resident_id == _residents.c.id,
        (_standings.c.status != Standing.ENDED) | (_standings.c.changed_at > now() - KEPT),
    )
    left = _residents.c.off_list_at.is_(None) | (_residents.c.off_list_at < now() - KEPT)
    # A debt needs its debtor; settled, repaid or waived, she goes with the next sweep.
    old = (~_residents.c.on_care_list, _residents.c.created_at < now() - KEPT, left, _residents.c.id.not_in(owing()))
    gone = list(work.execute(select(_residents.c.id).where(*old, ~recent, ~returning).limit(500)).scalars())
    # Who phoned in her stead has agreed to nothing that outlasts the errand, even where she herself is on the list.
    over = (_orders.c.caller.is_not(None), _orders.c.status.in_(_ENDED), _orders.c.changed_at < now() - KEPT)
    work.execute(update(_orders).where(*over).values(caller=None))
    if gone:
        bare = {"resident_id": None, "private_note": None, "code": None, "delivery_reason": None, "delivery_photo": None, "summary": "",
                "lat": None, "lon": None, "caller": None, "closing_note": None}  # fmt: skip
        work.execute(update(_orders).where(_orders.c.resident_id.in_(gone)).values(**bare))
        unsaid = {"resident_id": None, "private_note": None, "summary": ""}
        work.execute(update(_standings).where(_standings.c.resident_id.in_(gone)).values(**unsaid))
        forget(work, gone)
    return len(gone)

"""How a phone number is shown: one at a time, and never without a row that says to whom."""

from __future__ import annotations

from typing import Any

from sqlalchemy import insert, select

from dispatch.core.clock import now
from dispatch.core.errors import NotEligible
from dispatch.core.ids import new_id
from dispatch.core.permits import permitted
from dispatch.core.unit_of_work import Work, transaction
from dispatch.people.identity import Actor
from dispatch.residents.models import Resident, Reveal
from dispatch.residents.policy import PERMITS
from dispatch.residents.queries import full_resident

#: What can be looked at whole.
WHAT = ("phone", "contacts")


def write_reveal(work: Work, *, person_id: str, resident_id: str, station_id: str, order_id: str | None, what: str, why: str) -> None:
    """The row that something of hers was seen: what, by whom, for which errand, in which capacity; the station is the errand's, or hers."""
    row = {"id": new_id(), "person_id": person_id, "resident_id": resident_id, "station_id": station_id, "order_id": order_id}
    work.execute(insert(Reveal.__table__), {**row, "what": what, "why": why, "at": now()})


def reveal_phone(work: Work, *, person_id: str, resident_id: str, station_id: str, order_id: str, why: str) -> str | None:
    """The resident's phone number, and the row that it has been seen.

    Args:
        work: the transaction; the number is only given away if the row stands.
        person_id: who sees it.
        resident_id: whose it is.
        station_id: the errand's.
        order_id: for which errand.
        why: in which capacity: the role of who asks.
    """
    errand = {"station_id": station_id, "order_id": order_id}
    write_reveal(work, person_id=person_id, resident_id=resident_id, **errand, what="phone", why=why)
    return work.execute(select(Resident.__table__.c.phone).where(Resident.__table__.c.id == resident_id)).scalar_one_or_none()


def reveal(actor: Actor, resident_id: str, what: str) -> dict[str, Any]:
    """Her number, or those of her contacts, to who keeps the list; and the row that it has been seen.

    Args:
        actor: a clerk or a coordinator.
        resident_id: whose.
        what: one of `WHAT`.
    Raises:
        NotFound, NotEligible: not hers to see.
    """
    with transaction() as work:
        row = full_resident(work.connection, actor, resident_id)
        if not permitted(PERMITS, "reveal", actor, row):
            raise NotEligible()
        whose = {"resident_id": row.id, "station_id": row.station_id}
        write_reveal(work, person_id=actor.id, **whose, order_id=None, what=what, why=actor.role)
        return {"phone": row.phone if what == "phone" else None, "contacts": list(row.contacts or ()) if what == "contacts" else []}


def masked(phone: str | None) -> str | None:
    """A number by which she knows that it is hers, and nobody else does: 138****5678. Four digits at least stay hidden."""
    if not phone:
        return None
    return f"{phone[:3] if len(phone) >= 11 else ''}****{phone[-4:] if len(phone) >= 8 else ''}"

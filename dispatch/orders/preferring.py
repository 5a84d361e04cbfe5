"""Who has helped a resident before has a head start of some seconds, where the clerk has ticked it and such a one is on duty."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from dispatch.core.clock import iso, now
from dispatch.core.errors import TooEarly
from dispatch.orders.models import Claim, Order
from dispatch.people.models import Person, Role
from dispatch.people.serving import serves_at
from dispatch.people.settings import Settings

_claims, _orders, _persons = Claim.__table__, Order.__table__, Person.__table__
_delivered = (_claims.c.order_id == _orders.c.id) & (_claims.c.ended_as == "delivered")


def opens_to_all_at(
    connection: Connection, station_id: str, resident_id: str | None, skills: Collection[str], settings: Settings
) -> datetime | None:
    """Until when an order that comes on the board now is for those who know the resident; None if nobody is there who does."""
    if resident_id is None or not settings.head_start_s:
        return None
    found = (
        select(_persons.c.skills)
        .distinct()
        .join(_claims, _claims.c.person_id == _persons.c.id)
        .join(_orders, _delivered)
        .where(_orders.c.resident_id == resident_id)
        .where(serves_at(station_id, now()), _persons.c.role == Role.COURIER, _persons.c.active, _persons.c.on_duty)
    )
    if not any(set(skills) <= set(known or ()) for known in connection.execute(found).scalars()):
        return None
    return now() + timedelta(seconds=settings.head_start_s)


def familiars_of(connection: Connection, resident_id: str | None) -> frozenset[str]:
    """Everybody who has delivered to this resident."""
    found = select(_claims.c.person_id).distinct().join(_orders, _delivered).where(_orders.c.resident_id == resident_id)
    return frozenset(connection.execute(found).scalars())


def known_residents(connection: Connection, person_id: str, resident_ids: Iterable[str | None]) -> set[str]:
    """Those of these residents to whom this person has delivered before."""
    wanted = {one for one in resident_ids if one is not None}
    found = select(_orders.c.resident_id).distinct().join(_claims, _delivered)
    return set(connection.execute(found.where(_claims.c.person_id == person_id, _orders.c.resident_id.in_(wanted))).scalars())


def wait_for_turn(connection: Connection, person_id: str, resident_id: str | None, opens: datetime) -> None:
    """Refuse whoever does not know the resident until the head start is over.

    Raises:
        TooEarly: with the moment from which on it is for all, and how far away that is by our clock.
    """
    if opens > now() and resident_id not in known_residents(connection, person_id, [resident_id]):
        raise TooEarly(opens_at=iso(opens), opens_in_ms=milliseconds_until(opens))


def milliseconds_until(moment: datetime) -> int:
    """From now by this clock; never less than 1 of what is still to come."""
    return max(1, round((moment - now()).total_seconds() * 1000))

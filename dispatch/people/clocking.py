"""How a courier goes on duty and off (开工/收工). Place is taken here once, never tracked."""

from __future__ import annotations

from sqlalchemy import update

from dispatch.core.clock import now
from dispatch.core.errors import NotEligible
from dispatch.core.geo import Point
from dispatch.core.unit_of_work import Work, transaction
from dispatch.journal.appending import append
from dispatch.people.identity import Actor
from dispatch.people.models import Person, Role

_persons = Person.__table__


def set_duty(actor: Actor, on: bool, place: Point | None = None) -> None:
    """Go on duty or off; saying it twice is saying it once.

    Args:
        actor: the courier himself.
        on: whether he takes orders from now on.
        place: where he is, if he gave it; forgotten when he goes off duty.
    Raises:
        NotEligible: only couriers go on duty.
    """
    if actor.role != Role.COURIER or actor.station_id is None:
        raise NotEligible()
    with transaction() as work:
        changed = update(_persons).where(_persons.c.id == actor.id, _persons.c.on_duty != on)
        if work.execute(changed.values(on_duty=on, duty_since=now() if on else None)).rowcount == 1:
            append(work, actor.station_id, "duty.changed", person_id=actor.id, on=on)
        if place or not on:
            note_place(work, actor.id, place if on else None)


def note_place(work: Work, person_id: str, place: Point | None) -> None:
    """Remember where he was last seen, or forget it."""
    at = {"last_lat": place.lat if place else None, "last_lon": place.lon if place else None}
    work.execute(update(_persons).where(_persons.c.id == person_id).values(**at))

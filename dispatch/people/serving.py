"""Where a courier serves: at his own station, or at the one that he is lent to, until the clock says otherwise."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, update

from dispatch.core.clock import now
from dispatch.core.unit_of_work import Work
from dispatch.core.workflow import advance
from dispatch.people.models import Lent, Person, Role
from dispatch.people.recording import note
from dispatch.people.states import LENT

_persons, _lent = Person.__table__, Lent.__table__


def serves_at(station_id: str, moment: datetime) -> ColumnElement[bool]:
    """Persons who serve at a station at a moment: its own who are not lent away, and those lent to it."""
    return _serves(lambda station: station == station_id, moment)


def serves_at_one_of(station_ids: Collection[str], moment: datetime) -> ColumnElement[bool]:
    """The same for several stations; of each who is found `serving_until` says at which."""
    return _serves(lambda station: station.in_(sorted(station_ids)), moment)


def _serves(meant: Callable[[Any], ColumnElement[bool]], moment: datetime) -> ColumnElement[bool]:
    at_home = or_(_persons.c.serving_until.is_(None), _persons.c.serving_until <= moment)
    lent_here = and_(meant(_persons.c.serving_station_id), _persons.c.serving_until > moment)
    return or_(and_(meant(_persons.c.station_id), at_home), lent_here)


def begin(work: Work, lent_id: str, person_id: str, home_id: str, station_id: str, until: datetime) -> bool:
    """Let a courier serve elsewhere from now on; returns whether he was free to: active, of that home, and nowhere lent."""
    free = (_persons.c.serving_until.is_(None)) | (_persons.c.serving_until <= now())
    his = (_persons.c.id == person_id, _persons.c.active, _persons.c.role == Role.COURIER, _persons.c.station_id == home_id, free)
    if work.execute(update(_persons).where(*his).values(serving_station_id=station_id, serving_until=until)).rowcount != 1:
        return False
    advance(work, _lent, lent_id, LENT["start"], values={"changed_at": now()})
    return True


def bring_home(work: Work, lent_id: str, person_id: str, by: str) -> None:
    """He serves at his own station again. What he holds he finishes.

    Raises:
        TooLate: he is home already.
    """
    advance(work, _lent, lent_id, LENT["return"], values={"changed_at": now()})
    # Ended by the clock it is over already, and the moment at which it was stays.
    early = (_persons.c.id == person_id, _persons.c.serving_until > now())
    work.execute(update(_persons).where(*early).values(serving_until=now()))
    note(work, person_id, "came_home", by)

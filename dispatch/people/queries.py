"""What is asked of the people."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, case, or_, select

from dispatch.core.clock import now
from dispatch.people.identity import Actor
from dispatch.people.models import Level, Person, Role, Unit, Vouching
from dispatch.people.states import Vouched

_persons, _units, _vouchings = Person.__table__, Unit.__table__, Vouching.__table__


def person_shown(connection: Connection, actor: Actor) -> dict[str, Any]:
    """What a page's header says of its reader."""
    found = select(_persons.c.name, _units.c.name.label("unit_name")).join(_units, _units.c.id == _persons.c.unit_id)
    row = connection.execute(found.where(_persons.c.id == actor.id)).one()
    shown = {"id": actor.id, "role": actor.role, "station_id": actor.station_id, "on_duty": actor.on_duty}
    return {**shown, "name": row.name, "unit_name": row.unit_name}


def stations_of(connection: Connection, actor: Actor) -> list[str]:
    """The stations that somebody looks after: her own, or those of the district."""
    if actor.station_id:
        return [actor.station_id]
    found = select(_units.c.id).where(_units.c.parent_id == actor.unit_id, _units.c.level == Level.STATION)
    return list(connection.execute(found.order_by(_units.c.id)).scalars())


def communities_of(connection: Connection, station_id: str) -> list[dict[str, Any]]:
    """A station's communities: `id`, `name`, and where their middle is, `lat` and `lon`."""
    found = select(_units.c.id, _units.c.name, _units.c.lat, _units.c.lon).where(
        _units.c.parent_id == station_id, _units.c.level == Level.COMMUNITY
    )
    return [dict(row._mapping) for row in connection.execute(found.order_by(_units.c.id))]


def couriers_listed(connection: Connection, station_ids: list[str]) -> list[dict[str, Any]]:
    """The stations' own couriers, those on duty first, with where they are lent to now; without newcomers who wait for a second word."""
    columns = (_persons.c.id, _persons.c.name, _persons.c.on_duty, _persons.c.active, _persons.c.skills, _units.c.name.label("depot"))
    there, moment = _units.alias("there"), now()
    lent = (case((_persons.c.serving_until > moment, there.c.name)).label("lent_to"), _persons.c.serving_until)
    found = select(*columns, *lent).join(_units, _units.c.id == _persons.c.unit_id)
    found = found.outerjoin(there, there.c.id == _persons.c.serving_station_id).outerjoin(
        _vouchings, _vouchings.c.person_id == _persons.c.id
    )
    vouched = or_(_vouchings.c.status.is_(None), _vouchings.c.status == Vouched.CONFIRMED)
    mine = (_persons.c.station_id.in_(station_ids), _persons.c.role == Role.COURIER, vouched)
    ordered = found.where(*mine).order_by(_persons.c.active.desc(), _persons.c.on_duty.desc(), _persons.c.created_at)
    return [dict(row._mapping) for row in connection.execute(ordered)]


def person_by_login(connection: Connection, login: str) -> Any:
    """The person of a login, or None."""
    return connection.execute(select(_persons.c.id, _persons.c.role).where(_persons.c.login == login)).first()


def can_be_invited(connection: Connection, person_id: str) -> bool:
    """Whether an invite would let this person in: an active courier whose phone number is known."""
    found = select(_persons.c.role, _persons.c.active, _persons.c.phone_hash).where(_persons.c.id == person_id)
    row = connection.execute(found).one()
    return row.role == Role.COURIER and row.active and row.phone_hash is not None

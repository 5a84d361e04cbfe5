"""What is asked of the residents: whose they are, one of them with all that is kept, and counts for those who read no more."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from dispatch.core.breathing import breathing, in_parts
from dispatch.core.errors import Invalid, NotEligible, NotFound
from dispatch.core.permits import permitted
from dispatch.people.identity import Actor
from dispatch.people.models import Level, Role, Unit
from dispatch.residents.models import Consent, Resident
from dispatch.residents.policy import PERMITS

#: A row of a query here: named columns, each of its own type.
Row = Any

_residents, _consents, _units = Resident.__table__, Consent.__table__, Unit.__table__


def communities_of(connection: Connection, actor: Actor) -> dict[str, str]:
    """Id → name of the communities whose residents somebody keeps: the clerk's own, the coordinator's station's.

    Raises:
        NotEligible: not one of them.
    """
    if actor.role not in (Role.CLERK, Role.COORDINATOR):
        raise NotEligible()
    mine = _units.c.id == actor.unit_id if actor.role == Role.CLERK else _units.c.parent_id == actor.station_id
    found = select(_units.c.id, _units.c.name).where(_units.c.level == Level.COMMUNITY, mine).order_by(_units.c.id)
    return {row.id: row.name for row in connection.execute(found)}


def community_for(connection: Connection, actor: Actor, verb: str, community_id: str | None) -> Row:
    """The community that somebody means, with `community_id` and `station_id`; a clerk's own if she names none.

    Raises:
        NotEligible: a role that keeps no residents.
        Invalid: none is named, or it is no community.
        NotFound: not hers.
    """
    if actor.role not in (Role.CLERK, Role.COORDINATOR):
        raise NotEligible()
    wanted = community_id or (actor.unit_id if actor.role == Role.CLERK else None)
    found = select(_units.c.id.label("community_id"), _units.c.name.label("community"), _units.c.parent_id.label("station_id"))
    row = connection.execute(found.where(_units.c.id == wanted, _units.c.level == Level.COMMUNITY)).first()
    if row is None:
        raise Invalid("community_id")
    if not permitted(PERMITS, verb, actor, row):
        raise NotFound()
    return row


def _full() -> Any:
    whole = select(_residents, _units.c.name.label("community"), _units.c.parent_id.label("station_id"))
    return whole.join(_units, _units.c.id == _residents.c.community_id)


def full_resident(connection: Connection, actor: Actor, resident_id: str, *, lock: bool = False) -> Row:
    """One resident with all that is kept of her.

    Raises:
        NotFound: there is none, or none that this person may know of.
    """
    found = _full().where(_residents.c.id == resident_id)
    row = connection.execute(found.with_for_update(of=_residents) if lock else found).first()
    if row is None or not permitted(PERMITS, "see", actor, row):
        raise NotFound()
    return row


def residents_by_id(connection: Connection, ids: Sequence[str]) -> list[Row]:
    """These residents, in this order; one who has gone meanwhile is left out."""
    there = {row.id: row for some in in_parts(ids) for row in connection.execute(_full().where(_residents.c.id.in_(some)))}
    return [there[one] for one in ids if one in there]


def residents_of(connection: Connection, community_ids: Sequence[str], *, listed: bool = False) -> list[Row]:
    """Everybody of these communities, or only who is on the care list, in the order in which they came."""
    found = _full().where(_residents.c.community_id.in_(community_ids)).order_by(_residents.c.community_id, _residents.c.id)
    return list(breathing(connection.execute(found.where(_residents.c.on_care_list) if listed else found)))


def residents_since(connection: Connection, community_id: str, revision: int) -> list[Row]:
    """Who of a community is new or has changed since the change of this number."""
    return list(connection.execute(_full().where(_residents.c.community_id == community_id, _residents.c.revision > revision)))


def consents_of(connection: Connection, ids: Sequence[str]) -> dict[str, Row]:
    """Resident → the consent that stands."""
    standing = select(_consents).where(_consents.c.withdrawn_at.is_(None)).order_by(_consents.c.recorded_at, _consents.c.id)
    asked = (connection.execute(standing.where(_consents.c.resident_id.in_(some))) for some in in_parts(ids))
    return {row.resident_id: row for found in asked for row in breathing(found)}


def withdrawals_of(connection: Connection, ids: Sequence[str]) -> dict[str, datetime]:
    """Resident → when she last took a consent back."""
    last = select(_consents.c.resident_id, func.max(_consents.c.withdrawn_at).label("at")).group_by(_consents.c.resident_id)
    taken_back = last.where(_consents.c.withdrawn_at.is_not(None))
    asked = (connection.execute(taken_back.where(_consents.c.resident_id.in_(some))) for some in in_parts(ids))
    return {row.resident_id: row.at for found in asked for row in found}


def counts_by_community(connection: Connection, actor: Actor) -> list[Row]:
    """How many are on each community's care list: what a supervisor reads of them.

    Raises:
        NotEligible: neither a supervisor nor somebody who keeps the list.
    """
    station = _units.alias("station")
    whose = {
        Role.SUPERVISOR: station.c.parent_id == actor.unit_id, Role.COORDINATOR: station.c.id == actor.station_id,
        Role.CLERK: _units.c.id == actor.unit_id,
    }.get(Role(actor.role))  # fmt: skip
    if whose is None:
        raise NotEligible()
    listed = func.count(_residents.c.id).label("listed")
    found = select(station.c.name.label("station"), _units.c.id.label("community_id"), _units.c.name.label("community"), listed)
    found = found.join(station, station.c.id == _units.c.parent_id)
    found = found.outerjoin(_residents, (_residents.c.community_id == _units.c.id) & _residents.c.on_care_list)
    found = found.where(_units.c.level == Level.COMMUNITY, whose)
    return list(
        connection.execute(found.group_by(station.c.id, station.c.name, _units.c.id, _units.c.name).order_by(station.c.id, _units.c.id))
    )

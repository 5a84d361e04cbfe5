"""Who hears what: the journal seen through the same tables of permits as the pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any, NamedTuple

from sqlalchemy import Connection

from dispatch.channels.policy import HEARD as CHANNELS_HEARD
from dispatch.core.permits import permitted
from dispatch.hazards.policy import HEARD as HAZARDS_HEARD
from dispatch.hazards.policy import HEARD_BY_THE_NAMED as HAZARDS_HEARD_BY_THE_NAMED
from dispatch.hazards.policy import HEARS_PERSONS as HAZARDS_HEARS_PERSONS
from dispatch.hours.policy import HEARD as HOURS_HEARD
from dispatch.orders.policy import HEARD as ORDERS_HEARD
from dispatch.orders.policy import HEARD_BY_THE_NAMED, HEARS_PERSONS
from dispatch.people.models import Role
from dispatch.people.policy import HEARD as PEOPLE_HEARD
from dispatch.people.queries import stations_of
from dispatch.residents.policy import HEARD as RESIDENTS_HEARD

HEARD = {**ORDERS_HEARD, **HAZARDS_HEARD, **CHANNELS_HEARD, **HOURS_HEARD, **PEOPLE_HEARD, **RESIDENTS_HEARD}
#: The room of an entry → who hears of the persons in it; in other rooms whoever hears it.
_NAMES = {"order": HEARS_PERSONS, "hazard": HAZARDS_HEARS_PERSONS}
_TO_THE_NAMED = HEARD_BY_THE_NAMED | HAZARDS_HEARD_BY_THE_NAMED
#: Fields of an entry that name persons, or say how content somebody was with one.
PERSONS = ("persons", "person_id", "satisfied")


class Audience(NamedTuple):
    """Everybody to whom a station's journal reads the same."""

    role: str
    unit_id: str
    station_id: str | None

    @property
    def room(self) -> str:
        """The name of their room on one stream is made of this and the stream."""
        return f"{self.role}:{self.unit_id}"


def audience_of(actor: Any) -> Audience:
    """Clerks and supervisors hear by unit; all couriers of a station hear the same, and so do its coordinators."""
    unit = actor.unit_id if actor.role in (Role.CLERK, Role.SUPERVISOR) else (actor.station_id or "")
    return Audience(actor.role, unit, actor.station_id)


def streams_of(connection: Connection, actor: Any) -> list[str]:
    """The stations whose journals a person follows."""
    return stations_of(connection, actor) if actor.station_id or actor.role == Role.SUPERVISOR else []


def to_the_named(entry: Mapping[str, Any]) -> Sequence[str]:
    """The persons who hear this entry because it is about them, whatever their audience hears."""
    named: Sequence[str] = entry["data"].get("persons", ()) if entry["type"] in _TO_THE_NAMED else ()
    return named


def as_told(entry: Mapping[str, Any], person_id: str) -> dict[str, Any]:
    """An entry as a person who is named in it is told: of the persons in it himself alone."""
    return {**entry, "data": {**entry["data"], "persons": [person_id]}}


def as_heard(audience: Audience, entry: Mapping[str, Any], person_id: str | None = None) -> dict[str, Any]:
    """An entry as this audience may hear it; what it may not is there by its number alone.

    Args:
        audience: who listens.
        entry: what happened.
        person_id: the one of them who asks, if it is known: a few entries are for the persons named in them too.
    """
    data = entry["data"]
    bare = {"station_id": entry["station_id"], "seq": entry["seq"], "at": entry["at"]}
    subject = SimpleNamespace(
        station_id=entry["station_id"],
        community_id=data.get("community_id"),
        district_id=data.get("district_id"),
        was=data.get("was"),
        seen_by=data.get("seen_by"),
    )
    heard = entry["type"] in HEARD and permitted(HEARD, entry["type"], audience, subject)
    names = _NAMES.get(entry["type"].partition(".")[0])
    if heard and (names is None or permitted(names, "persons", audience, subject)):
        return {**bare, "type": entry["type"], "data": data}
    if person_id is not None and person_id in to_the_named(entry):
        return as_told(entry, person_id)
    if not heard:
        return {**bare, "type": "private"}
    return {**bare, "type": entry["type"], "data": {key: value for key, value in data.items() if key not in PERSONS}}

"""Who may do what to people."""

from __future__ import annotations

from typing import Any

from dispatch.core.permits import Permits
from dispatch.people.models import Role


def is_coordinator(actor: Any, _person: Any) -> bool:
    return bool(actor.role == Role.COORDINATOR)


def is_admin(actor: Any, _person: Any) -> bool:
    return bool(actor.role == Role.ADMIN)


def of_my_station(actor: Any, person: Any) -> bool:
    return bool(actor.station_id and actor.station_id == person.station_id)


def is_courier(_actor: Any, person: Any) -> bool:
    return bool(person.role == Role.COURIER)


PERMITS: Permits = {
    "see": [(is_coordinator, of_my_station, is_courier), (is_admin,)],
    "enrol": [(is_coordinator, of_my_station, is_courier), (is_admin,)],
    "suspend": [(is_coordinator, of_my_station, is_courier), (is_admin,)],
    "restore": [(is_coordinator, of_my_station, is_courier), (is_admin,)],
    "trust": [(is_coordinator, of_my_station, is_courier), (is_admin,)],
}


def at_the_station(actor: Any, entry: Any) -> bool:
    return bool(actor.role == Role.COORDINATOR and actor.station_id == entry.station_id)


#: Entry type → who may hear of it.
HEARD: Permits = {
    "duty.changed": [(at_the_station,)],
    "person.enrolled": [(at_the_station,)],
    "person.suspended": [(at_the_station,)],
    "person.trusted": [(at_the_station,)],
}

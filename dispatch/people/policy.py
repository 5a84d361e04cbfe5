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
    # A depot and skills are a courier's.
    "equip": [(is_coordinator, of_my_station, is_courier), (is_admin, is_courier)],
    "suspend": [(is_coordinator, of_my_station, is_courier), (is_admin,)],
    "restore": [(is_coordinator, of_my_station, is_courier), (is_admin,)],
}


def is_supervisor(actor: Any, _person: Any) -> bool:
    return bool(actor.role == Role.SUPERVISOR)


def of_my_district(actor: Any, newcomer: Any) -> bool:
    return bool(newcomer.district_id and actor.unit_id == newcomer.district_id)


def entered_by_another(actor: Any, newcomer: Any) -> bool:
    return bool(actor.id != newcomer.entered_by)


def not_kept_for_above(_actor: Any, newcomer: Any) -> bool:
    """The station does not ask for the supervisor's word."""
    return not newcomer.above_alone


_SECOND_WORD = [
    (is_coordinator, of_my_station, entered_by_another, not_kept_for_above),
    (is_supervisor, of_my_district, entered_by_another),
    (is_admin, entered_by_another),
]

#: The second word for a newcomer: another coordinator of the station, or the supervisor above. Never who has entered him.
VOUCHING: Permits = {
    "see": [(is_coordinator, of_my_station), (is_supervisor, of_my_district), (is_admin,)],
    "confirm": _SECOND_WORD,
    "decline": _SECOND_WORD,
}


def lends(actor: Any, loan: Any) -> bool:
    return bool(actor.station_id and actor.station_id == loan.from_station_id)


def borrows(actor: Any, loan: Any) -> bool:
    return bool(actor.station_id and actor.station_id == loan.to_station_id)


def spoke_first(actor: Any, loan: Any) -> bool:
    return bool(actor.station_id == loan.by_station_id)


def did_not_speak_first(actor: Any, loan: Any) -> bool:
    return bool(actor.station_id != loan.by_station_id)


def is_in_it(actor: Any, loan: Any) -> bool:
    """A courier who is named, serves under it, or did."""
    return bool(actor.role == Role.COURIER and loan.my_status is not None)


_LENDER, _BORROWER = (is_coordinator, lends), (is_coordinator, borrows)

#: What may be done to a loan of couriers between two stations. Each of the two coordinators has one word.
LENDING: Permits = {
    "propose": [(is_coordinator,)],
    "see": [_LENDER, _BORROWER, (is_in_it,)],
    "accept": [(*_LENDER, did_not_speak_first), (*_BORROWER, did_not_speak_first)],
    "decline": [(*_LENDER, did_not_speak_first), (*_BORROWER, did_not_speak_first)],
    "withdraw": [(*_LENDER, spoke_first), (*_BORROWER, spoke_first)],
    "end": [_LENDER, _BORROWER],
    "leave": [(is_in_it,)],
}


def at_the_station(actor: Any, entry: Any) -> bool:
    return bool(actor.role == Role.COORDINATOR and actor.station_id == entry.station_id)


#: Entry type → who may hear of it.
HEARD: Permits = {
    "duty.changed": [(at_the_station,)],
    "person.enrolled": [(at_the_station,)],
    "person.suspended": [(at_the_station,)],
    "person.entered": [(at_the_station,)],
    "person.declined": [(at_the_station,)],
    "person.changed": [(at_the_station,)],
    "loan.offered": [(at_the_station,)],
    "loan.asked": [(at_the_station,)],
    "loan.started": [(at_the_station,)],
    "loan.declined": [(at_the_station,)],
    "loan.withdrawn": [(at_the_station,)],
    "loan.refused": [(at_the_station,)],
    "loan.left": [(at_the_station,)],
    "loan.lapsed": [(at_the_station,)],
    "loan.ended": [(at_the_station,)],
}

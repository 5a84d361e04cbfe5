"""Every role × verb × station: who may do what to whom, and who hears of it. What is not in these tables is a no."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from dispatch.core.permits import Permits, permitted
from dispatch.people.models import Person, Role
from dispatch.people.policy import HEARD, PERMITS
from tests.people.doors import NEIGHBOUR, STATION

OWN, OTHER = "own", "other"
STATIONS = {OWN: STATION, OTHER: NEIGHBOUR}
#: Where somebody of this role belongs; a supervisor and an administrator stand above the stations.
HOME: dict[Role, str | None] = {
    Role.COURIER: STATION, Role.CLERK: STATION, Role.COORDINATOR: STATION, Role.SUPERVISOR: None, Role.ADMIN: None,
}  # fmt: skip

Cell = tuple[Role, str, str]

#: (role, verb, whose station) → may, where the other is a courier.
TO_COURIERS: dict[Cell, bool] = {
    (Role.COURIER, "see", OWN): False, (Role.COURIER, "see", OTHER): False,
    (Role.COURIER, "enrol", OWN): False, (Role.COURIER, "enrol", OTHER): False,
    (Role.COURIER, "suspend", OWN): False, (Role.COURIER, "suspend", OTHER): False,
    (Role.COURIER, "restore", OWN): False, (Role.COURIER, "restore", OTHER): False,
    (Role.CLERK, "see", OWN): False, (Role.CLERK, "see", OTHER): False,
    (Role.CLERK, "enrol", OWN): False, (Role.CLERK, "enrol", OTHER): False,
    (Role.CLERK, "suspend", OWN): False, (Role.CLERK, "suspend", OTHER): False,
    (Role.CLERK, "restore", OWN): False, (Role.CLERK, "restore", OTHER): False,
    (Role.COORDINATOR, "see", OWN): True, (Role.COORDINATOR, "see", OTHER): False,
    (Role.COORDINATOR, "enrol", OWN): True, (Role.COORDINATOR, "enrol", OTHER): False,
    (Role.COORDINATOR, "suspend", OWN): True, (Role.COORDINATOR, "suspend", OTHER): False,
    (Role.COORDINATOR, "restore", OWN): True, (Role.COORDINATOR, "restore", OTHER): False,
    (Role.SUPERVISOR, "see", OWN): False, (Role.SUPERVISOR, "see", OTHER): False,
    (Role.SUPERVISOR, "enrol", OWN): False, (Role.SUPERVISOR, "enrol", OTHER): False,
    (Role.SUPERVISOR, "suspend", OWN): False, (Role.SUPERVISOR, "suspend", OTHER): False,
    (Role.SUPERVISOR, "restore", OWN): False, (Role.SUPERVISOR, "restore", OTHER): False,
    (Role.ADMIN, "see", OWN): True, (Role.ADMIN, "see", OTHER): True,
    (Role.ADMIN, "enrol", OWN): True, (Role.ADMIN, "enrol", OTHER): True,
    (Role.ADMIN, "suspend", OWN): True, (Role.ADMIN, "suspend", OTHER): True,
    (Role.ADMIN, "restore", OWN): True, (Role.ADMIN, "restore", OTHER): True,
}  # fmt: skip
#: Of these a coordinator hears, of her own station, and nobody else.
FOR_THE_DESK = {
    "duty.changed", "person.enrolled", "person.suspended", "person.entered", "person.declined", "person.changed", "loan.offered",
    "loan.asked", "loan.started", "loan.declined", "loan.withdrawn", "loan.refused", "loan.left", "loan.lapsed", "loan.ended",
}  # fmt: skip
#: (role, entry's type, whose station) → hears of it.
OF_ENTRIES: dict[Cell, bool] = {
    (role, kind, where): role == Role.COORDINATOR and where == OWN for role in Role for kind in FOR_THE_DESK for where in STATIONS
}


TO_COURIERS |= {
    (role, "equip", where): role == Role.ADMIN or (role == Role.COORDINATOR and where == OWN) for role in Role for where in STATIONS
}


def named(value: Cell | bool) -> str:
    return ("may" if value else "may_not") if isinstance(value, bool) else "-".join(value)


def somebody(role: Role, station_id: str | None) -> Person:
    return Person(role=role, station_id=station_id)


def every_cell(permits: Permits) -> set[Cell]:
    return {(role, verb, where) for role in Role for verb in permits for where in STATIONS}


@pytest.mark.parametrize(("permits", "table"), [(PERMITS, TO_COURIERS), (HEARD, OF_ENTRIES)], ids=["permits", "heard"])
def test_the_table_has_every_cell_and_no_other(permits: Permits, table: Mapping[Cell, bool]) -> None:
    assert set(table) == every_cell(permits)


@pytest.mark.parametrize(("cell", "may"), TO_COURIERS.items(), ids=named)
def test_who_may_do_what_to_a_courier(cell: Cell, may: bool) -> None:
    role, verb, where = cell
    assert permitted(PERMITS, verb, somebody(role, HOME[role]), somebody(Role.COURIER, STATIONS[where])) is may


@pytest.mark.parametrize("verb", sorted(PERMITS))
@pytest.mark.parametrize("other", [role for role in Role if role != Role.COURIER])
@pytest.mark.parametrize("role", list(Role))
def test_to_the_staff_the_administrator_alone_may_do_anything(role: Role, other: Role, verb: str) -> None:
    anything = role == Role.ADMIN and verb != "equip"  # a depot and skills are a courier's
    assert permitted(PERMITS, verb, somebody(role, HOME[role]), somebody(other, STATION)) is anything


@pytest.mark.parametrize(("cell", "hears"), sorted(OF_ENTRIES.items(), key=str), ids=named)
def test_who_hears_of_people(cell: Cell, hears: bool) -> None:
    role, entry_type, where = cell
    # An entry has a station as a person has, and the rules look at nothing else of it.
    assert permitted(HEARD, entry_type, somebody(role, HOME[role]), somebody(Role.COURIER, STATIONS[where])) is hears


@pytest.mark.parametrize("verb", sorted(PERMITS))
def test_having_no_station_is_not_having_the_same_one(verb: str) -> None:
    assert not permitted(PERMITS, verb, somebody(Role.COORDINATOR, None), somebody(Role.COURIER, None))


def test_a_verb_that_is_in_no_table_is_a_mistake_and_not_a_no() -> None:
    with pytest.raises(KeyError):
        permitted(PERMITS, "promote", somebody(Role.ADMIN, None), somebody(Role.COURIER, STATION))

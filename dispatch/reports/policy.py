"""Whose counts somebody may see: a supervisor her district's, a coordinator her station's, a clerk her community's; nobody an order's."""

from __future__ import annotations

from typing import Any

from dispatch.core.permits import Permits


def is_supervisor(actor: Any, _unit: Any) -> bool:
    return bool(actor.role == "supervisor")


def is_coordinator(actor: Any, _unit: Any) -> bool:
    return bool(actor.role == "coordinator")


def is_clerk(actor: Any, _unit: Any) -> bool:
    return bool(actor.role == "clerk")


def my_own(actor: Any, unit: Any) -> bool:
    return bool(actor.unit_id == unit.id)


def my_station(actor: Any, unit: Any) -> bool:
    return bool(actor.station_id is not None and actor.station_id == unit.id)


def a_station_of_mine(actor: Any, unit: Any) -> bool:
    return bool(unit.level == "station" and unit.parent_id == actor.unit_id)


#: The subject is a unit: its id, level and parent.
PERMITS: Permits = {
    "see": [(is_supervisor, my_own), (is_supervisor, a_station_of_mine), (is_coordinator, my_station), (is_clerk, my_own)],
}

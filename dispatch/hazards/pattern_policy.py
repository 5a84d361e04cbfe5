"""Who sees the pattern: corners and tables the station and its committees, rates also the district. Tables of plain conditions."""

from __future__ import annotations

from typing import Any

from dispatch.core.permits import Permits
from dispatch.hazards.policy import is_clerk, is_coordinator, is_courier, is_supervisor, same_community, same_station


def at_a_station(actor: Any, _subject: Any) -> bool:
    return actor.station_id is not None


def my_own(actor: Any, unit: Any) -> bool:
    return bool(actor.unit_id == unit.id)


def my_station(actor: Any, unit: Any) -> bool:
    return bool(actor.station_id is not None and actor.station_id == unit.id)


def of_my_station(actor: Any, unit: Any) -> bool:
    return bool(unit.level == "community" and actor.station_id is not None and unit.parent_id == actor.station_id)


def a_station_of_mine(actor: Any, unit: Any) -> bool:
    return bool(unit.level == "station" and unit.parent_id == actor.unit_id)


_DESKS = [(is_coordinator, at_a_station), (is_clerk, at_a_station)]

#: What is asked of no hazard in particular; which ones are shown is `see` in the hazards' own table.
PATTERN_PERMITS: Permits = {
    "look_at_map": [*_DESKS, (is_courier, at_a_station), (is_supervisor,)],
    "see_corners": _DESKS,
    "take_out": _DESKS,
}
#: The subject is a unit: its id, level and parent. To a supervisor they are counts of stations and communities, never one hazard.
RATES_PERMITS: Permits = {
    "see": [
        (is_coordinator, my_station),
        (is_coordinator, of_my_station),
        (is_clerk, my_own),
        (is_supervisor, my_own),
        (is_supervisor, a_station_of_mine),
    ],
}
#: The subject is a hazard that somebody sees: its whole case on paper is for those who deal with it.
SHEET_PERMITS: Permits = {"print": [(is_coordinator, same_station), (is_clerk, same_community)]}

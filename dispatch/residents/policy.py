"""Who may see a resident and do what with the care list, and who hears of it. Tables of plain conditions."""

from __future__ import annotations

from typing import Any

from dispatch.core.permits import Permits


def clerk_of_her_community(actor: Any, resident: Any) -> bool:
    return bool(actor.role == "clerk" and actor.unit_id == resident.community_id)


def coordinator_of_her_station(actor: Any, resident: Any) -> bool:
    return bool(actor.role == "coordinator" and actor.station_id == resident.station_id)


#: The station keeps the list too: a community without a clerk at her desk has nobody else, and she posts for it anyway.
_KEEPERS = [(clerk_of_her_community,), (coordinator_of_her_station,)]

#: Nobody else knows of a resident: couriers read her name on the errand they hold, supervisors read counts, administrators nothing.
PERMITS: Permits = {
    "see": _KEEPERS,
    "enter": _KEEPERS,
    "change": _KEEPERS,
    "take_off": _KEEPERS,
    "withdraw": _KEEPERS,
    "reveal": _KEEPERS,
    "import": _KEEPERS,
    "export": _KEEPERS,
}

#: Entry type → who may hear of it.
HEARD: Permits = {
    "resident.entered": _KEEPERS,
    "resident.changed": _KEEPERS,
    "resident.off_list": _KEEPERS,
    "residents.imported": _KEEPERS,
    "residents.exported": _KEEPERS,
}

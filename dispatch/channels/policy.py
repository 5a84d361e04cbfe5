"""Who may keep a channel, and who hears that a station has one more or one less."""

from __future__ import annotations

from typing import Any

from dispatch.core.permits import Permits
from dispatch.people.models import Role


def is_coordinator(actor: Any, _channel: Any) -> bool:
    return bool(actor.role == Role.COORDINATOR)


def is_courier(actor: Any, _channel: Any) -> bool:
    return bool(actor.role == Role.COURIER)


def of_my_station(actor: Any, channel: Any) -> bool:
    return bool(actor.station_id and actor.station_id == channel.station_id)


def my_own(actor: Any, channel: Any) -> bool:
    return bool(actor.id == channel.person_id)


_KEEPERS = [(is_coordinator, of_my_station), (is_courier, my_own)]
#: A station's channels are its coordinators'; a courier's own concern nobody else.
PERMITS: Permits = {"see": _KEEPERS, "test": _KEEPERS, "remove": _KEEPERS}
#: Whoever may have channels at all.
HOUSE_PERMITS: Permits = {"keep": [(is_coordinator,), (is_courier,)]}

HEARD: Permits = {"channel.added": [(is_coordinator, of_my_station)], "channel.removed": [(is_coordinator, of_my_station)]}

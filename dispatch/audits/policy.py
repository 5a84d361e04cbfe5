"""Who reads the audit: a coordinator her station's rows, a supervisor counts, nobody else anything."""

from __future__ import annotations

from typing import Any

from dispatch.core.permits import Permits


def is_coordinator(actor: Any, _subject: Any) -> bool:
    return bool(actor.role == "coordinator" and actor.station_id)


def is_supervisor(actor: Any, _subject: Any) -> bool:
    return bool(actor.role == "supervisor")


PERMITS: Permits = {
    "read": [(is_coordinator,)],
    "take_out": [(is_coordinator,)],
    "count": [(is_supervisor,)],
}

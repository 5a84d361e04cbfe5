"""When phones alone are not enough, who else is told: step by step, each once, each by its own clock.

The bell at the coordinator's desk is the escalation that there has always been (`closing`): a step among others, and not rung again.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update

from dispatch.core.clock import iso, now
from dispatch.core.unit_of_work import Work
from dispatch.journal.appending import append
from dispatch.orders.alert_rules import STEPS
from dispatch.orders.commanding import ORDERS, tell
from dispatch.orders.queries import Row
from dispatch.people.models import Level, Unit

_units = Unit.__table__
Clocks = Mapping[str, int | None]


def due_steps(clocks: Clocks, opened: datetime, moment: datetime, done: Collection[str]) -> list[str]:
    """The steps whose time has come and that have not been taken, in their order."""
    return [name for name, at in _times(clocks, opened) if at <= moment and name not in done]


def next_step_at(clocks: Clocks, opened: datetime, moment: datetime) -> datetime | None:
    """When the next step is due."""
    return min((at for _, at in _times(clocks, opened) if at > moment), default=None)


def _times(clocks: Clocks, opened: datetime) -> list[tuple[str, datetime]]:
    minutes = [(name, clocks.get(name)) for name in STEPS]
    return [(name, opened + timedelta(minutes=after)) for name, after in minutes if after is not None]


def take_step(work: Work, order: Row, name: str) -> None:
    """Take one step: the desks hear of it, and whoever it is about."""
    if name == "district":
        # What she may see is what is escalated.
        there = (ORDERS.c.id == order.id, ORDERS.c.escalated_at.is_(None))
        work.execute(update(ORDERS).where(*there).values(escalated_at=now()))
        tell(work, order, "order.escalated", why=name, district_id=order.district_id)
        return
    tell(work, order, "order.escalated", why=name)
    if name == "neighbours":
        for station_id in _neighbours(work, order):
            # No id of the order, which is none of theirs: that hands are wanted, and how soon.
            append(work, station_id, "loan.wished", to_station_id=order.station_id, urgency=order.urgency)


def _neighbours(work: Work, order: Row) -> list[str]:
    found = select(_units.c.id).where(_units.c.parent_id == order.district_id, _units.c.level == Level.STATION)
    return list(work.execute(found.where(_units.c.id != order.station_id).order_by(_units.c.id)).scalars())


def steps_shown(order: Row, clocks: Clocks, opened: datetime) -> list[dict[str, Any]]:
    """Every step with its moment, and when it was taken; a step that the station has switched off has no moment."""
    times, done = dict(_times(clocks, opened)), {name: at for name, at in order.steps or ()}
    times["bell"], done["bell"] = order.escalate_at, iso(order.escalated_at)
    return [{"name": name, "at": iso(times.get(name)), "done_at": done.get(name)} for name in STEPS]

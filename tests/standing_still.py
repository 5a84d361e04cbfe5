"""The demo street stands still: nothing in it falls due while the tests run, which takes longer than its first orders may wait.

What a sweep would write into the journal of a street that has grown old meanwhile is nobody's deed in the test that sees it. A test
about the clock moves the clock, or the order; a test about alerts lets the phones speak.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from sqlalchemy import Column, Table, insert, select, update

from dispatch.core.clock import now
from dispatch.core.unit_of_work import reading, transaction
from dispatch.orders.alert_models import AlertChoices, AlertPlan
from dispatch.orders.alert_queries import opened_at, planned_orders
from dispatch.orders.commanding import ORDERS
from dispatch.orders.queries import Row
from dispatch.orders.standing_models import StandingNeed
from dispatch.people.models import Level, Unit
from tests.applications import opened

#: What falls due.
DUE: list[Column[object]] = [
    *(ORDERS.c[name] for name in ("escalate_at", "pick_up_by", "window_end", "call_again_at")),
    StandingNeed.__table__.c.next_at,
]
LATER = timedelta(days=1)


def stand_still(folder: Path, url: str = "") -> None:
    """Put off by a day what is not due yet in this street, and let no phone speak."""
    units = Unit.__table__
    with opened(folder, url) as app, app.app_context():
        waiting = [(column, row) for column in DUE for row in reading().execute(select(column.table.c.id, column).where(column > now()))]
        stations = reading().execute(select(units.c.id).where(units.c.level == Level.STATION)).scalars().all()
        plans = [_plan(order) for station in stations for order in planned_orders(reading(), station)]
        with transaction() as work:
            work.execute_many(insert(AlertChoices.__table__), [{"station_id": station, "choices": {"on": False}} for station in stations])
            work.execute_many(insert(AlertPlan.__table__), plans)
            for column, (of, due) in waiting:
                table: Table = column.table
                work.execute(update(table).where(table.c.id == of).values({column.name: due + LATER}))


def _plan(order: Row) -> dict[str, object]:
    """Nobody is asked for this order, and nobody told that nobody takes it, before tomorrow."""
    return {"order_id": order.id, "station_id": order.station_id, "opened_at": opened_at(order), "round": 1, "look": 0, "wave": 0,
            "looked_at": now(), "next_at": now() + LATER, "next_wave_at": None, "ahead_s": 0.0, "widen": False, "step": "waves",
            "steps": []}  # fmt: skip

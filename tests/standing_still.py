"""The demo street stands still: nothing in it falls due while the tests run, which takes longer than its first orders may wait.

What a sweep would write into the journal of a street that has grown old meanwhile is nobody's deed in the test that sees it. A test
about the clock moves the clock, or the order.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from sqlalchemy import Column, Table, select, update

from dispatch.core.clock import now
from dispatch.core.unit_of_work import reading, transaction
from dispatch.orders.commanding import ORDERS
from dispatch.orders.standing_models import StandingNeed
from tests.applications import opened

#: What falls due.
DUE: list[Column[object]] = [
    *(ORDERS.c[name] for name in ("escalate_at", "pick_up_by", "window_end", "call_again_at")),
    StandingNeed.__table__.c.next_at,
]
LATER = timedelta(days=1)


def stand_still(folder: Path, url: str = "") -> None:
    """Put off by a day what is not due yet in this street."""
    with opened(folder, url) as app, app.app_context():
        waiting = [(column, row) for column in DUE for row in reading().execute(select(column.table.c.id, column).where(column > now()))]
        with transaction() as work:
            for column, (of, due) in waiting:
                table: Table = column.table
                work.execute(update(table).where(table.c.id == of).values({column.name: due + LATER}))

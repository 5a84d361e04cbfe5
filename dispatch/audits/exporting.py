"""How the audit is taken out as a table: which is itself an export, and leaves its row."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dispatch.audits.policy import PERMITS
from dispatch.audits.queries import Wanted, rows_of
from dispatch.core import sheets
from dispatch.core.errors import NotEligible
from dispatch.core.permits import permitted
from dispatch.core.unit_of_work import transaction
from dispatch.people.identity import Actor
from dispatch.residents.exporting import record

#: The longest table.
ROWS_MOST = 20_000


def take_out(actor: Actor, wanted: Wanted, headings: list[str], as_cells: Callable[[dict[str, Any]], list[str]]) -> bytes:
    """The rows that are wanted, as a CSV that spreadsheets open; given away only if its own row stands.

    Args:
        actor: the coordinator.
        wanted: which days, person and kind.
        headings: the first line.
        as_cells: a row in the reader's language.
    Raises:
        NotEligible: somebody else's to read.
    """
    if not permitted(PERMITS, "take_out", actor, None):
        raise NotEligible()
    with transaction() as work:
        rows, _total = rows_of(work.connection, str(actor.station_id), wanted, 1, ROWS_MOST)
        record(work, actor, what="audit", rows=len(rows), why="check")
    return sheets.csv_bytes([headings, *(as_cells(row) for row in rows)])

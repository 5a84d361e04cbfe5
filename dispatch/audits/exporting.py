"""How the audit is taken out as a table: which is itself an export, and leaves its row."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

from sqlalchemy import insert

from dispatch.audits.policy import PERMITS
from dispatch.audits.queries import Wanted, rows_of
from dispatch.core.clock import now
from dispatch.core.errors import NotEligible
from dispatch.core.ids import new_id
from dispatch.core.permits import permitted
from dispatch.core.unit_of_work import transaction
from dispatch.people.identity import Actor
from dispatch.residents.models import Export

#: The longest table.
ROWS_MOST = 20_000
#: What a spreadsheet would take for a formula at the beginning of a cell.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


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
        row = {"id": new_id(), "person_id": actor.id, "station_id": actor.station_id, "unit_id": actor.unit_id}
        work.execute(insert(Export.__table__), {**row, "what": "audit", "rows": len(rows), "why": "check", "at": now()})
    out = io.StringIO()
    csv.writer(out).writerows([headings, *([harmless(cell) for cell in as_cells(row)] for row in rows)])
    return out.getvalue().encode("utf-8-sig")


def harmless(cell: str) -> str:
    """A cell that no spreadsheet carries out."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell

"""How the audit is taken out as a table: which is itself an export, and leaves its row."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask_babel import lazy_gettext as _

from dispatch.audits.policy import PERMITS
from dispatch.audits.queries import Wanted, rows_of
from dispatch.core import sheets
from dispatch.core.errors import Invalid, NotEligible
from dispatch.core.permits import permitted
from dispatch.core.unit_of_work import reading, transaction
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
    # Read before anything is held: nobody's claim waits for a table.
    rows, total = rows_of(reading(), str(actor.station_id), wanted, 1, ROWS_MOST)
    if total > len(rows):
        raise Invalid("first", _("行数太多，一张表装不下，请少选几天。"))
    with transaction() as work:
        record(work, actor, what="audit", rows=len(rows), why="check")
    return sheets.csv_bytes([headings, *(as_cells(row) for row in rows)])

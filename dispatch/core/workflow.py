"""The one writer of a status column: a conditional UPDATE that names the states it may leave."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache
from typing import Any

from sqlalchemy import Table, bindparam, or_, update

from dispatch.core.errors import TooLate
from dispatch.core.moves import Move
from dispatch.core.statements import Prepared
from dispatch.core.unit_of_work import Work


@lru_cache
def _statement(table: Table, leaves: frozenset[StrEnum], sets: tuple[str, ...], guards: tuple[str, ...]) -> Prepared:
    """Built once per verb."""
    where = [table.c.id == bindparam("the_id"), or_(*(table.c.status == state for state in sorted(leaves)))]
    where += [table.c[name] == bindparam(f"guard_{name}") for name in guards]
    return Prepared(update(table).where(*where).values({name: bindparam(f"set_{name}") for name in ("status", *sets)}))


def advance(
    work: Work,
    table: Table,
    row_id: str,
    move: Move[Any],
    *,
    enters: StrEnum | None = None,
    values: Mapping[str, Any] | None = None,
    guards: Mapping[str, Any] | None = None,
) -> None:
    """Move one row along one edge, or raise.

    Args:
        work: the transaction to write in.
        table: a table with the columns `id` and `status`.
        row_id: which row.
        move: the edge, from the room's `states.MOVES`.
        enters: a state other than the edge's own, where the table of states says that it depends on a count.
        values: further columns written in the same statement.
        guards: further columns that must still hold these values.
    Raises:
        TooLate: the row was no longer in a state that this edge leaves, or a guard no longer held.
    """
    values, guards = values or {}, guards or {}
    statement = _statement(table, move.leaves, tuple(values), tuple(guards))
    parameters = {f"set_{name}": value for name, value in values.items()}
    parameters |= {f"guard_{name}": value for name, value in guards.items()}
    if statement.run(work.connection, the_id=row_id, set_status=enters or move.enters, **parameters) != 1:
        raise TooLate()

"""An INSERT that may find its row there already, in the words of the database at hand; and the next number of a row of numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite

from dispatch.core.unit_of_work import Work


def insert_into(work: Work, table: Any) -> Any:
    """An INSERT with `on_conflict_do_nothing` and `on_conflict_do_update`, which both databases have and SQLAlchemy's own has not."""
    dialect = postgresql if work.connection.dialect.name == "postgresql" else sqlite
    return dialect.insert(table)


def inserted(work: Work, table: Any, row: Mapping[str, Any]) -> bool:
    """Insert a row unless it is there already; returns whether it was not. Asked of the row: PostgreSQL's driver counts no inserts."""
    fresh = insert_into(work, table).values(**row).on_conflict_do_nothing()
    return work.execute(fresh.returning(*table.primary_key.columns)).first() is not None


def counted_up(work: Work, table: Table, **of: Any) -> int:
    """The next number of a count that is kept in a row, from 1 on; the row is held until the commit, so no number comes twice.

    Args:
        table: with a column `count`, and the columns of its key.
        of: the key.
    """
    first = insert_into(work, table).values(**of, count=1)
    counted = first.on_conflict_do_update(index_elements=list(of), set_={"count": table.c.count + 1})
    return int(work.execute(counted.returning(table.c.count)).scalar_one())

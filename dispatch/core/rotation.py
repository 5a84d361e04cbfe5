"""How an old field key is retired: every value it sealed is sealed anew with the newest."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, LargeBinary, Table, bindparam, select, type_coerce, update

from dispatch.core.secrets import Encrypted, keyring
from dispatch.core.unit_of_work import Work, transaction
from dispatch.extensions import db


def _sealed_columns() -> Iterator[tuple[Table, str]]:
    for table in db.metadata.sorted_tables:
        yield from ((table, column.name) for column in table.columns if isinstance(column.type, Encrypted))


def unreadable(connection: Connection) -> dict[str, int]:
    """Column → how many of its values were sealed by a key that is not in FIELD_KEYS."""
    lost: dict[str, int] = {}
    for table, name in _sealed_columns():
        sealed = connection.execute(select(type_coerce(table.c[name], LargeBinary)).where(table.c[name].is_not(None))).scalars()
        strange = sum(not keyring().knows(bytes(value)) for value in sealed)
        lost |= {f"{table.name}.{name}": strange} if strange else {}
    return lost


def rotate() -> int:
    """Seal anew what an older key sealed, and hash anew what is searched by; returns how many values were written.

    Raises:
        KeyError: something was sealed by a key that is not in FIELD_KEYS; then nothing was written.
    """
    with transaction() as work:
        return sum(_rotate_column(work, table, name) for table, name in _sealed_columns())


def _rotate_column(work: Work, table: Table, name: str) -> int:
    """One encrypted column; a column `name_hash` beside it follows."""
    column, hashed = table.c[name], f"{name}_hash" in table.c
    raw = type_coerce(column, LargeBinary)
    rows = work.execute(select(table.c.id, raw.label("sealed")).where(column.is_not(None))).all()
    stale = [row for row in rows if not keyring().is_newest(bytes(row.sealed))]
    # As bytes: what is sealed here anew must not be taken for words and sealed once more.
    new = {name: bindparam(f"new_{name}", type_=LargeBinary)} | ({f"{name}_hash": bindparam(f"new_{name}_hash")} if hashed else {})
    statement = update(table).where(table.c.id == bindparam("the_id")).values(new)
    for row in stale:
        context = column.type.context  # type: ignore[attr-defined]
        text = keyring().open(bytes(row.sealed), context)
        values: dict[str, Any] = {f"new_{name}": keyring().seal(text, context)}
        if hashed:
            values[f"new_{name}_hash"] = keyring().hashes(text)[0]
        work.execute(statement, {"the_id": row.id, **values})
    return len(stale)

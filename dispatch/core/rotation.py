"""How an old field key is retired: every value it sealed is sealed anew with the newest."""

from __future__ import annotations

from sqlalchemy import LargeBinary, Table, bindparam, select, type_coerce, update

from dispatch.core.secrets import Encrypted, keyring
from dispatch.core.unit_of_work import Work, transaction
from dispatch.extensions import db


def rotate() -> int:
    """Seal anew what an older key sealed, and hash anew what is searched by; returns how many values were written."""
    written = 0
    with transaction() as work:
        for table in db.metadata.sorted_tables:
            for column in table.columns:
                if isinstance(column.type, Encrypted):
                    written += _rotate_column(work, table, column.name)
    return written


def _rotate_column(work: Work, table: Table, name: str) -> int:
    """One encrypted column; a column `name_hash` beside it follows."""
    column, hashed = table.c[name], f"{name}_hash" in table.c
    raw = type_coerce(column, LargeBinary)
    rows = work.execute(select(table.c.id, raw.label("sealed")).where(column.is_not(None))).all()
    stale = [row for row in rows if not keyring().is_newest(bytes(row.sealed))]
    names = [name, f"{name}_hash"] if hashed else [name]
    statement = update(table).where(table.c.id == bindparam("the_id")).values({n: bindparam(f"new_{n}") for n in names})
    for row in stale:
        text = keyring().open(bytes(row.sealed), column.type.context)  # type: ignore[attr-defined]
        values = {f"new_{name}": text} | ({f"new_{name}_hash": keyring().hashes(text)[0]} if hashed else {})
        work.execute(statement, {"the_id": row.id, **values})
    return len(stale)

"""How everything is put into one file and brought back, on either database; what is encrypted stays encrypted."""

from __future__ import annotations

import base64
import io
import json
import os
import re
import tarfile
import tempfile
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import IO, Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Date,
    Insert,
    LargeBinary,
    MetaData,
    Table,
    func,
    insert,
    select,
    text,
    type_coerce,
)

from dispatch.core import photos
from dispatch.core.columns import Moment
from dispatch.core.secrets import Encrypted, keyring
from dispatch.core.unit_of_work import Work, transaction
from dispatch.extensions import db
from dispatch.hazards import photographing as hazard_photos
from dispatch.orders.photographing import folder

BATCH = 1000
_PHOTO = re.compile(r"(?P<folder>([a-z]+/)*)(?P<name>[^/]+)")
#: Where photos stand in the file, and where they lie.
FOLDERS = {"photos/": folder, "hazard_photos/": hazard_photos.folder}


class NotRestored(Exception):
    """Nothing was brought back; the message says why and what to do."""


def _raw(table: Table) -> list[ColumnElement[Any]]:
    """The columns as they lie in the database: sealed values stay sealed."""
    return [type_coerce(c, LargeBinary).label(c.name) if isinstance(c.type, Encrypted) else c for c in table.columns]


def _out(value: Any) -> Any:
    if isinstance(value, bytes | memoryview):
        return base64.b64encode(bytes(value)).decode()
    return value.isoformat() if isinstance(value, date) else value


def _in(column: Column[Any], value: Any) -> Any:
    if value is None:
        return None
    if isinstance(column.type, Encrypted):
        return base64.b64decode(value)
    if isinstance(column.type, Date):
        return date.fromisoformat(value)
    return datetime.fromisoformat(value) if isinstance(column.type, Moment) else value


def backup(file: Path) -> int:
    """Write every table and photo to `file`, readable by its owner alone, whole or not at all; returns how many rows."""
    rows = 0
    half = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            with tarfile.open(fileobj=out, mode="w:gz") as archive, _one_picture() as connection:
                _add(archive, "schema", io.BytesIO(_schema(connection).encode()))
                for table in db.metadata.sorted_tables:
                    rows += _add_table(archive, connection, table)
                for prefix, lie_in in FOLDERS.items():
                    for photo in sorted(lie_in().rglob("*.jpg")) if lie_in().is_dir() else []:
                        _add(archive, f"{prefix}{photo.relative_to(lie_in())}", io.BytesIO(photo.read_bytes()))
            out.flush()
            os.fsync(out.fileno())
        half.replace(file)
    finally:
        half.unlink(missing_ok=True)
    return rows


def _one_picture() -> Connection:
    """A connection that sees all tables as of one moment, whatever is committed meanwhile. SQLite's always does."""
    postgres = {"isolation_level": "REPEATABLE READ"} if db.engine.dialect.name == "postgresql" else {}
    return db.engine.connect().execution_options(**postgres)


def _schema(connection: Connection) -> str:
    return str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one())


def _add_table(archive: tarfile.TarFile, connection: Connection, table: Table) -> int:
    """One line a row, by way of a file: a tar wants to know the length first, and a table may be larger than our memory."""
    rows = 0
    with tempfile.TemporaryFile() as lines:
        for row in connection.execution_options(yield_per=BATCH).execute(select(*_raw(table))):
            lines.write(json.dumps({k: _out(v) for k, v in row._mapping.items()}).encode() + b"\n")
            rows += 1
        _add(archive, f"tables/{table.name}.jsonl", lines)
    return rows


def _add(archive: tarfile.TarFile, name: str, data: IO[bytes]) -> None:
    info = tarfile.TarInfo(name)
    info.size, info.mode = data.seek(0, io.SEEK_END), 0o600
    data.seek(0)
    archive.addfile(info, data)


def restore(file: Path) -> int:
    """Read `file` into a migrated, empty database; returns how many rows.

    Raises:
        NotRestored: it is no backup of ours, or of another version; the database has rows; its keys are not in FIELD_KEYS.
    """
    try:
        with tarfile.open(file, "r:gz") as archive, transaction() as work:
            _check(archive, work)
            rows = sum(_restore_table(archive, work, table) for table in db.metadata.sorted_tables)
            _photos_back(archive)
            return rows
    except (tarfile.TarError, EOFError, OSError, KeyError, ValueError) as error:
        raise NotRestored(f"This is not a whole backup of LastMetre ({type(error).__name__}). Nothing was brought back.") from error


def _check(archive: tarfile.TarFile, work: Work) -> None:
    if any(work.execute(select(func.count()).select_from(table)).scalar_one() for table in db.metadata.sorted_tables):
        raise NotRestored("The database is not empty. Restore into a fresh one: set another DATABASE_URL and run `db upgrade`.")
    theirs, ours = _member(archive, "schema").read().decode(), _schema(work.connection)
    if theirs != ours:
        raise NotRestored(f"The backup has the tables of version {theirs}, this database those of {ours}. Run `db upgrade {theirs}` first.")


def _member(archive: tarfile.TarFile, name: str) -> IO[bytes]:
    found = archive.extractfile(name)
    if found is None:
        raise KeyError(name)
    return found


def _restore_table(archive: tarfile.TarFile, work: Work, table: Table) -> int:
    rows = 0
    for batch in _batches(_member(archive, f"tables/{table.name}.jsonl")):
        values = [{name: _in(table.c[name], value) for name, value in line.items()} for line in batch]
        _check_keys(table, values[0])
        work.execute_many(_as_it_lay(table), values)
        rows += len(values)
    return rows


def _batches(lines: IO[bytes]) -> Iterator[list[dict[str, Any]]]:
    batch = []
    for line in lines:
        batch.append(json.loads(line))
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _check_keys(table: Table, values: dict[str, Any]) -> None:
    """Better told now than at the first phone call."""
    for column in table.columns:
        sealed = values.get(column.name) if isinstance(column.type, Encrypted) else None
        if sealed is not None and not keyring().knows(sealed):
            raise NotRestored("The backup was sealed with other FIELD_KEYS. Set the keys of the house that it comes from.")


def _as_it_lay(table: Table) -> Insert:
    """An insert that does not seal again what is sealed."""
    plain = (Column(c.name, LargeBinary() if isinstance(c.type, Encrypted) else c.type) for c in table.columns)
    return insert(Table(table.name, MetaData(), *plain))


def _photos_back(archive: tarfile.TarFile) -> None:
    """Only what `photos.store` could have put there, under such a name; what was locked away is locked away again."""
    for member in archive.getmembers():
        for prefix, lie_in in FOLDERS.items():
            if member.name.startswith(prefix) and member.isfile():
                path = _PHOTO.fullmatch(member.name.removeprefix(prefix))
                if path is None:
                    raise ValueError(member.name)
                photos.put_back(lie_in() / path["folder"], path["name"], _member(archive, member.name).read())

"""How everything is put into one file and brought back, on either database; what is encrypted stays encrypted."""

from __future__ import annotations

import base64
import io
import json
import tarfile
from datetime import datetime
from pathlib import Path
from typing import Any

from flask import current_app
from sqlalchemy import Column, ColumnElement, Insert, LargeBinary, MetaData, Table, func, insert, select, type_coerce

from dispatch.core.secrets import Encrypted
from dispatch.core.unit_of_work import reading, transaction
from dispatch.extensions import db

BATCH = 1000


class NotEmpty(Exception):
    """The database to restore into has rows already."""


def _raw(table: Table) -> list[ColumnElement[Any]]:
    """The columns as they lie in the database: sealed values stay sealed."""
    return [type_coerce(c, LargeBinary).label(c.name) if isinstance(c.type, Encrypted) else c for c in table.columns]


def _out(value: Any) -> Any:
    if isinstance(value, bytes | memoryview):
        return {"bytes": base64.b64encode(bytes(value)).decode()}
    return {"moment": value.isoformat()} if isinstance(value, datetime) else value


def _in(value: Any) -> Any:
    if isinstance(value, dict) and set(value) == {"bytes"}:
        return base64.b64decode(value["bytes"])
    if isinstance(value, dict) and set(value) == {"moment"}:
        return datetime.fromisoformat(value["moment"])
    return value


def backup(file: Path) -> int:
    """Write every table and photo to `file`, readable by its owner alone; returns how many rows."""
    rows = 0
    file.touch(mode=0o600)
    with tarfile.open(file, "w:gz") as archive:
        for table in db.metadata.sorted_tables:
            lines = [json.dumps({k: _out(v) for k, v in row._mapping.items()}) for row in reading().execute(select(*_raw(table)))]
            rows += len(lines)
            _add(archive, f"tables/{table.name}.jsonl", "\n".join(lines).encode())
        photos = Path(current_app.config["DATA_DIR"]) / "photos"
        for photo in sorted(photos.glob("*")) if photos.is_dir() else []:
            _add(archive, f"photos/{photo.name}", photo.read_bytes())
    return rows


def _add(archive: tarfile.TarFile, name: str, data: bytes) -> None:
    info = tarfile.TarInfo(name)
    info.size, info.mode = len(data), 0o600
    archive.addfile(info, io.BytesIO(data))


def restore(file: Path) -> int:
    """Read `file` into a migrated, empty database; returns how many rows.

    Raises:
        NotEmpty: there is something in it already.
    """
    rows = 0
    with tarfile.open(file, "r:gz") as archive, transaction() as work:
        if any(work.execute(select(func.count()).select_from(table)).scalar_one() for table in db.metadata.sorted_tables):
            raise NotEmpty("The database is not empty. Restore into a fresh one: set another DATABASE_URL and run `db upgrade`.")
        for table in db.metadata.sorted_tables:
            said = archive.extractfile(f"tables/{table.name}.jsonl")
            lines = said.read().decode().splitlines() if said else []
            values = [{key: _in(value) for key, value in json.loads(line).items()} for line in lines]
            for start in range(0, len(values), BATCH):
                work.execute_many(_as_it_lay(table), values[start : start + BATCH])
            rows += len(values)
        _photos_back(archive)
    return rows


def _as_it_lay(table: Table) -> Insert:
    """An insert that does not seal again what is sealed."""
    plain = (Column(c.name, LargeBinary() if isinstance(c.type, Encrypted) else c.type) for c in table.columns)
    return insert(Table(table.name, MetaData(), *plain))


def _photos_back(archive: tarfile.TarFile) -> None:
    folder = Path(current_app.config["DATA_DIR"]) / "photos"
    for member in archive.getmembers():
        if member.name.startswith("photos/") and member.isfile():
            folder.mkdir(parents=True, exist_ok=True)
            said = archive.extractfile(member)
            (folder / Path(member.name).name).write_bytes(said.read() if said else b"")

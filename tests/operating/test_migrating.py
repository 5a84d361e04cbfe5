"""The tables change under rows that are there, on both databases."""

from __future__ import annotations

import uuid
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from tests.house import House

ROW = {
    "id": "o1", "number": "1124-001", "status": "open", "station_id": "s", "community_id": "c", "kind": "meal", "summary": "送午饭",
    "building": "3号楼", "urgency": "today", "window_end": "2026-11-24 10:00:00", "slots": 1, "taken": 0, "epoch": 0, "skills": "[]",
    "familiar_first": False, "wrong_codes": 0, "posted_by": "p", "posted_at": "2026-11-24 09:00:00", "changed_at": "2026-11-24 09:00:00",
}  # fmt: skip


@pytest.mark.slow
def test_an_order_that_is_there_gets_the_new_columns_with_their_usual_values(
    database: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    url = f"sqlite:///{tmp_path / 'lastmetre.db'}"
    if database == "postgresql":
        url = request.getfixturevalue("postgres").database(f"moved_{uuid.uuid4().hex}")
    house = House(tmp_path, database_url=url)
    house.flask("db", "upgrade", "0001")
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO units (id, name, level) VALUES ('s', '站', 'station'), ('c', '社区', 'community')"))
        values = ", ".join(f":{name}" for name in ROW)
        connection.execute(text(f"INSERT INTO orders ({', '.join(ROW)}) VALUES ({values})"), ROW)
    house.flask("db", "upgrade")
    with engine.connect() as connection:
        row = connection.execute(text("SELECT version, opens_to_all_at, summary FROM orders")).one()
    engine.dispose()
    assert (row.version, row.opens_to_all_at, row.summary) == (0, None, "送午饭")

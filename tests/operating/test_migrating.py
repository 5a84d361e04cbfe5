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


@pytest.fixture
def old_house(database: str, tmp_path: Path, request: pytest.FixtureRequest) -> House:
    """A house with an empty database, whose tables are for the test to bring up."""
    url = f"sqlite:///{tmp_path / 'lastmetre.db'}"
    if database == "postgresql":
        url = request.getfixturevalue("postgres").database(f"moved_{uuid.uuid4().hex}")
    return House(tmp_path, database_url=url)


@pytest.mark.slow
def test_an_order_that_is_there_gets_the_new_columns_with_their_usual_values(old_house: House) -> None:
    house, url = old_house, old_house.environ["DATABASE_URL"]
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


#: Who looked, of whom, for which errand → where it is read.
LOOKS = [
    ("clerk", "chen", "o1", "s"), ("clerk", "gone", "o1", "s"), ("admin", "chen", None, "s"), ("clerk", "gone", None, "t"),
    ("admin", "gone", None, None),
]  # fmt: skip


@pytest.mark.slow
def test_each_reveal_that_is_there_is_read_where_it_was_read_before(old_house: House) -> None:
    old_house.flask("db", "upgrade", "0008")
    engine = create_engine(old_house.environ["DATABASE_URL"])
    at = "2026-11-24 09:00:00"
    units = "('s', '站', 'station', NULL), ('t', '邻站', 'station', NULL), ('c', '社区', 'community', 's')"
    with engine.begin() as connection:
        connection.execute(text(f"INSERT INTO units (id, name, level, parent_id) VALUES {units}"))
        connection.execute(text(f"INSERT INTO orders ({', '.join(ROW)}) VALUES ({', '.join(f':{name}' for name in ROW)})"), ROW)
        person = "INSERT INTO persons (id, role, unit_id, station_id, name, skills, active, on_duty, created_at)"
        for login, station in (("clerk", "t"), ("admin", None)):
            values = {"id": login, "station": station, "name": b"x", "yes": True, "no": False, "at": at}
            connection.execute(text(f"{person} VALUES (:id, 'clerk', 'c', :station, :name, '[]', :yes, :no, :at)"), values)
        resident = "INSERT INTO residents (id, community_id, name, on_care_list, created_at, groups)"
        connection.execute(text(f"{resident} VALUES ('chen', 'c', :name, :no, :at, :name)"), {"name": b"x", "no": False, "at": at})
        for n, (person_id, resident_id, order_id, _station) in enumerate(LOOKS):
            row = {"id": str(n), "person": person_id, "resident": resident_id, "order": order_id, "at": at}
            look = "INSERT INTO reveals (id, person_id, resident_id, order_id, what, why, at)"
            connection.execute(text(f"{look} VALUES (:id, :person, :resident, :order, 'phone', 'clerk', :at)"), row)
    old_house.flask("db", "upgrade")
    with engine.connect() as connection:
        read = list(connection.execute(text("SELECT station_id FROM reveals ORDER BY id")).scalars())
    engine.dispose()
    assert read == [station for _, _, _, station in LOOKS]

"""What was laid out before each claim had its own: it is found again under the claim of whoever paid, on both databases."""

from __future__ import annotations

import uuid
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DatabaseError

from tests.house import House

AT = "2026-11-24 09:00:00"
BEFORE = {
    "units": [{"id": "s", "name": "站", "level": "station"}, {"id": "c", "name": "社区", "level": "community"}],
    "persons": [
        {"id": who, "login": who, "role": "courier", "unit_id": "s", "name": b"x", "active": True, "on_duty": False, "skills": "[]",
         "created_at": AT}
        for who in ("one", "two")
    ],
    "orders": [
        {"id": "o1", "number": "1124-001", "status": "delivered", "station_id": "s", "community_id": "c", "kind": "meal", "summary": "",
         "building": "3号楼", "urgency": "today", "window_end": AT, "slots": 1, "taken": 1, "epoch": 3, "skills": "[]",
         "familiar_first": False, "wrong_codes": 0, "posted_by": "p", "posted_at": AT, "changed_at": AT}
    ],
    "claims": [
        {"id": claim, "order_id": "o1", "person_id": who, "epoch": epoch, "claimed_at": AT, "ended_at": AT, "ended_as": end}
        for claim, who, epoch, end in (("k1", "two", 1, "released"), ("k2", "one", 2, "put_back"), ("k3", "two", 3, "delivered"))
    ],
    "receipts": [{"id": "r1", "order_id": "o1", "person_id": "two", "at": AT}],
    "transfers": [
        {"id": f"t{number}", "community_id": "c", "year": 2026, "number": number, "what": what, "order_id": order, "paid_on": "2026-11-24",
         "person_id": "one", "at": AT}
        for number, what, order in ((1, "advanced", "o1"), (2, "settled", "o1"), (3, "funded", None))
    ],
    "advances": [
        {"id": "o1", "status": "open", "station_id": "s", "community_id": "c", "courier_id": "two", "resident_id": "her", "amount": 2350,
         "transfer_id": "t1", "receipt_id": "r1", "version": 2, "at": AT}
    ],
}  # fmt: skip


@pytest.mark.slow
def test_an_advance_that_is_there_moves_to_its_claim_and_its_transfers_with_it(
    database: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    url = f"sqlite:///{tmp_path / 'lastmetre.db'}"
    if database == "postgresql":
        url = request.getfixturevalue("postgres").database(f"moved_{uuid.uuid4().hex}")
    house = House(tmp_path, database_url=url)
    house.flask("db", "upgrade", "0008")
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://", 1))
    with engine.begin() as connection:
        for table, rows in BEFORE.items():
            names = list(rows[0])
            connection.execute(text(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join(f':{name}' for name in names)})"), rows)
    house.flask("db", "upgrade")
    with engine.connect() as connection:
        assert tuple(connection.execute(text("SELECT id, order_id, amount, version FROM advances")).one()) == ("k3", "o1", 2350, 2)
        found = connection.execute(text("SELECT number, claim_id FROM transfers ORDER BY number"))
        assert [tuple(row) for row in found] == [(1, "k3"), (2, "k3"), (3, None)]
    with pytest.raises(DatabaseError, match="never changed"), engine.begin() as connection:
        connection.execute(text("UPDATE transfers SET claim_id = NULL"))
    house.flask("db", "downgrade", "0008")
    with engine.connect() as connection:
        assert connection.execute(text("SELECT id FROM advances")).scalar_one() == "o1"
    engine.dispose()

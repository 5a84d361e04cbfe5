"""Nobody touches the journal unnoticed: the database refuses, and the chain shows what was done behind its back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from dispatch.core.unit_of_work import transaction
from tests.core.visitors import Visitor

STATION = "120116014"
TRIGGERS = {"sqlite": ("journal_no_update", "journal_no_delete"), "postgresql": ("journal_unchangeable ON journal",)}
Visit = Callable[[str], Visitor]


def do(app: Flask, statement: str, **values: Any) -> None:
    with app.app_context(), transaction() as work:
        work.execute(text(statement), values)


def unlock(app: Flask, database: str) -> None:
    """What somebody with the database's own password could do."""
    for trigger in TRIGGERS[database]:
        do(app, f"DROP TRIGGER {trigger}")


def verify(app: Flask) -> Result:
    return app.test_cli_runner().invoke(args=["journal", "verify"])


def last(visit: Visit) -> int:
    return int(visit("coordinator").get("/me").json["streams"][0]["head"])


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE journal SET type = 'order.closed' WHERE seq = 3",
        "UPDATE journal SET hash = hash",
        "DELETE FROM journal WHERE seq = 3",
        "DELETE FROM journal",
    ],
)
def test_the_database_itself_refuses_to_change_an_entry(either_app: Flask, statement: str) -> None:
    with pytest.raises(DBAPIError, match="journal entries are never changed"):
        do(either_app, statement)
    assert verify(either_app).output == "every journal holds\n"


#: What somebody does behind the database's back → what `journal verify` says of it.
DONE = {
    "a changed type": (
        "UPDATE journal SET type = 'order.confirmed' WHERE station_id = :station AND seq = 3",
        "entry 3: the hash does not match",
    ),
    "a changed time": (
        "UPDATE journal SET at = '2020-01-01T00:00:00.000+08:00' WHERE station_id = :station AND seq = 3",
        "entry 3: the hash",
    ),
    "changed words": ("""UPDATE journal SET data = '{"order_id": "x"}' WHERE station_id = :station AND seq = 3""", "entry 3: the hash"),
    "a removed entry": ("DELETE FROM journal WHERE station_id = :station AND seq = 3", "entry 4: follows 2"),
    "the first one removed": ("DELETE FROM journal WHERE station_id = :station AND seq = 1", "entry 2: follows 0"),
    "the last one removed": ("DELETE FROM journal WHERE station_id = :station AND seq = :last", "the head does not match the last entry"),
    "all of them removed": ("DELETE FROM journal WHERE station_id = :station", "the head does not match the last entry"),
    "an entry added": (
        "INSERT INTO journal (station_id, seq, at, type, data, hash) SELECT station_id, seq + 1, at, type, data, hash FROM journal "
        "WHERE station_id = :station AND seq = :last",
        "the hash does not match",
    ),
    "two that changed places": (
        "UPDATE journal SET data = (SELECT other.data FROM journal other WHERE other.station_id = :station AND other.seq = 4) "
        "WHERE station_id = :station AND seq = 3",
        "entry 3: the hash does not match",
    ),
    "a head set back": ("UPDATE journal_heads SET seq = seq - 1 WHERE station_id = :station", "the head does not match the last entry"),
    "no head": ("DELETE FROM journal_heads WHERE station_id = :station", "entries without a head"),
    "another head": ("UPDATE journal_heads SET hash = 'f' WHERE station_id = :station", "the head does not match the last entry"),
}


@pytest.mark.parametrize("done", DONE)
def test_what_was_done_behind_its_back_is_found_and_named(either_app: Flask, visit: Visit, database: str, done: str) -> None:
    statement, said = DONE[done]
    values = {"station": STATION, "last": last(visit)}
    unlock(either_app, database)
    assert verify(either_app).exit_code == 0
    do(either_app, statement, **{name: value for name, value in values.items() if f":{name}" in statement})
    found = verify(either_app)
    assert found.exit_code == 1
    assert found.output.startswith(STATION)
    assert said in found.output
    assert either_app.test_cli_runner().invoke(args=["doctor"]).exit_code == 1


def test_a_changed_entry_cannot_be_made_good_by_its_own_hash_alone(either_app: Flask, database: str) -> None:
    """Whoever makes one hash right breaks the next one: the whole rest would have to be written anew, the head too."""
    unlock(either_app, database)
    do(either_app, "UPDATE journal SET hash = 'a' WHERE station_id = :station AND seq = 3", station=STATION)
    assert verify(either_app).output.splitlines() == [
        f"{STATION} entry 3: the hash does not match",
        f"{STATION} entry 4: the hash does not match",
    ]

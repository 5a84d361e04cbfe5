"""A prepared statement says what the ordinary one says, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import JSON, Boolean, Column, Connection, Float, Integer, MetaData, String, Table, bindparam, create_engine, insert, select
from sqlalchemy.exc import IntegrityError, OperationalError, ProgrammingError

from dispatch.core.columns import Moment
from dispatch.core.secrets import Encrypted
from dispatch.core.statements import Prepared

KINDS = Table(
    "kinds", MetaData(),
    Column("id", Integer, primary_key=True), Column("text", String(40)), Column("said", JSON), Column("at", Moment()),
    Column("sealed", Encrypted("kinds.sealed")), Column("lat", Float), Column("on", Boolean), Column("left_out", String(9)),
)  # fmt: skip
GIVEN = ["id", "text", "said", "at", "sealed", "lat", "on"]
ROW = {"id": 7, "text": "陈桂兰's %s :x ?", "said": {"a": [1, None]}, "at": datetime(2026, 11, 24, 9, 30, 0, 125, UTC),
       "sealed": "2单元301", "lat": 39.0391, "on": True}  # fmt: skip

put = Prepared(insert(KINDS), GIVEN)
find = Prepared(select(KINDS, (KINDS.c.lat + 1).label("north")).where(KINDS.c.id == bindparam("which"), KINDS.c.on.is_(True)))
change = Prepared(KINDS.update().where(KINDS.c.id == bindparam("which")).values(text=bindparam("to")))


@pytest.fixture
def connection(app: Flask, database: str, request: pytest.FixtureRequest) -> Iterator[Connection]:
    if database == "postgresql":
        url = request.getfixturevalue("postgres").database(f"kinds{id(request)}").replace("postgresql", "postgresql+psycopg")
    else:
        url = "sqlite://"
    engine = create_engine(url)
    with engine.begin() as made:
        KINDS.metadata.create_all(made)
        yield made
    engine.dispose()


def test_what_goes_in_comes_out_in_every_type(connection: Connection) -> None:
    assert put.run(connection, **ROW) == 1
    expected: dict[str, Any] = dict(connection.execute(find.statement, {"which": 7}).mappings().one())
    assert expected | ROW == expected
    assert find.first(connection, which=7)._asdict() == expected
    assert [row._asdict() for row in find.all(connection, which=7)] == [expected]


def test_nothing_is_none_or_an_empty_list(connection: Connection) -> None:
    assert find.first(connection, which=7) is None
    assert find.all(connection, which=7) == []


def test_a_change_says_how_many_it_changed(connection: Connection) -> None:
    put.run(connection, **ROW)
    assert (change.run(connection, which=7, to="新"), change.run(connection, which=8, to="新")) == (1, 0)
    assert find.first(connection, which=7).text == "新"


def test_what_the_database_refuses_is_told_in_its_kind_and_never_with_the_values(connection: Connection) -> None:
    put.run(connection, **ROW)
    with pytest.raises(IntegrityError) as refused, connection.begin_nested():
        put.run(connection, **ROW)
    assert "陈桂兰" not in str(refused.value)


def test_a_table_that_is_not_there_is_said_as_always(connection: Connection) -> None:
    nowhere = Prepared(select(Table("nowhere", MetaData(), Column("id", Integer))))
    with pytest.raises((OperationalError, ProgrammingError)), connection.begin_nested():
        nowhere.all(connection)

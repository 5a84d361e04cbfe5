"""Personal data at rest: unreadable, unmovable, found by its hash; and how an old key is retired."""

from __future__ import annotations

import os
import secrets as random
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import LargeBinary, select, type_coerce, update

from dispatch.core.secrets import Encrypted, InvalidTag, Keyring, token_hash
from dispatch.core.unit_of_work import reading, transaction
from dispatch.people.models import Person
from dispatch.people.queries import person_by_login
from dispatch.residents.models import Resident
from dispatch.residents.registering import find_or_add
from tests.applications import opened
from tests.core.visitors import Visitor

OLD, NEW = "11" * 32, "22" * 32
NAME, DOOR = "residents.name", "residents.door"
PHONE = "13900001234"


def test_what_is_sealed_is_opened_and_never_looks_the_same_twice() -> None:
    ring = Keyring(OLD)
    sealed = [ring.seal("陈桂兰", NAME) for _ in range(2)]
    assert sealed[0] != sealed[1]
    assert {ring.open(one, NAME) for one in sealed} == {"陈桂兰"}
    assert "陈桂兰".encode() not in sealed[0]
    assert ring.open(ring.seal("", NAME), NAME) == ""


def test_every_single_changed_byte_is_noticed() -> None:
    ring = Keyring(OLD)
    sealed = ring.seal("陈桂兰", NAME)
    for place in range(len(sealed)):
        changed = bytearray(sealed)
        changed[place] ^= 1
        with pytest.raises((InvalidTag, KeyError)):
            ring.open(bytes(changed), NAME)
    for short in range(len(sealed)):
        with pytest.raises((InvalidTag, KeyError, ValueError)):
            ring.open(sealed[:short], NAME)


def test_a_value_cannot_be_moved_to_another_column() -> None:
    ring = Keyring(OLD)
    with pytest.raises(InvalidTag):
        ring.open(ring.seal("2单元301", DOOR), NAME)


def test_the_first_key_writes_and_all_of_them_read() -> None:
    old, both = Keyring(OLD), Keyring(f"{NEW}, {OLD}")
    sealed = old.seal("x", NAME)
    assert both.open(sealed, NAME) == "x"
    assert (both.knows(sealed), both.is_newest(sealed), Keyring(NEW).knows(sealed)) == (True, False, False)
    assert both.is_newest(both.seal("x", NAME))
    with pytest.raises(KeyError):
        Keyring(NEW).open(sealed, NAME)
    assert both.hashes(PHONE) == Keyring(NEW).hashes(PHONE) + old.hashes(PHONE)


def test_the_hash_of_a_phone_tells_nothing_without_the_key() -> None:
    assert Keyring(OLD).hashes(PHONE) != Keyring(NEW).hashes(PHONE)
    assert Keyring(OLD).hashes(PHONE)[0] != token_hash(PHONE)


def test_whatever_a_stranger_shows_as_a_token_has_a_hash() -> None:
    for odd in ("", "\ud800", "\0", "药" * 10_000):
        assert len(token_hash(odd)) == 64


def test_a_column_is_sealed_and_no_value_stays_none(app: Flask) -> None:
    with transaction() as work:
        resident = find_or_add(work, "120116014003", {"name": "陈桂兰", "phone": PHONE, "door": None})
    table = Resident.__table__
    found = select(type_coerce(table.c.name, LargeBinary).label("name"), type_coerce(table.c.door, LargeBinary).label("door"))
    row = reading().execute(found.where(table.c.id == resident)).one()
    assert "陈桂兰".encode() not in bytes(row.name)
    assert row.door is None
    assert isinstance(table.c.name.type, Encrypted)


@pytest.fixture
def folder(tmp_path: Path, street: Path) -> Path:
    """The demo street in a folder of its own, its key in no file but in our hands."""
    place = tmp_path / "house"
    shutil.copytree(street, place)
    return place


class Keys:
    """The same house opened with other FIELD_KEYS."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder, self.monkeypatch = folder, monkeypatch
        self.first = (folder / "demo-field_keys").read_text()

    def house(self, field_keys: str) -> Iterator[Flask]:
        self.monkeypatch.setitem(os.environ, "FIELD_KEYS", field_keys)
        with opened(self.folder, "") as app:
            yield app


def command(app: Flask, *words: str) -> Result:
    return app.test_cli_runner().invoke(args=list(words))


def test_a_key_is_retired_from_end_to_end(folder: Path, monkeypatch: pytest.MonkeyPatch, need: dict[str, object]) -> None:
    keys, fresh = Keys(folder, monkeypatch), random.token_hex(32)
    for app in keys.house(keys.first):
        clerk = Visitor(app, "clerk")
        order = clerk.post(need).json["id"]
    for app in keys.house(f"{fresh},{keys.first}"):
        done = command(app, "secrets", "rotate")
        assert done.exit_code == 0, done.output
        assert int(done.output.split()[0]) > 200
        assert command(app, "secrets", "rotate").output == "0 values written anew\n"
        said = command(app, "doctor")
        assert said.output == "all is well\n", said.exception
    for app in keys.house(fresh):  # the old key is gone
        private = Visitor(app, "clerk").get(f"/orders/{order}").json
        assert private["private"] == {"name": "陈桂兰", "phone": "139****1234", "door": "2单元301", "note": "门铃坏了，请敲门"}
        again = Visitor(app, "clerk").post(need).json["id"]
        with app.app_context():
            # Found by her phone: the hash was made anew too.
            table = Resident.__table__
            assert len(reading().execute(select(table.c.id).where(table.c.phone_hash.in_(Keyring(fresh).hashes(PHONE)))).all()) == 1
        assert again != order
        assert command(app, "doctor").exit_code == 0
    for app in keys.house(keys.first):
        said = command(app, "doctor")
        assert said.exit_code == 1
        assert "residents.phone" in said.output
        refused = command(app, "secrets", "rotate")
        assert refused.exit_code == 1
        assert "keep the old key behind the new one" in refused.output


def test_a_value_that_was_changed_behind_our_back_is_a_fault_that_tells_nothing(app: Flask) -> None:
    person = person_by_login(reading(), "courier1").id
    table = Person.__table__
    other = select(type_coerce(table.c.phone, LargeBinary)).where(table.c.id == person).scalar_subquery()
    with transaction() as work:
        work.execute(update(table).where(table.c.id == person).values({"name": other}))
    answer = Visitor(app, "courier1").get("/me")
    assert (answer.status_code, answer.json["code"]) == (500, "error")
    assert "Traceback" not in answer.text

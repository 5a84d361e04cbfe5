"""The small foundations: time, ids, moves, permits, and that a setting which cannot be meant stops the start with a sentence."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from config import MissingSetting, settings
from dispatch.core.clock import iso, now
from dispatch.core.ids import new_id
from dispatch.core.permits import permitted
from dispatch.orders.states import MOVES, Status
from tests.house import ROOT

KEY = "00" * 32
RIGHT = {"SECRET_KEY": KEY, "FIELD_KEYS": KEY}


def test_now_is_utc_and_people_read_shanghai() -> None:
    assert now().utcoffset() == timedelta(0)
    assert iso(datetime(2026, 11, 24, 16, 30, tzinfo=UTC)) == "2026-11-25T00:30:00.000+08:00"
    assert iso(None) is None


def test_ids_are_opaque_distinct_and_in_the_order_of_their_making() -> None:
    made = [new_id() for _ in range(2000)]
    assert len(set(made)) == 2000
    assert [one[:12] for one in made] == sorted(one[:12] for one in made)
    assert {len(one) for one in made} == {32}


def test_a_move_says_what_it_leaves_and_what_it_enters_and_cannot_be_changed() -> None:
    move = MOVES["pick_up"]
    assert (move.leaves, move.enters) == (frozenset({Status.CLAIMED}), Status.PICKED_UP)
    with pytest.raises(AttributeError):
        move.enters = Status.OPEN  # type: ignore[misc]


def test_permits_are_any_line_all_of_whose_conditions_hold_and_an_unknown_verb_is_a_fault() -> None:
    table = {"see": [(lambda actor, thing: actor.old, lambda actor, thing: thing.open), (lambda actor, thing: actor.boss,)], "never": []}
    thing = SimpleNamespace(open=True)
    cases = [((True, False), True), ((False, True), True), ((False, False), False), ((True, True), True)]
    for (old, boss), expected in cases:
        assert permitted(table, "see", SimpleNamespace(old=old, boss=boss), thing) is expected
    assert not permitted(table, "see", SimpleNamespace(old=True, boss=False), SimpleNamespace(open=False))
    assert not permitted(table, "never", SimpleNamespace(old=True, boss=True), thing)
    with pytest.raises(KeyError):
        permitted(table, "sea", SimpleNamespace(old=True, boss=True), thing)


@pytest.mark.parametrize(
    ("wrong", "word"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY is not set"),
        ({"FIELD_KEYS": ""}, "FIELD_KEYS is not set"),
        ({"DEMO": "1", "PUBLIC_ORIGIN": "https://errands.example.org"}, "DEMO=1 is refused"),
        ({"DEMO": "1", "PUBLIC_ORIGIN": "https://errands.example.org/"}, "DEMO=1 is refused"),
        ({"PORT": "http"}, "PORT"),
        ({"PORT": "0"}, "PORT"),
        ({"PORT": "65536"}, "PORT"),
        ({"PORT": "-1"}, "PORT"),
        ({"PORT": "５０００"}, "PORT"),
        ({"PUBLIC_ORIGIN": "errands.example.org"}, "PUBLIC_ORIGIN"),
        ({"PUBLIC_ORIGIN": "https://errands.example.org/app"}, "PUBLIC_ORIGIN"),
        ({"DATABASE_URL": "mysql://root:canary@db/x"}, "DATABASE_URL must begin with sqlite://, postgresql://"),
        ({"REDIS_URL": "localhost:6379"}, "REDIS_URL must begin with redis://"),
    ],
)
def test_a_setting_that_cannot_be_meant_stops_the_start_with_a_sentence(wrong: dict[str, str], word: str, tmp_path: Path) -> None:
    with pytest.raises(MissingSetting, match=word) as stopped:
        settings({**RIGHT, "DATA_DIR": str(tmp_path), **wrong})
    assert "canary" not in str(stopped.value)


def test_what_is_not_set_has_its_usual_value(tmp_path: Path) -> None:
    usual = settings({**RIGHT, "DATA_DIR": str(tmp_path), "PORT": "", "PUBLIC_ORIGIN": "", "REDIS_URL": ""})
    assert (usual["PORT"], usual["REDIS_URL"], usual["DEMO"]) == (5000, None, False)
    assert usual["DATABASE_URL"] == f"sqlite:///{tmp_path / 'lastmetre.db'}"
    assert settings({**RIGHT, "DATABASE_URL": "postgres://x/y"})["DATABASE_URL"] == "postgres://x/y"


@pytest.mark.parametrize("field_keys", ["xyz", KEY[:-2], f"{KEY},", f"{KEY},zz", "é" * 64])
def test_field_keys_that_are_none_stop_the_start_with_a_sentence(field_keys: str, tmp_path: Path) -> None:
    environ = {**os.environ, "DATA_DIR": str(tmp_path), "SECRET_KEY": KEY, "FIELD_KEYS": field_keys, "DEMO": "0", "DATABASE_URL": ""}
    done = subprocess.run([sys.executable, "-c", "import wsgi"], cwd=ROOT, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("FIELD_KEYS is not usable: it takes keys of 32 bytes in hexadecimal")
    assert field_keys not in done.stderr


def test_the_demo_makes_its_secrets_once_for_us_alone_however_many_start_together(tmp_path: Path) -> None:
    folder = tmp_path / "var"
    with ThreadPoolExecutor(12) as starters:
        made = list(starters.map(lambda _: settings({"DEMO": "1", "DATA_DIR": str(folder)})["FIELD_KEYS"], range(24)))
    assert len(set(made)) == 1
    assert len(made[0]) == 64
    kept = sorted(path.name for path in folder.iterdir())
    assert kept == ["demo-field_keys", "demo-secret_key"]
    for path in folder.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert settings({"DEMO": "1", "DATA_DIR": str(folder)})["FIELD_KEYS"] == made[0]

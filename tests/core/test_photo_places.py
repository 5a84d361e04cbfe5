"""Where and when a photo was taken, as its camera says: offered to who has sent it, and kept nowhere."""

from __future__ import annotations

from datetime import datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from dispatch.core.clock import SHANGHAI
from dispatch.core.geo import Point
from dispatch.core.photos import path_of, store
from tests.core import photo_corpus as corpus
from tests.core.looking import bare
from tests.core.photo_corpus import KINDS, exif, saved, scene

# What takes longer than a habit should: `make test` runs it, `make check` does not.
pytestmark = pytest.mark.slow


@pytest.mark.parametrize("kind", KINDS)
def test_where_and_when_it_was_taken_is_offered_and_not_kept(tmp_path: Path, kind: str) -> None:
    kept = store(saved(scene(), kind, exif=exif()), tmp_path)
    assert kept.place == Point(39.023611, 117.698611)
    assert kept.taken_at == datetime(2026, 11, 3, 8, 15, 30, tzinfo=SHANGHAI)
    assert bare(path_of(tmp_path, kept.name).read_bytes())
    assert [file.name for file in tmp_path.iterdir()] == [kept.name]


DEGREES = (39.0, 1.0, 25.0)
SAID: list[tuple[str, dict[int, Any], Any]] = [
    ("south-west", {1: "S", 2: DEGREES, 3: "W", 4: DEGREES}, Point(-39.023611, -39.023611)),
    ("datum", {**corpus.AT, 18: "WGS-84"}, Point(39.023611, 117.698611)),
    ("other-datum", {**corpus.AT, 18: "TOKYO"}, None),
    ("null-island", {1: "N", 2: (0.0, 0.0, 0.0), 3: "E", 4: (0.0, 0.0, 0.0)}, None),
    ("beyond", {1: "N", 2: (91.0, 0.0, 0.0), 3: "E", 4: DEGREES}, None),
    ("half", {1: "N", 2: DEGREES}, None),
    ("none", {}, None),
    ("too-few", {1: "N", 2: (39.0, 1.0), 3: "E", 4: (117.0, 41.0)}, None),
]


@pytest.mark.parametrize(("gps", "place"), [row[1:] for row in SAID], ids=[row[0] for row in SAID])
def test_a_place_that_cannot_be_is_not_offered(tmp_path: Path, gps: dict[int, Any], place: Point | None) -> None:
    assert store(saved(scene(), "JPEG", exif=exif(gps)), tmp_path).place == place


def test_a_place_divided_by_nothing_is_none(tmp_path: Path) -> None:
    data = exif({**corpus.AT, 2: (Fraction(39), Fraction(1), Fraction(25))})
    broken = data.replace((39).to_bytes(4, "big") + (1).to_bytes(4, "big"), (39).to_bytes(4, "big") + b"\0" * 4)
    broken = broken.replace((39).to_bytes(4, "little") + (1).to_bytes(4, "little"), (39).to_bytes(4, "little") + b"\0" * 4)
    assert broken != data
    assert store(saved(scene(), "JPEG", exif=broken), tmp_path).place is None


@pytest.mark.parametrize(
    ("details", "taken"),
    [
        ({0x9003: "2026:11:03 08:15:30"}, "2026-11-03T08:15:30+08:00"),
        ({0x9003: "2026:11:03 08:15:30", 0x9011: "+09:00"}, "2026-11-03T08:15:30+09:00"),
        ({0x9004: "2026:11:03 08:15:30"}, "2026-11-03T08:15:30+08:00"),
        ({0x9003: "0000:00:00 00:00:00"}, None),
        ({0x9003: "yesterday"}, None),
        ({0x9003: "2026:11:03 08:15:30", 0x9011: "local"}, None),
        ({}, None),
    ],
)
def test_a_moment_without_a_zone_is_by_the_clocks_here(tmp_path: Path, details: dict[int, Any], taken: str | None) -> None:
    at = store(saved(scene(), "JPEG", exif=exif(details=details)), tmp_path).taken_at
    assert (at.isoformat() if at else None) == taken

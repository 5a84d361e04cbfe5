"""p: map, queue and corners of the hazards, with a thousand of them and with a hundred thousand, by HTTP in turns."""

from __future__ import annotations

import time
from collections.abc import Callable

import requests

from tests.bench.grounds import Grounds, Home
from tests.bench.measures import Figure, in_turns

FEW, MANY, LOOKS = 1_000, 100_000, 60
BOX = "bbox=117.5,38.9,117.9,39.2"
ASKED = {
    "the map of what is dealt with": f"/hazards/map?{BOX}&status=alive",
    "the map of all there has been, the newest 1,000": f"/hazards/map?{BOX}",
    "the queue": "/hazards?status=queue",
    "the corners that keep coming back": "/hazards/corners",
}


def _looks(home: Home, path: str) -> Callable[[], float]:
    http = requests.Session()
    http.headers["Authorization"] = f"Bearer {home.cast['coordinator']}"

    def look() -> float:
        begun = time.perf_counter()
        answer = http.get(f"http://127.0.0.1:{home.port}/api/v1{path}", timeout=60)
        took = time.perf_counter() - begun
        assert answer.status_code == 200, answer.text
        return took

    look()
    return look


def figures(grounds: Grounds, *, postgresql: bool) -> list[Figure]:
    """On SQLite, and on PostgreSQL too."""
    return [figure for name in ("SQLite", "PostgreSQL")[: 1 + postgresql] for figure in _on(grounds, name)]


def _on(grounds: Grounds, name: str) -> list[Figure]:
    homes = []
    for many in (FEW, MANY):
        home = grounds.home(postgresql=name == "PostgreSQL")
        home.prepare("hazards", many=many)
        homes.append(home)
    found = []
    for what, path in ASKED.items():
        one, other = in_turns(LOOKS, _looks(homes[0], path), _looks(homes[1], path))
        value = f"{one * 1000:.1f} ms → {other * 1000:.1f} ms"
        found.append(Figure(f"{what}: {FEW:,} → {MANY:,} hazards ({name})", value, round(other / one, 2), "≤1.5"))
    grounds.close(*homes)
    return found

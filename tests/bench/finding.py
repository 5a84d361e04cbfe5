"""f: how long a clerk waits for names while she types, among twenty thousand sealed residents, by HTTP."""

from __future__ import annotations

import statistics
import time

import requests

from tests.bench.grounds import Grounds
from tests.bench.measures import Figure

RESIDENTS, ASKED = 20_000, 600
#: Names, parts, pinyin, initials, ends of numbers, buildings; from one letter to a whole name.
TYPED = (
    "王桂兰",
    "桂兰",
    "wgl",
    "wangguilan",
    "2468",
    "919",
    "3号楼 wgl",
    "桂",
    "w",
    "王",
    "301",
    "3号楼",
    "陈gl",
    "li 12号楼",
    "shan",
    "zgf",
)


def figures(grounds: Grounds) -> list[Figure]:
    """The station's coordinator asks, to whom all of them belong: the first search opens them, the others find."""
    home = grounds.home()
    home.prepare("residents", many=RESIDENTS)
    http = requests.Session()
    http.headers["Authorization"] = f"Bearer {home.cast['coordinator']}"

    def look(typed: str) -> float:
        begun = time.perf_counter()
        answer = http.post(f"http://127.0.0.1:{home.port}/api/v1/residents/find", json={"q": typed}, timeout=60)
        took = time.perf_counter() - begun
        assert answer.status_code == 200, answer.text
        return took

    before = home.memory()
    first = look(TYPED[0])
    took = sorted(look(TYPED[n % len(TYPED)]) for n in range(ASKED))
    late = took[int(ASKED * 0.95)] * 1000
    value = f"{late:.0f} ms, half of them within {statistics.median(took) * 1000:.0f} ms"
    grown = (home.memory() - before) / 1024
    grounds.close(home)
    return [
        Figure(f"search while typing, {RESIDENTS:,} sealed residents: 95 of 100 within", value, round(late, 1), "≤100"),
        Figure("the same, the first search of a process; memory it takes", f"{first:.1f} s; {grown:.0f} MB"),
    ]

"""g: what the desks wait for: a ledger, the watch with its orders, a supervisor's pages on a year of a real region."""

from __future__ import annotations

import statistics
import time
import uuid
from typing import Any

import requests

from tests.bench.grounds import Grounds, Home
from tests.bench.measures import Figure

ROWS, ORDERS_OF_A_YEAR, LOOKS = 200, 200_000, 5
REGIONS = ("yuhua", "tianjin")
HEADINGS = "姓名\t电话\t楼栋\t门牌\t需求\t时间\t备注"
#: What a preview says of a line besides the line.
JUDGED = ("wrong", "twins", "same_as")
PERIODS = ("?period=2026", "?period=2026-11", "")


class Desk:
    """Somebody of the staff, by HTTP."""

    def __init__(self, home: Home, token: str) -> None:
        self.url, self.http = f"http://127.0.0.1:{home.port}", requests.Session()
        self.http.headers["Authorization"] = f"Bearer {token}"

    def ask(self, method: str, path: str, **said: Any) -> tuple[float, requests.Response]:
        """The milliseconds until the whole answer is there, and the answer."""
        begun = time.perf_counter()
        answer = self.http.request(method, self.url + path, timeout=120, **said)
        took = (time.perf_counter() - begun) * 1000
        assert answer.ok, answer.text
        return took, answer

    def look(self, path: str) -> float:
        """The median of some looks at a page."""
        return statistics.median(self.ask("GET", path)[0] for _ in range(LOOKS))


def figures(grounds: Grounds, *, postgresql: bool) -> list[Figure]:
    """All of them; a supervisor's pages on PostgreSQL too."""
    found = _at_the_desks(grounds)
    for name in ("SQLite", "PostgreSQL") if postgresql else ("SQLite",):
        found += [_coverage(grounds, region, name) for region in REGIONS]
    return found


def _at_the_desks(grounds: Grounds) -> list[Figure]:
    home = grounds.home()
    clerk, coordinator = Desk(home, home.house.token("clerk")), Desk(home, home.cast["coordinator"])
    lines = [f"陈{n}\t139{n:08d}\t{n % 30 + 1}号楼\t2单元301\t买米10斤\t明天上午\t门铃坏了" for n in range(ROWS)]
    looked, preview = clerk.ask("POST", "/api/v1/ledgers/preview", json={"text": "\n".join([HEADINGS, *lines])})
    rows = [{name: value for name, value in row.items() if name not in JUDGED} for row in preview.json()["rows"]]
    posted, _ = clerk.ask("POST", "/api/v1/ledgers", json={"rows": rows}, headers={"Idempotency-Key": str(uuid.uuid4())})
    watch = coordinator.look("/watch")
    grounds.close(home)
    seconds = (looked + posted) / 1000
    return [
        Figure(f"a ledger of {ROWS} rows, looked at and posted", f"{seconds:.1f} s", round(seconds, 2), "≤3"),
        Figure(f"the coordinator's watch with {ROWS} more orders on it", f"{watch:.0f} ms"),
    ]


def _coverage(grounds: Grounds, region: str, name: str) -> Figure:
    """The slowest of every district's pages."""
    home = grounds.home(postgresql=name == "PostgreSQL")
    year = home.prepare("year", region=region, many=ORDERS_OF_A_YEAR)
    slowest = 0.0
    for district in year["districts"]:
        desk = Desk(home, district["token"])
        pages = [f"/overview{period}" for period in PERIODS]
        pages += [f"/overview/{district['station']}{PERIODS[0]}", f"/overview/{district['code']}/counts.csv{PERIODS[0]}"]
        slowest = max(slowest, *(desk.look(page) for page in pages))
    grounds.close(home)
    what = f"a supervisor's slowest page, a year of {ORDERS_OF_A_YEAR:,} orders in {region} ({name})"
    return Figure(what, f"{slowest:.0f} ms", round(slowest), "≤200")

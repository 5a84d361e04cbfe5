"""What is measured, each against the bare acknowledgements of the same minute."""

from __future__ import annotations

import statistics
import time
import uuid
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import requests

from tests.bench.grounds import Bare, Grounds, Home

#: So many answers are waited for at any time: an ordinary rush, and one in which half the couriers want something at once.
UNDER_WAY, RUSH = 8, 40
#: So many couriers of the station are connected and listen.
LISTENERS = 80
#: So many more lines are opened to see what each one takes.
MORE_LINES = 500
LONG_BOARD = 200


class Scale(NamedTuple):
    """How much is done; the ratios hold at every scale, the larger only shakes less.

    A round of claims ends with the last frame, up to a tenth of a second after the last claim: a short one would measure that.
    """

    rounds: int
    bare: int
    losers: int
    claims: int
    few_past: int
    many_past: int
    looks: int


FULL = Scale(rounds=3, bare=8000, losers=2500, claims=2500, few_past=1_000, many_past=1_000_000, looks=150)
QUICK = Scale(rounds=2, bare=4000, losers=1000, claims=1500, few_past=1_000, many_past=100_000, looks=40)


class Figure(NamedTuple):
    """One line of the table. `target` is at least (≥) or at most (≤) a number; None where it is said for information."""

    what: str
    value: str
    ratio: float | None = None
    target: str = ""

    @property
    def verdict(self) -> str:
        if self.ratio is None or not self.target:
            return ""
        sign, number = self.target[0], float(self.target[1:])
        return "ok" if (self.ratio >= number if sign == "≥" else self.ratio <= number) else "miss"


def claims_of(orders: list[str]) -> list[dict[str, str]]:
    return [{"order_id": order_id, "key": str(uuid.uuid4())} for order_id in orders]


class Rates:
    """Rates of one house, in turns with the bare server, so that a slow minute of the machine is slow for both."""

    def __init__(self, scale: Scale, bare: Bare, home: Home) -> None:
        self.scale, self.bare, self.home = scale, bare, home
        self.yardstick: list[float] = []
        self.busiest = 0.0

    def burst(self, server: Bare | Home, expected: str, **asked: Any) -> tuple[float, dict[str, Any]]:
        """Commands per second, all of which must have had the expected answer."""
        said = server.driver.ask("burst", **asked)
        many = len(asked["commands"])
        assert said["answers"] == {expected: many}, said["answers"]
        assert "marker" not in asked or said["heard_least"] == many, f"a listener heard {said['heard_least']} of {many}"
        self.busiest = max(self.busiest, said["busy"])
        return many / said["seconds"], said

    def compare(
        self, what: str, target: str, expected: str, rounds: Iterator[list[str]], marker: str | None = None, under_way: int = UNDER_WAY
    ) -> Figure:
        """Rounds of claims, each after a round of bare acknowledgements."""
        rates, ratios, slow = [], [], []
        more: dict[str, Any] = {"under_way": under_way} | ({"marker": marker} if marker else {})
        for orders in rounds:
            bare, _ = self.burst(self.bare, "ok", event="bare", commands=claims_of(["0" * 32] * self.scale.bare), under_way=under_way)
            rate, said = self.burst(self.home, expected, event="order.claim", commands=claims_of(orders), **more)
            if under_way == UNDER_WAY:
                self.yardstick.append(bare)
            rates.append(rate)
            ratios.append(rate / bare)
            slow.append(said["slow"] * 1000)
        value = f"{statistics.median(rates):,.0f} /s, 99 of 100 within {statistics.median(slow):.0f} ms"
        return Figure(what, value, round(statistics.median(ratios), 3), target)


def rates(grounds: Grounds, scale: Scale, only: str, *, postgresql: bool = False) -> list[Figure]:
    """a, b and c: acknowledgements, claims and losers."""
    bare, home = grounds.bare(), grounds.home(postgresql=postgresql)
    bare.driver.ask("connect", tokens=[None] * LISTENERS)
    # courier1 holds the order that is taken; so the lines are those of the others, one of whom has two.
    home.driver.ask("connect", tokens=[*home.cast["couriers"][1:], home.cast["couriers"][1]])
    measured, name = Rates(scale, bare, home), "PostgreSQL" if postgresql else "SQLite"
    figures = []

    def target(wanted: str) -> str:
        return "" if postgresql else wanted

    taken = home.prepare("post", many=1, taken=True)["orders"] * scale.losers
    if "c" in only:
        figures.append(measured.compare(f"losers ({name})", target("≥0.5"), "taken", iter([taken] * scale.rounds)))
    if "b" in only or "c" in only:
        home.prepare("post", many=LONG_BOARD)
        time.sleep(2)
    if "c" in only:
        figures.append(
            measured.compare(f"losers, {LONG_BOARD} orders on the board ({name})", target("≥0.5"), "taken", iter([taken] * scale.rounds))
        )
    if "b" in only:
        for n, under_way in enumerate((UNDER_WAY, RUSH)):
            rounds = (fresh_orders(home, scale.claims) for _ in range(scale.rounds))
            what = f"claims, {under_way} under way, kept and heard by {LISTENERS} ({name})"
            figures.insert(n, measured.compare(what, target("≥0.2"), "ok", rounds, '"order.claimed"', under_way))
    if "a" in only and not measured.yardstick:
        measured.compare("", "", "taken", iter([taken[:1]] * scale.rounds))
    if not postgresql:
        value = f"{statistics.median(measured.yardstick):,.0f} /s"
        figures.insert(0, Figure(f"bare acknowledgements, {UNDER_WAY} under way, {LISTENERS} connected", value, 1.0))
    figures.append(Figure(f"the load's own process, busy at most ({name})", f"{measured.busiest:.0%} of a core"))
    grounds.close(bare, home)
    return figures


def fresh_orders(home: Home, many: int) -> list[str]:
    """New orders; those of the last round have been delivered. Listeners have heard of them, and each has its plan, before it begins."""
    home.prepare("deliver")
    orders: list[str] = home.prepare("post", many=many)["orders"]
    time.sleep(20)
    return orders


def memory(grounds: Grounds) -> list[Figure]:
    """d: what 500 more couriers' lines take, each of which has heard something."""
    bare, home = grounds.bare(), grounds.home()
    couriers = home.cast["couriers"]
    tokens = [couriers[n % LISTENERS] for n in range(MORE_LINES)]

    def each(server: Bare | Home, first: list[str | None], more: list[str | None]) -> float:
        server.driver.ask("connect", tokens=first, deflate=True)
        stir(server)
        before = server.memory()
        server.driver.ask("connect", tokens=more, deflate=True)
        stir(server)
        return (server.memory() - before) / MORE_LINES

    def stir(server: Bare | Home) -> None:
        if isinstance(server, Home):
            server.prepare("post", many=5)
        time.sleep(4)

    own = each(home, couriers, tokens)
    plain = each(bare, [None] * LISTENERS, [None] * MORE_LINES)
    grounds.close(bare, home)
    return [
        Figure("memory per connected courier", f"{own:.0f} KB", round(own, 1), "≤70"),
        Figure("memory per line of the bare server", f"{plain:.0f} KB"),
    ]


def looks(home: Home, login: str, status: str | None) -> Callable[[], float]:
    """Asks for a first page; says how long it took."""
    http = requests.Session()
    token = home.cast["coordinator"] if login == "coordinator" else home.cast["couriers"][0]
    http.headers["Authorization"] = f"Bearer {token}"
    address = f"http://127.0.0.1:{home.port}/api/v1/orders" + (f"?status={status}" if status else "")

    def look() -> float:
        begun = time.perf_counter()
        answer = http.get(address, timeout=30)
        took = time.perf_counter() - begun
        assert answer.status_code == 200, answer.text
        return took

    return look


def in_turns(times: int, few: Callable[[], float], many: Callable[[], float]) -> tuple[float, float]:
    """The medians of two things done in turns."""
    pairs = [(few(), many()) for _ in range(times)]
    return statistics.median(pair[0] for pair in pairs), statistics.median(pair[1] for pair in pairs)


def flat(grounds: Grounds, scale: Scale) -> list[Figure]:
    """e: the same with few past orders and with very many."""
    homes = grounds.home(scale.few_past), grounds.home(scale.many_past)
    orders = []
    for home in homes:
        orders.append(iter(home.prepare("post", many=scale.looks)["orders"]))
        home.driver.ask("connect", tokens=home.cast["couriers"][:1])
    time.sleep(2)

    def claim(n: int) -> Callable[[], float]:
        def one() -> float:
            said = homes[n].driver.ask("burst", event="order.claim", commands=claims_of([next(orders[n])]), under_way=1)
            assert said["answers"] == {"ok": 1}, said["answers"]
            return float(said["median"])

        return one

    asked = [
        ("the board's first page", "≤1.2", scale.looks, looks(homes[0], "courier", "open"), looks(homes[1], "courier", "open")),
        (
            "a coordinator's first page",
            "≤1.2",
            scale.looks,
            looks(homes[0], "coordinator", "active"),
            looks(homes[1], "coordinator", "active"),
        ),
        ("one claim", "≤1.2", scale.looks, claim(0), claim(1)),
        ("all orders, newest first", "", 5, looks(homes[0], "coordinator", None), looks(homes[1], "coordinator", None)),
    ]
    figures = []
    for what, target, times, few, many in asked:
        one, other = in_turns(times, few, many)
        value = f"{one * 1000:.1f} ms → {other * 1000:.1f} ms"
        said = f"{what}: {scale.few_past:,} → {scale.many_past:,} past orders"
        figures.append(Figure(said, value, round(other / one, 2), target))
    grounds.close(*homes)
    return figures

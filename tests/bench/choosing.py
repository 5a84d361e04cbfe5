"""h: how long it takes to decide whose phones speak: the choosing alone, and a whole look of the jobs' process on a busy evening."""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable

from dispatch.orders.predicting import Circumstances, Own, Shared, likelihood, prior
from dispatch.orders.waves import SCHEDULES, Candidate, whom_to_ask
from tests.bench import evening
from tests.bench.grounds import Grounds, prepared
from tests.bench.measures import Figure

COURIERS, TIMES = 80, 200
OPEN_ORDERS, STATIONS = 500, 62
_Known = list[tuple[str, Own, Circumstances]]


def figures(grounds: Grounds, *, postgresql: bool) -> list[Figure]:
    """The choosing as the product does it, for the first wave, and whole looks with all that is read and written."""
    found = _choosing()
    for name in ("SQLite", "PostgreSQL") if postgresql else ("SQLite",):
        found += [_whole_looks(grounds, stations, name) for stations in (1, STATIONS)]
    return found


def _choosing() -> list[Figure]:
    dice = random.Random(1)
    one = station(dice)
    single = [timed(lambda: choose(prior(), one)) for _ in range(TIMES)]
    stations = [station(dice) for _ in range(STATIONS)]

    def tick() -> None:
        for order in range(OPEN_ORDERS):
            choose(prior(), stations[order % STATIONS])

    everybody = COURIERS * STATIONS
    whole = [timed(tick) for _ in range(3)]
    return [
        Figure(
            f"whose phones speak for one order among {COURIERS} couriers: slowest of {TIMES}",
            f"{max(single):.1f} ms, half of them within {statistics.median(single):.2f} ms",
            round(max(single), 1),
            "≤50",
        ),
        Figure(
            f"the same for {OPEN_ORDERS} orders and {everybody:,} couriers in {STATIONS} stations",
            f"{statistics.median(whole):.0f} ms",
            round(statistics.median(whole)),
            "≤1000",
        ),
    ]


def _whole_looks(grounds: Grounds, stations: int, name: str) -> Figure:
    """A house that nobody serves: the looks have a process of their own, as the jobs have beside a server."""
    house = grounds.house(postgresql=name == "PostgreSQL")
    prepared(house, "evening", stations=stations)
    looks = prepared(house, "look")
    first, idle = looks.pop("first"), looks.pop("idle")
    later = max(one["ms"] for one in looks.values())
    where = "one station" if stations == 1 else f"{stations} stations"
    slowest = max((first, *looks.values()), key=lambda one: one["ms"])
    return Figure(
        f"a whole look, read and written: {evening.OPEN_ORDERS} orders, {evening.COURIERS:,} couriers at {where} ({name})",
        f"{first['ms']:.0f} ms, later up to {later:.0f} ms (of CPU {slowest['cpu']:.0f} ms); nothing due: {idle['ms']:.1f} ms",
        round(slowest["ms"]),
        "≤1000",
    )


def station(dice: random.Random) -> _Known:
    return [
        (f"p{n}", Own(dice.gauss(0, 1), 0.3), Circumstances(dice.uniform(0, 4), dice.random() < 0.5, dice.uniform(0, 60)))
        for n in range(COURIERS)
    ]


def choose(shared: Shared, known: _Known) -> list[Candidate]:
    candidates = [Candidate(person_id, likelihood(shared, own, seen), seen.km) for person_id, own, seen in known]
    return whom_to_ask(SCHEDULES["urgent"], 0, candidates)


def timed(what: Callable[[], object]) -> float:
    begun = time.perf_counter()
    what()
    return (time.perf_counter() - begun) * 1000

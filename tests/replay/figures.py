"""What a replay is judged by."""

from __future__ import annotations

from collections import Counter
from math import exp
from statistics import fmean, median

from tests.replay.simulating import Outcome, Run
from tests.replay.world import World

#: What is weighed in U: minutes until a claim lose their worth by this time, and what an alert and a kilometre cost.
WORTH_S, ALERT_COSTS, KM_COSTS = 900.0, 0.005, 0.02

Figures = dict[str, float]


def figures(run: Run, bound: float | None = None) -> Figures:
    """All of them, for one run. Shares are between 0 and 1, times in seconds."""
    outcomes = run.outcomes
    claimed = [one for one in outcomes if one.taken_s is not None]
    urgent = [one for one in outcomes if one.order.urgent]
    times = sorted(one.taken_s for one in claimed if one.taken_s is not None)
    worth = utility(run)
    best, worst = gap(outcomes)
    return {
        "orders": len(outcomes),
        "in 5 min": within(outcomes, 300),
        "in 15 min": within(outcomes, 900),
        "in 30 min": within(outcomes, 1800),
        "median s": median(times) if times else float("nan"),
        "p95 s": times[int(len(times) * 0.95)] if times else float("nan"),
        "alerts a claim": sum(run.alerts) / len(claimed) if claimed else float("inf"),
        "alerts a courier and day": sum(run.alerts) / max(1, duty_days(run.world)),
        "lost races": run.lost_races / len(outcomes),
        "km": fmean(one.km for one in claimed) if claimed else float("nan"),
        "Gini": gini(run),
        "gap": best - worst,
        "worst community": worst,
        "urgent in 5 min": within(urgent, 300),
        "urgent in 30 min": within(urgent, 1800),
        "U": worth,
        "U / bound": worth / bound if bound else float("nan"),
    }


def utility(run: Run) -> float:
    """U: what claims are worth by their age, less what alerts and kilometres cost, per order."""
    worth = sum(exp(-one.taken_s / WORTH_S) - KM_COSTS * one.km for one in run.outcomes if one.taken_s is not None)
    return (worth - ALERT_COSTS * sum(run.alerts)) / len(run.outcomes)


def within(outcomes: list[Outcome], seconds: float) -> float:
    """The share that somebody took in time."""
    return sum(one.taken_s is not None and one.taken_s <= seconds for one in outcomes) / len(outcomes) if outcomes else float("nan")


def gini(run: Run) -> float:
    """How unequally errands fell to those who were on duty at all: 0 all the same, 1 all to one."""
    serving = [number for number, courier in enumerate(run.world.couriers) if courier.shifts]
    claims = Counter(courier for courier, _, _ in run.errands)
    counts = sorted(claims[number] for number in serving)
    total = sum(counts)
    if not total:
        return float("nan")
    return 2 * sum(rank * count for rank, count in enumerate(counts, 1)) / (len(counts) * total) - (len(counts) + 1) / len(counts)


def gap(outcomes: list[Outcome]) -> tuple[float, float]:
    """Claimed within half an hour in the community that is served best, and worst."""
    shares = [within(group, 1800) for group in by_community(outcomes).values() if len(group) >= 10]
    return (max(shares), min(shares)) if shares else (float("nan"), float("nan"))


def by_community(outcomes: list[Outcome]) -> dict[int, list[Outcome]]:
    groups: dict[int, list[Outcome]] = {}
    for one in outcomes:
        groups.setdefault(one.order.community, []).append(one)
    return groups


def duty_days(world: World) -> int:
    return sum(len(courier.shifts) for courier in world.couriers)


def mean_of(many: list[Figures]) -> Figures:
    return {name: fmean(one[name] for one in many) for name in many[0]}

"""`python -m tests.replay.communities`: how far apart communities are served, with and without the one that lies alone, and by chance."""

from __future__ import annotations

import random
from collections.abc import Sequence
from statistics import fmean

from tests.replay.__main__ import CURVED, HELD_OUT
from tests.replay.figures import by_community, gap, within
from tests.replay.policies import POLICIES
from tests.replay.simulating import Simulation
from tests.replay.world import SCENARIOS, apart_km, drawn, street

#: So often the same orders are claimed by lot.
LOTS = 400
IN_TIME_S = 1800.0


def alone() -> tuple[int, float]:
    """The community that is farthest from its next one, and how far, in kilometres."""
    places, _ = street()
    apart = [min(apart_km(one, other) for m, other in enumerate(places) if m != n) for n, one in enumerate(places)]
    return max(enumerate(apart), key=lambda pair: pair[1])


def by_lot(sizes: Sequence[int], chance: float, lots: random.Random) -> float:
    """The gap where every order is claimed with the same chance, wherever it is: the mean of many lots."""
    gaps = []
    for _ in range(LOTS):
        shares = [sum(lots.random() < chance for _ in range(size)) / size for size in sizes]
        gaps.append(max(shares) - min(shares))
    return fmean(gaps)


def row(scenario: str, far: int) -> str:
    """One scenario: means of the weeks, then the five weeks as one."""
    weeks = [Simulation(drawn(SCENARIOS[scenario], seed), POLICIES["product"]()).replay().outcomes for seed in HELD_OUT]
    near = [[one for one in week if one.order.community != far] for week in weeks]
    lots = random.Random(0)
    chance = fmean(by_lot([len(some) for some in by_community(week).values()], within(week, IN_TIME_S), lots) for week in weeks)
    everything = [one for week in weeks for one in week]
    mean, shares = within(everything, IN_TIME_S), {one: within(some, IN_TIME_S) for one, some in by_community(everything).items()}
    rest = [share for one, share in shares.items() if one != far]
    pooled = by_lot([len(some) for some in by_community(everything).values()], mean, lots)
    apart, apart_but_one = (fmean(best - worst for best, worst in map(gap, some)) for some in (weeks, near))
    cells = [apart, apart_but_one, chance, mean, shares[far], min(rest), max(rest), max(rest) - min(rest), pooled]
    return f"| {SCENARIOS[scenario].name} | " + " | ".join(f"{cell:.2f}" for cell in cells) + " |"


def main() -> None:
    """Figures, not a test."""
    far, km = alone()
    print(f"Left out: community {far}, {km:.1f} km from the next one.")
    print("| | gap | but one | by lot | mean of five weeks | that one | worst of the others | best | gap of the others | by lot |")
    print("|---|" + "---:|" * 9)
    for scenario in CURVED:
        print(row(scenario, far))


if __name__ == "__main__":
    main()

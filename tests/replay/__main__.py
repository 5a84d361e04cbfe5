"""`make replay`: ways of alerting on the same weeks of errands; prints the table, writes a CSV and a plot of claimed over time."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tests.replay.figures import Figures
from tests.replay.jobs import BOUND, SENSITIVITY, Done, Job, progress, world_of
from tests.replay.plot import svg
from tests.replay.policies import CURVE, POLICIES, VARIANTS
from tests.replay.reading import NotReadable
from tests.replay.table import Key, as_comparison, as_curve, as_markdown, print_table, write_csv, write_into
from tests.replay.world import DAYS, SCENARIOS

#: The product was tuned on the first; the others were never looked at meanwhile.
TUNED_ON, HELD_OUT = [1, 2, 3, 4, 5], [11, 12, 13, 14, 15]
#: Where marks were missed, and the curve says what they would cost.
CURVED = ["S2", "S3", "S4"]
#: Of half and twice: far behind everything else, and slow, as they ask everybody.
LEFT_OUT = {("S4", "broadcast"), ("S4", "rings")}


def main() -> None:
    """Figures, not a test: ends well whatever they are, except where a policy is better than the bound."""
    asked = _asked()
    usual = (TUNED_ON if asked.curve else HELD_OUT) if asked.full else HELD_OUT[:1]
    seeds = [int(seed) for seed in asked.seeds.split(",")] if asked.seeds else usual
    scenarios = (CURVED if asked.curve else list(SCENARIOS)) if asked.full else asked.scenarios.split(",")
    files = (asked.orders, asked.couriers) if asked.orders and asked.couriers else None
    assumptions = list(SENSITIVITY) if asked.sensitivity else [""]
    bounded = not asked.sensitivity
    policies = [*(CURVE if asked.curve else asked.policies.split(",")), *([BOUND] if bounded else [])]
    jobs = [
        Job(scenario, assumed, policy, seed, asked.days, files)
        for scenario in scenarios
        for seed in seeds
        for assumed in assumptions
        for policy in policies
        if not (asked.sensitivity and (scenario, policy) in LEFT_OUT)
    ]
    try:
        if files:
            world_of(jobs[0].scenario, jobs[0].seed, jobs[0].days, files)
        done = {one.job: one for one in progress(jobs, asked.processes)}
    except NotReadable as why:
        sys.exit(str(why))
    results: dict[Key, list[Figures]] = {}
    curves: dict[str, dict[str, list[float | None]]] = {}
    for job in jobs:
        if job.policy == BOUND:
            continue
        name = f"{SCENARIOS[job.scenario].name}{' (city)' if files else ''}"
        one = _judged(done, job, bounded=bounded)
        results.setdefault((name, job.assumed, job.policy), []).append(one.figures)
        if not job.assumed:
            curves.setdefault(name, {}).setdefault(job.policy, []).extend(one.taken)
    print_table(results)
    _write(asked, results, curves, seeds)


def _asked() -> argparse.Namespace:
    options = argparse.ArgumentParser(prog="python -m tests.replay", description=__doc__)
    options.add_argument("--scenarios", default="S1,S3", help=", ".join(f"{key} = {one.name}" for key, one in SCENARIOS.items()))
    options.add_argument("--seeds", help="tuned on 1-5, reported on 11-15; 11 if nothing is said, with --full all five")
    options.add_argument("--policies", default=",".join(POLICIES), help=f"besides these: {', '.join(VARIANTS)}")
    options.add_argument(
        "--full",
        action="store_true",
        help="all scenarios, the five held-out seeds (of --curve S2 to S4 and those that it was tuned on); writes docs/replay.md",
    )
    options.add_argument("--curve", action="store_true", help="the product at half to twice its price, and with other weights")
    options.add_argument("--sensitivity", action="store_true", help="each assumed slope at half and at twice")
    options.add_argument(
        "--orders", type=Path, help="a city's day: order_id,pick_up_lat,pick_up_lng,drop_off_lat,drop_off_lng,placement_time"
    )
    options.add_argument("--couriers", type=Path, help="its couriers, as CSV")
    options.add_argument("--days", type=int, default=DAYS)
    options.add_argument("--processes", type=int, default=2)
    options.add_argument("--out", type=Path, default=Path("var/replay"), help="where the CSV and the plot are written")
    asked = options.parse_args()
    if bool(asked.orders) != bool(asked.couriers):
        options.error("--orders and --couriers belong together")
    if asked.curve and asked.sensitivity:
        options.error("--curve or --sensitivity")
    unknown = [*(set(asked.policies.split(",")) - set(POLICIES | VARIANTS)), *(set(asked.scenarios.split(",")) - set(SCENARIOS))]
    if unknown:
        options.error(f"there is no {', '.join(sorted(unknown))}")
    return asked


def _judged(done: dict[Job, Done], job: Job, *, bounded: bool) -> Done:
    one = done[job]
    if not bounded:
        return one
    most = done[job._replace(policy=BOUND)].figures["U"]
    if one.figures["U"] > most:
        raise AssertionError(f"{job} reached {one.figures['U']}, and the bound is {most}: one of the two is wrong.")
    return one._replace(figures=one.figures | {"U / bound": one.figures["U"] / most})


def _write(
    asked: argparse.Namespace, results: dict[Key, list[Figures]], curves: dict[str, dict[str, list[float | None]]], seeds: list[int]
) -> None:
    folder = Path("docs") if asked.full else asked.out
    folder.mkdir(parents=True, exist_ok=True)
    part = "sensitivity" if asked.sensitivity else "curve" if asked.curve else "figures"
    name = "replay" if part == "figures" else f"replay-{part}"
    write_csv(folder / f"{name}.csv", results, seeds)
    if part == "figures":
        (folder / f"{name}.svg").write_text(svg(curves), encoding="utf-8")
    if asked.full:
        text = {"sensitivity": as_comparison, "curve": as_curve, "figures": as_markdown}[part](results)
        write_into(folder / "replay.md", text, f"<!-- {part} -->", f"<!-- /{part} -->")


if __name__ == "__main__":
    main()

"""`make replay`: ways of alerting on the same weeks of errands; prints the table, writes a CSV and a plot of claimed over time."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from importlib.util import find_spec
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

from tests.replay.behaving import ASSUMED
from tests.replay.bound import bound
from tests.replay.figures import Figures, figures
from tests.replay.plot import svg
from tests.replay.policies import POLICIES
from tests.replay.reading import NotReadable, city
from tests.replay.simulating import Simulation
from tests.replay.table import Key, as_markdown, print_table, write_csv, write_into
from tests.replay.world import DAYS, SCENARIOS, World, drawn

#: What is assumed at half and at twice.
SENSITIVITY = {
    "": ASSUMED,
    "distance ½": replace(ASSUMED, km=ASSUMED.km / 2),
    "distance ×2": replace(ASSUMED, km=ASSUMED.km * 2),
    "busy ½": replace(ASSUMED, busy=ASSUMED.busy / 2),
    "busy ×2": replace(ASSUMED, busy=ASSUMED.busy * 2),
    "mute ½": replace(ASSUMED, mute=ASSUMED.mute / 2),
    "mute ×2": replace(ASSUMED, mute=ASSUMED.mute * 2),
}
#: The policies were tuned on seeds 1 to 5; these were never looked at meanwhile.
HELD_OUT = [11, 12, 13, 14, 15]
_BOUND = "bound"


class Job(NamedTuple):
    """One policy in one world, or the bound of that world."""

    scenario: str
    assumed: str
    policy: str
    seed: int
    days: int
    files: tuple[Path, Path] | None


class Done(NamedTuple):
    job: Job
    figures: Figures
    #: After how many seconds each order was taken.
    taken: list[float | None]


def main() -> None:
    """Figures, not a test: ends well whatever they are, except where a policy is better than the bound."""
    asked = _asked()
    seeds = HELD_OUT if asked.full else [int(seed) for seed in asked.seeds.split(",")]
    scenarios = list(SCENARIOS) if asked.full else asked.scenarios.split(",")
    files = (asked.orders, asked.couriers) if asked.orders and asked.couriers else None
    assumptions = list(SENSITIVITY) if asked.sensitivity else [""]
    bounded = not asked.sensitivity and find_spec("scipy") is not None
    policies = [*asked.policies.split(","), *([_BOUND] if bounded else [])]
    jobs = [
        Job(scenario, assumed, policy, seed, asked.days, files)
        for scenario in scenarios
        for seed in seeds
        for assumed in assumptions
        for policy in policies
    ]
    try:
        if files:
            _world(jobs[0].scenario, jobs[0].seed, jobs[0].days, files)
        done = {one.job: one for one in _progress(jobs, asked.processes)}
    except NotReadable as why:
        sys.exit(str(why))
    results: dict[Key, list[Figures]] = {}
    curves: dict[str, dict[str, list[float | None]]] = {}
    for job in jobs:
        if job.policy == _BOUND:
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
    options.add_argument("--seeds", default="11", help="tuned on 1-5, reported on 11-15")
    options.add_argument("--policies", default=",".join(POLICIES))
    options.add_argument("--full", action="store_true", help="all scenarios, the five held-out seeds; writes docs/replay.md")
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
    unknown = [*(set(asked.policies.split(",")) - set(POLICIES)), *(set(asked.scenarios.split(",")) - set(SCENARIOS))]
    if unknown:
        options.error(f"there is no {', '.join(sorted(unknown))}")
    return asked


def _progress(jobs: list[Job], processes: int) -> Iterator[Done]:
    """Each in a process of its own, as many as asked at a time; a bar on the screen."""
    with get_context("spawn").Pool(processes) as pool:
        for count, done in enumerate(pool.imap_unordered(_carried_out, jobs), 1):
            filled = 30 * count // len(jobs)
            bar = "█" * filled + "·" * (30 - filled)
            print(f"\r{bar} {count}/{len(jobs)} {done.job.scenario} {done.job.policy:<10}", end="", file=sys.stderr, flush=True)
            yield done
    print(file=sys.stderr)


def _carried_out(job: Job) -> Done:
    world, assumed = _world(job.scenario, job.seed, job.days, job.files), SENSITIVITY[job.assumed]
    if job.policy == _BOUND:
        return Done(job, {"U": bound(world, assumed)}, [])
    run = Simulation(world, POLICIES[job.policy](), assumed).replay()
    return Done(job, figures(run), [one.taken_s for one in run.outcomes])


@lru_cache(maxsize=4)
def _world(scenario: str, seed: int, days: int, files: tuple[Path, Path] | None) -> World:
    if files:
        return city(*files, SCENARIOS[scenario], seed, days=days)
    return drawn(SCENARIOS[scenario], seed, days=days)


def _judged(done: dict[Job, Done], job: Job, *, bounded: bool) -> Done:
    one = done[job]
    if not bounded:
        return one
    most = done[job._replace(policy=_BOUND)].figures["U"]
    if one.figures["U"] > most:
        raise AssertionError(f"{job} reached {one.figures['U']}, and the bound is {most}: one of the two is wrong.")
    return one._replace(figures=one.figures | {"U / bound": one.figures["U"] / most})


def _write(
    asked: argparse.Namespace, results: dict[Key, list[Figures]], curves: dict[str, dict[str, list[float | None]]], seeds: list[int]
) -> None:
    folder = Path("docs") if asked.full else asked.out
    folder.mkdir(parents=True, exist_ok=True)
    name = "replay-sensitivity" if asked.sensitivity else "replay"
    write_csv(folder / f"{name}.csv", results, seeds)
    if not asked.sensitivity:
        (folder / f"{name}.svg").write_text(svg(curves), encoding="utf-8")
    if asked.full:
        part = "sensitivity" if asked.sensitivity else "figures"
        write_into(folder / "replay.md", as_markdown(results), f"<!-- {part} -->", f"<!-- /{part} -->")


if __name__ == "__main__":
    main()

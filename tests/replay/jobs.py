"""Who carries out what of a replay: each policy in each world is a job, several at a time, in processes of their own."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

from tests.replay.behaving import ASSUMED
from tests.replay.bound import bound
from tests.replay.figures import Figures, figures
from tests.replay.policies import CURVE, POLICIES, VARIANTS
from tests.replay.reading import city
from tests.replay.simulating import Simulation
from tests.replay.world import SCENARIOS, World, drawn

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
BOUND = "bound"


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


def progress(jobs: list[Job], processes: int) -> Iterator[Done]:
    """Each in a process of its own, as many as asked at a time; a bar on the screen."""
    with get_context("spawn").Pool(processes) as pool:
        for count, done in enumerate(pool.imap_unordered(_carried_out, jobs), 1):
            filled = 30 * count // len(jobs)
            bar = "█" * filled + "·" * (30 - filled)
            print(f"\r{bar} {count}/{len(jobs)} {done.job.scenario} {done.job.policy:<10}", end="", file=sys.stderr, flush=True)
            yield done
    print(file=sys.stderr)


def _carried_out(job: Job) -> Done:
    world, assumed = world_of(job.scenario, job.seed, job.days, job.files), SENSITIVITY[job.assumed]
    if job.policy == BOUND:
        return Done(job, {"U": bound(world, assumed)}, [])
    run = Simulation(world, (POLICIES | VARIANTS | CURVE)[job.policy](), assumed).replay()
    return Done(job, figures(run), [one.taken_s for one in run.outcomes])


@lru_cache(maxsize=4)
def world_of(scenario: str, seed: int, days: int, files: tuple[Path, Path] | None) -> World:
    if files:
        return city(*files, SCENARIOS[scenario], seed, days=days)
    return drawn(SCENARIOS[scenario], seed, days=days)

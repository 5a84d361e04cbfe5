"""What wakes the alerts: a hint at once, a second without one; and all jobs, if the wall clock was put back."""

from __future__ import annotations

import threading
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask

from dispatch import jobs, waking
from dispatch.journal.hints import announce
from dispatch.waking import PUT_BACK_S, Waker


class Clocks:
    """The wall clock, and the one that nobody can put back."""

    def __init__(self) -> None:
        self.wall, self.steady = 1_000_000.0, 500.0

    def time(self) -> float:
        return self.wall

    def monotonic(self) -> float:
        return self.steady


@pytest.mark.parametrize(
    ("by", "heeded"), [(-3600.0, True), (-PUT_BACK_S - 1, True), (-PUT_BACK_S + 1, False), (0.0, False), (3600.0, False)]
)
def test_all_jobs_look_at_once_if_the_clock_was_put_back(app: Flask, monkeypatch: pytest.MonkeyPatch, by: float, heeded: bool) -> None:
    clocks, modified = Clocks(), []
    monkeypatch.setattr(waking, "time", clocks)
    job: Any = SimpleNamespace(modify=lambda **how: modified.append(how))
    monkeypatch.setattr(waking, "scheduler", SimpleNamespace(get_jobs=lambda: [job, job]))
    waker = Waker(app, lambda: None)
    for step in (5.0, 5.0 + by, 5.0):
        clocks.wall, clocks.steady = clocks.wall + step, clocks.steady + 5.0
        waker.heed_the_clock()
    assert len(modified) == (2 if heeded else 0)
    assert all(how["next_run_time"].tzinfo for how in modified)


def test_a_hint_wakes_it_and_what_fails_does_not_end_it(app: Flask) -> None:
    looked: list[int] = []
    again = threading.Event()

    def look() -> None:
        looked.append(1)
        if len(looked) == 1:
            raise RuntimeError("by our own fault")
        again.set()

    waker = Waker(app, look)
    waker.start()
    announce(app, "120116014")
    assert again.wait(30)
    waker.end()
    ended = len(looked)
    assert ended >= 2
    announce(app, "120116014")
    assert len(looked) == ended


def test_two_looks_of_one_process_do_not_meet(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    inside, deepest = [0], [0]

    def look() -> int:
        inside[0] += 1
        deepest[0] = max(deepest[0], inside[0])
        jobs.alert(app)  # as the sweep would, meanwhile
        inside[0] -= 1
        return 1

    monkeypatch.setattr(jobs.believing, "settle", lambda: 0)
    monkeypatch.setattr(jobs.offering, "offer", look)
    jobs.alert(app)
    jobs.alert(app)
    assert deepest == [1]

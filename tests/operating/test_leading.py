"""Who does the jobs: one process alone, another when it is gone, and none of the jobs waits for another."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from sqlalchemy import text

from dispatch import jobs
from dispatch.core.unit_of_work import reading
from dispatch.extensions import scheduler
from tests.servers import Postgres

pytestmark = pytest.mark.slow


@pytest.fixture
def two_leaders(either_app: Flask) -> Iterator[tuple[jobs.Leader, jobs.Leader]]:
    leaders = jobs.Leader(either_app), jobs.Leader(either_app)
    yield leaders
    with either_app.app_context():
        for leader in leaders:
            leader.step_down()


def ticks(leader: jobs.Leader, job: Callable[[], None], done: list[str]) -> None:
    """Look at the clock until the job is done: a database lets go of a line's lock a moment after the line is closed."""
    before, deadline = len(done), time.monotonic() + 30
    while len(done) == before:
        assert time.monotonic() < deadline, "nobody leads"
        leader.run(lambda _app: job())
        time.sleep(0.02)


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_of_two_processes_one_works_and_the_other_when_it_is_gone(two_leaders: tuple[jobs.Leader, jobs.Leader]) -> None:
    first, second = two_leaders
    done: list[str] = []
    for _ in range(3):
        first.run(lambda _app: done.append("first"))
        second.run(lambda _app: done.append("second"))
    assert done == ["first"] * 3
    first.step_down()
    ticks(second, lambda: done.append("second"), done)
    first.run(lambda _app: done.append("first"))
    assert done == ["first"] * 3 + ["second"]


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_database_that_was_away_is_asked_again_at_the_next_tick(two_leaders: tuple[jobs.Leader, jobs.Leader], postgres: Postgres) -> None:
    leader, done = two_leaders[0], []
    leader.run(lambda _app: done.append(1))
    postgres.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname LIKE 'either_%'")
    leader.run(lambda _app: done.append(2))  # the line is dead: this tick does nothing
    leader.run(lambda _app: done.append(3))
    assert done == [1, 3]


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_job_whose_statement_fails_does_not_leave_the_lock_with_nobody(two_leaders: tuple[jobs.Leader, jobs.Leader]) -> None:
    """The line goes back to no pool with the lock on it: whoever looks next, of whichever process, leads."""
    first, second = two_leaders
    done: list[str] = []

    def broken(app: Flask) -> None:
        with app.app_context():
            reading().execute(text("SELECT no_such_column"))

    first.run(broken)
    ticks(second, lambda: done.append("second"), done)
    assert done == ["second"]


def test_what_is_due_every_few_seconds_does_not_wait_for_what_takes_long(two_leaders: tuple[jobs.Leader, jobs.Leader]) -> None:
    leader, done = two_leaders[0], []
    begun, go_on, swept = threading.Event(), threading.Event(), threading.Event()

    def long_one(_app: Flask) -> None:
        begun.set()
        assert go_on.wait(60)
        done.append("long one")

    def short_one(_app: Flask) -> None:
        done.append("sweep")
        swept.set()

    threads = [threading.Thread(target=leader.run, args=(job,)) for job in (long_one, short_one)]
    try:
        threads[0].start()
        assert begun.wait(30)
        threads[1].start()
        assert swept.wait(30)
    finally:
        go_on.set()
        for thread in threads:
            thread.join()
    assert done == ["sweep", "long one"]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_clock_runs_the_jobs_in_its_process_and_starts_again_without_doubling(either_app: Flask) -> None:
    waker = jobs.start(either_app)
    try:
        seconds = {job.id: job.trigger.interval.total_seconds() for job in scheduler.get_jobs()}
        assert seconds == {"sweep": 5, "corners": 5, "outside": 3, "count": 20, "tidy": 3600}
        assert {(job.coalesce, job.max_instances) for job in scheduler.get_jobs()} == {(True, 1)}
    finally:
        scheduler.shutdown()
        # It would go on in the next test's house.
        waker.end()

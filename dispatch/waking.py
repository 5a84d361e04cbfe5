"""What wakes the alerts between two sweeps: a hint, or a second without one. It wakes all jobs if the clock was put back."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime

import structlog
from flask import Flask

from dispatch.extensions import scheduler

#: Without a hint it looks so often: the time of a wave, of a silence or of a step has come.
LOOK_EVERY_S = 1.0
#: Where there is always news it rests for so long between two looks, in seconds, or for as long as the last one took: claims go first.
REST_S = 0.4
#: A clock that goes back by more than this was put back, in seconds.
PUT_BACK_S = 2.0

log = structlog.get_logger()


class Waker:
    """One per process that runs the jobs. It counts seconds by a clock that nobody can put back."""

    def __init__(self, app: Flask, run: Callable[[], object]) -> None:
        self.app, self.run = app, run
        self._wake = threading.Event()
        self._ahead = time.time() - time.monotonic()
        self._over = False
        self._thread = threading.Thread(target=self._wake_until_over, daemon=True, name="waker")

    def start(self) -> None:
        """Begin to listen for hints and to look."""
        self.app.extensions["hints"].listen(lambda _hint: self._wake.set())
        self._thread.start()

    def end(self) -> None:
        """Look no more; returns when the last look is over."""
        self._over = True
        self._wake.set()
        self._thread.join()

    def _wake_until_over(self) -> None:
        while True:
            self._wake.wait(LOOK_EVERY_S)
            if self._over:
                return
            self._wake.clear()
            begun = time.monotonic()
            try:
                self.heed_the_clock()
                self.run()
            except Exception as error:  # by our own fault: told, and the next look goes on
                log.exception("waker.failed", error=type(error).__name__)
            time.sleep(max(REST_S, time.monotonic() - begun))

    def heed_the_clock(self) -> bool:
        """Whether the wall clock was put back since the last time; then the scheduler, which waits for moments, looks at once."""
        ahead, before = time.time() - time.monotonic(), self._ahead
        self._ahead = ahead
        if ahead >= before - PUT_BACK_S:
            return False
        log.warning("clock.put_back", seconds=round(before - ahead))
        for job in scheduler.get_jobs():
            job.modify(next_run_time=datetime.now(UTC))
        return True

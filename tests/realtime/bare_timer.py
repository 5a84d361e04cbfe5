"""How late the machine itself is: a timer that does nothing but wake, in the process of the test."""

from __future__ import annotations

import threading
import time
from types import TracebackType

#: How often it wakes, in seconds.
EVERY_S = 0.01


class BareTimer:
    """While it is open it notes how late it was woken, each time: what a message is late beyond that is the product's own doing."""

    def __init__(self) -> None:
        #: When it should have been woken and when it was, in seconds of the clock.
        self.woken: list[tuple[float, float]] = []
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._wake_again_and_again, daemon=True)

    def __enter__(self) -> BareTimer:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._over.set()
        self._thread.join()

    def _wake_again_and_again(self) -> None:
        while not self._over.is_set():
            due = time.time() + EVERY_S
            time.sleep(EVERY_S)
            self.woken.append((due, time.time()))

    def latest(self, begin: float, end: float) -> float:
        """How late it was at most, in seconds, at any moment between these two moments of the clock."""
        return max((woke - due for due, woke in self.woken if due <= end and woke >= begin), default=0.0)

"""How a commit wakes the broadcasters: a hint that may be lost, never the news itself."""

from __future__ import annotations

import threading
from collections.abc import Callable

import redis
import structlog
from flask import Flask

CHANNEL = "lastmetre.hints"
#: How long to rest before speaking to Redis again after it failed, in seconds.
REST_S = 1.0

log = structlog.get_logger()


class Hints:
    """Hints of this process, and through Redis those of the others."""

    def __init__(self, redis_url: str | None) -> None:
        self.redis_url = redis_url
        self.listeners: list[Callable[[str], None]] = []
        self._unsent: set[str] = set()
        self._some = threading.Event()
        self._threads_started = False
        self._guard = threading.Lock()

    def tell(self, hint: str) -> None:
        """Pass a hint on, at once here and soon to the other processes. Never waits, never raises."""
        for listener in self.listeners:
            listener(hint)
        if self.redis_url:
            with self._guard:
                self._unsent.add(hint)
            self._start(self._publish_forever)
            self._some.set()

    def listen(self, listener: Callable[[str], None]) -> None:
        """Call `listener` for every hint, of whichever process."""
        self.listeners.append(listener)
        if self.redis_url:
            threading.Thread(target=self._subscribe_forever, daemon=True, name="hints-in").start()

    def flush(self) -> None:
        """Publish what is unsent, for a command that is about to end; a failure costs listeners a second."""
        try:
            self._publish()
        except redis.RedisError:
            log.warning("hints.unsent", count=len(self._unsent))

    def _start(self, target: Callable[[], None]) -> None:
        with self._guard:
            if not self._threads_started:
                self._threads_started = True
                threading.Thread(target=target, daemon=True, name="hints-out").start()

    def _client(self) -> redis.Redis:
        return redis.Redis.from_url(self.redis_url or "", socket_connect_timeout=1, socket_timeout=None)

    def _publish(self) -> None:
        with self._guard:
            hints, self._unsent = self._unsent, set()
        if hints:
            with redis.Redis.from_url(self.redis_url or "", socket_connect_timeout=1, socket_timeout=1) as client:
                for hint in hints:
                    client.publish(CHANNEL, hint)

    def _publish_forever(self) -> None:
        client = redis.Redis.from_url(self.redis_url or "", socket_connect_timeout=1, socket_timeout=1)
        while True:
            self._some.wait()
            self._some.clear()
            with self._guard:
                hints, self._unsent = self._unsent, set()
            try:
                for hint in hints:
                    client.publish(CHANNEL, hint)
            except redis.RedisError as error:
                # The listeners look by themselves every second: what was not said is late, not lost.
                log.warning("hints.redis_away", error=type(error).__name__)
                threading.Event().wait(REST_S)

    def _subscribe_forever(self) -> None:
        while True:
            try:
                with self._client().pubsub(ignore_subscribe_messages=True) as channel:  # type: ignore[no-untyped-call]
                    channel.subscribe(CHANNEL)
                    for message in channel.listen():
                        for listener in self.listeners:
                            listener(message["data"].decode())
            except redis.RedisError as error:
                log.warning("hints.redis_away", error=type(error).__name__)
            threading.Event().wait(REST_S)


def announce(app: Flask, hint: str) -> None:
    """Tell the running application's hints."""
    app.extensions["hints"].tell(hint)


def init_app(app: Flask) -> None:
    """One `Hints` per application."""
    app.extensions["hints"] = Hints(app.config["REDIS_URL"])

"""How a commit wakes the broadcasters: a hint that may be lost, never the news itself."""

from __future__ import annotations

import threading
import time
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
        self.redis = redis.Redis.from_url(redis_url, socket_connect_timeout=1, socket_timeout=1) if redis_url else None
        self.listeners: list[Callable[[str], None]] = []
        self._unsent: set[str] = set()
        self._some = threading.Event()
        self._publishing = False
        self._guard = threading.Lock()

    def tell(self, hint: str) -> None:
        """Pass a hint on, at once here and soon to the other processes. Never waits, never raises."""
        for listener in self.listeners:
            listener(hint)
        if self.redis_url:
            with self._guard:
                self._unsent.add(hint)
            self._start_publisher()
            self._some.set()

    def listen(self, listener: Callable[[str], None]) -> None:
        """Call `listener` for every hint, of whichever process."""
        self.listeners.append(listener)
        if self.redis_url:
            threading.Thread(target=self._subscribe_forever, args=[self.redis_url], daemon=True, name="hints-in").start()

    def flush(self) -> bool:
        """Publish what is unsent; returns whether Redis took it. If not, the listeners look by themselves within a second."""
        with self._guard:
            hints, self._unsent = self._unsent, set()
        if self.redis is None:
            return True
        try:
            for hint in hints:
                self.redis.publish(CHANNEL, hint)
        except redis.RedisError as error:
            log.warning("hints.redis_away", error=type(error).__name__, unsent=len(hints))
            return False
        return True

    def _start_publisher(self) -> None:
        with self._guard:
            if not self._publishing:
                self._publishing = True
                threading.Thread(target=self._publish_forever, daemon=True, name="hints-out").start()

    def _publish_forever(self) -> None:
        while True:
            self._some.wait()
            self._some.clear()
            if not self.flush():
                time.sleep(REST_S)

    def _subscribe_forever(self, redis_url: str) -> None:
        options = {"socket_connect_timeout": 1, "socket_timeout": None, "socket_keepalive": True}
        client = redis.Redis.from_url(redis_url, **options)
        while True:
            try:
                with client.pubsub(ignore_subscribe_messages=True) as channel:  # type: ignore[no-untyped-call]
                    channel.subscribe(CHANNEL)
                    for message in channel.listen():
                        for listener in self.listeners:
                            listener(message["data"].decode())
            except redis.RedisError as error:
                log.warning("hints.redis_away", error=type(error).__name__)
            time.sleep(REST_S)


def announce(app: Flask, hint: str) -> None:
    """Tell the running application's hints."""
    app.extensions["hints"].tell(hint)


def init_app(app: Flask) -> None:
    """One `Hints` per application."""
    app.extensions["hints"] = Hints(app.config["REDIS_URL"])

"""Whose phone has gone quiet: nothing heard of it for a while, although its courier is on duty.

A coordinator must know whom she cannot reach. She need not know when somebody was last seen, and nobody may follow him: kept is
one whole minute for each courier on duty, in memory (with several processes in Redis too), for two hours; told is nothing at all
until a quarter of an hour has passed, and then steps of five minutes.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping
from datetime import datetime

import redis
import structlog
from flask import Flask, current_app

#: After so many minutes without a word a phone counts as quiet; a locked screen alone is no reason to worry.
QUIET_AFTER = 15
#: What is told is a multiple of this, in minutes, and at most MOST: older minutes are forgotten.
STEP, MOST = 5, 120
#: The sorted set in Redis: person → minute.
SHARED = "lastmetre.heard"

log = structlog.get_logger()


def this_minute() -> int:
    return int(time.time() // 60)


class Presence:
    """What this process has heard, and through Redis what the others have."""

    def __init__(self, shared: redis.Redis | None) -> None:
        self.shared = shared
        self.heard: dict[str, int] = {}
        #: Nobody is blamed for what was before this process began to listen.
        self.since = this_minute()

    def note(self, person_id: str) -> None:
        """Something was heard of the phone of a courier on duty."""
        self.heard[person_id] = this_minute()

    def share(self) -> None:
        """Forget what is old; tell the other processes the rest. Called every half minute."""
        oldest = this_minute() - MOST
        self.heard = {person_id: minute for person_id, minute in self.heard.items() if minute >= oldest}
        if self.shared is None:
            return
        try:
            if self.heard:
                self.shared.zadd(SHARED, dict(self.heard), gt=True)
            self.shared.zremrangebyscore(SHARED, "-inf", oldest - 1)
        except redis.RedisError as error:
            log.warning("presence.redis_away", error=type(error).__name__)

    def quiet_minutes(self, on_duty_since: Mapping[str, datetime | None]) -> dict[str, int]:
        """Who of these has gone quiet, and for how long about.

        Args:
            on_duty_since: couriers on duty, with the moment at which they went on duty.
        Returns:
            person → minutes, a multiple of STEP from QUIET_AFTER to MOST. Whoever has been heard of is not in it; while Redis
            is away nobody is, for then we do not know.
        """
        heard = self._heard_anywhere(list(on_duty_since))
        if heard is None:
            return {}
        quiet = {}
        for person_id, since in on_duty_since.items():
            began = int(since.timestamp() // 60) if since else 0
            minutes = this_minute() - max(self.since, began, heard.get(person_id, 0))
            if minutes >= QUIET_AFTER:
                quiet[person_id] = min(MOST, minutes - minutes % STEP)
        return quiet

    def lately(self, persons: Collection[str]) -> set[str]:
        """Who of these has been heard of in this minute or the last: a page of his is open. While Redis is away: of this process."""
        heard = self._heard_anywhere(list(persons)) or self.heard
        return {person_id for person_id in persons if heard.get(person_id, 0) >= this_minute() - 1}

    def _heard_anywhere(self, persons: list[str]) -> dict[str, int] | None:
        if self.shared is None or not persons:
            return self.heard
        try:
            minutes = self.shared.zmscore(SHARED, persons)
        except redis.RedisError as error:
            log.warning("presence.redis_away", error=type(error).__name__)
            return None
        return {person: max(int(minute or 0), self.heard.get(person, 0)) for person, minute in zip(persons, minutes, strict=True)}


def presence() -> Presence:
    """The running application's."""
    there: Presence = current_app.extensions["presence"]
    return there


def init_app(app: Flask) -> None:
    """One `Presence` per application; after the hints, whose line to Redis it uses."""
    app.extensions["presence"] = Presence(app.extensions["hints"].redis)

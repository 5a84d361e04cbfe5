"""The one way out: reads the journal and tells this process's browsers, in order; nothing else speaks to them.

A hint wakes it at once, a lost hint a second later. What gathers meanwhile goes out as one frame: for twenty milliseconds
where it is quiet, for up to a tenth of a second where much happens.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Collection
from typing import Any

import structlog
from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from dispatch.core.clock import now
from dispatch.core.unit_of_work import reading
from dispatch.extensions import socketio
from dispatch.journal.reading import entries_since, heads
from dispatch.orders.alert_queries import alerts_for
from dispatch.people.presence import presence
from dispatch.realtime.audience import Audience, as_heard, as_told, to_the_named
from dispatch.realtime.listeners import listeners, person_room, room

#: The longest that a lost hint may cost, in seconds.
LOOK_EVERY_S = 1.0
#: How long entries gather into one frame at least, in seconds.
GATHER_S = 0.02
#: How far apart frames are where there is always news, in seconds: a frame costs each browser the same, however much it says.
FRAME_EVERY_S = 0.1
#: How often every stream's head is said, so that silence is noticed, in seconds.
HEADS_EVERY_S = 25.0
#: At most so many entries in one frame.
FRAME_MOST = 200
#: After these its holders do not hold the order any more.
ENDS_HOLDING = {"order.released", "order.delivered", "order.cancelled", "order.failed", "order.expired", "order.opened", "order.missed"}
#: After these an order is somebody's who did not ask for it this moment.
GIVES = {"order.assigned", "order.claimed"}
#: After this somebody may have to go.
ENDS_PERSON = {"person.suspended", "person.enrolled", "loan.started", "loan.left", "loan.ended"}
#: Of this the couriers who are meant are told by a fresh `hello`: their pages look again.
MEANS_PERSONS = {"loan.offered", "loan.declined", "loan.withdrawn", "loan.lapsed"}

log = structlog.get_logger()


class Broadcaster:
    """One per process."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.cursors: dict[str, int] = {}
        self._wake = threading.Event()
        self._strangers = False
        self._heads_at = self._spoke_at = time.monotonic()

    def start(self) -> None:
        """Begin to listen for hints and to speak."""
        self.app.extensions["hints"].listen(self.hear)
        threading.Thread(target=self._speak_forever, daemon=True, name="broadcaster").start()

    def hear(self, hint: str) -> None:
        """Something was committed somewhere, or somebody (`who`) was signed out."""
        if hint == "who":
            self._strangers = True
        self._wake.set()

    def follow(self, station_id: str, head: int) -> int:
        """Follow a station from its present head on, if nobody here follows it yet.

        Returns:
            the number after which everything will be said to a listener who stands in the station's room already.
        """
        return max(head, self.cursors.setdefault(station_id, head))

    def _speak_forever(self) -> None:
        while True:
            if self._wake.wait(LOOK_EVERY_S):
                time.sleep(max(GATHER_S, self._spoke_at + FRAME_EVERY_S - time.monotonic()))
            self._wake.clear()
            self._spoke_at = time.monotonic()
            try:
                with self.app.app_context():
                    self.speak()
            except SQLAlchemyError as error:
                # The journal stays where it is: the next look says what this one could not.
                log.warning("broadcaster.database_away", error=type(error).__name__)
            except Exception as error:  # by our own fault: told, and the next look goes on; a broadcaster that ends is silent for good
                log.exception("broadcaster.failed", error=type(error).__name__)

    def speak(self) -> None:
        """Say what is new, and now and then where the heads are and of whom something was heard."""
        heads_due = time.monotonic() - self._heads_at >= HEADS_EVERY_S
        if listeners.somebody_is_due_home(now()):
            listeners.look_again_who(self.app)
        streams = listeners.streams()
        if streams:
            now_at = heads(reading(), streams)
            for station_id, audiences in streams.items():
                self._speak_stream(station_id, audiences, now_at[station_id])
            if heads_due:
                self._say_heads(streams, now_at)
        if heads_due:
            # Also where nobody listens: whoever has no line has been heard of by his requests.
            self._heads_at, self._strangers = time.monotonic(), True
        if self._strangers:
            self._strangers = False
            listeners.look_again_who(self.app)
            presence().share()
        listeners.cut_off_the_deaf()
        for unheard in self.cursors.keys() - listeners.streams().keys():
            del self.cursors[unheard]

    def _speak_stream(self, station_id: str, audiences: set[Audience], head: int) -> None:
        cursor = self.cursors.setdefault(station_id, head)
        while cursor < head:
            entries = entries_since(reading(), station_id, cursor, FRAME_MOST)
            if not entries:
                return
            for audience in audiences:
                socketio.emit("journal", [as_heard(audience, entry) for entry in entries], to=room(station_id, audience))
            self._tell_persons(entries)
            cursor = self.cursors[station_id] = entries[-1]["seq"]

    def _tell_persons(self, entries: list[dict[str, Any]]) -> None:
        for entry in entries:
            if entry["type"] in ENDS_HOLDING:
                for person_id in entry["data"].get("persons", ()):
                    socketio.emit("forget", {"order_id": entry["data"]["order_id"]}, to=person_room(person_id))
            for person_id in to_the_named(entry):
                socketio.emit("told", as_told(entry, person_id), to=person_room(person_id))
            if entry["type"] in GIVES and "how" in entry["data"]:
                why = "queue" if entry["data"]["how"] == "queue" else "assigned"
                for person_id in entry["data"]["persons"]:
                    socketio.emit("yours", {"order_id": entry["data"]["order_id"], "why": why}, to=person_room(person_id))
            if entry["type"] == "order.alerted":
                _alert(entry["data"]["order_id"], entry["data"]["persons"])
            self._strangers = self._strangers or entry["type"] in ENDS_PERSON
            if entry["type"] in MEANS_PERSONS:
                listeners.greet_again(self.app, set(entry["data"].get("persons", ())))

    def _say_heads(self, streams: dict[str, set[Audience]], now_at: dict[str, int]) -> None:
        for station_id, audiences in streams.items():
            for audience in audiences:
                socketio.emit("heads", {station_id: now_at[station_id]}, to=room(station_id, audience))


def _alert(order_id: str, persons: Collection[str]) -> None:
    """Let the phones that are on a line here speak, as long as the alert still stands: what has been taken meanwhile is not offered."""
    here = {listener.person_id for listener in list(listeners.by_sid.values())} & set(persons)
    if here:
        for person_id, said in alerts_for(reading(), order_id, here).items():
            socketio.emit("alert", said, to=person_room(person_id))

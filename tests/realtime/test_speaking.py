"""How the broadcaster speaks: what has gathered is one frame, in order; the heads are said every 25 seconds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from babel import Locale
from flask import Flask

from dispatch.core.unit_of_work import look_again, reading, transaction
from dispatch.extensions import socketio
from dispatch.journal.appending import append
from dispatch.journal.reading import heads
from dispatch.people.identity import Actor, Credential
from dispatch.realtime import broadcaster
from dispatch.realtime.audience import audience_of
from dispatch.realtime.broadcaster import FRAME_MOST, HEADS_EVERY_S, Broadcaster
from dispatch.realtime.listeners import Listener, Listeners, listeners, room

STATION = "120116014"
LOGINS = ("coordinator", "clerk", "courier1")


class Clock:
    """The broadcaster's stopwatch, which goes on when it is told to."""

    def __init__(self) -> None:
        self.at = 1000.0

    def monotonic(self) -> float:
        return self.at


class Stage:
    """A broadcaster of this process, three audiences, and what was said to each."""

    def __init__(self, app: Flask, cast: Callable[[str], Actor], monkeypatch: pytest.MonkeyPatch) -> None:
        self.clock = Clock()
        monkeypatch.setattr(broadcaster, "time", self.clock)
        self.said: list[SimpleNamespace] = []
        monkeypatch.setattr(socketio, "emit", lambda name, data, to: self.said.append(SimpleNamespace(name=name, data=data, to=to)))
        # Those who listen here are no real lines, which a look would close.
        looked: list[int] = []
        monkeypatch.setattr(Listeners, "look_again_who", lambda _self, _app: looked.append(1))
        self.looked = looked
        self.speaker, self.actors = Broadcaster(app), [cast(login) for login in LOGINS]
        self.rooms = [room(STATION, audience_of(actor)) for actor in self.actors]

    def listen(self) -> None:
        for actor in self.actors:
            line = Listener(actor.id, Credential("bearer", ""), audience_of(actor), (STATION,), Locale("zh"))
            listeners.by_sid[actor.id] = line
        look_again()
        self.start = heads(reading(), [STATION])[STATION]
        self.speaker.follow(STATION, self.start)

    def happen(self, times: int) -> None:
        """So many things, each committed by itself."""
        for n in range(times):
            with transaction() as work:
                append(work, STATION, "duty.changed", person_id=str(n), on=True)

    def speak(self) -> None:
        look_again()
        self.speaker.speak()

    def frames(self, name: str, to: str) -> list[Any]:
        return [one.data for one in self.said if one.name == name and one.to == to]


@pytest.fixture
def stage(app: Flask, cast: Callable[[str], Actor], monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    made = Stage(app, cast, monkeypatch)
    yield made
    for actor in made.actors:
        listeners.by_sid.pop(actor.id, None)


def test_what_has_gathered_is_one_frame_for_each_audience_in_order(stage: Stage) -> None:
    stage.listen()
    stage.happen(7)
    stage.speak()
    for there in stage.rooms:
        (frame,) = stage.frames("journal", there)
        assert [entry["seq"] for entry in frame] == list(range(stage.start + 1, stage.start + 8))
    stage.said.clear()
    stage.speak()
    assert stage.said == []


def test_a_long_burst_is_cut_into_frames_and_nothing_is_lost_between_them(stage: Stage) -> None:
    stage.listen()
    with transaction() as work:
        for n in range(2 * FRAME_MOST + 50):
            append(work, STATION, "duty.changed", person_id=str(n), on=True)
    stage.speak()
    for there in stage.rooms:
        frames = stage.frames("journal", there)
        assert [len(frame) for frame in frames] == [FRAME_MOST, FRAME_MOST, 50]
        numbers = [entry["seq"] for frame in frames for entry in frame]
        assert numbers == list(range(stage.start + 1, stage.start + 2 * FRAME_MOST + 51))


def test_the_heads_are_said_every_twenty_five_seconds_and_not_in_between(stage: Stage) -> None:
    assert HEADS_EVERY_S == 25
    stage.listen()
    stage.happen(1)
    # When it is → whether the heads are said.
    for seconds, said in ((24.9, False), (0.1, True), (24.9, False), (0.2, True)):
        stage.clock.at += seconds
        stage.said.clear()
        stage.speak()
        for there in stage.rooms:
            assert stage.frames("heads", there) == ([{STATION: stage.start + 1}] if said else [])


def test_who_has_no_line_is_told_of_to_the_other_processes_though_nobody_listens_here(
    app: Flask, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    there, told = app.extensions["presence"], []
    there.note("zhao")
    monkeypatch.setattr(there, "share", lambda: told.append(set(there.heard)))
    stage.speak()
    assert told == []
    for _ in range(2):
        stage.clock.at += HEADS_EVERY_S
        stage.speak()
    assert told == [{"zhao"}] * 2


@pytest.mark.parametrize(
    ("entry", "times"), [("loan.started", 1), ("loan.left", 1), ("loan.ended", 1), ("person.suspended", 1), ("duty.changed", 0)]
)
def test_whoever_has_to_change_rooms_or_go_does_with_the_very_frame_that_says_so(stage: Stage, entry: str, times: int) -> None:
    stage.listen()
    with transaction() as work:
        append(work, STATION, entry, person_id="x", persons=["x"])
    stage.speak()
    assert len(stage.looked) == times
    stage.speak()
    assert len(stage.looked) == times

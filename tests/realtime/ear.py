"""What a page does with the numbers: n+1 is news, up to n is known, anything else is asked for."""

from __future__ import annotations

import time
from typing import Any

from tests.house import Caller


class Ear:
    """One listener's cursor on one station, over as many lines as it takes."""

    def __init__(self, caller: Caller, station: str) -> None:
        self.caller, self.station = caller, station
        self.at = caller.get("/journal", station_id=station, since=0, limit=1).json()["head"]
        self.first, self.heard, self.asked = self.at, [], 0
        self._read = 0

    def listen(self) -> None:
        """Take in what the line has brought since the last time."""
        frames, self._read = self.caller.entries[self._read :], len(self.caller.entries)
        for entry in frames:
            if entry["station_id"] == self.station and entry["seq"] > self.at:
                if entry["seq"] > self.at + 1:
                    self.catch_up()
                self._accept(entry)

    def catch_up(self) -> None:
        """Ask for everything after the cursor."""
        self.asked += 1
        while True:
            said = self.caller.say("journal.since", station_id=self.station, seq=self.at)
            assert said["ok"], said
            for entry in said["entries"]:
                self._accept(entry)
            if self.at >= said["head"]:
                return

    def _accept(self, entry: dict[str, Any]) -> None:
        if entry["seq"] == self.at + 1:
            self.at = entry["seq"]
            self.heard.append(entry)

    def wait_for(self, head: int, seconds: float = 30) -> None:
        """Listen, without asking, until the journal has been heard up to `head`."""
        deadline = time.monotonic() + seconds
        while self.at < head:
            assert time.monotonic() < deadline, f"heard up to {self.at}, not {head}"
            time.sleep(0.02)
            self.listen()

    def assert_whole(self) -> None:
        """Each entry once and in order."""
        assert [entry["seq"] for entry in self.heard] == list(range(self.first + 1, self.at + 1))

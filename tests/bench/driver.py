"""A process of its own that holds the lines and drives the load: requests as JSON lines in, results as JSON lines out."""

from __future__ import annotations

import json
import selectors
import sys
import time
from collections import Counter, deque
from typing import Any

from tests.bench.lines import Line

#: How long the last listener is waited for, in seconds.
HEARING_MOST_S = 20.0


class Driver:
    """Every line speaks in turn; `under_way` of them wait for an answer at any time, and all of them listen all the time."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.lines: list[Line] = []
        self.selector = selectors.DefaultSelector()
        self.marker = b""

    def connect(self, tokens: list[str | None], deflate: bool = False) -> dict[str, Any]:
        """Open more lines, keeping up with those that are open."""
        for token in tokens:
            line = Line(self.port, token, deflate=deflate)
            self.lines.append(line)
            self.selector.register(line.sock, selectors.EVENT_READ, line)
            self.attend(0)
        return {"lines": len(self.lines)}

    def attend(self, wait: float | None) -> list[tuple[Line, bytes]]:
        """Read what has come, count what was asked for, and return the acknowledgements."""
        answers = []
        for key, _ in self.selector.select(wait):
            if key.data is None:
                continue
            for payload in key.data.read():
                if payload.startswith(b"43"):
                    answers.append((key.data, payload))
                elif self.marker:
                    key.data.heard += payload.count(self.marker)
        return answers

    def burst(self, event: str, commands: list[Any], under_way: int, marker: str = "") -> dict[str, Any]:
        """Say every command once, each by the line that has been silent longest.

        Args:
            event: the command's name.
            commands: what is said.
            under_way: how many at a time.
            marker: if given, the time ends when every line has read this once per command.
        """
        self.marker = marker.encode()
        for line in self.lines:
            line.heard = 0
        idle, left, said_at = deque(self.lines), deque(commands), dict.fromkeys(self.lines, 0.0)
        answers: Counter[str] = Counter()
        waits: list[float] = []
        begun, busy = time.perf_counter(), time.process_time()
        waiting = 0
        while left or waiting:
            while left and waiting < under_way:
                line = idle.popleft()
                said_at[line] = time.perf_counter()
                line.say(event, left.popleft())
                waiting += 1
            for line, payload in self.attend(5):
                waits.append(time.perf_counter() - said_at[line])
                answers[verdict(payload)] += 1
                idle.append(line)
                waiting -= 1
        answered = time.perf_counter()
        while marker and time.perf_counter() - answered < HEARING_MOST_S and any(line.heard < len(commands) for line in self.lines):
            self.attend(0.01)
        ended = time.perf_counter()
        waits.sort()
        return {
            "seconds": ended - begun,
            "answers": dict(answers),
            "median": waits[len(waits) // 2],
            "slow": waits[int(len(waits) * 0.99)],
            "heard_least": min(line.heard for line in self.lines),
            "busy": (time.process_time() - busy) / (ended - begun),
        }

    def serve(self) -> None:
        """Do what is asked on the standard input, and keep up with the lines in between."""
        self.selector.register(sys.stdin.buffer, selectors.EVENT_READ, None)
        while True:
            if not any(key.data is None for key, _ in self.selector.select(5)):
                self.attend(0)
                continue
            request = sys.stdin.buffer.readline()
            if not request:
                return
            asked = json.loads(request)
            print(json.dumps(getattr(self, asked.pop("do"))(**asked)), flush=True)


def verdict(payload: bytes) -> str:
    """`ok`, or the code of the refusal."""
    answer = json.loads(payload[payload.index(b"[") :])[0]
    return "ok" if answer["ok"] else str(answer["error"]["code"])


if __name__ == "__main__":
    Driver(int(sys.argv[1])).serve()

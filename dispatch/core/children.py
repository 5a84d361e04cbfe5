"""What strangers send is taken apart in a child process of its own: a parser's fault is the child's end, not ours."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from dispatch.core.errors import Busy

#: Of each program two at once: the machine has other work, and each child may take half a gigabyte.
AT_ONCE = 2
#: How long one waits for its turn before it is told to come again, in seconds.
WAIT_S = 30.0
CHUNK = 64 * 1024
#: All that a child is told of where it runs; our own environment holds the house's keys.
_ENVIRONMENT = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
# One queue for each program: a sheet never waits for photos.
_turns: dict[Path, threading.BoundedSemaphore] = {}


class TooSlow(Exception):
    """The child has not come to an end in its time, and was ended."""


def work_apart(program: Path, data: IO[bytes], seconds: float, *arguments: str, most: int) -> bytes | None:
    """Give the data to a child that reads its input, limits itself and writes its output. Only the asker waits for it.

    Args:
        program: the child's file; it sees Python's libraries and nothing of this house.
        data: its whole input, from its beginning; read bit by bit, when it is this one's turn.
        seconds: how long it may take by the clock.
        arguments: words for the child.
        most: how many bytes it may write; one that writes more is ended.
    Returns:
        what it wrote, or None where it did not end well.
    Raises:
        TooSlow: it did not end in time.
        Busy: too many wait already.
    """
    with _turn(program):
        child = subprocess.Popen(  # noqa: S603 - our own interpreter and file
            [sys.executable, "-I", str(program), *arguments],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=_ENVIRONMENT, cwd="/",
        )  # fmt: skip
        made, late = _attended(child, data, seconds, most)
    if late:
        raise TooSlow()
    return made if child.returncode == 0 and len(made) <= most else None


@contextmanager
def _turn(program: Path) -> Iterator[None]:
    turns = _turns.setdefault(program, threading.BoundedSemaphore(AT_ONCE))
    if not turns.acquire(timeout=WAIT_S):
        raise Busy(retry_after=10)
    try:
        yield
    finally:
        turns.release()


def _attended(child: subprocess.Popen[bytes], data: IO[bytes], seconds: float, most: int) -> tuple[bytes, bool]:
    """What the child writes, no more than a byte over what it may, and whether its time ran out; it has ended when this returns."""
    late = threading.Event()

    def end() -> None:
        late.set()
        child.kill()

    clock = threading.Timer(seconds, end)
    feeder = threading.Thread(target=_feed, args=(child, data), daemon=True)
    clock.start()
    feeder.start()
    made = b""
    whole = False
    try:
        made = child.stdout.read(most + 1) if child.stdout else b""
        whole = len(made) <= most
    finally:
        if not whole:
            child.kill()
        child.wait()
        clock.cancel()
        feeder.join()
        if child.stdout:
            child.stdout.close()
    return made, late.is_set()


def _feed(child: subprocess.Popen[bytes], data: IO[bytes]) -> None:
    """Bit by bit, so that the whole never lies in our memory; a child that does not want it all is judged by how it ends."""
    if child.stdin is None:
        return
    try:
        data.seek(0)
        with child.stdin as into:
            while chunk := data.read(CHUNK):
                into.write(chunk)
    except BrokenPipeError:
        return

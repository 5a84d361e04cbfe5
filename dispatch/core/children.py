"""What strangers send is taken apart in a child process of its own: a parser's fault is the child's end, not ours."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

# Two at once: the machine has other work, and each may take half a gigabyte.
_children = threading.BoundedSemaphore(2)


class TooSlow(Exception):
    """The child has not come to an end in its time, and was ended."""


def work_apart(program: Path, data: bytes, seconds: float) -> bytes | None:
    """Give the data to a child that reads its input, limits itself and writes its output.

    Args:
        program: the child's file; it sees Python's libraries and nothing of this house.
        data: its whole input.
        seconds: how long it may take by the clock.
    Returns:
        what it wrote, or None where it did not end well.
    Raises:
        TooSlow: it did not end in time.
    """
    with _children:
        try:
            done = subprocess.run([sys.executable, "-I", str(program)], input=data, capture_output=True, timeout=seconds, check=False)  # noqa: S603 - our own interpreter and file
        except subprocess.TimeoutExpired as error:
            raise TooSlow() from error
    return done.stdout if done.returncode == 0 else None

"""What takes long to make is made in a thread of the system's own: a process of greenlets goes on meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

from flask import current_app

Made = TypeVar("Made")

# One at a time: commits wait for the disk in the same threads, and what is made of shared parts (a typeface) is made alone.
_turn = threading.Lock()


def aside(make: Callable[[], Made]) -> Made:
    """Make something that needs neither the database nor the request; returns it when it is there.

    Args:
        make: everything that it needs is in it already. Where there are no greenlets it simply runs.
    """
    elsewhere = current_app.extensions["writers"].elsewhere
    with _turn:
        made: Made = elsewhere(make) if elsewhere else make()
    return made

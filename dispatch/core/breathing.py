"""How long work of one process may go on before the others get their turn: greenlets take turns only where somebody waits."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

Item = TypeVar("Item")

#: After so many the others get their turn: rows that are opened, read or judged take some tens of microseconds each.
A_BREATH = 25
#: So many ids stand in one statement: every database takes as many values, and none of them is busy with it for long.
AT_ONCE = 500


def breathing(items: Iterable[Item], every: int = A_BREATH) -> Iterator[Item]:
    """The same items; after so many of them the others of this process get their turn."""
    for number, item in enumerate(items, start=1):
        yield item
        if number % every == 0:
            time.sleep(0)


def in_parts(items: Sequence[Item], most: int = AT_ONCE) -> Iterator[Sequence[Item]]:
    """The same items, so many at a time."""
    for start in range(0, len(items), most):
        yield items[start : start + most]

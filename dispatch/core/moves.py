"""What a row of a room's table of states is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

State = TypeVar("State", bound=StrEnum)


@dataclass(frozen=True)
class Move(Generic[State]):
    """One verb's edge: the states it may leave and the one it leads to."""

    leaves: frozenset[State]
    enters: State

"""What a station may set for itself, and what holds when it has not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from typing import Any


@dataclass(frozen=True)
class Settings:
    """A station's choices. Times in minutes."""

    claim_cap: int = 3
    look_first: bool = False
    pick_up_urgent: int = 15
    pick_up_other: int = 45
    escalate_urgent: int = 5
    escalate_today: int = 20
    escalate_routine: int = 60

    def pick_up_within(self, urgency: str) -> int:
        """How long a claim may stand before the goods are picked up, in minutes."""
        return self.pick_up_urgent if urgency == "urgent" else self.pick_up_other

    def escalate_after(self, urgency: str) -> int:
        """How long an order may lie on the board before it is announced on the coordinator's desk, in minutes."""
        minutes: int = getattr(self, f"escalate_{urgency}")
        return minutes


DEFAULTS = Settings()


def settings_from(choices: Mapping[str, Any] | None) -> Settings:
    """The defaults with a station's own choices over them; unknown names are left out."""
    if not choices:
        return DEFAULTS
    return _settings(tuple(choices.items()))


@lru_cache(maxsize=1000)
def _settings(choices: tuple[tuple[str, Any], ...]) -> Settings:
    known = {field.name for field in fields(Settings)}
    return replace(DEFAULTS, **{name: value for name, value in choices if name in known})

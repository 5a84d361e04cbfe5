"""What a station may set for itself, and what holds when it has not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from functools import lru_cache
from typing import Any

ON, OFF = {"on", "true", "yes", "1"}, {"off", "false", "no", "0"}


def _number(usually: int, least: int, most: int, says: str) -> Any:
    return field(default=usually, metadata={"says": says, "least": least, "most": most})


@dataclass(frozen=True)
class Settings:
    """A station's choices. Times in minutes, where a name ends in _s in seconds; receipts_kept in days."""

    claim_cap: int = _number(3, 1, 50, "How many orders a courier may hold at once.")
    look_first: bool = field(default=False, metadata={"says": "Whether the station looks at what clerks post before couriers see it."})
    vouch_twice: bool = field(default=False, metadata={"says": "Whether a second person must confirm a courier whom a coordinator enters."})
    vouch_above: bool = field(default=False, metadata={"says": "Whether that second person must be the district's supervisor."})
    pick_up_urgent: int = _number(15, 1, 1440, "Minutes from the claim of an urgent order to the pick-up; then it is back on the board.")
    pick_up_other: int = _number(45, 1, 1440, "The same for orders that are not urgent.")
    escalate_urgent: int = _number(5, 1, 1440, "Minutes until an urgent order that nobody takes is announced at the coordinator's desk.")
    escalate_today: int = _number(20, 1, 1440, "The same for an order for today.")
    late_drop_out: int = _number(30, 0, 1440, "Minutes before an order's window from which giving it back rings at the coordinator's desk.")
    head_start_s: int = _number(30, 0, 600, "Seconds in which an order is for those who know the resident, where the clerk ticks it.")
    escalate_routine: int = _number(60, 1, 10_080, "The same for an order that can wait.")
    work_begins: int = _number(
        510, 0, 1439, "When the working day begins, in minutes after midnight; limits for hazards are counted in it."
    )
    work_ends: int = _number(1050, 1, 1440, "When the working day ends, in minutes after midnight.")
    hazards_a_day: int = _number(60, 1, 1000, "How many hazards one person may report in 24 hours.")
    receipts_kept: int = _number(1095, 30, 10_950, "Days that the photo of a receipt is kept; ask your accountant what the law wants.")

    def pick_up_within(self, urgency: str) -> int:
        """How long a claim may stand before the goods are picked up, in minutes."""
        return self.pick_up_urgent if urgency == "urgent" else self.pick_up_other

    def escalate_after(self, urgency: str) -> int:
        """How long an order may lie on the board before it is announced on the coordinator's desk, in minutes."""
        minutes: int = getattr(self, f"escalate_{urgency}")
        return minutes


DEFAULTS = Settings()
KNOWN = {field.name: field for field in fields(Settings)}


def settings_from(choices: Mapping[str, Any] | None) -> Settings:
    """The defaults with a station's own choices over them; unknown names are left out."""
    if not choices:
        return DEFAULTS
    return _settings(tuple(choices.items()))


@lru_cache(maxsize=1000)
def _settings(choices: tuple[tuple[str, Any], ...]) -> Settings:
    return replace(DEFAULTS, **{name: value for name, value in choices if name in KNOWN})


def says(name: str) -> str:
    """What a setting is for, and what it may be."""
    about = KNOWN[name].metadata
    return f"{about['says']} ({about['least']} to {about['most']})" if "least" in about else f"{about['says']} (on or off)"


def value_from(name: str, text: str) -> int | bool:
    """A setting's value as somebody types it.

    Raises:
        ValueError: with a sentence: there is no such setting, or it cannot have this value.
    """
    if name not in KNOWN:
        raise ValueError(f"There is no setting {name}. There are: {', '.join(KNOWN)}.")
    about, said = KNOWN[name].metadata, text.strip().lower()
    if "least" not in about:
        if said not in ON | OFF:
            raise ValueError(f"{name} is on or off.")
        return said in ON
    if not said.isascii() or not said.isdigit() or len(said) > 9 or not about["least"] <= int(said) <= about["most"]:
        raise ValueError(f"{name} is a whole number from {about['least']} to {about['most']}.")
    return int(said)

"""What a station may set for its alerts, and what holds when it has not: how hard is tried, who else is told, when phones are quiet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from dispatch.core.clock import SHANGHAI
from dispatch.orders.waves import SCHEDULES, Schedule

#: A tap counts for so much longer than the card was there, as long as the order is open.
GRACE = timedelta(seconds=10)
#: The steps of an order that nobody takes, in their order. The bell's clock is the station's own setting `escalate_…`.
STEPS = ("whole_station", "neighbours", "bell", "committee", "district")
#: Urgency → step → minutes on the board; the bell is not here.
CLOCKS: Mapping[str, Mapping[str, int | None]] = {
    "urgent": {"whole_station": 3, "neighbours": 4, "committee": 10, "district": 20},
    "today": {"whole_station": 15, "neighbours": 17, "committee": 40, "district": 90},
    "routine": {"whole_station": 45, "neighbours": 50, "committee": 180, "district": 480},
}
#: Urgency → seconds in which an order is on the cards of those who look at the board, before phones speak.
HEAD_STARTS = {"urgent": 0, "today": 4, "routine": 8}
#: What of a schedule a station may set, by urgency.
TUNED = ("price", "falls", "floor", "most", "wave_s")
#: Orders of this urgency wait for the morning; the others are spoken of at night too, to who is on duty then.
HEEDS_QUIET = "routine"


@dataclass(frozen=True)
class Urgency:
    """How an order of one urgency is offered."""

    schedule: Schedule
    head_start_s: int
    #: Step → minutes after which it is taken; None: never.
    clocks: Mapping[str, int | None]


@dataclass(frozen=True)
class Rules:
    """A station's rules for its alerts."""

    on: bool
    urgencies: Mapping[str, Urgency]
    #: Minutes after midnight between which phones are quiet for what is not urgent; None: never.
    quiet_from: int | None = 22 * 60
    quiet_to: int | None = 7 * 60

    @property
    def silence_s(self) -> float:
        return self.urgencies["today"].schedule.silent_s

    @property
    def fairness(self) -> float:
        return self.urgencies["today"].schedule.share_weight


DEFAULTS = Rules(True, {name: Urgency(SCHEDULES[name], HEAD_STARTS[name], CLOCKS[name]) for name in SCHEDULES})


def rules_from(choices: Mapping[str, Any] | None) -> Rules:
    """The defaults with a station's own choices over them; what is not known is left out."""
    said = dict(choices or {})
    every = {name: said[key] for key, name in (("silence_s", "silent_s"), ("fairness", "share_weight")) if said.get(key) is not None}
    own: Mapping[str, Any] = said.get("urgencies") or {}
    urgencies = {name: _urgency(usual, own.get(name) or {}, every) for name, usual in DEFAULTS.urgencies.items()}
    rules = replace(DEFAULTS, on=said.get("on", True), urgencies=urgencies)
    return replace(rules, **{name: said[name] for name in ("quiet_from", "quiet_to") if name in said})


def _urgency(usual: Urgency, said: Mapping[str, Any], every: Mapping[str, Any]) -> Urgency:
    tuned = {name: said[name] for name in TUNED if said.get(name) is not None}
    clocks = {**usual.clocks, **{name: minutes for name, minutes in (said.get("steps") or {}).items() if name in usual.clocks}}
    head_start = said.get("head_start_s")
    return Urgency(replace(usual.schedule, **tuned, **every), usual.head_start_s if head_start is None else head_start, clocks)


def as_said(rules: Rules) -> dict[str, Any]:
    """The rules as the API gives them out and takes them in."""
    urgencies = {
        name: {key: getattr(one.schedule, key) for key in TUNED} | {"head_start_s": one.head_start_s, "steps": dict(one.clocks)}
        for name, one in rules.urgencies.items()
    }
    return {"on": rules.on, "silence_s": rules.silence_s, "fairness": rules.fairness, "quiet_from": hour(rules.quiet_from),
            "quiet_to": hour(rules.quiet_to), "urgencies": urgencies}  # fmt: skip


def hour(minutes: int | None) -> str | None:
    """Minutes after midnight as people write them: 22:00."""
    return None if minutes is None else f"{minutes // 60:02d}:{minutes % 60:02d}"


def quiet_until(quiet_from: int | None, quiet_to: int | None, moment: datetime) -> datetime | None:
    """When the quiet hours end in which this moment lies; None where it lies in none. They may reach over midnight.

    Args:
        quiet_from, quiet_to: minutes after Shanghai's midnight; equal or None: there are none.
    """
    if quiet_from is None or quiet_to is None or quiet_from == quiet_to:
        return None
    local = moment.astimezone(SHANGHAI)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    minute = local.hour * 60 + local.minute
    if quiet_from < quiet_to:
        return midnight + timedelta(minutes=quiet_to) if quiet_from <= minute < quiet_to else None
    if minute >= quiet_from:
        return midnight + timedelta(days=1, minutes=quiet_to)
    return midnight + timedelta(minutes=quiet_to) if minute < quiet_to else None

"""What an errand counts for: from the claim to the delivery, capped by kind, rounded. A table, a row for each time it was changed.

A row is never edited: what was delivered while it held keeps it. To change the rule, add a row with the day from which it holds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from dispatch.core.clock import SHANGHAI


@dataclass(frozen=True)
class Rule:
    """One version. Times in minutes."""

    version: int
    since: date
    #: Rounded to the nearest of these, a half upwards.
    step: int
    #: What is delivered counts at least this.
    least: int
    #: Kind of order → the most that one person can be credited for one errand.
    caps: Mapping[str, int]


RULES = (
    Rule(
        version=1, since=date(2026, 1, 1), step=15, least=15,
        caps={"groceries": 90, "medicine": 90, "parcel": 45, "meal": 45, "clinic": 240, "bill": 60, "repair": 120, "company": 120,
              "other": 60},
    ),
)  # fmt: skip


def day_of(moment: datetime) -> date:
    """The day for people, in Shanghai."""
    return moment.astimezone(SHANGHAI).date()


def rule_on(day: date) -> Rule:
    """The rule that holds on a day; the first one also for what was before it."""
    return next((rule for rule in reversed(RULES) if rule.since <= day), RULES[0])


def rule_of(version: int) -> Rule:
    """A rule by its version."""
    return next(rule for rule in RULES if rule.version == version)


def credited(rule: Rule, kind: str, claimed_at: datetime, delivered_at: datetime) -> int:
    """The minutes that one claim counts for.

    Args:
        rule: the one that held on the day of the delivery.
        kind: of the order; one that the rule does not name counts as `other`.
        claimed_at, delivered_at: the two events, in any zone.
    """
    minutes = max(0.0, (delivered_at - claimed_at).total_seconds() / 60)
    rounded = int(minutes / rule.step + 0.5) * rule.step
    return min(max(rounded, rule.least), cap(rule, kind))


def cap(rule: Rule, kind: str) -> int:
    """The most that one person can be credited for one errand of this kind, in minutes."""
    return rule.caps.get(kind, rule.caps["other"])

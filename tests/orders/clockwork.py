"""A clock that a test sets: everything that asks for the time of orders and standing needs asks it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from dispatch.core.clock import SHANGHAI
from dispatch.orders import (
    alert_queries,
    believing,
    closing,
    commanding,
    escalating,
    forgetting,
    offering,
    opening,
    posting,
    pushing,
    queries,
    recurring,
    repeating,
    standing,
    twins,
    upcoming,
    wishing,
)

_ASKING = (
    alert_queries, believing, closing, commanding, escalating, forgetting, offering, opening, posting, pushing, queries, recurring,
    repeating, standing, twins, upcoming, wishing,
)  # fmt: skip


class Clock:
    """Shanghai's wall clock."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.moment = datetime.now(SHANGHAI)
        for module in _ASKING:
            monkeypatch.setattr(module, "now", lambda: self.moment)

    def set(self, text: str) -> None:
        """To "2026-11-30 07:00", Shanghai time."""
        self.moment = datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)

    def on(self, **span: float) -> None:
        """Let time pass: hours, days …"""
        self.moment += timedelta(**span)

"""What time it is: UTC inside, Asia/Shanghai for people."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


def now() -> datetime:
    """The present moment, in UTC, to the microsecond."""
    return datetime.now(UTC)


def iso(moment: datetime | None) -> str | None:
    """A moment as ISO 8601 with the zone of the people who read it, or None."""
    return moment.astimezone(SHANGHAI).isoformat(timespec="milliseconds") if moment else None

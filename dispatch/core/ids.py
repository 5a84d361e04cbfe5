"""What an id looks like: 32 hexadecimal signs, ordered by the time they were made, otherwise random."""

from __future__ import annotations

import secrets
import time


def new_id() -> str:
    """A fresh id. The first 12 signs are milliseconds, so that new rows land at the end of an index."""
    return f"{time.time_ns() // 1_000_000:012x}{secrets.token_hex(10)}"

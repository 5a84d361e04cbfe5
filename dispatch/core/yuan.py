"""How an amount is read by people: fen inside, yuan with two decimals outside, never a float between."""

from __future__ import annotations


def yuan(fen: int) -> str:
    """23.50 for 2350 fen; −0.05 for −5."""
    return f"{'−' if fen < 0 else ''}{abs(fen) // 100}.{abs(fen) % 100:02d}"

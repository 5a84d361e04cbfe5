"""Which lines of a ledger ask for what has been asked for already: by another line, or by an order (`orders/twins`)."""

from __future__ import annotations

from collections.abc import Mapping

from dispatch.core.breathing import breathing
from dispatch.core.clock import SHANGHAI
from dispatch.ledgers.needs import Judged
from dispatch.orders.twins import Asked, Standing, persons


def twins_of(line: Judged, stands: Standing) -> list[str]:
    """The numbers of the orders that ask for the same."""
    said, when = line.said, line.when
    last = when.end.astimezone(SHANGHAI).date() if when else None
    first = when.start.astimezone(SHANGHAI).date() if when and when.start else last
    asked = Asked(said["kind"], said["name"], said["phone"] or None, said["building"], first=first, last=last)
    return [row.number for row in stands.twins(asked)]


def same_lines(lines: Mapping[int, Judged]) -> dict[int, int]:
    """Row → the first row above it that says the same: person, kind, need and time."""
    first: dict[tuple[str, ...], int] = {}
    same: dict[int, int] = {}
    for row, line in breathing(lines.items()):
        said = line.said
        for who in persons(said["name"], said["phone"], said["building"]):
            before = first.setdefault((*who, said["kind"], said["need"], said["time"]), row)
            if before != row:
                same.setdefault(row, before)
    return same

"""What else suits a courier who came too late: the nearest open orders, without reading the board for each of eighty losers.

The board of a station changes with its journal and never without it, so one reading of it holds until the next number.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from flask import current_app
from sqlalchemy import Connection, bindparam, exists, select

from dispatch.core.clock import now
from dispatch.core.geo import Point, metres
from dispatch.core.statements import Prepared
from dispatch.journal.reading import head_of
from dispatch.orders.models import Claim, Decline
from dispatch.orders.queries import open_to_all, place_of_order
from dispatch.people.identity import Actor

#: How many other open orders a loser is shown.
SUGGESTED = 3

_claims, _declines = Claim.__table__, Decline.__table__
_claimed = exists().where(_claims.c.order_id == bindparam("order"), _claims.c.person_id == bindparam("me"), _claims.c.ended_at.is_(None))
_declined = exists().where(_declines.c.order_id == bindparam("order"), _declines.c.person_id == bindparam("me"))
_not_for_me = Prepared(select((_claimed | _declined).label("so")))


class Offer(NamedTuple):
    """What is needed to know of an open order to suggest it."""

    id: str
    place: Point | None
    skills: frozenset[str]
    posted_at: datetime
    opens_to_all_at: datetime | None


class Board:
    """A station's open orders as they were at a number of its journal."""

    def __init__(self, head: int, offers: list[Offer]) -> None:
        self.head, self.offers = head, offers
        self._ranked: dict[Point | None, list[Offer]] = {}

    def from_here(self, start: Point | None) -> list[Offer]:
        """The nearest first. Couriers of one depot ask from the same place."""
        if start not in self._ranked:

            def nearness(offer: Offer) -> tuple[bool, int, datetime]:
                away = metres(start, offer.place) if start and offer.place else None
                return away is None, away or 0, offer.posted_at

            self._ranked[start] = sorted(self.offers, key=nearness)
        return self._ranked[start]


def suggestions(connection: Connection, actor: Actor) -> list[str]:
    """The ids of up to three open orders that this courier may take, nearest first."""
    chosen: list[str] = []
    for offer in _board(connection, str(actor.station_id)).from_here(actor.start):
        if len(chosen) == SUGGESTED:
            break
        if offer.opens_to_all_at is not None and offer.opens_to_all_at > now():
            continue
        if offer.skills <= actor.skills and not _not_for_me.first(connection, order=offer.id, me=actor.id).so:
            chosen.append(offer.id)
    return chosen


def _board(connection: Connection, station_id: str) -> Board:
    boards: dict[str, Board] = current_app.extensions.setdefault("open_boards", {})
    # The number is read before the orders: what is newer than its number is only read once more.
    head = head_of(connection, station_id)
    known = boards.get(station_id)
    if known is None or known.head != head:
        rows = open_to_all(connection, station_id)
        offers = [Offer(row.id, place_of_order(row), frozenset(row.skills or ()), row.posted_at, row.opens_to_all_at) for row in rows]
        known = boards[station_id] = Board(head, offers)
    return known

"""How well each community of a station is served: whose orders are taken in time less often is asked for more readily."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from flask import current_app
from sqlalchemy import Connection, func, select

from dispatch.core.breathing import breathing
from dispatch.orders.models import Claim, Order

#: In time is what somebody has taken so soon; what is younger has not been decided.
IN_TIME = timedelta(minutes=30)
#: So far back, and so many orders, are looked at; and one look holds for so many seconds.
LOOKS_BACK, ORDERS_MOST, HOLDS_S = timedelta(days=14), 2000, 600.0
#: So many stations are read for one look.
READ_MOST = 5
#: A community's own figures count like so many more of the station's, until it has enough of its own.
DOUBT = 20.0

_orders, _claims = Order.__table__, Claim.__table__


def behind(connection: Connection, station_ids: Collection[str], moment: datetime) -> dict[str, dict[str, float]]:
    """By how much each community of these stations is worse served than its station: a share of orders, above 0 where it is.

    Few orders prove little. Where many stations are asked about at once, some are read now and the others with the next looks:
    until then what was known of them holds.
    """
    kept: dict[str, tuple[float, dict[str, float]]] = current_app.extensions.setdefault("communities_behind", {})
    old = [one for one in station_ids if one not in kept or time.monotonic() - kept[one][0] > HOLDS_S]
    for one in sorted(old, key=lambda one: (kept[one][0] if one in kept else 0.0, one))[:READ_MOST]:
        kept[one] = time.monotonic(), _behind(connection, one, moment)
    return {one: kept[one][1] if one in kept else {} for one in station_ids}


def _behind(connection: Connection, station_id: str, moment: datetime) -> dict[str, float]:
    first = select(func.min(_claims.c.claimed_at)).where(_claims.c.order_id == _orders.c.id).correlate(_orders).scalar_subquery()
    decided = (_orders.c.posted_at > moment - LOOKS_BACK, _orders.c.posted_at <= moment - IN_TIME)
    found = select(_orders.c.community_id, _orders.c.posted_at, first.label("claimed_at")).where(
        _orders.c.station_id == station_id, *decided
    )
    ended: Counter[str] = Counter()
    claimed: Counter[str] = Counter()
    for row in breathing(connection.execute(found.order_by(_orders.c.posted_at.desc()).limit(ORDERS_MOST)).all()):
        ended[row.community_id] += 1
        claimed[row.community_id] += _in_time(row)
    if not ended:
        return {}
    usual = claimed.total() / ended.total()
    return {one: usual - (claimed[one] + DOUBT * usual) / (many + DOUBT) for one, many in ended.items()}


def _in_time(row: Any) -> bool:
    return row.claimed_at is not None and row.claimed_at - row.posted_at <= IN_TIME

"""How a station sets its alerts, and how their rows leave the house for study: without anybody's name or anything that leads to one."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Connection, select, update

from dispatch.core.breathing import breathing
from dispatch.core.clock import SHANGHAI, now
from dispatch.core.errors import Invalid, NotEligible
from dispatch.core.permits import permitted
from dispatch.core.sheets import csv_bytes
from dispatch.core.unit_of_work import reading, transaction
from dispatch.core.upserts import insert_into
from dispatch.journal.appending import append
from dispatch.orders.alert_models import Alert, AlertChoices, AlertPlan
from dispatch.orders.alert_queries import rules_of
from dispatch.orders.alert_rules import as_said
from dispatch.orders.policy import ALERT_PERMITS
from dispatch.people.identity import Actor
from dispatch.residents.exporting import record

#: The longest table, and the longest time it covers.
ROWS_MOST, DAYS_MOST = 200_000, 366
#: The columns for study; the first two are random numbers of this one file.
COLUMNS = ("order", "courier", "day", "hour", "urgency", "round", "wave", "km", "busy", "recent", "unanswered", "likelihood", "share",
           "asked_before", "standing_before", "outcome", "reason", "answered_after_s")  # fmt: skip

_alerts, _choices, _plans = Alert.__table__, AlertChoices.__table__, AlertPlan.__table__


def _station(actor: Actor, permit: str) -> str:
    if not permitted(ALERT_PERMITS, permit, actor, None) or actor.station_id is None:
        raise NotEligible()
    return actor.station_id


def rules_shown(connection: Connection, actor: Actor) -> dict[str, Any]:
    """What holds for her station's alerts now.

    Raises:
        NotEligible: not a coordinator.
    """
    return as_said(rules_of(connection, _station(actor, "see_rules")))


def set_rules(actor: Actor, said: Mapping[str, Any]) -> None:
    """Set all of it; what is not said is as usual. It holds from the next look on.

    Args:
        said: as the form has checked it; quiet hours in minutes after midnight.
    Raises:
        NotEligible: not a coordinator.
    """
    station_id = _station(actor, "set_rules")
    with transaction() as work:
        fresh = insert_into(work, _choices).values(station_id=station_id, choices=dict(said))
        work.execute(fresh.on_conflict_do_update(index_elements=["station_id"], set_={"choices": dict(said)}))
        work.execute(update(_plans).where(_plans.c.station_id == station_id, _plans.c.next_at > now()).values(next_at=now()))
        append(work, station_id, "alerts.rules_changed", person_id=actor.id)


def take_out(actor: Actor, first: date, last: date) -> bytes:
    """The rows of these days as a CSV, given away only if the row stands that says who took it.

    Raises:
        NotEligible: not a coordinator.
        Invalid: too many days or rows for one table.
    """
    station_id = _station(actor, "take_out")
    if last < first or (last - first).days >= DAYS_MOST:
        raise Invalid("to")
    begin, end = (datetime.combine(day, time(), SHANGHAI) for day in (first, last + timedelta(days=1)))
    mine = (_alerts.c.station_id == station_id, _alerts.c.sent_at >= begin, _alerts.c.sent_at < end)
    rows = list(reading().execute(select(_alerts).where(*mine).limit(ROWS_MOST + 1)).all())
    if len(rows) > ROWS_MOST:
        raise Invalid("to")
    # In an order of chance: the order of sending would say as much as an id.
    secrets.SystemRandom().shuffle(rows)
    orders, couriers = _Numbers(), _Numbers()
    table = [list(COLUMNS), *(_as_cells(row, orders, couriers) for row in breathing(rows))]
    with transaction() as work:
        record(work, actor, what="alerts", rows=len(rows), why="study")
    return csv_bytes(table)


class _Numbers:
    """A random number for each id, of this file alone."""

    def __init__(self) -> None:
        self._given: dict[str, str] = {}

    def of(self, known: str | None) -> str:
        return self._given.setdefault(known, secrets.token_hex(6)) if known else ""


def _as_cells(row: Any, orders: _Numbers, couriers: _Numbers) -> list[str]:
    sent, answered = row.sent_at.astimezone(SHANGHAI), row.answered_at
    after = round((answered - row.sent_at).total_seconds()) if answered else ""
    # Distances and moments are made coarse: together they would lead to a door and to who rode there.
    seen = (f"{row.km:.1f}", int(row.busy), f"{row.recent:.1f}", f"{row.unanswered:.1f}", f"{row.likelihood:.3f}", f"{row.share:.2f}")
    said = (row.asked_before, row.standing_before, row.outcome, row.reason or "", after)
    cells = (orders.of(row.order_id), couriers.of(row.person_id), f"{sent:%Y-%m-%d}", sent.hour, row.urgency, row.round, row.wave)
    return [str(cell) for cell in (*cells, *seen, *said)]

"""What of the journal is said outside, and by which channels: one notice for each, written once however often an entry is read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select

from dispatch.channels.models import Notice
from dispatch.channels.queries import Row, hearing
from dispatch.core.clock import now
from dispatch.core.ids import new_id
from dispatch.core.unit_of_work import look_again, reading, transaction
from dispatch.core.upserts import insert_into
from dispatch.hazards.models import Hazard
from dispatch.journal.following import read_on
from dispatch.orders.models import Order

#: The name under which the journals are read on.
READER = "channels"
#: What happened longer ago helps nobody who reads it now.
FRESH = timedelta(minutes=15)
#: What a station's channel can hear, and a courier's.
STATION_HEARS = ("orders", "hazards")
COURIER_HEARS = ("alerts",)
#: A step on the way that asks nothing of the station.
_NOT_RUNG = frozenset({"whole_station"})

_notices, _orders, _hazards = Notice.__table__, Order.__table__, Hazard.__table__


def announce() -> int:
    """Read the journals on, and write what is to be said; returns how many entries were read. Harmless if run twice."""
    return read_on(READER, _announce, {"order.escalated", "order.alerted", "hazard.reported", "hazard.overdue"})


def _announce(entries: Sequence[dict[str, Any]]) -> None:
    """Where nobody has a channel, and of what is long ago, one look or none."""
    fresh = [entry for entry in entries if datetime.fromisoformat(entry["at"]) > now() - FRESH]
    if not fresh:
        return
    persons = sorted({person for entry in fresh if entry["type"] == "order.alerted" for person in entry["data"].get("persons", ())})
    channels = hearing(reading(), fresh[0]["station_id"], persons)
    rows = [row for entry in fresh if channels for row in _rows(reading(), entry, channels)]
    look_again()
    if rows:
        with transaction() as work:
            for row in rows:
                work.execute(insert_into(work, _notices).on_conflict_do_nothing(), row)


def _rows(connection: Connection, entry: Mapping[str, Any], channels: Sequence[Row]) -> Iterator[dict[str, Any]]:
    """A notice for each channel that hears of this entry. One that was added later has not missed it."""
    at, data = datetime.fromisoformat(entry["at"]), entry["data"]
    heard = _order_notice(connection, entry) if entry["type"].startswith("order.") else _hazard_notice(connection, entry)
    if heard is None:
        return
    topic, what, about_id, said = heard
    for channel in channels:
        named = channel.person_id in data.get("persons", ()) if topic == "alerts" else channel.person_id is None
        if named and topic in channel.hears and channel.made_at <= at:
            yield {
                "id": new_id(), "channel_id": channel.id, "station_id": entry["station_id"], "seq": entry["seq"], "what": what,
                "about_id": about_id, "said": said, "made_at": at, "ended_at": None, "ended_as": None,
            }  # fmt: skip


def _order_notice(connection: Connection, entry: Mapping[str, Any]) -> tuple[str, str, str, dict[str, Any]] | None:
    """What all couriers of the station read on their board of this order, and nothing else."""
    names = ("id", "number", "kind", "building", "urgency")
    order = connection.execute(select(*(_orders.c[name] for name in names)).where(_orders.c.id == entry["data"]["order_id"])).first()
    why = entry["data"].get("why", "")
    if order is None or why in _NOT_RUNG:
        return None
    said = {name: order._mapping[name] for name in names[1:]}
    return ("alerts", "alert", order.id, said) if entry["type"] == "order.alerted" else ("orders", str(why)[:20], order.id, said)


def _hazard_notice(connection: Connection, entry: Mapping[str, Any]) -> tuple[str, str, str, dict[str, Any]] | None:
    """An urgent report, and what is overdue. Nobody has looked at a report yet: not even the building in it leaves the house."""
    found = select(_hazards.c.id, _hazards.c.number, _hazards.c.urgent).where(_hazards.c.id == entry["data"]["hazard_id"])
    hazard = connection.execute(found).first()
    if hazard is None or (entry["type"] == "hazard.reported" and not hazard.urgent):
        return None
    what = "hazard_urgent" if entry["type"] == "hazard.reported" else "hazard_overdue"
    return "hazards", what, hazard.id, {"number": hazard.number}

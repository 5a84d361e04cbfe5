"""What an order looks like to one reader: the public part to everybody who sees it, each private part by its own permit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection

from dispatch.core.clock import iso, now
from dispatch.core.geo import Point, to_bd09, to_gcj02
from dispatch.core.permits import permitted
from dispatch.core.unit_of_work import reading
from dispatch.orders.alert_queries import alert_counts
from dispatch.orders.policy import HOLDERS_VERBS, PERMITS
from dispatch.orders.preferring import known_residents, milliseconds_until
from dispatch.orders.queries import Row, distance, full_order, holders_of, place_of_order
from dispatch.orders.states import FINISHED, POSSIBLE, UNDER_WAY, Status
from dispatch.orders.turns import places_of, queues_of
from dispatch.people.identity import Actor
from dispatch.people.models import Role
from dispatch.residents.revealing import masked

#: Verbs that a person is offered while the order stands where they lead from; `decline` has no move of its own.
_OFFERED = (
    "open", "claim", "assign", "reassign", "split", "correct", "no_show", "decline", "queue", "release", "pick_up", "deliver", "fail",
    "confirm", "not_reached", "reopen", "cancel", "push", "widen",
)  # fmt: skip
#: What is of no use to who holds it.
_STRANGERS_VERBS = {"claim", "decline", "queue"}


def present_one(connection: Connection, actor: Actor, order_id: str) -> dict[str, Any]:
    """One order as this person may read it.

    Raises:
        NotFound: there is none that they may know of.
    """
    return present(connection, actor, [full_order(connection, actor, order_id)])[0]


def outcome_order(actor: Actor, outcome: dict[str, Any]) -> dict[str, Any]:
    """What a command answers: the order as it left it, or, where the command is a repetition, as it is now.

    Raises:
        NotFound: it is none of theirs any more.
    """
    order: dict[str, Any] | None = outcome.get("order")
    return order or present_one(reading(), actor, outcome["order_id"])


def present(connection: Connection, actor: Actor, rows: Sequence[Row]) -> list[dict[str, Any]]:
    """These orders as this person may read them."""
    start = actor.start if actor.role == Role.COURIER else None
    seen = [row.id for row in rows if permitted(PERMITS, "see_holders", actor, row)]
    holders = holders_of(connection, seen) if seen else {}
    turns = _turns(connection, actor, rows)
    offered = [row.id for row in rows if row.status == Status.OPEN and permitted(PERMITS, "see_alerts", actor, row)]
    alerts = {order_id: {"alerts": counts} for order_id, counts in alert_counts(connection, offered).items()} if offered else {}
    return [_public(row, start) | _private(actor, row, holders.get(row.id, [])) | turns(row) | alerts.get(row.id, {}) for row in rows]


def _turns(connection: Connection, actor: Actor, rows: Sequence[Row]) -> Callable[[Row], dict[str, Any]]:
    """Whose turn it is: the head start of those who know the resident, and the queue for what is full.

    For what somebody holds already, and for what is open to all, nothing more is read.
    """
    reserved = [row for row in rows if row.opens_to_all_at is not None and row.status == Status.OPEN and row.opens_to_all_at > now()]
    courier = actor.role == Role.COURIER
    known = known_residents(connection, actor.id, [row.resident_id for row in reserved]) if courier and reserved else set()
    waiting = {row.id: iso(row.opens_to_all_at) for row in reserved if row.resident_id not in known}
    full = [row.id for row in rows if row.status in UNDER_WAY and row.my_epoch is None] if courier else []
    places = places_of(connection, actor.id, full) if full else {}
    seen = [row.id for row in rows if row.status not in FINISHED and permitted(PERMITS, "see_queue", actor, row)]
    queues = queues_of(connection, seen) if seen else {}

    def said(row: Row) -> dict[str, Any]:
        opens_in = milliseconds_until(row.opens_to_all_at) if row.id in waiting else None
        turn: dict[str, Any] = {"opens_at": waiting.get(row.id), "opens_in_ms": opens_in}
        if permitted(PERMITS, "see_queue", actor, row):
            turn["queue"] = [{"id": one.person_id, "name": one.name, "at": iso(one.at)} for one in queues.get(row.id, [])]
        if courier:
            turn["queue_place"] = places.get(row.id)
        if row.id in places:
            turn["actions"] = [*(verb for verb in actions(actor, row) if verb != "queue"), "unqueue"]
        return turn

    return said


def _public(row: Row, start: Point | None) -> dict[str, Any]:
    names = ("id", "number", "status", "station_id", "community_id", "community", "kind", "summary", "building", "urgency",
             "slots", "taken", "money_limit", "skills", "familiar_first", "reason", "version")  # fmt: skip
    return {name: getattr(row, name) for name in names} | {
        "epoch": row.my_epoch or row.epoch,
        "window_start": iso(row.window_start),
        "window_end": iso(row.window_end),
        "posted_at": iso(row.posted_at),
        "opened_at": iso(row.opened_at),
        "deadline": iso(row.pick_up_by),
        "escalated": row.escalated_at is not None,
        "distance_m": distance(start, row),
        "mine": row.my_epoch is not None,
    }


def _private(actor: Actor, row: Row, holders: Sequence[Row]) -> dict[str, Any]:
    """The parts that need a permit of their own, and what may be done next."""
    said: dict[str, Any] = {"actions": actions(actor, row)}
    if permitted(PERMITS, "see_private", actor, row):
        phone = masked(row.resident_phone)
        said["private"] = {"name": row.resident_name, "phone": phone, "door": row.resident_door, "note": row.private_note}
        said |= _way_there(row)
        if row.caller:
            said["caller"] = {"name": row.caller["name"], "phone": masked(row.caller["phone"])}
    if permitted(PERMITS, "see_code", actor, row):
        said["code"] = row.code
        called = {"tries": row.call_tries, "again_at": iso(row.call_again_at), "satisfied": row.satisfied, "note": row.closing_note}
        said["call_back"] = called
        said["delivery"] = {"reason": row.delivery_reason, "photo": row.delivery_photo is not None}
    if permitted(PERMITS, "see_holders", actor, row):
        said["holders"] = [
            {"id": one.person_id, "name": one.name, "epoch": one.epoch, "claimed_at": iso(one.claimed_at)} for one in holders
        ]
    return said


def actions(actor: Actor, row: Row) -> list[str]:
    """What this person may do with this order as it stands; the pages show buttons for these alone."""
    offered = []
    for verb in _OFFERED:
        leaves = POSSIBLE["claim" if verb == "decline" else verb]
        mine = row.my_epoch is not None
        fits = mine if verb in HOLDERS_VERBS else not (mine and verb in _STRANGERS_VERBS)
        # Nobody can be taken off what nobody holds.
        fits = fits and (verb not in ("reassign", "no_show") or row.taken > 0)
        if row.status in leaves and fits and permitted(PERMITS, verb, actor, row):
            offered.append(verb)
    return offered


def _way_there(row: Row) -> dict[str, Any]:
    """The point, and links to the two maps that people have, each in its own datum."""
    place = place_of_order(row)
    if place is None:
        return {}
    gcj, bd, name = to_gcj02(place), to_bd09(place), quote(row.building, safe="")
    amap = f"https://uri.amap.com/navigation?to={gcj.lon:.6f},{gcj.lat:.6f},{name}&mode=ride&coordinate=gaode"
    baidu = (
        f"https://api.map.baidu.com/direction?destination=latlng:{bd.lat:.6f},{bd.lon:.6f}|name:{name}"
        "&coord_type=bd09ll&mode=riding&output=html&src=lastmetre"
    )
    return {"lat": place.lat, "lon": place.lon, "navigate": {"amap": amap, "baidu": baidu}}

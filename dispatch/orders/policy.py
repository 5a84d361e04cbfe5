"""Who may see an order and do what to it, and who hears of it. Tables of plain conditions, no states, no clock."""

from __future__ import annotations

from typing import Any

from dispatch.core.permits import Permits


def is_courier(actor: Any, _order: Any) -> bool:
    return bool(actor.role == "courier")


def is_clerk(actor: Any, _order: Any) -> bool:
    return bool(actor.role == "clerk")


def is_coordinator(actor: Any, _order: Any) -> bool:
    return bool(actor.role == "coordinator")


def is_supervisor(actor: Any, _order: Any) -> bool:
    return bool(actor.role == "supervisor")


def same_station(actor: Any, order: Any) -> bool:
    return bool(actor.station_id is not None and actor.station_id == order.station_id)


def at_his_stations(actor: Any, order: Any) -> bool:
    """A courier who was lent, or has come home, finishes what he holds from before."""
    return order.station_id is not None and order.station_id in actor.stations


def same_community(actor: Any, order: Any) -> bool:
    return bool(actor.unit_id == order.community_id)


def same_district(actor: Any, order: Any) -> bool:
    return bool(actor.unit_id == order.district_id)


def on_the_board(_actor: Any, order: Any) -> bool:
    """Not one that the station wants to look at first."""
    return bool(order.status != "waiting")


def escalated(_actor: Any, order: Any) -> bool:
    return order.escalated_at is not None


def on_duty(actor: Any, _order: Any) -> bool:
    return bool(actor.on_duty)


def has_skills(actor: Any, order: Any) -> bool:
    return set(order.skills or ()) <= actor.skills


def holds(_actor: Any, order: Any) -> bool:
    """Has it now."""
    return order.my_epoch is not None


def has_held(_actor: Any, order: Any) -> bool:
    """Has it or had it: to him a late command is too late, to others it is not theirs."""
    return order.held_epoch is not None


#: What a courier may do with what he holds alone: to him who has held it, it is too late.
HOLDERS_VERBS = frozenset({"release", "pick_up", "deliver", "fail", "reveal", "keep_receipt"})

_CLERK = (is_clerk, same_community)
_COORDINATOR = (is_coordinator, same_station)
_HOLDER = (is_courier, at_his_stations, has_held)

PERMITS: Permits = {
    "see": [
        (is_courier, same_station, on_the_board),
        (*_HOLDER, on_the_board),
        _CLERK,
        _COORDINATOR,
        (is_supervisor, same_district, escalated),
    ],
    "see_private": [(is_courier, at_his_stations, holds), _CLERK, _COORDINATOR],
    "see_code": [_CLERK, _COORDINATOR],
    "see_holders": [_CLERK, _COORDINATOR],
    "post": [_CLERK, _COORDINATOR],
    "open": [_COORDINATOR],
    "claim": [(is_courier, same_station, on_duty, has_skills)],
    "assign": [_COORDINATOR],
    "reassign": [_COORDINATOR],
    "split": [_COORDINATOR],
    "correct": [_CLERK, _COORDINATOR],
    "no_show": [_CLERK, _COORDINATOR],
    "see_queue": [_CLERK, _COORDINATOR],
    "queue": [(is_courier, same_station, on_duty, has_skills)],
    "unqueue": [(is_courier, same_station)],
    "decline": [(is_courier, same_station)],
    "release": [_HOLDER],
    "pick_up": [_HOLDER],
    "deliver": [_HOLDER],
    "fail": [_HOLDER],
    "reveal": [_HOLDER, _CLERK, _COORDINATOR],
    "confirm": [_CLERK, _COORDINATOR],
    "not_reached": [_CLERK, _COORDINATOR],
    "repeat": [_CLERK, _COORDINATOR],
    "cancel": [_CLERK, _COORDINATOR],
    "reopen": [_COORDINATOR],
    "keep_receipt": [_HOLDER, _CLERK],
    "see_money": [_CLERK, _COORDINATOR],
    "raise_limit": [_CLERK],
    "settle": [_CLERK],
    "reverse": [_CLERK],
    "correct_advance": [_CLERK],
    "enter": [_CLERK],
    "see_alerts": [_CLERK, _COORDINATOR],
    "push": [_CLERK, _COORDINATOR],
    "widen": [_COORDINATOR],
    "ring_up": [_COORDINATOR],
}

#: What is a courier's own, and what is a station's, of the alerts.
ALERT_PERMITS: Permits = {"be_alerted": [(is_courier,)], "see_rules": [(is_coordinator,)], "set_rules": [(is_coordinator,)],
                          "take_out": [(is_coordinator,)]}  # fmt: skip

#: A need that comes back every week belongs to the desks alone.
STANDING_PERMITS: Permits = {"see": [_CLERK, _COORDINATOR], "keep": [_CLERK, _COORDINATOR]}


def was_on_the_board(_actor: Any, entry: Any) -> bool:
    """An order that never left the station's first look stays unknown to couriers."""
    return entry.was != "waiting"


_HEARD_ON_THE_BOARD = [(is_courier, same_station, was_on_the_board), _CLERK, _COORDINATOR]

#: Entry type → who may hear of it. The subject is the entry: station, community, and `was`, the state before.
HEARD: Permits = {
    "order.posted": _HEARD_ON_THE_BOARD,
    "order.opened": [(is_courier, same_station), _CLERK, _COORDINATOR],
    "order.corrected": _HEARD_ON_THE_BOARD,
    "order.claimed": _HEARD_ON_THE_BOARD,
    "order.assigned": _HEARD_ON_THE_BOARD,
    "order.released": _HEARD_ON_THE_BOARD,
    "order.missed": _HEARD_ON_THE_BOARD,
    "order.queued": _HEARD_ON_THE_BOARD,
    "order.unqueued": _HEARD_ON_THE_BOARD,
    "order.picked_up": _HEARD_ON_THE_BOARD,
    "order.delivered": _HEARD_ON_THE_BOARD,
    "order.confirmed": _HEARD_ON_THE_BOARD,
    "order.not_reached": [_CLERK, _COORDINATOR],
    "order.cancelled": _HEARD_ON_THE_BOARD,
    "order.failed": _HEARD_ON_THE_BOARD,
    "order.expired": _HEARD_ON_THE_BOARD,
    "order.limit_raised": _HEARD_ON_THE_BOARD,
    "order.escalated": [_CLERK, _COORDINATOR, (is_supervisor, same_district)],
    "order.alerted": [_CLERK, _COORDINATOR],
    "order.declined": [_CLERK, _COORDINATOR],
    # To a neighbouring station: that hands are wanted. The order itself is none of theirs.
    "loan.wished": [_COORDINATOR],
    "alerts.rules_changed": [_COORDINATOR],
    "money.advanced": [_CLERK, _COORDINATOR],
    "money.settled": [_CLERK, _COORDINATOR],
    "money.corrected": [_CLERK, _COORDINATOR],
    "money.funded": [_CLERK, _COORDINATOR],
    "order.no_show_answered": [_CLERK, _COORDINATOR],
    "message.sent": [(is_courier, same_station), _COORDINATOR],
    "standing.made": [_CLERK, _COORDINATOR],
    "standing.changed": [_CLERK, _COORDINATOR],
    "standing.paused": [_CLERK, _COORDINATOR],
    "standing.resumed": [_CLERK, _COORDINATOR],
    "standing.ended": [_CLERK, _COORDINATOR],
    "standing.missed": [_CLERK, _COORDINATOR],
    "standing.stopped": [_CLERK, _COORDINATOR],
}
#: Entry types that the persons named in them hear too, and no other courier.
HEARD_BY_THE_NAMED = frozenset({"money.advanced", "money.settled", "money.corrected"})
#: What an entry says of persons is for those who may see the holders.
HEARS_PERSONS: Permits = {"persons": [_CLERK, _COORDINATOR]}

"""Who may see a hazard and do what with it, and who hears of it. Tables of plain conditions, no clock.

Before a hazard is accepted nobody knows of it but its reporter, the station and the administrator.
"""

from __future__ import annotations

from typing import Any

from dispatch.core.permits import Permits
from dispatch.hazards.states import KNOWN


def is_courier(actor: Any, _hazard: Any) -> bool:
    return bool(actor.role == "courier")


def is_clerk(actor: Any, _hazard: Any) -> bool:
    return bool(actor.role == "clerk")


def is_coordinator(actor: Any, _hazard: Any) -> bool:
    return bool(actor.role == "coordinator")


def is_supervisor(actor: Any, _hazard: Any) -> bool:
    return bool(actor.role == "supervisor")


def is_admin(actor: Any, _hazard: Any) -> bool:
    return bool(actor.role == "admin")


def same_station(actor: Any, hazard: Any) -> bool:
    return bool(actor.station_id is not None and actor.station_id == hazard.station_id)


def same_community(actor: Any, hazard: Any) -> bool:
    return bool(actor.unit_id == hazard.community_id)


def same_district(actor: Any, hazard: Any) -> bool:
    return bool(actor.unit_id == hazard.district_id)


def accepted(_actor: Any, hazard: Any) -> bool:
    return hazard.status in KNOWN


def public(_actor: Any, hazard: Any) -> bool:
    """Not one that concerns a person, such as an elder who does not answer."""
    return bool(hazard.public)


def reported_it(_actor: Any, hazard: Any) -> bool:
    return hazard.my_report_at is not None


def was_asked(_actor: Any, hazard: Any) -> bool:
    """He passed by, was asked whether it is gone, and has not answered yet."""
    return hazard.my_question_at is not None


def with_the_district(_actor: Any, hazard: Any) -> bool:
    return hazard.district_told_at is not None


def did_not_fix_it(actor: Any, hazard: Any) -> bool:
    """Nobody vouches for his own work."""
    return bool(actor.id != hazard.fixed_by)


_REPORTER, _COORDINATOR = (reported_it,), (is_coordinator, same_station)
_CLERK = (is_clerk, same_community, accepted)

PERMITS: Permits = {
    "see": [
        _REPORTER,
        _COORDINATOR,
        (is_admin,),
        _CLERK,
        (is_courier, same_station, accepted, public),
        (is_supervisor, same_district, accepted, with_the_district),
    ],
    "see_note": [_REPORTER, _COORDINATOR, (is_admin,), _CLERK],
    "see_reporters": [_COORDINATOR, (is_admin,)],
    "see_steps": [_COORDINATOR, (is_admin,), _CLERK],
    "see_order": [_REPORTER, _COORDINATOR],
    "see_every_photo": [_COORDINATOR, (is_admin,)],
    "join": [_REPORTER, (is_courier, same_station), _CLERK],
    "hold": [_COORDINATOR],
    "let_go": [_COORDINATOR],
    "accept": [_COORDINATOR],
    "decline": [_COORDINATOR],
    "merge": [_COORDINATOR],
    "unmerge": [_COORDINATOR],
    "show_photo": [_COORDINATOR],
    "black_out": [_COORDINATOR],
    "assign": [_COORDINATOR],
    "suspend": [_COORDINATOR],
    "resume": [_COORDINATOR],
    "extend": [_COORDINATOR],
    "correct": [_COORDINATOR],
    "void": [_COORDINATOR],
    "send_back": [_COORDINATOR, _CLERK],
    "fix": [_COORDINATOR, _CLERK],
    "verify": [(*_COORDINATOR, did_not_fix_it), (*_CLERK, did_not_fix_it)],
    "reopen": [_REPORTER, _COORDINATOR, _CLERK],
    "answer": [(is_courier, was_asked)],
}


def at_a_station(actor: Any, _nothing: Any) -> bool:
    return actor.station_id is not None


#: What is not done to one hazard.
HOUSE_PERMITS: Permits = {
    "report": [(is_courier, at_a_station), (is_clerk, at_a_station), (is_coordinator, at_a_station)],
    "keep_rules": [(is_coordinator, at_a_station)],
}


def for_all(_actor: Any, entry: Any) -> bool:
    return bool(entry.seen_by == "all")


def for_desks(_actor: Any, entry: Any) -> bool:
    return entry.seen_by in ("all", "desks")


_HEARD = [(is_courier, same_station, for_all), (is_clerk, same_community, for_desks), _COORDINATOR]

#: Entry type → who may hear of it. The subject is the entry: station, community, and `seen_by`: who knew of it before, or does after.
HEARD: Permits = {
    **{
        f"hazard.{step}": _HEARD
        for step in (
            "reported", "joined", "accepted", "declined", "merged", "unmerged", "assigned", "sent_back", "suspended", "resumed", "extended",
            "fixed", "verified", "reopened", "voided", "photo_shown", "blacked_out", "corrected",
        )
    },
    "hazard.overdue": [(is_clerk, same_community, for_desks), _COORDINATOR, (is_supervisor, same_district)],
    "hazard.held": [_COORDINATOR],
    "hazard.let_go": [_COORDINATOR],
    "hazard.asked": [_COORDINATOR],
    "hazard.rules_changed": [_COORDINATOR],
}  # fmt: skip
#: Entry types that the persons named in them hear too: a reporter follows what he has reported, who is asked hears the question.
HEARD_BY_THE_NAMED = frozenset(set(HEARD) - {"hazard.held", "hazard.let_go", "hazard.overdue", "hazard.rules_changed"})
#: Who has reported it is for the station alone.
HEARS_PERSONS: Permits = {"persons": [_COORDINATOR]}

"""Who may look at hours, correct them and withdraw a certificate; who hears of it. No hours are the work of one person alone."""

from __future__ import annotations

from typing import Any

from dispatch.core.permits import Permits


def is_courier(actor: Any, _subject: Any) -> bool:
    return bool(actor.role == "courier")


def is_coordinator(actor: Any, _subject: Any) -> bool:
    return bool(actor.role == "coordinator")


def is_supervisor(actor: Any, _subject: Any) -> bool:
    return bool(actor.role == "supervisor")


def same_station(actor: Any, subject: Any) -> bool:
    return bool(actor.station_id is not None and actor.station_id == subject.station_id)


def same_district(actor: Any, subject: Any) -> bool:
    return bool(subject.district_id is not None and actor.unit_id == subject.district_id)


def not_his_own(actor: Any, subject: Any) -> bool:
    """Whoever was a courier once does not touch the hours of that time."""
    return bool(actor.id != subject.person_id)


def not_the_proposer(actor: Any, correction: Any) -> bool:
    return bool(actor.id != correction.proposed_by)


def himself(actor: Any, subject: Any) -> bool:
    return bool(actor.id == subject.person_id)


_STATION = (is_coordinator, same_station)
_DISTRICT = (is_supervisor, same_district)

#: The subject is an hour's entry, a correction or a certificate: station, district, whose it is, who proposed.
PERMITS: Permits = {
    "see": [_STATION, _DISTRICT],
    "propose": [(*_STATION, not_his_own)],
    "confirm": [(*_STATION, not_his_own, not_the_proposer), (*_DISTRICT, not_his_own, not_the_proposer)],
    "decline": [(*_STATION, not_his_own), (*_DISTRICT, not_his_own)],
    "see_certificate": [(is_courier, himself), _STATION],
    "withdraw": [(*_STATION, not_his_own)],
}

#: Entry type → who may hear of it.
HEARD: Permits = {
    "hours.correction_proposed": [_STATION, _DISTRICT],
    "hours.correction_declined": [_STATION, _DISTRICT],
    "hours.corrected": [_STATION, _DISTRICT],
    "certificate.issued": [_STATION],
    "certificate.withdrawn": [_STATION],
}

"""What the clock does to hazards, each once: overdue is told to the committee, three times to the district; suspended ones go on."""

from __future__ import annotations

from sqlalchemy import update

from dispatch.core.clock import now
from dispatch.core.errors import Refused
from dispatch.core.unit_of_work import Work, transaction
from dispatch.hazards.commanding import CLOCK, DISTRICT_AFTER, HAZARDS, hold_rows, tell, too_late
from dispatch.hazards.pausing import resumed
from dispatch.hazards.queries import Row, hazard_facts
from dispatch.hazards.states import RUNNING, Status


def _overdue(work: Work, hazard: Row) -> None:
    """The limit has passed: the committee's desk and the station's say so."""
    _mark(work, hazard, "due_at", "overdue_told_at")
    tell(work, hazard, "hazard.overdue", times=1, persons=[])


def _overdue_district(work: Work, hazard: Row) -> None:
    """It has taken three times as long as it may: the district sees it from now on."""
    _mark(work, hazard, "district_due_at", "district_told_at")
    tell(work, hazard, "hazard.overdue", times=DISTRICT_AFTER, district_id=hazard.district_id, persons=[])


def _mark(work: Work, hazard: Row, limit: str, told: str) -> None:
    late = (HAZARDS.c.id == hazard.id, HAZARDS.c.status.in_(sorted(RUNNING)), HAZARDS.c[limit] <= now(), HAZARDS.c[told].is_(None))
    if work.execute(update(HAZARDS).where(*late).values({told: now()})).rowcount != 1:
        raise too_late()


def _resume(work: Work, hazard: Row) -> None:
    if hazard.status != Status.SUSPENDED or hazard.suspended_until > now():
        raise too_late()
    resumed(work, hazard, CLOCK)


BY_THE_CLOCK = {"overdue": _overdue, "overdue_district": _overdue_district, "resume": _resume}


def by_the_clock(verb: str, hazard_id: str) -> bool:
    """Do what is due to one hazard; returns whether it still was. Harmless if called twice.

    Args:
        verb: a key of BY_THE_CLOCK.
    """
    try:
        with transaction() as work:
            hold_rows(work, [hazard_id])
            BY_THE_CLOCK[verb](work, hazard_facts(work.connection, hazard_id, lock=True))
            return True
    except Refused:
        return False

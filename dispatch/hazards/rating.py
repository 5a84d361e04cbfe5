"""How the steps of a hazard are told as figures, and the rates of the trade that are made of them. No person is in any of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from math import ceil
from statistics import median
from typing import Any

from sqlalchemy import delete, select

from dispatch.core.breathing import in_parts
from dispatch.core.clock import SHANGHAI, now
from dispatch.core.unit_of_work import Work
from dispatch.core.upserts import insert_into
from dispatch.hazards.clustering import COMES_BACK_WITHIN
from dispatch.hazards.commanding import working_time
from dispatch.hazards.models import Hazard, HazardStep
from dispatch.hazards.pattern_models import HazardRecord
from dispatch.hazards.queries import Row
from dispatch.hazards.states import RUNNING, Status

#: Within so long a report is to be judged: working time, of an urgent one every minute. It is when the queue's mark turns red.
JUDGED_WITHIN, URGENT_WITHIN = timedelta(minutes=120), timedelta(minutes=15)
#: The steps that are timed, and the column of each.
SPANS = {"accept": "to_accept", "assign": "to_assign", "fix": "to_fix", "verify": "to_verify"}
#: Rate → what is counted, of what.
RATES = {
    "judged_in_time": ("judged_in_time", "accepted"),
    "accurate": ("held", "accepted"),
    "closed_in_time": ("fixed_in_time", "due"),
    "redone": ("redone", "fixed"),
    "reopened": ("reopened", "closed"),
    "solved": ("solved", "settled"),
}
COUNTS = ("accepted", "judged_in_time", "held", "due", "fixed", "fixed_in_time", "redone", "closed", "reopened", "settled", "solved")

_hazards, _steps, _records = Hazard.__table__, HazardStep.__table__, HazardRecord.__table__


def record(work: Work, hazard: Row) -> None:
    """Write down anew how the steps of one hazard went; of one that was never accepted there is nothing to say."""
    found = select(_steps).where(_steps.c.hazard_id == hazard.id).order_by(_steps.c.version)
    _write(work, [hazard], {hazard.id: work.execute(found).all()})


def record_all(work: Work, station_id: str) -> None:
    """The same of every hazard of a station."""
    work.execute(delete(_records).where(_records.c.station_id == station_id))
    rows = work.execute(select(_hazards).where(_hazards.c.station_id == station_id).order_by(_hazards.c.id)).all()
    for some in in_parts(rows):
        steps: dict[str, list[Row]] = {}
        found = select(_steps).where(_steps.c.hazard_id.in_([row.id for row in some])).order_by(_steps.c.hazard_id, _steps.c.version)
        for step in work.execute(found):
            steps.setdefault(step.hazard_id, []).append(step)
        _write(work, some, steps)


def _write(work: Work, hazards: Sequence[Row], steps: dict[str, Sequence[Row]] | dict[str, list[Row]]) -> None:
    told = [_told(work, hazard, steps.get(hazard.id, ())) for hazard in hazards]
    rows = [row for row in told if row]
    if rows:
        fresh = insert_into(work, _records)
        kept = {column.name: fresh.excluded[column.name] for column in _records.columns if not column.primary_key}
        work.execute_many(fresh.on_conflict_do_update(index_elements=["hazard_id"], set_=kept), rows)


def _told(work: Work, hazard: Row, steps: Sequence[Row]) -> dict[str, Any] | None:
    """One row of records, or None."""
    accept, assign, fix, verify = (_first(steps, verb) for verb in SPANS)
    if accept is None:
        return None
    limit = URGENT_WITHIN if hazard.urgent else JUDGED_WITHIN
    waited = working_time(work.connection, hazard.station_id, always=hazard.urgent).between(hazard.sent_at, accept.at)
    last_fix = max((one.at for one in steps if one.verb == "fix" and verify and one.at <= verify.at), default=None)
    opened = [one.was for one in steps if one.verb == "reopen"]
    return {
        "hazard_id": hazard.id, "station_id": hazard.station_id, "community_id": hazard.community_id,
        "month": f"{accept.at.astimezone(SHANGHAI):%Y-%m}", "judged_in_time": waited <= limit,
        "held": hazard.status not in (Status.VOID, Status.DUPLICATE),
        "to_accept": _minutes(hazard.sent_at, accept.at), "to_assign": _minutes(accept.at, assign and assign.at),
        "to_fix": _minutes(assign and assign.at, fix and fix.at), "to_verify": _minutes(last_fix, verify and verify.at),
        "fixed_in_time": _in_time(hazard, fix), "due_at": hazard.due_at if hazard.status in RUNNING and fix is None else None,
        "redone": Status.FIXED in opened, "reopened": Status.VERIFIED in opened,
        "verified_at": max((one.at for one in steps if one.verb == "verify"), default=None),
    }  # fmt: skip


def _first(steps: Iterable[Row], verb: str) -> Row | None:
    return next((one for one in steps if one.verb == verb), None)


def _minutes(start: datetime | None, end: datetime | None) -> int | None:
    return max(0, round((end - start) / timedelta(minutes=1))) if start and end else None


def _in_time(hazard: Row, fix: Row | None) -> bool | None:
    """Whether it was fixed within its first limit. The step says so; of one that does not, the row does while that limit still stands."""
    if fix is None:
        return None
    said: bool | None = fix.said.get("in_time")
    if said is None and not hazard.reopened and hazard.due_at:
        said = bool(fix.at <= hazard.due_at)
    return said


def figures(rows: Iterable[Row], *, least: int = 1) -> dict[str, Any]:
    """The counts, rates and times of some records.

    Args:
        rows: of hazard_records, each with `came_back`.
        least: of fewer than so many no times are told.
    Returns:
        `counts`; `rates`, each with how many `of` how many and its `share` (None where there is nothing to share); `steps`, each with
        `n` and the `median` and `p90` in minutes.
    """
    rows, moment = list(rows), now()
    counts = dict.fromkeys(COUNTS, 0)
    for row in rows:
        for name, holds in _facts(row, moment).items():
            counts[name] += bool(holds)
    rates = {
        name: {"n": counts[part], "of": counts[whole], "share": round(counts[part] / counts[whole], 4) if counts[whole] else None}
        for name, (part, whole) in RATES.items()
    }
    spans = {step: _spread([getattr(row, column) for row in rows], least) for step, column in SPANS.items()}
    return {"counts": counts, "rates": rates, "steps": spans}


def _facts(row: Row, moment: datetime) -> dict[str, Any]:
    """What one record counts as. A rate's first count is always a part of its second."""
    fixed, closed, again = row.fixed_in_time is not None, row.verified_at is not None, row.came_back or row.reopened
    # What has been closed lately may still come back: it says nothing yet.
    settled = closed and (again or row.verified_at <= moment - COMES_BACK_WITHIN)
    due = row.held and (fixed or (row.due_at is not None and row.due_at <= moment))
    return {
        "accepted": True, "judged_in_time": row.judged_in_time, "held": row.held, "due": due, "fixed": fixed,
        "fixed_in_time": due and row.fixed_in_time, "redone": fixed and row.redone, "closed": closed, "reopened": closed and row.reopened,
        "settled": settled, "solved": settled and not again,
    }  # fmt: skip


def _spread(values: Iterable[int | None], least: int) -> dict[str, int | None]:
    known = sorted(value for value in values if value is not None)
    if len(known) < least or not known:
        return {"n": len(known), "median": None, "p90": None}
    return {"n": len(known), "median": round(median(known)), "p90": known[ceil(0.9 * len(known)) - 1]}

"""When the token of a program's report leaves: a year after the report, where nothing more can come of it."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, select

from dispatch.core.clock import now
from dispatch.core.unit_of_work import Work
from dispatch.hazards.models import Hazard
from dispatch.hazards.states import ENDED, Status
from dispatch.open311.models import Open311Token

#: A program that has not asked for so long does not ask any more.
TOKENS_KEPT = timedelta(days=365)

_hazards, _tokens = Hazard.__table__, Open311Token.__table__


def forget_tokens(work: Work) -> int:
    """Remove old tokens of what has ended; returns how many."""
    over = select(_hazards.c.id).where(_hazards.c.status.in_(sorted(ENDED | {Status.DUPLICATE})))
    old = (_tokens.c.at < now() - TOKENS_KEPT, _tokens.c.hazard_id.in_(over))
    return work.execute(delete(_tokens).where(*old)).rowcount

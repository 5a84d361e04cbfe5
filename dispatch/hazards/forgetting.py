"""When what hazards hold of persons leaves: what was typed, and the photos of declined ones, some time after they have ended."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, select, update

from dispatch.core.clock import now
from dispatch.core.unit_of_work import Work
from dispatch.hazards.commanding import HAZARDS
from dispatch.hazards.models import HazardPhoto
from dispatch.hazards.states import ENDED, Status

#: What was typed is of use while somebody may come back to it.
WORDS_KEPT = timedelta(days=180)
#: A picture of what was no hazard is of use to nobody.
DECLINED_KEPT = timedelta(days=30)

_photos = HazardPhoto.__table__


def forget_ended(work: Work) -> int:
    """Empty what was typed and let go of what was declined; returns how many hazards lost their words. The files go with the next look."""
    old = (HAZARDS.c.status.in_(sorted(ENDED | {Status.DUPLICATE})), HAZARDS.c.changed_at < now() - WORDS_KEPT)
    said = HAZARDS.c.note.is_not(None) | HAZARDS.c.reason_text.is_not(None) | HAZARDS.c.order_id.is_not(None)
    emptied = work.execute(update(HAZARDS).where(*old, said).values(note=None, reason_text=None, order_id=None)).rowcount
    refused = (HAZARDS.c.status.in_([Status.DECLINED, Status.VOID]), HAZARDS.c.changed_at < now() - DECLINED_KEPT)
    work.execute(delete(_photos).where(_photos.c.hazard_id.in_(select(HAZARDS.c.id).where(*refused))))
    return emptied

"""How a hazard's clock is stopped (挂账), goes on, and is given more time (延时)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from flask_babel import lazy_gettext as _

from dispatch.core.clock import now
from dispatch.core.errors import Invalid
from dispatch.core.idempotency import Once
from dispatch.core.unit_of_work import Work
from dispatch.hazards.commanding import Outcome, carry_out, edit, move, tell, working_time
from dispatch.hazards.handling import explained
from dispatch.hazards.moderating import until
from dispatch.hazards.queries import Row
from dispatch.hazards.states import Status
from dispatch.people.identity import Actor

SUSPEND_REASONS = ("needs_money", "needs_permit", "weather", "under_work", "other")
EXTEND_REASONS = ("needs_more_time", "needs_another", "weather", "other")
SUSPENDED_MOST = timedelta(days=366)


def suspend(actor: Actor, hazard_id: str, day: datetime, reason: str, text: str | None, version: int | None, once: Once) -> Outcome:
    """挂账: nothing can be done before a day, and until then its clock stands still; that day it goes on by itself.

    Args:
        day: when it goes on.
        reason: one of SUSPEND_REASONS.
        text: a sentence besides; `other` needs one. Kept encrypted.
    Raises:
        Invalid: a reason that is none, `other` without a sentence, or a day that has passed or is too far away.
        NotFound, NotEligible, TooLate, Edited: as for every command.
    """
    why = explained(reason, text, SUSPEND_REASONS)
    if not now() < day < now() + SUSPENDED_MOST:
        raise Invalid("until", _("恢复的日期要晚于现在，也不能超过一年。"))

    def act(work: Work, me: Actor, hazard: Row) -> None:
        time = working_time(work.connection, hazard.station_id, always=hazard.always)
        left = {f"{name}_left": _minutes(time.between(now(), getattr(hazard, f"{name}_at"))) for name in ("due", "district_due")}
        values: dict[str, Any] = {**left, "suspended_until": day, "reason": reason, "reason_text": why}
        move(work, hazard, me.id, "suspend", said={"reason": reason}, **values)
        tell(work, hazard, "hazard.suspended", Status.SUSPENDED, reason=reason)

    return carry_out("suspend", actor, hazard_id, once, act, version=version)


def _minutes(span: timedelta) -> int:
    """Rounded up, so that stopping and going on again never costs anybody time."""
    return int(-(-span // timedelta(minutes=1)))


def resume(actor: Actor, hazard_id: str, version: int | None, once: Once) -> Outcome:
    """It can be gone on with: where it was, with the time that was left.

    Raises:
        NotFound, NotEligible, TooLate, Edited: as for every command.
    """

    def act(work: Work, me: Actor, hazard: Row) -> None:
        resumed(work, hazard, me.id)

    return carry_out("resume", actor, hazard_id, once, act, version=version)


def resumed(work: Work, hazard: Row, by: str) -> None:
    """The part that the clock does too. What had been told as overdue stays told."""
    time = working_time(work.connection, hazard.station_id, always=hazard.always)
    values: dict[str, Any] = {
        f"{name}_at": time.later(now(), timedelta(minutes=getattr(hazard, f"{name}_left") or 0)) for name in ("due", "district_due")
    }
    enters = Status.ASSIGNED if hazard.assigned_at else Status.ACCEPTED
    values |= {"due_left": None, "district_due_left": None, "suspended_until": None, "reason": None, "reason_text": None}
    move(work, hazard, by, "resume", enters=enters, **values)
    tell(work, hazard, "hazard.resumed", enters)


def extend(actor: Actor, hazard_id: str, deadline: datetime, reason: str, text: str | None, version: int | None, once: Once) -> Outcome:
    """延时: it may take until a later moment, for a reason.

    Args:
        deadline: the new one; later than the one that stands.
        reason: one of EXTEND_REASONS.
        text: a sentence besides; `other` needs one. Kept encrypted.
    Raises:
        Invalid: a reason that is none, `other` without a sentence, or a deadline that is no later one.
        NotFound, NotEligible, TooLate, Edited: as for every command.
    """
    why = explained(reason, text, EXTEND_REASONS)

    def act(work: Work, me: Actor, hazard: Row) -> None:
        if deadline <= hazard.due_at:
            raise Invalid("deadline", _("新期限要比现在的晚。"))
        values = until(work.connection, hazard.station_id, deadline, hazard.hours, hazard.always)
        edit(work, hazard, me.id, "extend", said={"reason": reason}, **values, reason=reason, reason_text=why)
        tell(work, hazard, "hazard.extended", reason=reason)

    return carry_out("extend", actor, hazard_id, once, act, version=version)

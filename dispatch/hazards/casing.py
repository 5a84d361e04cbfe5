"""What stands on the sheet of one case: photos, steps with their times, and who, by role alone. What was typed stays in the house."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_babel import LazyString
from flask_babel import lazy_gettext as _
from sqlalchemy import Connection, select

from dispatch.core.clock import SHANGHAI, now
from dispatch.core.errors import NotEligible
from dispatch.core.permits import permitted
from dispatch.core.unit_of_work import reading
from dispatch.hazards.commanding import CLOCK
from dispatch.hazards.pattern_policy import SHEET_PERMITS
from dispatch.hazards.presenting import present
from dispatch.hazards.queries import Row, full_hazard, steps_of
from dispatch.people.identity import Actor
from dispatch.people.models import Person

#: Each step as it reads on paper.
STEPS: dict[str, LazyString] = {
    "report": _("上报"), "join": _("又有人看到"), "accept": _("受理"), "decline": _("不予受理"), "merge": _("合并"),
    "unmerge": _("撤销合并"), "assign": _("派遣"),
    "send_back": _("回退"), "suspend": _("挂账"), "resume": _("恢复处理"), "extend": _("延时"), "fix": _("处理好了"),
    "verify": _("看过，没有了"), "reopen": _("重新处理"), "void": _("作废"),
}  # fmt: skip
ROLES: dict[str, LazyString] = {
    "courier": _("快递员志愿者"), "clerk": _("居委会"), "coordinator": _("社工站"), "supervisor": _("区指导中心"), CLOCK: _("系统"),
}  # fmt: skip

_persons = Person.__table__


def case_sheet(actor: Actor, hazard_id: str) -> dict[str, Any]:
    """One hazard for paper: as it is read, with `steps` of when, what and by which role, and only the photos that all may see.

    Raises:
        NotFound: none that they may know of.
        NotEligible: not of those who deal with it.
    """
    row = full_hazard(reading(), actor, hazard_id)
    if not permitted(SHEET_PERMITS, "print", actor, row):
        raise NotEligible()
    said = present(reading(), actor, [row])[0]
    steps = steps_of(reading(), row.id)
    roles = _roles(reading(), {step.by for step in steps})
    said["photos"] = [photo for photo in said["photos"] if photo.get("shown", True)]
    said["times"] = {name: _time(getattr(row, name)) for name in ("seen_at", "sent_at", "due_at")}
    # Before it was accepted the columns hold no limit of its own.
    said["limit"] = said["times"]["due_at"] if any(step.verb == "accept" for step in steps) else None
    said["steps"] = [
        {"at": _time(step.at), "what": STEPS.get(step.verb, _("改动")), "who": ROLES.get(roles.get(step.by, step.by), _("其他人"))}
        for step in steps
    ]
    return said | {"printed_at": _time(now())}


def _roles(connection: Connection, person_ids: Iterable[str]) -> dict[str, str]:
    found: Iterable[Row] = connection.execute(select(_persons.c.id, _persons.c.role).where(_persons.c.id.in_(list(person_ids))))
    return {row.id: row.role for row in found}


def _time(moment: Any) -> str | None:
    return f"{moment.astimezone(SHANGHAI):%Y-%m-%d %H:%M}" if moment else None

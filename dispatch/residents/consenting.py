"""What counts as a resident's consent: to the list itself, in some way, at a moment that can have been."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from flask_babel import lazy_gettext as _

from dispatch.core.clock import SHANGHAI, now
from dispatch.core.errors import Invalid
from dispatch.core.ids import new_id
from dispatch.people.identity import Actor

#: Two clocks, hers and ours, need not agree to the minute.
CLOCKS_DIFFER = timedelta(minutes=10)
#: Nobody has agreed to a list before there was one: an earlier day is a slip of the finger in the year.
EARLIEST = datetime(2000, 1, 1, tzinfo=SHANGHAI)


def check_moment(moment: datetime) -> None:
    """Refuse a moment at which nobody can have agreed.

    Raises:
        Invalid: it is still to come, or long past.
    """
    if moment > now() + CLOCKS_DIFFER:
        raise Invalid("consent_at", _("同意的时间不能在将来。"))
    if moment < EARLIEST:
        raise Invalid("consent_at", _("同意的时间太早了，请再看一眼年份。"))


def consent_row(actor: Actor, resident_id: str, consent: Mapping[str, Any] | None) -> dict[str, Any]:
    """That she has agreed, as it is kept.

    Raises:
        Invalid: nothing is said, not to the list itself, or at a time at which it cannot have been.
    """
    if not consent or "care_list" not in consent["to"]:
        raise Invalid("consent", _("请先征得本人或监护人同意，再记下什么时候、用什么方式同意的。"))
    check_moment(consent["at"])
    return {
        "id": new_id(), "resident_id": resident_id, "given_at": min(consent["at"], now()), "how": consent["how"], "to": list(consent["to"]),
        "recorded_by": actor.id, "recorded_at": now(), "withdrawn_at": None, "withdrawn_by": None,
    }  # fmt: skip

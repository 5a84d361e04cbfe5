"""What was done to a person, by whom and when: one row for each deed, in the transaction of the deed. Codes and ids alone."""

from __future__ import annotations

from typing import Any

from sqlalchemy import insert

from dispatch.core.clock import now
from dispatch.core.ids import new_id
from dispatch.core.unit_of_work import Work
from dispatch.people.models import Deed

#: Not a person: the command line of the house, and its clock.
CLI, CLOCK = "cli", "clock"


def note(work: Work, person_id: str, verb: str, by: str, **said: Any) -> None:
    """Write it down.

    Args:
        work: the transaction that does it.
        person_id: to whom.
        verb: what, in the past: `suspended`, `moved` …; its sentence is in `templates/people/deeds.html`.
        by: who: a person's id, `CLI` or `CLOCK`.
        **said: ids and codes; never a name, a phone, or anything typed by a person.
    """
    row = {"id": new_id(), "person_id": person_id, "verb": verb, "by": by, "at": now(), "said": said}
    work.execute(insert(Deed.__table__), row)

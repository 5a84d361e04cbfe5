"""How two reports of one thing become one, and how that is taken back: reports stay where they were made, so nobody is lost."""

from __future__ import annotations

from flask_babel import lazy_gettext as _

from dispatch.core.errors import Invalid, NotFound
from dispatch.core.idempotency import Once
from dispatch.core.permits import permitted
from dispatch.core.unit_of_work import Work
from dispatch.hazards.commanding import Outcome, carry_out, move, tell
from dispatch.hazards.policy import PERMITS
from dispatch.hazards.queries import Row, hazard_facts
from dispatch.hazards.states import SURVIVES, Status
from dispatch.people.identity import Actor


def merge(actor: Actor, hazard_id: str, into_id: str, version: int | None, once: Once) -> Outcome:
    """This one is the same as another, which goes on for both: who has reported it follows that one from here on.

    Args:
        into_id: the survivor; accepted, so that nobody learns of an unjudged report by following it.
    Raises:
        NotFound, NotEligible, TooLate, Held, Edited: as for every command.
        Invalid: the other one is itself, another station's, or not one that is being dealt with.
    """

    def act(work: Work, me: Actor, hazard: Row) -> None:
        try:
            other = hazard_facts(work.connection, into_id, me.id, lock=True)
        except NotFound:
            raise Invalid("into") from None
        if other.id == hazard.id or other.station_id != hazard.station_id or not permitted(PERMITS, "see", me, other):
            raise Invalid("into")
        if other.status not in SURVIVES:
            raise Invalid("into", _("要合并到的那一条还没有受理，或已经结束。请先受理它。"))
        values = {"merged_into": into_id, "merged_from": hazard.status, "held_by": None, "held_until": None}
        move(work, hazard, me.id, "merge", said={"into": into_id}, **values)
        tell(work, hazard, "hazard.merged", Status.DUPLICATE, into=into_id)

    return carry_out("merge", actor, hazard_id, once, act, version=version, also=[into_id])


def unmerge(actor: Actor, hazard_id: str, version: int | None, once: Once) -> Outcome:
    """They were two after all: this one stands again as it stood before, with its own reporters, and what had been merged into it before.

    Raises:
        NotFound, NotEligible, TooLate, Edited: as for every command.
    """

    def act(work: Work, me: Actor, hazard: Row) -> None:
        before = Status(hazard.merged_from)
        move(work, hazard, me.id, "unmerge", enters=before, said={"from": hazard.merged_into}, merged_into=None, merged_from=None)
        tell(work, hazard, "hazard.unmerged", before, into=hazard.merged_into)

    return carry_out("unmerge", actor, hazard_id, once, act, version=version)

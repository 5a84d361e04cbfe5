"""How hours are corrected: one person proposes what an errand should count for, a second confirms, and a counter-entry is booked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import insert, select

from dispatch.core.clock import now
from dispatch.core.errors import Invalid, NotEligible, NotFound, TooLate
from dispatch.core.idempotency import Once
from dispatch.core.ids import new_id
from dispatch.core.permits import permitted
from dispatch.core.unit_of_work import Work, reading, transaction
from dispatch.core.workflow import advance
from dispatch.hours.certifying import withdraw_covering
from dispatch.hours.models import Correction, HourEntry
from dispatch.hours.policy import PERMITS
from dispatch.hours.queries import Row, correction, errand_booked
from dispatch.hours.rules import cap, rule_of
from dispatch.hours.states import CORRECTION_MOVES, CorrectionStatus
from dispatch.journal.appending import append
from dispatch.people.identity import Actor, locked_actor

REASONS = ("forgot_to_finish", "was_not_there", "not_done", "clock_wrong", "other")

_hours, _corrections = HourEntry.__table__, Correction.__table__


def propose(actor: Actor, claim_id: str, minutes: int, reason: str, note: str | None, once: Once) -> dict[str, Any]:
    """Say what an errand should count for. Nothing changes until a second person confirms it.

    Args:
        actor: a coordinator of the order's station, not about himself.
        claim_id: the errand's line in the book.
        minutes: from 0 to the cap of the errand's own rule, in its steps: a correction cannot give more than the rule would.
        reason: one of REASONS; `other` needs a note.
        note: kept sealed, for those who decide.
    Returns:
        `correction_id`.
    Raises:
        NotFound, NotEligible: no such errand of hers; not hers to propose.
        Invalid: minutes, reason or note.
        TooLate: a proposal for this errand is waiting already.
    """

    def act(work: Work, me: Actor, errand: Row) -> dict[str, Any]:
        _check(errand, minutes, reason, note)
        # Two proposals at once have taken turns; the index would refuse the second one, but not in words.
        if work.execute(select(_corrections.c.id).where(_corrections.c.claim_id == claim_id, _open())).first():
            raise TooLate(_("这一单已经有一条更正在等第二个人确认。"))
        row = {
            "id": new_id(), "claim_id": claim_id, "person_id": errand.person_id, "district_id": errand.district_id,
            "station_id": errand.station_id, "status": CorrectionStatus.PROPOSED, "minutes_before": errand.minutes, "minutes": minutes,
            "reason": reason, "note": note or None, "proposed_by": me.id, "proposed_at": now(), "decided_by": None, "decided_at": None,
        }  # fmt: skip
        work.execute(insert(_corrections), row)
        _tell(work, row, "hours.correction_proposed", me)
        return {"correction_id": row["id"]}

    return _carry_out("propose", actor, once, lambda connection: errand_booked(connection, claim_id), act)


def _open() -> Any:
    return _corrections.c.status == CorrectionStatus.PROPOSED


def _check(errand: Row, minutes: int, reason: str, note: str | None) -> None:
    rule = rule_of(errand.rule)
    if not 0 <= minutes <= cap(rule, errand.kind) or minutes % rule.step:
        raise Invalid("minutes", _("更正后的时长要在规则之内：从 0 到这类需求的上限，一刻钟一档。"))
    if minutes == errand.minutes:
        raise Invalid("minutes", _("和现在记的一样，不用更正。"))
    if reason not in REASONS:
        raise Invalid("reason")
    if reason == "other" and not (note or "").strip():
        raise Invalid("note", _("请写一句为什么。"))


def confirm(actor: Actor, correction_id: str, once: Once) -> dict[str, Any]:
    """The second person says yes: the counter-entry is booked, and certificates that say otherwise are withdrawn.

    Args:
        actor: another coordinator of the station, or a supervisor of its district; neither who proposed it nor whose hours they are.
    Raises:
        NotFound, NotEligible: as above.
        TooLate: it has been decided.
    """

    def act(work: Work, me: Actor, row: Row) -> dict[str, Any]:
        _decide(work, me, row, "confirm")
        errand = errand_booked(work.connection, row.claim_id)
        if errand.minutes != row.minutes_before:
            raise TooLate()
        line = work.execute(select(_hours).where(_hours.c.id == row.claim_id)).one()._asdict()
        change = row.minutes - row.minutes_before
        work.execute(insert(_hours), {**line, "id": row.id, "minutes": change, "booked_at": now()})
        _tell(work, row._asdict(), "hours.corrected", me)
        withdraw_covering(work, me, row.person_id, row.station_id, line["day"])
        return {"correction_id": correction_id}

    return _carry_out("confirm", actor, once, lambda connection: correction(connection, correction_id), act)


def decline(actor: Actor, correction_id: str, once: Once) -> dict[str, Any]:
    """It stays as it is; whoever proposed it may say so too.

    Raises:
        NotFound, NotEligible, TooLate: as for `confirm`.
    """

    def act(work: Work, me: Actor, row: Row) -> dict[str, Any]:
        _decide(work, me, row, "decline")
        _tell(work, row._asdict(), "hours.correction_declined", me)
        return {"correction_id": correction_id}

    return _carry_out("decline", actor, once, lambda connection: correction(connection, correction_id), act)


def _decide(work: Work, me: Actor, row: Row, verb: str) -> None:
    advance(work, _corrections, row.id, CORRECTION_MOVES[verb], values={"decided_by": me.id, "decided_at": now()})


def _tell(work: Work, row: dict[str, Any], entry_type: str, me: Actor) -> None:
    said = {"correction_id": row["id"], "claim_id": row["claim_id"], "persons": [row["person_id"]], "by": me.id}
    said |= {"minutes_before": row["minutes_before"], "minutes": row["minutes"], "reason": row["reason"]}
    append(work, row["station_id"], entry_type, district_id=row["district_id"], **said)


def _carry_out(
    verb: str, actor: Actor, once: Once, find: Callable[[Any], Row], act: Callable[[Work, Actor, Row], dict[str, Any]]
) -> dict[str, Any]:
    """See it → may you → said before? → still possible?: what is found is judged before the lock, and again under it.

    Whose hours they are is held too: his certificates and corrections take turns, and what is found is as the last one left it.
    """
    subject = find(reading())
    refuse(verb, actor, subject)
    both = sorted({actor.id, subject.person_id})
    with once.running(), transaction() as work:
        once.lock(work)
        outcome = once.earlier(work.connection)
        if outcome is None:
            # In one order, whoever asks: two who decide about each other's hours must not wait for one another.
            held = {person_id: locked_actor(work.connection, person_id) for person_id in both}
            me, subject = held[actor.id], find(work.connection)
            if me is None:
                raise NotEligible()
            refuse(verb, me, subject)
            outcome = act(work, me, subject)
            once.keep(work, outcome)
    return outcome


def refuse(verb: str, actor: Actor, subject: Row) -> None:
    """Raise NotFound where somebody may not know of it, NotEligible where she may not."""
    if not permitted(PERMITS, "see", actor, subject):
        raise NotFound()
    if not permitted(PERMITS, verb, actor, subject):
        raise NotEligible()

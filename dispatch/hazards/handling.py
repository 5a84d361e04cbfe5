"""How a hazard is dealt with: fixed, seen to be gone, opened again, sent back, or made void."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _

from dispatch.core.clock import now
from dispatch.core.errors import Invalid
from dispatch.core.idempotency import Once
from dispatch.core.unit_of_work import Work
from dispatch.hazards.commanding import Outcome, carry_out, deadlines, move, tell
from dispatch.hazards.photographing import attach
from dispatch.hazards.queries import Row
from dispatch.hazards.states import Status
from dispatch.people.identity import Actor

#: Why it comes back from who was to deal with it.
SEND_BACK_REASONS = ("not_ours", "not_found", "needs_another", "other")
VOID_REASONS = ("mistake", "duplicate", "not_ours", "other")
REOPEN_REASONS = ("still_there", "back_again", "other")


def fix(actor: Actor, hazard_id: str, photo_ids: Sequence[str], reason: str | None, version: int | None, once: Once) -> Outcome:
    """办结待核: it is gone, as the photo shows, or the reason says why there is none.

    Args:
        photo_ids: photos of how it looks now, sent ahead.
        reason: why there is no photo; kept encrypted.
    Raises:
        NotFound, NotEligible, TooLate, Edited: as for every command.
        Invalid: neither a photo nor a reason.
    """
    why = (reason or "").strip()
    if not photo_ids and not why:
        raise Invalid("photos", _("请拍一张处理后的照片；拍不了时，请写明原因。"))

    def act(work: Work, me: Actor, hazard: Row) -> None:
        attach(work, me, photo_ids, hazard_id, "after", shown=True)
        values: dict[str, Any] = {"fixed_by": me.id, "fixed_at": now(), "reason": None, "reason_text": why or None}
        # Opened again it gets a new limit: whether the one that stood was kept is said now or never.
        said = {"photos": len(photo_ids), "in_time": now() <= hazard.due_at}
        move(work, hazard, me.id, "fix", said=said, **values)
        tell(work, hazard, "hazard.fixed", Status.FIXED, by="photo" if photo_ids else "reason")

    return carry_out("fix", actor, hazard_id, once, act, version=version)


def verify(actor: Actor, hazard_id: str, version: int | None, once: Once) -> Outcome:
    """核查: a member of staff has seen that it is gone; nobody vouches for his own work.

    Raises:
        NotFound, NotEligible, TooLate, Edited: as for every command.
    """

    def act(work: Work, me: Actor, hazard: Row) -> None:
        verified(work, hazard, me.id, "staff")

    return carry_out("verify", actor, hazard_id, once, act, version=version)


def verified(work: Work, hazard: Row, by: str, how: str) -> None:
    """It is gone, and somebody has seen that.

    Args:
        how: `staff` or `courier`.
    """
    move(work, hazard, by, "verify", said={"how": how})
    tell(work, hazard, "hazard.verified", Status.VERIFIED, how=how)


def reopen(actor: Actor, hazard_id: str, reason: str, version: int | None, once: Once) -> Outcome:
    """It is still there, or there again: with who was to deal with it once more, on a new clock, and counted.

    Args:
        reason: one of REOPEN_REASONS.
    Raises:
        Invalid: a reason that is none.
        NotFound, NotEligible, TooLate, Edited: as for every command.
    """
    if reason not in REOPEN_REASONS:
        raise Invalid("reason")

    def act(work: Work, me: Actor, hazard: Row) -> None:
        reopened(work, hazard, me.id, reason)

    return carry_out("reopen", actor, hazard_id, once, act, version=version)


def reopened(work: Work, hazard: Row, by: str, reason: str) -> None:
    """The part that a courier's "no" does too."""
    values = {"reopened": hazard.reopened + 1, "fixed_by": None, "fixed_at": None, "reason": reason, "reason_text": None}
    values |= deadlines(work.connection, hazard.station_id, hazard.hours, hazard.always)
    move(work, hazard, by, "reopen", said={"reason": reason}, **values)
    tell(work, hazard, "hazard.reopened", Status.ASSIGNED, reason=reason, times=hazard.reopened + 1)


def send_back(actor: Actor, hazard_id: str, reason: str, text: str | None, version: int | None, once: Once) -> Outcome:
    """回退: who was to deal with it cannot; back with the station, and its clock goes on.

    Args:
        reason: one of SEND_BACK_REASONS.
        text: a sentence besides; `other` needs one. Kept encrypted.
    Raises:
        Invalid: a reason that is none, or `other` without a sentence.
        NotFound, NotEligible, TooLate, Edited: as for every command.
    """
    why = explained(reason, text, SEND_BACK_REASONS)

    def act(work: Work, me: Actor, hazard: Row) -> None:
        values = {"responsible": None, "rule_id": None, "assigned_at": None, "reason": reason, "reason_text": why}
        move(work, hazard, me.id, "send_back", said={"reason": reason}, **values)
        tell(work, hazard, "hazard.sent_back", Status.ACCEPTED, reason=reason)

    return carry_out("send_back", actor, hazard_id, once, act, version=version)


def void(actor: Actor, hazard_id: str, reason: str, text: str | None, version: int | None, once: Once) -> Outcome:
    """作废: it should not have been accepted; nobody beyond the station and its reporters knows of it any more.

    Args:
        reason: one of VOID_REASONS.
        text: a sentence besides; `other` needs one. Kept encrypted.
    Raises:
        Invalid: a reason that is none, or `other` without a sentence.
        NotFound, NotEligible, TooLate, Edited: as for every command.
    """
    why = explained(reason, text, VOID_REASONS)

    def act(work: Work, me: Actor, hazard: Row) -> None:
        move(work, hazard, me.id, "void", said={"reason": reason}, reason=reason, reason_text=why, due_left=None, district_due_left=None)
        tell(work, hazard, "hazard.voided", Status.VOID, reason=reason)

    return carry_out("void", actor, hazard_id, once, act, version=version)


def explained(reason: str, text: str | None, known: Sequence[str]) -> str | None:
    """The sentence beside a reason.

    Raises:
        Invalid: a reason that is none, or `other` without a sentence.
    """
    if reason not in known:
        raise Invalid("reason")
    if reason == "other" and not (text or "").strip():
        raise Invalid("text", _("请写一句说明。"))
    return (text or "").strip() or None

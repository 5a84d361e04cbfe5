"""What becomes of a promised loan: accepted by the other coordinator, declined, withdrawn, refused by the courier, ended."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import select

from dispatch.core.clock import iso, now
from dispatch.core.errors import Invalid, NotFound, Refused, TooLate
from dispatch.core.idempotency import Once
from dispatch.core.unit_of_work import Work, transaction
from dispatch.core.workflow import advance
from dispatch.people.identity import Actor
from dispatch.people.lending import Outcome, carry_out, choose, name, tell
from dispatch.people.loans import loan_facts, parts
from dispatch.people.models import Lent, Loan
from dispatch.people.recording import CLOCK, note
from dispatch.people.serving import begin, bring_home
from dispatch.people.states import LENT, LOAN, LentStatus, LoanStatus

#: Why a coordinator says no.
REASONS = ("needed_here", "too_far", "not_now", "other")

_loans, _lent = Loan.__table__, Lent.__table__


def accept(actor: Actor, loan_id: str, once: Once, persons: Collection[str] = ()) -> Outcome:
    """Give the second word: from this moment the couriers serve at the other station.

    Args:
        actor: the coordinator who did not speak first.
        loan_id: which loan.
        once: the command's key.
        persons: who goes, where the other station has asked; without names so many as were asked for, those on duty first.
    Raises:
        NotFound, NotEligible, TooLate: as for every command; also too late if not one of them is free any more.
        Invalid: somebody named cannot be lent, or there are too few.
    """

    def act(work: Work, loan: Any) -> None:
        if loan.until <= now():
            raise TooLate()
        advance(work, _loans, loan_id, LOAN["accept"], values={"answered_by": actor.id, "answered_at": now()})
        if loan.by_station_id == loan.to_station_id:
            if len(set(persons)) > loan.number:
                raise Invalid("persons", _("对方只借 %(n)s 位。", n=loan.number))
            name(work, loan_id, choose(work, loan._asdict(), persons, loan.depot_id, loan.number), actor.id)
        started = _start(work, loan, actor.id)
        if not started:
            raise TooLate(_("来不及了：名单上的人现在都不能借出。"))
        tell(work, loan, "loan.started", persons=started, until=iso(loan.until))

    return carry_out("accept", actor, loan_id, once, act)


def _start(work: Work, loan: Any, by: str) -> list[str]:
    """Those who are free go; whoever is not any more stays."""
    named = parts(work.connection, loan.id, LentStatus.NAMED)
    _end_what_is_over(work, [row.person_id for row in named])
    started = []
    for row in named:
        if begin(work, row.id, row.person_id, loan.from_station_id, loan.to_station_id, loan.until):
            note(work, row.person_id, "lent", by, loan_id=loan.id, station_id=loan.to_station_id, until=iso(loan.until))
            started.append(row.person_id)
        else:
            advance(work, _lent, row.id, LENT["drop"], values={"changed_at": now()})
    return started


def _end_what_is_over(work: Work, persons: Collection[str]) -> None:
    """Their earlier loans whose time has passed: no job need have run."""
    theirs = (_lent.c.person_id.in_(persons), _lent.c.status == LentStatus.SERVING)
    found = select(_loans.c.id).join(_lent, _lent.c.loan_id == _loans.c.id).where(*theirs, _loans.c.until <= now())
    for loan_id in sorted(set(work.execute(found).scalars())):
        _finish(work, loan_facts(work.connection, loan_id, lock=True), "clock", CLOCK)


def decline(actor: Actor, loan_id: str, reason: str, once: Once) -> Outcome:
    """The other coordinator says no.

    Raises:
        Invalid: a reason that is not one of REASONS.
        NotFound, NotEligible, TooLate: as for every command.
    """
    if reason not in REASONS:
        raise Invalid("reason")

    def act(work: Work, loan: Any) -> None:
        advance(work, _loans, loan_id, LOAN["decline"], values={"answered_by": actor.id, "answered_at": now(), "reason": reason})
        tell(work, loan, "loan.declined", reason=reason, persons=_drop(work, loan))

    return carry_out("decline", actor, loan_id, once, act)


def withdraw(actor: Actor, loan_id: str, once: Once) -> Outcome:
    """Whoever spoke first takes it back before it is answered."""

    def act(work: Work, loan: Any) -> None:
        advance(work, _loans, loan_id, LOAN["withdraw"], values={"ended_at": now()})
        tell(work, loan, "loan.withdrawn", persons=_drop(work, loan))

    return carry_out("withdraw", actor, loan_id, once, act)


def _drop(work: Work, loan: Any) -> list[str]:
    named = parts(work.connection, loan.id, LentStatus.NAMED)
    for row in named:
        advance(work, _lent, row.id, LENT["drop"], values={"changed_at": now()})
    return [row.person_id for row in named]


def end(actor: Actor, loan_id: str, once: Once, person_id: str | None = None) -> Outcome:
    """Either coordinator ends it before its time, for one courier or for all. What they hold they finish.

    Raises:
        NotFound, NotEligible, TooLate: as for every command; a person who has no part in it is not found.
    """

    def act(work: Work, loan: Any) -> None:
        if person_id is None:
            _finish(work, loan, "coordinator", actor.id)
        else:
            _leave(work, loan, person_id, actor.id)

    return carry_out("end", actor, loan_id, once, act)


def leave(actor: Actor, loan_id: str, once: Once) -> Outcome:
    """The courier himself: before it begins he does not go, afterwards he comes home. Nobody asks why."""

    def act(work: Work, loan: Any) -> None:
        if loan.status == LoanStatus.PROPOSED:
            advance(work, _lent, _part(work, loan, actor.id), LENT["refuse"], values={"changed_at": now()})
            note(work, actor.id, "refused", actor.id, loan_id=loan.id)
            tell(work, loan, "loan.refused", persons=[actor.id])
        else:
            _leave(work, loan, actor.id, actor.id)

    return carry_out("leave", actor, loan_id, once, act)


def _part(work: Work, loan: Any, person_id: str) -> str:
    row = work.execute(select(_lent.c.id).where(_lent.c.loan_id == loan.id, _lent.c.person_id == person_id)).first()
    if row is None:
        raise NotFound()
    return str(row.id)


def _leave(work: Work, loan: Any, person_id: str, by: str) -> None:
    """One comes home; after the last one the loan is over."""
    bring_home(work, _part(work, loan, person_id), person_id, by)
    tell(work, loan, "loan.left", persons=[person_id])
    if not parts(work.connection, loan.id, LentStatus.SERVING):
        _finish(work, loan, "all_home", by)


def _finish(work: Work, loan: Any, how: str, by: str) -> None:
    advance(work, _loans, loan.id, LOAN["end"], values={"ended_at": min(now(), loan.until), "reason": how})
    serving = parts(work.connection, loan.id, LentStatus.SERVING)
    for row in serving:
        bring_home(work, row.id, row.person_id, by)
    tell(work, loan, "loan.ended", how=how, persons=[row.person_id for row in serving])


def by_the_clock(loan_id: str) -> bool:
    """Its time is over: tell the journals; returns whether it was still to be done. Harmless if called twice."""
    try:
        with transaction() as work:
            loan = loan_facts(work.connection, loan_id, lock=True)
            if loan.until > now():
                raise TooLate()
            if loan.status == LoanStatus.RUNNING:
                _finish(work, loan, "clock", CLOCK)
            else:
                advance(work, _loans, loan_id, LOAN["lapse"], values={"ended_at": now()})
                tell(work, loan, "loan.lapsed", persons=_drop(work, loan))
            return True
    except Refused:
        return False


def take_out(work: Work, person_id: str, by: str) -> None:
    """He works elsewhere from now on, or not at all: whatever loan he serves under is over for him.

    Called before his own row is written, as everybody holds a loan before its persons, and once more afterwards: somebody may
    have accepted a loan of his at that very moment, and whoever holds his row sees it.
    """
    serving = select(_lent.c.loan_id).where(_lent.c.person_id == person_id, _lent.c.status == LentStatus.SERVING)
    row = work.execute(serving).first()
    if row is None:
        return
    loan = loan_facts(work.connection, row.loan_id, lock=True)
    # The clock may have ended it while we waited for it.
    if work.execute(serving.where(_lent.c.loan_id == loan.id)).first() is not None:
        _leave(work, loan, person_id, by)

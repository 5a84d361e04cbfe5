"""How one station's couriers are promised to another for a time (借调): offered by the one, or asked for by the other."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import insert, select

from dispatch.core.clock import now
from dispatch.core.errors import Invalid, NotEligible, NotFound, TooLate
from dispatch.core.idempotency import Once
from dispatch.core.ids import new_id
from dispatch.core.permits import permitted
from dispatch.core.unit_of_work import Work, transaction
from dispatch.journal.appending import append
from dispatch.people.identity import Actor, actor_by_id
from dispatch.people.loans import lendable, loan_facts
from dispatch.people.models import Lent, Level, Loan, Unit
from dispatch.people.policy import LENDING
from dispatch.people.recording import note
from dispatch.people.states import LentStatus, LoanStatus

#: The longest that a loan may last.
LASTS_MOST = timedelta(hours=72)
NUMBER_MOST = 50
CHANGED = _("来不及了：这次借调的状态已经变了。")

_loans, _lent, _units = Loan.__table__, Lent.__table__, Unit.__table__
Outcome = dict[str, Any]


def offer(
    actor: Actor, station_id: str, until: datetime, once: Once, *,
    persons: Collection[str] = (), depot_id: str | None = None, number: int | None = None,
) -> Outcome:  # fmt: skip
    """Offer couriers of one's own station to another of the district: by name, or so many of a depot, those on duty first.

    Args:
        actor: the coordinator who lends.
        station_id: who may have them.
        until: when they are home again, at most 72 hours from now.
        once: the command's key.
        persons: who.
        depot_id: or, without names: from where …
        number: … how many.
    Raises:
        NotEligible: only a coordinator lends.
        Invalid: no such neighbour, not a time that a loan may have, not somebody who can be lent, or too few of them.
    """
    ours = _own_station(actor)

    def act(work: Work, loan: dict[str, Any]) -> None:
        named = choose(work, loan, persons, depot_id, number or 0)
        work.execute(insert(_loans), {**loan, "number": len(named)})
        name(work, loan["id"], named, actor.id)
        tell(work, loan, "loan.offered", number=len(named), persons=named)

    return _propose("offer", actor, once, until, act, from_station_id=ours, to_station_id=station_id, depot_id=depot_id)


def ask(actor: Actor, station_id: str, until: datetime, once: Once, *, number: int, depot_id: str | None = None) -> Outcome:
    """Ask another station of the district for so many couriers; who they are its coordinator says when she agrees.

    Raises:
        NotEligible, Invalid: as for `offer`.
    """
    ours = _own_station(actor)

    def act(work: Work, loan: dict[str, Any]) -> None:
        if not 1 <= number <= NUMBER_MOST:
            raise Invalid("number", _("人数请填 1 到 50。"))
        _check_depot(work, depot_id, station_id)
        work.execute(insert(_loans), {**loan, "number": number})
        tell(work, loan, "loan.asked", number=number)

    return _propose("ask", actor, once, until, act, from_station_id=station_id, to_station_id=ours, depot_id=depot_id)


def _own_station(actor: Actor) -> str:
    if actor.station_id is None or not permitted(LENDING, "propose", actor, None):
        raise NotEligible()
    return actor.station_id


def _propose(
    verb: str, actor: Actor, once: Once, until: datetime, act: Callable[[Work, dict[str, Any]], None], **stations: str | None
) -> Outcome:
    loan: dict[str, Any] = {"id": new_id(), "status": LoanStatus.PROPOSED, "by_station_id": actor.station_id, "until": until}
    loan |= {"proposed_by": actor.id, "proposed_at": now(), **stations}
    with once.running(), transaction() as work:
        once.lock(work)
        outcome = once.earlier(work.connection)
        if outcome is None:
            _check_neighbours(work, loan)
            if not now() < until <= now() + LASTS_MOST:
                raise Invalid("until", _("归还时间要在现在之后、72 小时之内。"))
            act(work, loan)
            outcome = {"loan_id": loan["id"], "verb": verb}
            once.keep(work, outcome)
    return outcome


def _check_neighbours(work: Work, loan: dict[str, Any]) -> None:
    """Two stations of one district."""
    two = {loan["from_station_id"], loan["to_station_id"]}
    found = select(_units.c.parent_id).where(_units.c.id.in_(two), _units.c.level == Level.STATION)
    districts = list(work.execute(found).scalars())
    if len(districts) != 2 or len(set(districts)) != 1:
        raise Invalid("station_id", _("请选择本区的另一个社工站。"))


def _check_depot(work: Work, depot_id: str | None, station_id: str) -> None:
    if depot_id is None:
        return
    found = select(_units.c.id).where(_units.c.id == depot_id, _units.c.level == Level.DEPOT, _units.c.parent_id == station_id)
    if work.execute(found).first() is None:
        raise Invalid("depot_id", _("请选择网点。"))


def choose(work: Work, loan: dict[str, Any], persons: Collection[str], depot_id: str | None, number: int) -> list[str]:
    """Who is to be lent, of those who can be: the named ones, or so many of a depot.

    Raises:
        Invalid: one of them cannot be lent, or there are too few.
    """
    _check_depot(work, depot_id, loan["from_station_id"])
    free = [row.id for row in lendable(work.connection, loan["from_station_id"], None if persons else depot_id)]
    if persons:
        if len(set(persons)) > NUMBER_MOST or not set(persons) <= set(free):
            raise Invalid("persons", _("有一位现在不能借出，请重新选择。"))
        return sorted(set(persons))
    if not 1 <= number <= NUMBER_MOST:
        raise Invalid("number", _("人数请填 1 到 50。"))
    if len(free) < number:
        raise Invalid("number", _("能借出的只有 %(n)s 位。", n=len(free)))
    return sorted(free[:number])


def name(work: Work, loan_id: str, persons: Collection[str], by: str) -> None:
    """They are to go; each may still refuse."""
    for person_id in persons:
        row = {"id": new_id(), "loan_id": loan_id, "person_id": person_id, "status": LentStatus.NAMED, "changed_at": now()}
        work.execute(insert(_lent), row)
        note(work, person_id, "named", by, loan_id=loan_id)


def tell(work: Work, loan: Any, entry_type: str, **said: Any) -> None:
    """Both journals hear of it."""
    known = loan if isinstance(loan, dict) else loan._asdict()
    ids = {"loan_id": known["id"], "from_station_id": known["from_station_id"], "to_station_id": known["to_station_id"]}
    for station_id in (known["from_station_id"], known["to_station_id"]):
        append(work, station_id, entry_type, **ids, **said)


def carry_out(verb: str, actor: Actor, loan_id: str, once: Once, act: Callable[[Work, Any], None]) -> Outcome:
    """Do one command to a loan, once: see it, may you, still possible, write.

    Raises:
        NotFound: none that this person may know of.
        NotEligible: not for this person to do.
        TooLate: somebody, or the clock, was quicker.
    """
    try:
        with once.running(), transaction() as work:
            once.lock(work)
            outcome = once.earlier(work.connection)
            if outcome is None:
                me = actor_by_id(work.connection, actor.id)
                if me is None:
                    raise NotEligible()
                loan = loan_facts(work.connection, loan_id, actor.id, lock=True)
                if not permitted(LENDING, "see", me, loan):
                    raise NotFound()
                if not permitted(LENDING, verb, me, loan):
                    raise NotEligible()
                act(work, loan)
                outcome = {"loan_id": loan_id, "verb": verb}
                once.keep(work, outcome)
    except TooLate as late:
        raise TooLate(late.detail if late.detail is not TooLate.detail else CHANGED) from None
    return outcome

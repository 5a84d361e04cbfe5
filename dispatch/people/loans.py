"""What is asked of loans: the facts that a rule needs, whom one can lend, who is near, and the lists of the pages."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from sqlalchemy import Connection, Select, bindparam, func, or_, select

from dispatch.core.clock import iso, now
from dispatch.core.errors import NotFound
from dispatch.core.geo import Point, metres
from dispatch.core.permits import permitted
from dispatch.people.identity import Actor
from dispatch.people.models import Lent, Level, Loan, Person, Role, Unit
from dispatch.people.policy import LENDING
from dispatch.people.states import LentStatus, LoanStatus

#: So many loans that are over are shown.
PAST_MOST = 20
_OPEN = (LoanStatus.PROPOSED, LoanStatus.RUNNING)

_loans, _lent, _persons, _units = Loan.__table__, Lent.__table__, Person.__table__, Unit.__table__
_mine = (_lent.c.loan_id == _loans.c.id, _lent.c.person_id == bindparam("me"))
_my_status = select(_lent.c.status).where(*_mine).correlate(_loans).scalar_subquery().label("my_status")
_facts = select(*_loans.c, _my_status)


def loan_facts(connection: Connection, loan_id: str, person_id: str = "", *, lock: bool = False) -> Any:
    """A loan, and one person's part in it as `my_status`.

    Raises:
        NotFound: there is no such loan.
    """
    found = _facts.where(_loans.c.id == loan_id)
    row = connection.execute(found.with_for_update(of=_loans) if lock else found, {"me": person_id}).first()
    if row is None:
        raise NotFound()
    return row


def parts(connection: Connection, loan_id: str, status: LentStatus) -> list[Any]:
    """The persons of a loan who stand so, in the order in which they are held."""
    found = select(_lent.c.id, _lent.c.person_id).where(_lent.c.loan_id == loan_id, _lent.c.status == status)
    return list(connection.execute(found.order_by(_lent.c.person_id)).all())


def lendable(connection: Connection, station_id: str, depot_id: str | None = None) -> list[Any]:
    """A station's couriers who can be lent: active and at home. Those on duty come first."""
    at_home = or_(_persons.c.serving_until.is_(None), _persons.c.serving_until <= now())
    where = [_persons.c.station_id == station_id, _persons.c.role == Role.COURIER, _persons.c.active, at_home]
    where += [_persons.c.unit_id == depot_id] if depot_id else []
    columns = (_persons.c.id, _persons.c.name, _persons.c.on_duty, _units.c.name.label("depot"))
    found = select(*columns).join(_units, _units.c.id == _persons.c.unit_id).where(*where)
    return list(connection.execute(found.order_by(_persons.c.on_duty.desc(), _persons.c.created_at, _persons.c.id)).all())


def neighbours(connection: Connection, station_id: str) -> list[dict[str, Any]]:
    """The other stations of the district, the nearest first; those whose place nobody has entered come last."""
    here = connection.execute(select(_units).where(_units.c.id == station_id)).one()
    found = select(_units).where(_units.c.parent_id == here.parent_id, _units.c.level == Level.STATION, _units.c.id != station_id)

    def away(row: Any) -> int | None:
        both = here.lat is not None and row.lat is not None
        return metres(Point(here.lat, here.lon), Point(row.lat, row.lon)) if both else None

    listed = [{"id": row.id, "name": row.name, "distance_m": away(row)} for row in connection.execute(found.order_by(_units.c.id))]
    return sorted(listed, key=lambda one: (one["distance_m"] is None, one["distance_m"] or 0))


def _listed() -> Select[Any]:
    lender, borrower, depot = _units.alias("lender"), _units.alias("borrower"), _units.alias("depot")
    columns = (lender.c.name.label("lender"), borrower.c.name.label("borrower"), depot.c.name.label("depot"))
    found = select(*_loans.c, _my_status, *columns).join(lender, lender.c.id == _loans.c.from_station_id)
    return found.join(borrower, borrower.c.id == _loans.c.to_station_id).outerjoin(depot, depot.c.id == _loans.c.depot_id)


def loans_of(connection: Connection, actor: Actor) -> list[dict[str, Any]]:
    """A station's loans as its coordinator reads them: what is open, then what was last over."""
    ours = or_(_loans.c.from_station_id == actor.station_id, _loans.c.to_station_id == actor.station_id)
    order = (_loans.c.status.in_(_OPEN).desc(), _loans.c.proposed_at.desc())
    openly = func.count().filter(_loans.c.status.in_(_OPEN))
    most = connection.execute(select(openly).where(ours)).scalar_one() + PAST_MOST
    return _with_people(connection, connection.execute(_listed().where(ours).order_by(*order).limit(most), {"me": actor.id}).all())


def my_loans(connection: Connection, person_id: str) -> list[dict[str, Any]]:
    """The loans in which a courier has a part now: he is named, or serves."""
    his = _lent.c.person_id == person_id, _lent.c.status.in_([LentStatus.NAMED, LentStatus.SERVING])
    alive = (_loans.c.status.in_(_OPEN), _loans.c.until > now(), _loans.c.id.in_(select(_lent.c.loan_id).where(*his)))
    found = _listed().where(*alive).order_by(_loans.c.until)
    return [{**row._mapping, "people": []} for row in connection.execute(found, {"me": person_id})]


def one_loan(connection: Connection, actor: Actor, loan_id: str) -> dict[str, Any]:
    """One loan as its coordinators read it; a courier reads it without the others."""
    rows = connection.execute(_listed().where(_loans.c.id == loan_id), {"me": actor.id}).all()
    return _with_people(connection, rows)[0] if actor.role == Role.COORDINATOR else {**rows[0]._mapping, "people": []}


def _with_people(connection: Connection, rows: Any) -> list[dict[str, Any]]:
    """Each with its people. One whose time is over reads as ended, though no job has run since."""
    found = select(_lent.c.loan_id, _lent.c.status, _persons.c.id, _persons.c.name).join(_persons, _persons.c.id == _lent.c.person_id)
    people: dict[str, list[dict[str, Any]]] = {}
    for row in connection.execute(found.where(_lent.c.loan_id.in_([row.id for row in rows])).order_by(_lent.c.id)):
        people.setdefault(row.loan_id, []).append({"id": row.id, "name": row.name, "status": row.status})
    over = {LoanStatus.RUNNING.value: LoanStatus.ENDED.value, LoanStatus.PROPOSED.value: LoanStatus.LAPSED.value}
    moment = now()

    def status(row: Any) -> str:
        return str(over.get(row.status, row.status) if row.until <= moment else row.status)

    return [{**row._mapping, "status": status(row), "people": people.get(row.id, [])} for row in rows]


def due(connection: Connection) -> list[str]:
    """The loans whose time is over and of whom the journals do not know it yet."""
    return list(connection.execute(select(_loans.c.id).where(_loans.c.status.in_(_OPEN), _loans.c.until <= now()).limit(500)).scalars())


def loan_actions(actor: Actor, loan: dict[str, Any]) -> list[str]:
    """What this person may do with it as it stands; the pages show buttons for these alone."""
    subject = SimpleNamespace(**loan)
    possible = {
        "accept": loan["status"] == LoanStatus.PROPOSED,
        "decline": loan["status"] == LoanStatus.PROPOSED,
        "withdraw": loan["status"] == LoanStatus.PROPOSED,
        "end": loan["status"] == LoanStatus.RUNNING,
        "leave": loan["my_status"] == (LentStatus.NAMED if loan["status"] == LoanStatus.PROPOSED else LentStatus.SERVING),
    }
    return [verb for verb, now_possible in possible.items() if now_possible and permitted(LENDING, verb, actor, subject)]


def loan_shown(actor: Actor, loan: dict[str, Any]) -> dict[str, Any]:
    """A loan as the API says it."""
    names = ("id", "status", "from_station_id", "to_station_id", "by_station_id", "lender", "borrower", "number", "depot", "reason",
             "my_status", "people")  # fmt: skip
    moments = {name: iso(loan[name]) for name in ("until", "proposed_at", "ended_at")}
    return {name: loan[name] for name in names} | moments | {"actions": loan_actions(actor, loan)}

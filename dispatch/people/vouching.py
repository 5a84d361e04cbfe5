"""How a second person vouches for a newcomer, where the station wants two: one enters him, another confirms or declines."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import Connection, insert, select, update

from dispatch.core.clock import now
from dispatch.core.errors import Invalid, NotEligible, NotFound, TooLate
from dispatch.core.ids import new_id
from dispatch.core.permits import permitted
from dispatch.core.unit_of_work import Work, transaction
from dispatch.core.workflow import advance
from dispatch.journal.appending import append
from dispatch.people.identity import Actor
from dispatch.people.models import Person, StationSettings, Unit, Vouching
from dispatch.people.policy import VOUCHING as PERMITS
from dispatch.people.recording import note
from dispatch.people.settings import settings_from
from dispatch.people.states import VOUCHING, Vouched

#: Why the second person says no.
REASONS = ("unknown_person", "wrong_data", "duplicate", "unfit", "other")

_vouchings, _persons, _units, _settings = Vouching.__table__, Person.__table__, Unit.__table__, StationSettings.__table__
_station = _units.alias("station")
_facts = (
    select(*_vouchings.c, _persons.c.station_id, _persons.c.role, _persons.c.unit_id)
    .add_columns(_station.c.parent_id.label("district_id"), _settings.c.choices)
    .join(_persons, _persons.c.id == _vouchings.c.person_id)
    .join(_station, _station.c.id == _persons.c.station_id)
    .outerjoin(_settings, _settings.c.station_id == _persons.c.station_id)
)


class Newcomer:
    """What the permits ask of a newcomer."""

    def __init__(self, row: Any) -> None:
        self.station_id, self.district_id, self.role = row.station_id, row.district_id, row.role
        self.entered_by = row.entered_by
        self.above_alone = settings_from(row.choices).vouch_above


def ask_for_word(work: Work, person_id: str, station_id: str, entered_by: str) -> None:
    """He waits until a second person has confirmed him."""
    row = {"id": new_id(), "person_id": person_id, "status": Vouched.PENDING, "entered_by": entered_by, "entered_at": now()}
    work.execute(insert(_vouchings), row)
    append(work, station_id, "person.entered", person_id=person_id)


def confirm(actor: Actor, person_id: str) -> None:
    """The second word: he is one of the couriers, and can be invited. Said twice by the same person it is said once.

    Raises:
        NotFound: no newcomer that this actor may know of.
        NotEligible: not for this actor to say; never for who has entered him.
        TooLate: another person has decided.
    """
    with transaction() as work:
        row = _decide(work, actor, person_id, "confirm", None)
        if row is None:
            return
        work.execute(update(_persons).where(_persons.c.id == person_id).values(active=True))
        note(work, person_id, "confirmed", actor.id)
        append(work, row.station_id, "person.enrolled", person_id=person_id, role=row.role, unit_id=row.unit_id)


def decline(actor: Actor, person_id: str, reason: str) -> None:
    """The second person says no. His number is forgotten, so that he may be entered anew.

    Raises:
        Invalid: a reason that is not one of REASONS.
        NotFound, NotEligible, TooLate: as for `confirm`.
    """
    if reason not in REASONS:
        raise Invalid("reason", _("请选择原因。"))
    with transaction() as work:
        row = _decide(work, actor, person_id, "decline", reason)
        if row is None:
            return
        work.execute(update(_persons).where(_persons.c.id == person_id).values(phone=None, phone_hash=None))
        note(work, person_id, "declined", actor.id, reason=reason)
        append(work, row.station_id, "person.declined", person_id=person_id, reason=reason)


def _decide(work: Work, actor: Actor, person_id: str, verb: str, reason: str | None) -> Any:
    """The newcomer's row, decided now; None where this very person has said this before."""
    row = work.execute(_facts.where(_vouchings.c.person_id == person_id)).first()
    if row is None or not permitted(PERMITS, "see", actor, Newcomer(row)):
        raise NotFound()
    if not permitted(PERMITS, verb, actor, Newcomer(row)):
        raise NotEligible()
    if row.status == VOUCHING[verb].enters and row.decided_by == actor.id:
        return None
    try:
        values = {"decided_by": actor.id, "decided_at": now(), "reason": reason}
        advance(work, _vouchings, row.id, VOUCHING[verb], values=values)
    except TooLate:
        raise TooLate(_("来不及了：别人已经决定了。")) from None
    return row


def unvouched(connection: Connection, person_id: str) -> bool:
    """Whether he waits for a second word, or was declined."""
    found = select(_vouchings.c.id).where(_vouchings.c.person_id == person_id, _vouchings.c.status != Vouched.CONFIRMED)
    return connection.execute(found).first() is not None


def newcomers(connection: Connection, actor: Actor) -> list[dict[str, Any]]:
    """Who waits for a second word, as far as this actor may know, each with whether it is hers to say."""
    enterer, depot = _persons.alias("enterer"), _units.alias("depot")
    names = (enterer.c.name.label("entered_by_name"), depot.c.name.label("depot"), _station.c.name.label("station"))
    found = _facts.add_columns(_persons.c.name, _persons.c.skills, *names)
    found = found.outerjoin(enterer, enterer.c.id == _vouchings.c.entered_by).join(depot, depot.c.id == _persons.c.unit_id)
    rows = connection.execute(found.where(_vouchings.c.status == Vouched.PENDING).order_by(_vouchings.c.entered_at)).all()
    seen = [row for row in rows if permitted(PERMITS, "see", actor, Newcomer(row))]
    return [{**row._mapping, "may": permitted(PERMITS, "confirm", actor, Newcomer(row))} for row in seen]

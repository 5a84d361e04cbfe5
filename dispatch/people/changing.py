"""How a courier's depot is changed; and what was done to him, to be read."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import Connection, select, update

from dispatch.core.errors import Invalid, NotEligible, NotFound
from dispatch.core.permits import permitted
from dispatch.core.unit_of_work import Work, transaction
from dispatch.journal.appending import append
from dispatch.people.identity import Actor
from dispatch.people.models import Deed, Level, Person, Unit
from dispatch.people.policy import PERMITS
from dispatch.people.recording import note
from dispatch.people.trusting import trust_of

#: So much of a person's history is shown.
HISTORY_MOST = 200

_persons, _units, _deeds = Person.__table__, Unit.__table__, Deed.__table__


def move(actor: Actor, person_id: str, depot_id: str) -> None:
    """He starts from another depot of his station. Said twice it is said once.

    Raises:
        NotFound: no such person for this actor.
        NotEligible: the actor sees him but may not do this.
        Invalid: not a depot of his station.
    """
    with transaction() as work:
        person = _changeable(work, actor, person_id)
        found = select(_units.c.id).where(_units.c.id == depot_id, _units.c.parent_id == person.station_id, _units.c.level == Level.DEPOT)
        if work.execute(found).first() is None:
            raise Invalid("depot_id", _("请选择网点。"))
        changed = update(_persons).where(_persons.c.id == person_id, _persons.c.unit_id != depot_id).values(unit_id=depot_id)
        if work.execute(changed).rowcount == 1:
            note(work, person_id, "moved", actor.id, was=person.unit_id, depot_id=depot_id)
            append(work, person.station_id, "person.changed", person_id=person_id, what="depot", unit_id=depot_id)


def _changeable(work: Work, actor: Actor, person_id: str) -> Any:
    person = work.execute(select(_persons).where(_persons.c.id == person_id)).first()
    if person is None or not permitted(PERMITS, "see", actor, person):
        raise NotFound()
    if not permitted(PERMITS, "equip", actor, person):
        raise NotEligible()
    return person


def courier_shown(connection: Connection, actor: Actor, person_id: str) -> dict[str, Any]:
    """A courier as his coordinator reads him, with his history, the newest first.

    Raises:
        NotFound: no such person for this actor.
    """
    found = select(_persons, _units.c.name.label("unit_name")).join(_units, _units.c.id == _persons.c.unit_id)
    person = connection.execute(found.where(_persons.c.id == person_id)).first()
    if person is None or not permitted(PERMITS, "see", actor, person):
        raise NotFound()
    names = ("id", "name", "role", "active", "on_duty", "skills", "unit_id", "unit_name", "station_id", "serving_until", "created_at")
    return {
        **{name: getattr(person, name) for name in names},
        "trusted": trust_of(connection, [person])[person_id],
        "deeds": _history(connection, person_id),
    }


def _history(connection: Connection, person_id: str) -> list[dict[str, Any]]:
    doer = _persons.alias("doer")
    found = select(_deeds, doer.c.name.label("doer"), doer.c.role.label("doer_role")).outerjoin(doer, doer.c.id == _deeds.c.by)
    newest = found.where(_deeds.c.person_id == person_id).order_by(_deeds.c.at.desc(), _deeds.c.id.desc())
    rows = connection.execute(newest.limit(HISTORY_MOST)).all()
    wanted = {str(row.said[key]) for row in rows for key in ("was", "depot_id", "station_id") if isinstance(row.said.get(key), str)}
    named = {row.id: row.name for row in connection.execute(select(_units.c.id, _units.c.name).where(_units.c.id.in_(wanted)))}
    return [{**row._mapping, "units": named, "own": row.by == person_id} for row in rows]

"""What a courier may be trusted with (药品、搬重物、陪诊、独居老人): who has vouched for it, and until which day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import Connection, delete, insert, select, update

from dispatch.core.clock import SHANGHAI, now
from dispatch.core.errors import Invalid, NotEligible, NotFound
from dispatch.core.idempotency import Once
from dispatch.core.permits import permitted
from dispatch.core.unit_of_work import Work, transaction
from dispatch.journal.appending import append
from dispatch.people.identity import Actor
from dispatch.people.models import SKILLS, Person, Trusted
from dispatch.people.policy import PERMITS
from dispatch.people.recording import note

_persons, _trusted = Person.__table__, Trusted.__table__


def today() -> date:
    """The day where the station is."""
    return now().astimezone(SHANGHAI).date()


def trust(actor: Actor, person_id: str, skills: Mapping[str, date | None], once: Once | None = None) -> None:
    """Say what a courier may be trusted with from now on: all of it, what is not named ends. What he holds already stays his.

    A skill that he had and whose end is the same stays with whom it was vouched by. Said twice it is said once.

    Args:
        skills: skill → its last day, or None for no end.
        once: the command's key, where it has one.
    Raises:
        NotFound: no such person for this actor.
        NotEligible: the actor sees the person but may not do this.
        Invalid: an unknown skill, or an end that has passed.
    """
    if set(skills) - set(SKILLS):
        raise Invalid("skills")
    if any(until is not None and until < today() for until in skills.values()):
        raise Invalid("until", _("到期日已经过了，请再看一眼。"))
    once = once or Once(actor.id, None, "trust", {})
    with once.running(), transaction() as work:
        once.lock(work)
        if once.earlier(work.connection) is not None:
            return
        person = work.execute(select(_persons).where(_persons.c.id == person_id).with_for_update()).first()
        if person is None or not permitted(PERMITS, "see", actor, person):
            raise NotFound()
        if not permitted(PERMITS, "equip", actor, person):
            raise NotEligible()
        _write(work, actor, person, skills)
        once.keep(work, {"person_id": person_id})


def _write(work: Work, actor: Actor, person: Any, skills: Mapping[str, date | None]) -> None:
    had = {row.skill: row.until for row in work.execute(select(_trusted).where(_trusted.c.person_id == person.id))}
    # What he was enrolled with has no row, and no end.
    kept = {skill for skill in person.skills or () if skill in skills and had.get(skill) == skills[skill]}
    if kept == set(skills) == set(person.skills or ()):
        return
    gone = set(had) - kept
    work.execute(delete(_trusted).where(_trusted.c.person_id == person.id, _trusted.c.skill.in_(gone)))
    for skill, until in skills.items():
        if skill not in kept:
            row = {"person_id": person.id, "skill": skill, "vouched_by": actor.id, "vouched_at": now(), "until": until}
            work.execute(insert(_trusted), row)
    _hold(work, person, sorted(skills), actor.id)


def _hold(work: Work, person: Any, skills: list[str], by: str) -> None:
    work.execute(update(_persons).where(_persons.c.id == person.id).values(skills=skills))
    note(work, person.id, "trusted", by, was=sorted(person.skills or ()), skills=skills)
    if person.station_id:
        append(work, person.station_id, "person.changed", person_id=person.id, what="skills", skills=skills)


def ended_trust(connection: Connection) -> list[str]:
    """The persons of whom something they were trusted with has had its last day."""
    return list(connection.execute(select(_trusted.c.person_id).distinct().where(_trusted.c.until < today()).limit(500)).scalars())


def end_trust(person_id: str) -> bool:
    """Take away what has had its last day; returns whether there was something. Harmless if called twice."""
    with transaction() as work:
        person = work.execute(select(_persons).where(_persons.c.id == person_id).with_for_update()).one()
        over = (_trusted.c.person_id == person_id, _trusted.c.until < today())
        ended = set(work.execute(select(_trusted.c.skill).where(*over)).scalars())
        if ended:
            work.execute(delete(_trusted).where(*over))
            _hold(work, person, sorted(set(person.skills or ()) - ended), "clock")
        return bool(ended)


def trust_of(connection: Connection, persons: Iterable[Any]) -> dict[str, list[dict[str, Any]]]:
    """Per person what he is trusted with, until when, and who has vouched for it.

    Args:
        persons: rows with `id` and `skills`.
    """
    rows, voucher = list(persons), _persons.alias()
    found = select(_trusted, voucher.c.name).outerjoin(voucher, voucher.c.id == _trusted.c.vouched_by)
    known = {(row.person_id, row.skill): row for row in connection.execute(found.where(_trusted.c.person_id.in_([one.id for one in rows])))}
    trusted: dict[str, list[dict[str, Any]]] = {}
    for one in rows:
        said = [(skill, known.get((one.id, skill))) for skill in SKILLS if skill in (one.skills or ())]
        trusted[one.id] = [
            {"skill": skill, "until": row.until.isoformat() if row and row.until else None, "vouched_by": row.name if row else None}
            for skill, row in said
        ]
    return trusted

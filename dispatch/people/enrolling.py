"""How a person joins, is given another role, is suspended and comes back."""

from __future__ import annotations

import re
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import delete, insert, select, update

from dispatch.core.clock import now
from dispatch.core.doors import check_text
from dispatch.core.errors import Invalid, NotEligible, NotFound, TooLate
from dispatch.core.ids import new_id
from dispatch.core.permits import permitted
from dispatch.core.secrets import keyring
from dispatch.core.unit_of_work import Work, transaction
from dispatch.journal.appending import append
from dispatch.people.answering import take_out
from dispatch.people.identity import Actor
from dispatch.people.models import Bearer, Device, Level, Person, Role, Trusted, Unit
from dispatch.people.policy import PERMITS
from dispatch.people.recording import CLI, note
from dispatch.people.signing_in import PASSPHRASE_LEAST, end_sessions, hash_secret
from dispatch.people.vouching import ask_for_word, unvouched

NAME_MOST = 60
_LOGIN = re.compile(r"[A-Za-z0-9._-]{1,40}")
#: Which level of unit a role belongs to.
LEVELS = {
    Role.COURIER: {Level.DEPOT, Level.STATION},
    Role.CLERK: {Level.COMMUNITY},
    Role.COORDINATOR: {Level.STATION},
    Role.SUPERVISOR: {Level.DISTRICT},
    Role.ADMIN: {Level.DISTRICT, Level.STATION},
}

_persons, _devices, _units = Person.__table__, Device.__table__, Unit.__table__


def clean_phone(phone: str) -> str:
    """A phone number as digits, without spaces or country code.

    Raises:
        Invalid: it is neither a mainland mobile number nor a landline of 7 to 12 digits.
    """
    digits = re.sub(r"[\s\-()（）]", "", phone)
    digits = re.sub(r"^(\+?86)(?=1\d{10}$)", "", digits)
    if not re.fullmatch(r"1[3-9]\d{9}|0?\d{7,12}", digits, re.ASCII):
        raise Invalid("phone", _("电话号码不对，请再看一眼。"))
    return digits


def add_person(
    work: Work,
    *,
    login: str | None,
    role: Role,
    unit_id: str,
    name: str,
    phone: str | None = None,
    passphrase: str | None = None,
    skills: list[str] | None = None,
    by: str = CLI,
    waits: bool = False,
) -> str:
    """Enter a person and tell the station's journal; returns the id.

    Args:
        by: who enters the person: an id, or the command line.
        waits: for a second person's word; until then he can do nothing.

    Raises:
        Invalid: the unit does not exist or does not fit the role; the login is taken; the passphrase is too short;
            name, login or phone is not one.
    """
    check_text([name, passphrase])
    if not name.strip() or len(name.strip()) > NAME_MOST:
        raise Invalid("name", _("请填写姓名，最多 60 个字。"))
    if login and not _LOGIN.fullmatch(login):
        raise Invalid("login", _("登录名只用字母、数字、点、横线和下划线，最多 40 个。"))
    unit = _unit_for(work, role, unit_id)
    if login and work.execute(select(_persons.c.id).where(_persons.c.login == login)).first():
        raise Invalid("login", _("登录名已有人用。"))
    if passphrase is not None and len(passphrase) < PASSPHRASE_LEAST:
        raise Invalid("passphrase", _("口令至少 12 个字符。"))
    digits = clean_phone(phone) if phone else None
    person = {
        "id": new_id(), "login": login, "role": role, "unit_id": unit_id, "station_id": station_of(unit), "name": name.strip(),
        "phone": digits, "phone_hash": keyring().hashes(digits)[0] if digits else None, "skills": skills or [],
        "passphrase_hash": hash_secret(passphrase) if passphrase else None, "active": not waits, "on_duty": False, "created_at": now(),
    }  # fmt: skip
    work.execute(insert(_persons), person)
    note(work, str(person["id"]), "entered", by, depot_id=unit_id)
    if waits:
        ask_for_word(work, str(person["id"]), str(person["station_id"]), by)
    elif person["station_id"]:
        append(work, str(person["station_id"]), "person.enrolled", person_id=person["id"], role=role, unit_id=unit_id)
    return str(person["id"])


def _unit_for(work: Work, role: Role, unit_id: str) -> Any:
    unit: Any = work.execute(select(_units).where(_units.c.id == unit_id)).first()
    if unit is None or unit.level not in LEVELS[role]:
        raise Invalid("unit", _("单位不存在，或与角色不符。"))
    return unit


def give_role(work: Work, person_id: str, role: Role, unit_id: str) -> None:
    """Give a person another role or unit. Their sessions end, on open sockets too: the old role's rights are gone at once.

    Raises:
        Invalid: the unit does not exist or does not fit the role.
    """
    station_id = station_of(_unit_for(work, role, unit_id))
    take_out(work, person_id, CLI)
    values: dict[str, Any] = {
        "role": role,
        "unit_id": unit_id,
        "station_id": station_id,
        "on_duty": False,
        "last_lat": None,
        "last_lon": None,
    }
    values |= {"serving_station_id": None, "serving_until": None}
    if role != Role.COURIER:
        values["skills"] = []
        work.execute(delete(Trusted.__table__).where(Trusted.__table__.c.person_id == person_id))
    before = work.execute(select(_persons.c.station_id).where(_persons.c.id == person_id)).scalar_one()
    work.execute(update(_persons).where(_persons.c.id == person_id).values(**values))
    take_out(work, person_id, CLI)
    end_sessions(work, person_id)
    note(work, person_id, "given_role", CLI, role=role, depot_id=unit_id)
    for station in sorted({station for station in (before, station_id) if station}):
        append(work, station, "person.enrolled", person_id=person_id, role=role, unit_id=unit_id)


def station_of(unit: Unit) -> str | None:
    """The station a unit is or belongs to; None above the stations."""
    if unit.level == Level.STATION:
        return unit.id
    return unit.parent_id if unit.level in (Level.COMMUNITY, Level.DEPOT) else None


def end_devices(work: Work, person_id: str) -> None:
    """A person's phones are nobody's key any more."""
    alive = (_devices.c.person_id == person_id, _devices.c.ended_at.is_(None))
    work.execute(update(_devices).where(*alive).values(ended_at=now()))
    end_sessions(work, person_id)


def end_every_way_in(work: Work, person_id: str) -> None:
    """Sessions, devices and programs' tokens of a person: something was lost, or somebody has left."""
    end_devices(work, person_id)
    work.execute(delete(Bearer.__table__).where(Bearer.__table__.c.person_id == person_id))


def set_active(actor: Actor, person_id: str, active: bool) -> None:
    """Suspend a person, or let them come back. Takes effect at once, on open sockets too.

    Raises:
        NotFound: no such person for this actor.
        NotEligible: the actor sees the person but may not do this.
        TooLate: he may not come back before a second person has confirmed him.
    """
    with transaction() as work:
        person = work.execute(select(_persons).where(_persons.c.id == person_id)).first()
        if person is None or not permitted(PERMITS, "see", actor, person):
            raise NotFound()
        if not permitted(PERMITS, "restore" if active else "suspend", actor, person):
            raise NotEligible()
        if active and unvouched(work.connection, person_id):
            raise TooLate(_("要先由另一位确认，才能启用。"))
        if not active:
            take_out(work, person_id, actor.id)
        gone = {} if active else {"on_duty": False, "last_lat": None, "last_lon": None}
        work.execute(update(_persons).where(_persons.c.id == person_id).values(active=active, **gone))
        if not active:
            take_out(work, person_id, actor.id)
        end_sessions(work, person_id)
        if person.active != active:
            note(work, person_id, "restored" if active else "suspended", actor.id)
        if person.station_id:
            append(work, person.station_id, "person.enrolled" if active else "person.suspended", person_id=person_id)

"""How a person joins, is suspended and comes back; how a courier's phone becomes his key."""

from __future__ import annotations

import re
import secrets
from datetime import timedelta
from typing import Any, NamedTuple

from flask_babel import lazy_gettext as _
from sqlalchemy import insert, select, update

from dispatch.core.clock import now
from dispatch.core.doors import check_text
from dispatch.core.errors import Invalid, NotEligible, NotFound, TooLate
from dispatch.core.ids import new_id
from dispatch.core.permits import permitted
from dispatch.core.secrets import keyring, token_hash
from dispatch.core.unit_of_work import Work, reading, transaction
from dispatch.journal.appending import append
from dispatch.people.identity import Actor
from dispatch.people.models import Device, Invite, Level, Person, Role, Unit
from dispatch.people.policy import PERMITS
from dispatch.people.signing_in import PASSPHRASE_LEAST, end_sessions, hash_secret, open_session

INVITE_LASTS = timedelta(hours=24)
COMMON_PINS = {"000000", "123456"}
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

_persons, _invites, _devices, _units = Person.__table__, Invite.__table__, Device.__table__, Unit.__table__


class Invited(NamedTuple):
    """What an open invite says to its courier."""

    person_id: str
    name: str


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
) -> str:
    """Enter a person and tell the station's journal; returns the id.

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
        "passphrase_hash": hash_secret(passphrase) if passphrase else None, "active": True, "on_duty": False, "created_at": now(),
    }  # fmt: skip
    work.execute(insert(_persons), person)
    if person["station_id"]:
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
    values = {"role": role, "unit_id": unit_id, "station_id": station_id, "on_duty": False, "last_lat": None, "last_lon": None}
    before = work.execute(select(_persons.c.station_id).where(_persons.c.id == person_id)).scalar_one()
    work.execute(update(_persons).where(_persons.c.id == person_id).values(**values))
    end_sessions(work, person_id)
    for station in sorted({station for station in (before, station_id) if station}):
        append(work, station, "person.enrolled", person_id=person_id, role=role, unit_id=unit_id)


def station_of(unit: Unit) -> str | None:
    """The station a unit is or belongs to; None above the stations."""
    if unit.level == Level.STATION:
        return unit.id
    return unit.parent_id if unit.level in (Level.COMMUNITY, Level.DEPOT) else None


def invite_courier(actor: Actor, *, name: str, phone: str, depot_id: str) -> tuple[str, str]:
    """Enter a courier and make his single-use invite.

    Returns:
        the person's id and the token for the link.
    Raises:
        NotEligible: the actor does not enrol for this depot.
        Invalid: name, phone or depot is not usable.
    """
    with transaction() as work:
        unit = work.execute(select(_units).where(_units.c.id == depot_id)).first()
        if unit is None:
            raise Invalid("depot_id", _("请选择网点。"))
        if not permitted(PERMITS, "enrol", actor, Person(role=Role.COURIER, station_id=station_of(unit))):
            raise NotEligible()
        person_id = add_person(work, login=None, role=Role.COURIER, unit_id=depot_id, name=name, phone=phone)
        return person_id, make_invite(work, person_id, actor.id)


def make_invite(work: Work, person_id: str, made_by: str) -> str:
    """A new invite for a person; returns the token, of which only the hash is stored."""
    token = secrets.token_urlsafe(24)
    row = {"token_hash": token_hash(token), "person_id": person_id, "made_by": made_by, "expires_at": now() + INVITE_LASTS}
    work.execute(insert(_invites), row)
    return token


def open_invite(token: str) -> Invited:
    """Whom an invite is for.

    Raises:
        NotFound: it was used, has run out, or never was.
    """
    found = select(_persons.c.id, _persons.c.name).join(_invites, _invites.c.person_id == _persons.c.id)
    alive = (_invites.c.token_hash == token_hash(token), _invites.c.used_at.is_(None), _invites.c.expires_at > now())
    row = reading().execute(found.where(*alive, _persons.c.active)).first()
    if row is None:
        raise NotFound(_("这个邀请已经用过或过期了，请社工站再发一个。"))
    return Invited(row.id, row.name)


def accept_invite(token: str, *, phone: str, pin: str) -> tuple[str, str]:
    """Make this browser the courier's own.

    Returns:
        the device key for its cookie, and a session token.
    Raises:
        NotFound: the invite is no longer open.
        Invalid: the phone is not the invited one, or the PIN is too easy to guess.
    """
    invited = open_invite(token)
    digits = clean_phone(phone)
    with transaction() as work:
        row = work.execute(select(_persons.c.phone, _persons.c.role).where(_persons.c.id == invited.person_id)).one()
        if not secrets.compare_digest(row.phone or "", digits):
            raise Invalid("phone", _("与社工站登记的号码不一致。"))
        check_pin(pin, digits)
        used = update(_invites).where(_invites.c.token_hash == token_hash(token), _invites.c.used_at.is_(None))
        if work.execute(used.values(used_at=now())).rowcount != 1:
            raise TooLate()
        return _add_device(work, invited.person_id, pin), open_session(work, invited.person_id, row.role)


def check_pin(pin: str, phone: str) -> None:
    """Refuse a PIN that a stranger would try first.

    Raises:
        Invalid: not six digits, one of the common ones, or the tail of the phone number.
    """
    if not re.fullmatch(r"\d{6}", pin, re.ASCII):
        raise Invalid("pin", _("PIN 是 6 位数字。"))
    if pin in COMMON_PINS or phone.endswith(pin) or len(set(pin)) == 1:
        raise Invalid("pin", _("这个 PIN 太容易猜到，请换一个。"))


def _add_device(work: Work, person_id: str, pin: str) -> str:
    key = secrets.token_urlsafe(32)
    row = {"id": new_id(), "person_id": person_id, "key_hash": token_hash(key), "pin_hash": hash_secret(pin), "created_at": now()}
    work.execute(insert(_devices), {**row, "wrong_pins": 0})
    return key


def set_active(actor: Actor, person_id: str, active: bool) -> None:
    """Suspend a person, or let them come back. Takes effect at once, on open sockets too.

    Raises:
        NotFound: no such person for this actor.
        NotEligible: the actor sees the person but may not do this.
    """
    with transaction() as work:
        person = work.execute(select(_persons).where(_persons.c.id == person_id)).first()
        if person is None or not permitted(PERMITS, "see", actor, person):
            raise NotFound()
        if not permitted(PERMITS, "restore" if active else "suspend", actor, person):
            raise NotEligible()
        gone = {} if active else {"on_duty": False, "last_lat": None, "last_lon": None}
        work.execute(update(_persons).where(_persons.c.id == person_id).values(active=active, **gone))
        end_sessions(work, person_id)
        if person.station_id:
            append(work, person.station_id, "person.enrolled" if active else "person.suspended", person_id=person_id)

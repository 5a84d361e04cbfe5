"""How a courier's phone becomes his key: a single-use invite, bound to his number, and a PIN that he chooses."""

from __future__ import annotations

import re
import secrets
from collections.abc import Collection
from datetime import timedelta
from typing import NamedTuple

from flask_babel import lazy_gettext as _
from sqlalchemy import insert, select, update

from dispatch.core.clock import now
from dispatch.core.errors import Invalid, NotEligible, NotFound, TooLate
from dispatch.core.ids import new_id
from dispatch.core.permits import permitted
from dispatch.core.secrets import keyring, token_hash
from dispatch.core.unit_of_work import Work, reading, transaction
from dispatch.people.choosing import settings_of
from dispatch.people.enrolling import add_person, clean_phone, end_devices, station_of
from dispatch.people.identity import Actor
from dispatch.people.models import Device, Invite, Person, Role, Unit
from dispatch.people.policy import PERMITS
from dispatch.people.recording import note
from dispatch.people.signing_in import hash_secret, open_session

INVITE_LASTS = timedelta(hours=24)
COMMON_PINS = {"000000", "123456"}

_persons, _invites, _devices, _units = Person.__table__, Invite.__table__, Device.__table__, Unit.__table__


class Invited(NamedTuple):
    """What an open invite says to its courier."""

    person_id: str
    name: str


def invite_courier(actor: Actor, *, name: str, phone: str, depot_id: str, skills: Collection[str] = ()) -> tuple[str, str]:
    """Enter a courier and make his single-use invite. Where the station wants a second word for him, there is none before that.

    Args:
        actor: the coordinator.
        name: his name.
        phone: the number that the invite is bound to.
        depot_id: where he starts from.
        skills: what he may be trusted with (药品, 搬重物, 陪诊, 独居老人); orders that need more do not reach him.

    Returns:
        the person's id and the token for the link; empty while he waits for a second word.
    Raises:
        NotEligible: the actor does not enrol for this depot.
        Invalid: name, phone or depot is not usable, or somebody of this station has this number already.
    """
    with transaction() as work:
        unit = work.execute(select(_units).where(_units.c.id == depot_id)).first()
        if unit is None:
            raise Invalid("depot_id", _("请选择网点。"))
        if not permitted(PERMITS, "enrol", actor, Person(role=Role.COURIER, station_id=station_of(unit))):
            raise NotEligible()
        hashes = keyring().hashes(clean_phone(phone))
        known = select(_persons.c.id).where(_persons.c.station_id == station_of(unit), _persons.c.role == Role.COURIER)
        if work.execute(known.where(_persons.c.phone_hash.in_(hashes))).first():
            raise Invalid("phone", _("这个号码已经登记了。换了手机，请在名单里点“换手机”。"))
        station_id = station_of(unit)
        waits = station_id is not None and settings_of(work.connection, station_id).vouch_twice
        given = {"name": name, "phone": phone, "skills": sorted(skills), "by": actor.id, "waits": waits}
        person_id = add_person(work, login=None, role=Role.COURIER, unit_id=depot_id, **given)
        return person_id, "" if waits else make_invite(work, person_id, actor.id)


def invite_again(actor: Actor, person_id: str) -> tuple[str, str]:
    """A new invite for a courier whose phone is another now, or lost: the old one is nobody's key from this moment on.

    Returns:
        his name and the token for the link.
    Raises:
        NotFound: no such person for this actor.
        NotEligible: the actor sees him but does not enrol him, or he is suspended.
    """
    with transaction() as work:
        person = work.execute(select(_persons).where(_persons.c.id == person_id)).first()
        if person is None or not permitted(PERMITS, "see", actor, person):
            raise NotFound()
        if not permitted(PERMITS, "enrol", actor, person) or not person.active:
            raise NotEligible()
        end_devices(work, person_id)
        note(work, person_id, "invited", actor.id)
        return person.name, make_invite(work, person_id, actor.id)


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

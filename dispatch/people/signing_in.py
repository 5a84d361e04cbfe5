"""How a person comes in and goes out: staff by passphrase, a courier by his own device and PIN."""

from __future__ import annotations

import secrets
from datetime import timedelta
from functools import cache
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from flask import current_app
from flask_babel import lazy_gettext as _
from itsdangerous import BadSignature, URLSafeTimedSerializer
from sqlalchemy import delete, insert, select, update

from dispatch.core.clock import now
from dispatch.core.errors import Invalid, RateLimited, Refused
from dispatch.core.secrets import token_hash
from dispatch.core.unit_of_work import Work, reading, transaction
from dispatch.journal.hints import announce
from dispatch.people import authenticating
from dispatch.people.models import Bearer, Device, Person, Role, SignedIn

SESSION_LASTS = {Role.COURIER: timedelta(days=14)}
STAFF_SESSION_LASTS = timedelta(hours=12)
PASSPHRASE_LEAST = 12
#: After so many wrong PINs in a row the device is no longer his: a new invite is needed.
WRONG_PINS_END = 8
#: The wait after the n-th wrong PIN doubles from here, in seconds; the first two are free.
FIRST_WAIT_S = 5
#: How long a right passphrase waits for the second step, in seconds.
TICKET_LASTS_S = 300

_hasher = PasswordHasher()
_persons, _devices, _sessions = Person.__table__, Device.__table__, SignedIn.__table__


class SecondStepNeeded(Refused):
    """The passphrase was right; the ticket says so to `sign_in_second`. `enrolled`: whether she has a second step, or must begin one."""

    code, status = "second_step_needed", 401

    def __init__(self, ticket: str, enrolled: bool) -> None:
        super().__init__()
        self.ticket, self.enrolled = ticket, enrolled


def hash_secret(secret: str) -> str:
    """A PIN or passphrase as argon2id."""
    return _hasher.hash(secret)


@cache
def _nobody() -> str:
    """Checked when the login is unknown, so that the time of an answer tells nothing."""
    return _hasher.hash(secrets.token_hex(16))


def _matches(hashed: str | None, secret: str) -> bool:
    try:
        return _hasher.verify(hashed or _nobody(), secret) and hashed is not None
    except (VerifyMismatchError, InvalidHashError):
        return False


def sign_in_staff(login: str, passphrase: str) -> str:
    """Open a session for a member of staff.

    Returns:
        the token for the cookie.
    Raises:
        Invalid: the two do not belong together; never says which.
        SecondStepNeeded: they do, and a code of hers is asked for besides.
    """
    row = reading().execute(select(_persons).where(_persons.c.login == login)).first()
    if not _matches(row and row.passphrase_hash, passphrase) or row is None or not row.active:
        raise Invalid("passphrase", _("登录名或口令不对。"))
    enrolled = authenticating.has_second_step(reading(), row.id)
    if enrolled or authenticating.is_required(row.role):
        raise SecondStepNeeded(_tickets().dumps([row.id, _mark(row)]), enrolled)
    with transaction() as work:
        return open_session(work, row.id, row.role)


def _tickets() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="second step")


def _mark(person: Any) -> str:
    """By which another passphrase is noticed, without telling anything of it."""
    return token_hash(person.passphrase_hash or "")[:16]


def whose_ticket(ticket: str) -> str:
    """The id of whoever has shown her passphrase within the last five minutes.

    Raises:
        Invalid: not a ticket of ours, too old, or the passphrase is another since, or she has been suspended.
    """
    try:
        person_id, mark = _tickets().loads(ticket, max_age=TICKET_LASTS_S)
    except (BadSignature, ValueError, TypeError):
        raise Invalid("passphrase", _("登录名或口令不对。")) from None
    row = reading().execute(select(_persons.c.passphrase_hash, _persons.c.active).where(_persons.c.id == person_id)).first()
    if row is None or not row.active or _mark(row) != mark:
        raise Invalid("passphrase", _("登录名或口令不对。"))
    return str(person_id)


def sign_in_second(ticket: str, code: str) -> tuple[str, list[str]]:
    """The second step: a code of an authenticator that counts, or the first code of one that she had to begin.

    Returns:
        the token for the cookie, and recovery codes where they were made just now.
    Raises:
        Invalid: the ticket or the code is not good; the try is counted.
        RateLimited: too soon after wrong codes.
    """
    person_id = whose_ticket(ticket)
    codes: list[str] = []
    if authenticating.has_second_step(reading(), person_id):
        authenticating.check(person_id, code)
    else:
        codes = authenticating.verify(person_id, code)
    with transaction() as work:
        role = work.execute(select(_persons.c.role).where(_persons.c.id == person_id)).scalar_one()
        return open_session(work, person_id, role), codes


def sign_in_device(device_key: str, pin: str) -> str:
    """Open a session for the courier whose browser this is.

    A device is found by its own secret key, so that a stranger can slow down nobody but himself.

    Raises:
        RateLimited: too soon after a wrong PIN.
        Invalid: a wrong PIN, or the device has ended; the attempt is counted.
    """
    found = select(_devices, _persons.c.role, _persons.c.active).join(_persons, _persons.c.id == _devices.c.person_id)
    row = reading().execute(found.where(_devices.c.key_hash == token_hash(device_key))).first()
    if row is None or row.ended_at or not row.active:
        raise Invalid("pin", _("这部手机需要重新登记，请联系社工站。"))
    if row.next_try_at and row.next_try_at > now():
        raise RateLimited(_("输错了几次，请稍等再试。"), retry_after=int((row.next_try_at - now()).total_seconds()) + 1)
    _count_try(row)
    if not _matches(row.pin_hash, pin):
        raise Invalid("pin", _("PIN 不对。"))
    with transaction() as work:
        # Counting this try may have ended the device: it was the last one, and right.
        work.execute(update(_devices).where(_devices.c.id == row.id).values(wrong_pins=0, next_try_at=None, ended_at=None))
        return open_session(work, row.person_id, row.role)


def _count_try(device: Device) -> None:
    """Count the try before looking at the PIN: of two sent together both count."""
    wrong = device.wrong_pins + 1
    wait = timedelta(seconds=FIRST_WAIT_S * 2 ** (wrong - 3)) if wrong > 2 else None
    counted = update(_devices).where(_devices.c.id == device.id, _devices.c.wrong_pins == device.wrong_pins)
    with transaction() as work:
        values = {"wrong_pins": wrong, "next_try_at": now() + wait if wait else None}
        if wrong >= WRONG_PINS_END:
            values["ended_at"] = now()
        if work.execute(counted.values(**values)).rowcount != 1:
            raise RateLimited(retry_after=1)


def open_session(work: Work, person_id: str, role: str) -> str:
    """A new session for a person; returns the token, of which only the hash is stored."""
    token = secrets.token_urlsafe(32)
    lasts = SESSION_LASTS.get(Role(role), STAFF_SESSION_LASTS)
    row = {"token_hash": token_hash(token), "person_id": person_id, "expires_at": now() + lasts, "created_at": now()}
    work.execute(insert(_sessions), row)
    return token


def sign_out(token: str) -> None:
    """End one session, on its open sockets too."""
    with transaction() as work:
        work.execute(delete(_sessions).where(_sessions.c.token_hash == token_hash(token)))
    announce(current_app._get_current_object(), "who")  # type: ignore[attr-defined]


def end_sessions(work: Work, person_id: str) -> None:
    """End every session of a person: suspension, or a role that has changed."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    work.execute(delete(_sessions).where(_sessions.c.person_id == person_id))
    work.after_commit.append(lambda: announce(app, "who"))


def set_passphrase(work: Work, person_id: str, passphrase: str) -> None:
    """A new passphrase; whatever was open by the old one ends."""
    work.execute(update(_persons).where(_persons.c.id == person_id).values(passphrase_hash=hash_secret(passphrase)))
    end_sessions(work, person_id)


def make_token(person_id: str) -> str:
    """A bearer token for a program that speaks for this person."""
    token = secrets.token_urlsafe(32)
    with transaction() as work:
        work.execute(insert(Bearer.__table__), {"token_hash": token_hash(token), "person_id": person_id, "created_at": now()})
    return token


def forget_expired(work: Work) -> int:
    """Delete sessions that have run out; returns how many."""
    return work.execute(delete(_sessions).where(_sessions.c.expires_at < now())).rowcount

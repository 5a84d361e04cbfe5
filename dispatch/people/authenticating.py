"""The second step of a member of staff's sign-in: six digits of an authenticator (TOTP, RFC 6238), or a recovery code."""

from __future__ import annotations

import hmac
import re
import secrets
import unicodedata
from datetime import timedelta
from typing import Any, NamedTuple

import pyotp
from flask import current_app
from flask_babel import lazy_gettext as _
from sqlalchemy import Connection, delete, insert, select, update

from dispatch.core.clock import now
from dispatch.core.errors import Invalid, NotEligible, RateLimited, TooLate
from dispatch.core.ids import new_id
from dispatch.core.secrets import token_hash
from dispatch.core.unit_of_work import Work, reading, transaction
from dispatch.people.models import Person, RecoveryCode, Role, SecondStep
from dispatch.people.recording import note

STEP_S = 30
#: Clocks may differ by so many steps.
SKEW = 1
#: The wait after the n-th wrong code doubles from here, in seconds; the first two are free. Never longer than the second figure.
FIRST_WAIT_S, WAIT_MOST_S = 5, 300
CODES = 8
_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_NOT_OF_A_CODE = re.compile(r"[^A-Z0-9]")

_steps, _codes, _persons = SecondStep.__table__, RecoveryCode.__table__, Person.__table__


class Shown(NamedTuple):
    """What an authenticator needs; shown once."""

    secret: str
    uri: str


def has_second_step(connection: Connection, person_id: str) -> bool:
    """Whether a second step counts for this person."""
    found = select(_steps.c.id).where(_steps.c.person_id == person_id, _steps.c.verified_at.is_not(None))
    return connection.execute(found).first() is not None


def is_required(role: str) -> bool:
    """Whether whoever has this role cannot come in without one."""
    return role in current_app.config["SECOND_STEP_ROLES"]


def codes_left(connection: Connection, person_id: str) -> int:
    """How many recovery codes have not been used."""
    found = select(_codes.c.code_hash).where(_codes.c.person_id == person_id, _codes.c.used_at.is_(None))
    return len(connection.execute(found).all())


def begin(person_id: str) -> Shown:
    """A new secret for a person's authenticator. It does not count before a code of it has been verified.

    Raises:
        NotEligible: couriers have their own device and PIN instead.
        TooLate: she has one that counts; it is turned off first.
    """
    with transaction() as work:
        # Held: of two that begin at once the second makes the first one's secret void, as if she had begun twice.
        hers = select(_persons.c.role, _persons.c.login).where(_persons.c.id == person_id)
        person = work.execute(hers.with_for_update(key_share=True)).one()
        if person.role == Role.COURIER:
            raise NotEligible()
        if has_second_step(work.connection, person_id):
            raise TooLate(_("已经开启了。要换手机，请先关闭。"))
        secret = pyotp.random_base32()
        work.execute(delete(_steps).where(_steps.c.person_id == person_id))
        row = {"id": new_id(), "person_id": person_id, "secret": secret, "last_step": 0, "wrong": 0, "created_at": now()}
        work.execute(insert(_steps), row)
    return Shown(secret, pyotp.TOTP(secret).provisioning_uri(name=person.login or person_id, issuer_name="LastMetre"))


def verify(person_id: str, code: str) -> list[str]:
    """The first code of a new authenticator: from now on it counts.

    Returns:
        the recovery codes, each good once; only their hashes are kept.
    Raises:
        TooLate: nothing was begun, or it counts already.
        Invalid, RateLimited: as for `check`.
    """
    row = _row(person_id)
    if row is None or row.verified_at is not None:
        raise TooLate(_("请从头再来一次。"))
    _try(row, code)
    with transaction() as work:
        mine = (_steps.c.id == row.id, _steps.c.verified_at.is_(None))
        if work.execute(update(_steps).where(*mine).values(verified_at=now())).rowcount != 1:
            raise TooLate(_("请从头再来一次。"))
        note(work, person_id, "second_step_on", person_id)
        return _new_codes(work, person_id)


def check(person_id: str, code: str) -> None:
    """A code at the door: of the authenticator, or a recovery code.

    Only who has shown the passphrase comes so far, so that a stranger can slow down nobody; and nobody but herself is slowed.

    Raises:
        RateLimited: too soon after wrong codes.
        Invalid: a wrong code, or one that was used; the try is counted.
    """
    row = _row(person_id)
    if row is None or row.verified_at is None:
        raise Invalid("code", _("动态码不对。"))
    _try(row, code)


def turn_off(person_id: str, code: str) -> None:
    """Without a second step from now on; for another phone it is then begun anew.

    Raises:
        Invalid, RateLimited: as for `check`.
    """
    check(person_id, code)
    with transaction() as work:
        _forget(work, person_id)
        note(work, person_id, "second_step_off", person_id)


def renew_codes(person_id: str, code: str) -> list[str]:
    """New recovery codes; the old ones are void.

    Raises:
        Invalid, RateLimited: as for `check`.
    """
    check(person_id, code)
    with transaction() as work:
        note(work, person_id, "codes_renewed", person_id)
        return _new_codes(work, person_id)


def reset(work: Work, person_id: str, by: str) -> bool:
    """Take the second step away from somebody who has lost everything; returns whether there was one."""
    had = work.execute(select(_steps.c.id).where(_steps.c.person_id == person_id)).first() is not None
    _forget(work, person_id)
    note(work, person_id, "second_step_reset", by)
    return had


def _forget(work: Work, person_id: str) -> None:
    work.execute(delete(_steps).where(_steps.c.person_id == person_id))
    work.execute(delete(_codes).where(_codes.c.person_id == person_id))


def _new_codes(work: Work, person_id: str) -> list[str]:
    work.execute(delete(_codes).where(_codes.c.person_id == person_id))
    made = ["-".join("".join(secrets.choice(_ALPHABET) for _n in range(4)) for _group in range(4)) for _code in range(CODES)]
    for code in made:
        work.execute(insert(_codes), {"code_hash": _hash_of(code), "person_id": person_id})
    return made


def _hash_of(code: str) -> str:
    """80 bits of chance need no slow hash."""
    return token_hash(_NOT_OF_A_CODE.sub("", code.upper()))


def _row(person_id: str) -> Any:
    return reading().execute(select(_steps).where(_steps.c.person_id == person_id)).first()


def _try(row: Any, code: str) -> None:
    """Count the try before looking at the code: of two sent together both count."""
    if row.next_try_at and row.next_try_at > now():
        raise RateLimited(_("输错了几次，请稍等再试。"), retry_after=int((row.next_try_at - now()).total_seconds()) + 1)
    wrong = row.wrong + 1
    wait = timedelta(seconds=min(WAIT_MOST_S, FIRST_WAIT_S * 2 ** min(wrong - 3, 10))) if wrong > 2 else None
    counted = update(_steps).where(_steps.c.id == row.id, _steps.c.wrong == row.wrong)
    with transaction() as work:
        if work.execute(counted.values(wrong=wrong, next_try_at=now() + wait if wait else None)).rowcount != 1:
            raise RateLimited(retry_after=1)
    step = _step_of(row.secret, code)
    with transaction() as work:
        right = _use_step(work, row, step) if step is not None else _use_recovery(work, row, code)
        if right:
            work.execute(update(_steps).where(_steps.c.id == row.id).values(wrong=0, next_try_at=None))
    if not right:
        raise Invalid("code", _("动态码不对。") if step is None else _("这个动态码已经用过，请等下一个。"))


def _step_of(secret: str, code: str) -> int | None:
    """Which step of the clock this code belongs to, of the few that are good now."""
    # As an input method for Chinese may write them.
    digits = re.sub(r"\s", "", unicodedata.normalize("NFKC", code))
    current = int(now().timestamp()) // STEP_S
    totp = pyotp.TOTP(secret)
    for step in range(current - SKEW, current + SKEW + 1):
        if hmac.compare_digest(totp.generate_otp(step).encode(), digits.encode()):
            return step
    return None


def _use_step(work: Work, row: Any, step: int) -> bool:
    """Each step is good once, and none before it any more."""
    later = update(_steps).where(_steps.c.id == row.id, _steps.c.last_step < step)
    return work.execute(later.values(last_step=step)).rowcount == 1


def _use_recovery(work: Work, row: Any, code: str) -> bool:
    if row.verified_at is None:
        return False
    unused = (_codes.c.code_hash == _hash_of(code), _codes.c.person_id == row.person_id, _codes.c.used_at.is_(None))
    if work.execute(update(_codes).where(*unused).values(used_at=now())).rowcount != 1:
        return False
    note(work, row.person_id, "recovery_used", row.person_id)
    return True

"""How a program gets its key to report with, and how the key ends."""

from __future__ import annotations

import re
import secrets
from typing import Any

from sqlalchemy import Connection, insert, select, update

from dispatch.core.clock import now
from dispatch.core.ids import new_id
from dispatch.core.permits import permitted
from dispatch.core.secrets import token_hash
from dispatch.core.unit_of_work import Work, reading
from dispatch.hazards.policy import HOUSE_PERMITS
from dispatch.open311.models import Open311Key
from dispatch.open311.refusing import KeyNeeded
from dispatch.people.identity import locked_actor

#: Reports of one program in 24 hours, where nothing else is said.
A_DAY = 200
_NAME = re.compile(r"[A-Za-z0-9._-]{1,60}")

_keys = Open311Key.__table__


def make_key(work: Work, name: str, person_id: str, a_day: int = A_DAY) -> str:
    """A new key for a program; an earlier one of the same name ends with that.

    Args:
        name: what the program is called, of Latin letters, figures, dots and dashes.
        person_id: in whose name it reports.
        a_day: how many reports in 24 hours.
    Returns:
        the key; only its hash is kept.
    Raises:
        ValueError: no such name can be given, or this person reports nothing; says why in English.
    """
    if not _NAME.fullmatch(name):
        raise ValueError("A name is at most 60 Latin letters, figures, dots and dashes.")
    person = locked_actor(work.connection, person_id)
    if person is None or not permitted(HOUSE_PERMITS, "report", person, None):
        raise ValueError("A program reports in the name of an active courier, clerk or coordinator of a station.")
    key = secrets.token_urlsafe(24)
    values = {"key_hash": token_hash(key), "person_id": person_id, "a_day": a_day, "made_at": now(), "ended_at": None}
    if work.execute(update(_keys).where(_keys.c.name == name).values(**values)).rowcount == 0:
        work.execute(insert(_keys), {"id": new_id(), "name": name, **values})
    return key


def end_key(work: Work, name: str) -> bool:
    """End a program's key; returns whether there was one."""
    alive = (_keys.c.name == name, _keys.c.ended_at.is_(None))
    return work.execute(update(_keys).where(*alive).values(ended_at=now())).rowcount > 0


def key_shown(key: str | None) -> Any:
    """The program that shows this key.

    Raises:
        KeyNeeded: it shows none, or one that is unknown or has ended.
    """
    row = find_key(reading(), token_hash(key)) if key else None
    if row is None:
        raise KeyNeeded()
    return row


def find_key(connection: Connection, key_hash: str) -> Any:
    """The living key of a hash, or None."""
    return connection.execute(select(_keys).where(_keys.c.key_hash == key_hash, _keys.c.ended_at.is_(None))).first()

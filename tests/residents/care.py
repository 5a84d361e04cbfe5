"""The care list in tests: somebody to put on it, and small verbs that read as sentences."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from sqlalchemy import Table, select

from dispatch.core.clock import now
from dispatch.core.idempotency import Once
from dispatch.core.unit_of_work import look_again, reading
from dispatch.journal.reading import entries_since, heads
from dispatch.people.identity import Actor
from dispatch.residents import keeping
from dispatch.residents.finding import search
from dispatch.residents.models import Resident

HOME, OTHER, STATION, NEXT_DOOR = "120116014003", "120116014004", "120116014", "120116015001"
CONSENT = {"at": now() - timedelta(days=1), "how": "phone", "to": ["care_list", "errands"]}
SHAN = {
    "name": "单桂兰", "phone": "13755502468", "building": "3号楼", "door": "2单元301", "groups": ["living_alone", "minimum_income"],
    "note": "耳背，多敲一会儿门", "contacts": [{"name": "单强", "relation": "儿子", "phone": "13755501357"}], "consent": CONSENT,
}  # fmt: skip
#: What must never be readable where it does not belong.
CANARIES = ("单桂兰", "13755502468", "2单元301", "耳背", "单强", "13755501357")


def once(actor: Actor, **body: Any) -> Once:
    return Once(actor.id, str(uuid.uuid4()), "x", body)


def enter(actor: Actor, **other: Any) -> str:
    return str(keeping.enter(actor, {**SHAN, **other}, once(actor))["resident_id"])


def kept(resident_id: str) -> dict[str, Any] | None:
    look_again()
    row = reading().execute(select(Resident.__table__).where(Resident.__table__.c.id == resident_id)).first()
    return dict(row._mapping) if row else None


def rows(table: Table, **where: Any) -> list[dict[str, Any]]:
    look_again()
    found = select(table).where(*(table.c[name] == value for name, value in where.items()))
    return [dict(row._mapping) for row in reading().execute(found)]


def found(typed: str, *communities: str, **more: Any) -> list[str]:
    """The names that are found, in order."""
    look_again()
    names = []
    for one in search(reading(), communities or (HOME,), typed, **more):
        row = kept(one)
        assert row is not None
        names.append(row["name"])
    return names


def told_since(seq: int) -> list[tuple[str, dict[str, Any]]]:
    look_again()
    return [(entry["type"], entry["data"]) for entry in entries_since(reading(), STATION, seq, 1000)]


def head() -> int:
    look_again()
    return int(heads(reading(), [STATION])[STATION])

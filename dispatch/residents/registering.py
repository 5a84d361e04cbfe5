"""How a resident comes to be known when a need is posted: found by her phone among her community's, or entered anew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import delete, insert, select, update

from dispatch.core.clock import now
from dispatch.core.errors import Invalid
from dispatch.core.ids import new_id
from dispatch.core.secrets import keyring
from dispatch.core.unit_of_work import Work
from dispatch.people.enrolling import clean_phone
from dispatch.residents import revising
from dispatch.residents.models import GROUPS, Consent, Resident

_residents = Resident.__table__


def find_or_add(work: Work, community_id: str, given: Mapping[str, Any]) -> str:
    """The id of the resident that a clerk has typed; what is newer of name, door and groups is kept.

    Who is on the care list keeps her name: her husband, who phones from the same number, is somebody else. What is typed
    of her groups comes to those on the list; the list itself is changed on the list.

    Args:
        work: the transaction.
        community_id: whose resident.
        given: name, phone, door, groups, building.
    Raises:
        Invalid: the name is missing or the phone is not one.
    """
    name = str(given.get("name") or "").strip()
    if not name:
        raise Invalid("resident.name", _("请填写老人姓名。"))
    phone = clean_phone(str(given["phone"])) if given.get("phone") else None
    facts: dict[str, Any] = {"name": name, "groups": list(given.get("groups") or [])}
    facts |= {fact: str(given.get(fact) or "").strip() or None for fact in ("building", "door")}
    known = known_by_phone(work, community_id, phone, name) if phone else None
    if known:
        said = {fact: value for fact, value in facts.items() if value}
        if known.on_care_list and "groups" in said:
            said["groups"] = [group for group in GROUPS if group in {*known.groups, *said["groups"]}]
        work.execute(update(_residents).where(_residents.c.id == known.id).values(**said))
        revising.changed(work, community_id, known.id)
        return str(known.id)
    return add(work, community_id, {"phone": phone, "on_care_list": False, **facts})


def known_by_phone(work: Work, community_id: str, phone: str, name: str) -> Any:
    """Her row: of all with this number the one of this name, else one who is not on the care list; None if there is neither."""
    found = select(_residents).where(_residents.c.community_id == community_id, _residents.c.phone_hash.in_(keyring().hashes(phone)))
    rows = work.execute(found.order_by(_residents.c.created_at)).all()
    same = [row for row in rows if row.name == name] or [row for row in rows if not row.on_care_list]
    return same[0] if same else None


def add(work: Work, community_id: str, facts: Mapping[str, Any]) -> str:
    """Enter a row as it is given, its phone as digits; returns the id."""
    return add_many(work, community_id, [facts])[0]


def add_many(work: Work, community_id: str, many: Sequence[Mapping[str, Any]]) -> list[str]:
    """The same for many, which have the same facts."""
    rows = [{"id": new_id(), "community_id": community_id, "created_at": now(), **facts, **hashed(facts)} for facts in many]
    if rows:
        work.execute_many(insert(_residents), rows)
    ids = [str(row["id"]) for row in rows]
    revising.changed(work, community_id, *ids)
    return ids


def hashed(facts: Mapping[str, Any]) -> dict[str, Any]:
    """What a phone number is found again by, if the facts speak of one."""
    if "phone" not in facts:
        return {}
    return {"phone_hash": keyring().hashes(facts["phone"])[0] if facts["phone"] else None}


def forget(work: Work, ids: Sequence[str]) -> None:
    """Delete these residents and their consents; every process that has them in memory drops them."""
    whose = select(_residents.c.community_id).where(_residents.c.id.in_(ids)).distinct()
    revising.deleted(work, work.execute(whose).scalars())
    for table, column in ((Consent.__table__, Consent.__table__.c.resident_id), (_residents, _residents.c.id)):
        work.execute(delete(table).where(column.in_(ids)))


def community_of(work: Work, resident_id: str) -> str | None:
    """Whose resident this is; None if there is no such resident."""
    return work.execute(select(_residents.c.community_id).where(_residents.c.id == resident_id)).scalars().first()

"""How a resident comes to be known when a need is posted: found by phone and name among her community's, or entered anew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import Connection, delete, insert, select, update

from dispatch.core.breathing import A_BREATH, breathing, in_parts
from dispatch.core.clock import now
from dispatch.core.errors import Invalid
from dispatch.core.ids import new_id
from dispatch.core.secrets import keyring
from dispatch.core.unit_of_work import Work
from dispatch.people.enrolling import clean_phone
from dispatch.residents import revising
from dispatch.residents.finding import normal
from dispatch.residents.models import GROUPS, Consent, Resident

_residents = Resident.__table__


def find_or_add(work: Work, community_id: str, given: Mapping[str, Any]) -> str:
    """The id of the resident that a clerk has typed; what is newer of building, door and groups is kept.

    A number alone is nobody: a couple has one, and a daughter gives hers for both parents. So whoever has another name is
    somebody else, with an address and errands of her own. What is typed of her groups comes to those on the list; the list
    itself is changed on the list.

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
    if phone:
        # Who posts for her at the same moment waits here, and finds her.
        revising.hold(work, community_id)
    known = known_by_phone(work, community_id, phone, name) if phone else None
    if known:
        said = {fact: value for fact, value in facts.items() if value and fact != "name"}
        if known.on_care_list and "groups" in said:
            said["groups"] = [group for group in GROUPS if group in {*known.groups, *said["groups"]}]
        newer = {fact: value for fact, value in said.items() if value != getattr(known, fact)}
        if newer:
            work.execute(update(_residents).where(_residents.c.id == known.id).values(**newer))
            revising.changed(work, community_id, known.id)
        return str(known.id)
    return add(work, community_id, {"phone": phone, "on_care_list": False, **facts})


def known_by_phone(work: Work, community_id: str, phone: str, name: str) -> Any:
    """Her row: of all with this number the one of this name, first who is on the care list; None if there is none."""
    rows = [row for row in with_phone(work.connection, community_id, phone) if same_name(row.name, name)]
    return min(rows, key=lambda row: (not row.on_care_list, row.created_at), default=None)


def with_phone(connection: Connection, community_id: str, phone: str) -> list[Any]:
    """Everybody of a community with this number, whole."""
    hers = (_residents.c.community_id == community_id, _residents.c.phone_hash.in_(keyring().hashes(phone)))
    return list(connection.execute(select(_residents).where(*hers)))


def same_name(one: str, other: str) -> bool:
    """Whether two names are one, however widely or in which signs they are written."""
    return plain_name(one) == plain_name(other)


def plain_name(name: str) -> str:
    """A name as it is compared: full-width signs as usual ones, small letters, no spaces."""
    return "".join(normal(name).split())


def add(work: Work, community_id: str, facts: Mapping[str, Any]) -> str:
    """Enter a row as it is given, its phone as digits; returns the id."""
    return add_many(work, community_id, [facts])[0]


def add_many(work: Work, community_id: str, many: Sequence[Mapping[str, Any]]) -> list[str]:
    """The same for many, which have the same facts."""
    rows = [{"id": new_id(), "community_id": community_id, "created_at": now(), **facts, **hashed(facts)} for facts in many]
    for some in breathing(in_parts(rows, A_BREATH), 1):
        work.execute_many(insert(_residents), some)
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

"""How a resident comes to be known: found by her phone among her community's, or entered anew."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import insert, select, update

from dispatch.core.clock import now
from dispatch.core.errors import Invalid
from dispatch.core.ids import new_id
from dispatch.core.secrets import keyring
from dispatch.core.unit_of_work import Work
from dispatch.people.enrolling import clean_phone
from dispatch.residents.models import Resident

_residents = Resident.__table__
#: The eight groups of civil affairs: 低保 低收 特困 留守老人 孤寡老人 独居老人 困境儿童 重度残疾人.
GROUPS = ("minimum_income", "low_income", "destitute", "left_behind", "childless", "living_alone", "child", "disabled")


def find_or_add(work: Work, community_id: str, given: Mapping[str, Any]) -> str:
    """The id of the resident that a clerk has typed; what is newer of name, door and groups is kept.

    Args:
        work: the transaction.
        community_id: whose resident.
        given: name, phone, door, groups.
    Raises:
        Invalid: the name is missing or the phone is not one.
    """
    name = str(given.get("name") or "").strip()
    if not name:
        raise Invalid("resident.name", _("请填写老人姓名。"))
    phone = clean_phone(str(given["phone"])) if given.get("phone") else None
    facts: dict[str, Any] = {"name": name, "door": str(given.get("door") or "").strip() or None, "groups": list(given.get("groups") or [])}
    known = _known(work, community_id, phone) if phone else None
    if known:
        said = {fact: value for fact, value in facts.items() if value}
        work.execute(update(_residents).where(_residents.c.id == known).values(**said))
        return known
    row = {
        "id": new_id(), "community_id": community_id, "phone": phone, "phone_hash": keyring().hashes(phone)[0] if phone else None,
        "on_care_list": False, "created_at": now(), **facts,
    }  # fmt: skip
    work.execute(insert(_residents), row)
    return str(row["id"])


def _known(work: Work, community_id: str, phone: str) -> str | None:
    hashes = keyring().hashes(phone)
    found = select(_residents.c.id).where(_residents.c.community_id == community_id, _residents.c.phone_hash.in_(hashes))
    return work.execute(found).scalars().first()


def community_of(work: Work, resident_id: str) -> str | None:
    """Whose resident this is; None if there is no such resident."""
    return work.execute(select(_residents.c.community_id).where(_residents.c.id == resident_id)).scalars().first()

"""How an errand is done again: an earlier one as a new need for today, and what looks like it already, before anything is posted."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import Connection, select

from dispatch.core.clock import SHANGHAI, iso, now
from dispatch.core.errors import Invalid, NotEligible, NotFound, TooLate
from dispatch.core.permits import permitted
from dispatch.orders.commanding import ORDERS
from dispatch.orders.models import Order
from dispatch.orders.policy import PERMITS
from dispatch.orders.posting import own_community
from dispatch.orders.presenting import present
from dispatch.orders.queries import Row, full_order
from dispatch.orders.states import Status
from dispatch.orders.twins import Asked, standing, usual_end
from dispatch.people.enrolling import clean_phone
from dispatch.people.identity import Actor
from dispatch.people.models import Unit
from dispatch.residents.models import Resident
from dispatch.residents.registering import same_name, with_phone
from dispatch.residents.revealing import masked

_residents, _units = Resident.__table__, Unit.__table__
_COPIED = ("kind", "summary", "building", "urgency", "slots", "money_limit", "skills", "familiar_first", "private_note", "community_id",
           "resident_id")  # fmt: skip


def again(connection: Connection, actor: Actor, order_id: str) -> dict[str, Any]:
    """An order as a need that can be posted again: all that was asked for, its window moved to today.

    Raises:
        NotFound, NotEligible: not an order that this person sees; not somebody who posts.
        TooLate: the resident has been forgotten since.
    """
    row = full_order(connection, actor, order_id)
    if not permitted(PERMITS, "repeat", actor, row):
        raise NotEligible()
    if row.resident_id is None:
        raise TooLate(_("这位老人的信息已按规定删除，请重新填写。"))
    start, end = moved_to_today(row)
    resident = {"name": row.resident_name, "phone": masked(row.resident_phone), "door": row.resident_door}
    copied = {name: getattr(row, name) for name in _COPIED}
    return {**copied, "window_start": iso(start), "window_end": iso(end), "resident": resident,
            "repeats": {"id": row.id, "number": row.number, "posted_at": iso(row.posted_at)}}  # fmt: skip


def moved_to_today(row: Row) -> tuple[datetime | None, datetime | None]:
    """The same time of day, today or, if that is over, tomorrow. A usual end, which nobody chose, is left to be usual again."""
    if usual_end(row):
        return None, None
    first = (row.window_start or row.window_end).astimezone(SHANGHAI).date()
    days = timedelta(days=(now().astimezone(SHANGHAI).date() - first).days)
    if row.window_end + days <= now():
        days += timedelta(days=1)
    return row.window_start and row.window_start + days, row.window_end + days


def last_order(connection: Connection, actor: Actor, resident_id: str) -> dict[str, Any]:
    """The last order of a resident that was not cancelled, as a need that can be posted again.

    Raises:
        NotFound: not a resident of theirs, or one who has had none.
        NotEligible: not somebody who posts.
    """
    found = select(_residents.c.community_id, _units.c.parent_id).join(_units, _units.c.id == _residents.c.community_id)
    home = connection.execute(found.where(_residents.c.id == resident_id)).first()
    hers = home and Order(community_id=home.community_id, station_id=home.parent_id, status=Status.OPEN, skills=[])
    if hers is None or actor.station_id != hers.station_id:
        raise NotFound()
    if not permitted(PERMITS, "repeat", actor, hers):
        # A courier of the station is told that he may not; a clerk next door that there is nothing.
        raise NotFound() if actor.role == "clerk" else NotEligible()
    latest = _latest(connection, [resident_id])
    if latest is None:
        raise NotFound()
    return again(connection, actor, latest)


def _latest(connection: Connection, resident_ids: list[str]) -> str | None:
    found = select(ORDERS.c.id).where(ORDERS.c.resident_id.in_(resident_ids), ORDERS.c.status != Status.CANCELLED)
    return connection.execute(found.order_by(ORDERS.c.posted_at.desc()).limit(1)).scalars().first()


def look_before(connection: Connection, actor: Actor, need: Mapping[str, Any]) -> dict[str, Any]:
    """What is known before a need is posted; it keeps nobody from posting.

    Args:
        need: `kind`, `building`, and `resident_id` or `resident` with what has been typed of name and phone so far.
    Returns:
        `last`: her last order as a need for today, or None; `duplicates`: orders of that kind for her that are for today.
    Raises:
        NotFound, NotEligible, Invalid: not a community that this person posts for.
    """
    community = own_community(connection, actor, need.get("community_id") or actor.unit_id)
    typed = need.get("resident") or {}
    phone, name = _phone(typed), str(typed.get("name") or "").strip()
    known = [str(need["resident_id"])] if need.get("resident_id") else _by_phone(connection, community.id, phone, name)
    duplicates = []
    if need.get("kind"):
        asked = Asked(need["kind"], name, phone, str(need.get("building") or "").strip(), known)
        alike = standing(connection, community.id, need["kind"]).twins(asked)
        duplicates = [full_order(connection, actor, row.id) for row in alike]
    latest = _latest(connection, known) if known else None
    seen = latest and full_order(connection, actor, latest).community_id == community.id
    return {"last": again(connection, actor, str(latest)) if seen else None, "duplicates": present(connection, actor, duplicates)}


def _phone(typed: Mapping[str, Any]) -> str | None:
    """What has been typed so far, if it is a number already."""
    try:
        return clean_phone(str(typed["phone"])) if typed.get("phone") else None
    except Invalid:
        return None


def _by_phone(connection: Connection, community_id: str, phone: str | None, name: str) -> list[str]:
    """Who has this number; once a name is typed, of that name: a couple has one phone."""
    if phone is None:
        return []
    return [row.id for row in with_phone(connection, community_id, phone) if not name or same_name(row.name, name)]

"""How a need becomes an order: entered in one go with its resident, its number and its hand-over code."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import bindparam, insert, select, update

from dispatch.core.clock import SHANGHAI, now
from dispatch.core.errors import Invalid, NotEligible, NotFound
from dispatch.core.idempotency import Once
from dispatch.core.ids import new_id
from dispatch.core.permits import permitted
from dispatch.core.statements import Prepared
from dispatch.core.unit_of_work import Work, transaction
from dispatch.core.upserts import counted_up
from dispatch.journal.appending import append
from dispatch.orders.commanding import ORDERS, Outcome
from dispatch.orders.models import DayCount, Order
from dispatch.orders.opening import USEFUL_FOR, board_values
from dispatch.orders.policy import PERMITS
from dispatch.orders.preferring import opens_to_all_at
from dispatch.orders.queries import Row
from dispatch.orders.states import Status
from dispatch.orders.wording import check_public
from dispatch.people.enrolling import clean_phone
from dispatch.people.identity import Actor
from dispatch.people.models import Level, Role, Unit
from dispatch.people.settings import Settings
from dispatch.residents.registering import community_of, find_or_add

KINDS = ("groceries", "medicine", "parcel", "meal", "clinic", "bill", "repair", "company", "other")
URGENCIES = ("urgent", "today", "routine")
#: So long may a need be, in characters: it is read in traffic.
SUMMARY_MOST = 120
#: A window further away than this is a slip of the finger in the year.
WINDOW_FURTHEST = timedelta(days=366)

_units, _counts = Unit.__table__, DayCount.__table__
_today = (_counts.c.station_id == bindparam("station"), _counts.c.day == bindparam("today"))
_count_up = Prepared(update(_counts).where(*_today).values(count=_counts.c.count + 1))
_counted = Prepared(select(_counts.c.count.label("reached")).where(*_today))


def post(actor: Actor, need: Mapping[str, Any], once: Once) -> Outcome:
    """Enter a need.

    Args:
        actor: a clerk, for her own community, or a coordinator, for one of her station's.
        need: the fields of an order as posted, already checked for form by the door.
        once: the command's key.
    Returns:
        the outcome with `order_id`.
    Raises:
        NotEligible: not somebody who posts, or not for this community.
        Invalid: the community or the resident is not known here, nobody is named, the window has passed or is none, or a
            public word names a door.
    """
    community_id = need.get("community_id") or actor.unit_id
    with once.running(), transaction() as work:
        once.lock(work)
        earlier = once.earlier(work.connection)
        if earlier is not None:
            return earlier
        community = own_community(work, actor, community_id)
        check_public(need)
        resident_id = resident_of(work, community_id, need)
        start, end = window(need.get("window_start"), need.get("window_end"), need["urgency"])
        asked = {**need, "resident_id": resident_id, "window_start": start, "window_end": end}
        looked_at = actor.settings.look_first and actor.role == Role.CLERK
        outcome = {"order_id": enter(work, community, asked, actor.settings, posted_by=actor.id, looked_at=looked_at)}
        once.keep(work, outcome)
        return outcome


def enter(work: Work, community: Row, need: Mapping[str, Any], settings: Settings, *, posted_by: str, looked_at: bool, **said: Any) -> str:
    """Write a need that has been checked as an order, and its journal entry; returns the order's id.

    Args:
        work: the transaction.
        community: whose it is: `id`, `parent_id` (its station), `district_id`.
        need: the fields as posted, with `resident_id`, `window_start` and `window_end`.
        settings: the station's.
        posted_by: the person whose word it is.
        looked_at: the station looks at it before couriers see it.
        said: what the journal says besides.
    """
    order = _order(work, community, need, settings) | {"posted_by": posted_by, "status": Status.WAITING if looked_at else Status.OPEN}
    if order["familiar_first"] and not looked_at:
        order["opens_to_all_at"] = opens_to_all_at(work.connection, order["station_id"], order["resident_id"], order["skills"], settings)
    work.execute(insert(ORDERS), order)
    told = {"order_id": order["id"], "community_id": community.id, "was": order["status"], "slots": order["slots"]}
    append(work, community.parent_id, "order.posted", **told, **said)
    return str(order["id"])


def window(start: datetime | None, end: datetime | None, urgency: str) -> tuple[datetime | None, datetime]:
    """From when until when the errand is of use; one without an end is of use for a usual time.

    Raises:
        Invalid: it ends in the past or before it begins, or lies more than a year away.
    """
    present = now()
    if start and abs(start - present) > WINDOW_FURTHEST:
        raise Invalid("window_start", _("这个时间太远了，请再看一眼日期。"))
    end = end or max(start or present, present) + USEFUL_FOR[urgency]
    if end <= present or (start and end <= start):
        raise Invalid("window_end", _("结束时间要晚于现在和开始时间。"))
    if end - present > WINDOW_FURTHEST + USEFUL_FOR[urgency]:
        raise Invalid("window_end", _("这个时间太远了，请再看一眼日期。"))
    return start, end


def community_row(work: Work, community_id: str) -> Row | None:
    """A community with its station (`parent_id`) and district (`district_id`); None where there is none to post for."""
    station = _units.alias()
    found = select(_units.c.id, _units.c.level, _units.c.parent_id, station.c.parent_id.label("district_id"))
    row = work.execute(found.join(station, station.c.id == _units.c.parent_id).where(_units.c.id == community_id)).first()
    return row if row is not None and row.level == Level.COMMUNITY else None


def own_community(work: Work, actor: Actor, community_id: str) -> Row:
    """The community that somebody may post for.

    Raises:
        NotEligible: not somebody who posts.
        Invalid: there is no such community.
        NotFound: it is another's.
    """
    row = community_row(work, community_id)
    if actor.role not in (Role.CLERK, Role.COORDINATOR):
        raise NotEligible()
    if row is None:
        raise Invalid("community_id")
    if not permitted(PERMITS, "post", actor, Order(community_id=row.id, station_id=row.parent_id)):
        raise NotFound()
    return row


def resident_of(work: Work, community_id: str, need: Mapping[str, Any]) -> str:
    """The id of the resident whom a need names, by her id or as typed.

    Raises:
        Invalid: nobody is named, or nobody of this community.
    """
    if need.get("resident_id"):
        if community_of(work, need["resident_id"]) != community_id:
            raise Invalid("resident_id")
        return str(need["resident_id"])
    if not need.get("resident"):
        raise Invalid("resident")
    return find_or_add(work, community_id, {**need["resident"], "building": need["building"]})


def _caller(need: Mapping[str, Any]) -> dict[str, str] | None:
    """Who phoned in her stead: a name and a number at which the courier finds him."""
    given = need.get("caller")
    if not given:
        return None
    name = str(given["name"]).strip()
    if not name:
        raise Invalid("caller.name", _("请填写来电人姓名。"))
    try:
        return {"name": name, "phone": clean_phone(str(given["phone"]))}
    except Invalid as refused:
        raise Invalid("caller.phone", refused.detail) from refused


def _order(work: Work, community: Row, need: Mapping[str, Any], settings: Settings) -> dict[str, Any]:
    """The row of a new order."""
    given = {key: need.get(key) for key in ("money_limit", "private_note", "lat", "lon", "resident_id", "window_start", "window_end")}
    return {
        "id": new_id(), "number": _number(work, community.parent_id), "district_id": community.district_id,
        "station_id": community.parent_id, "community_id": community.id, "kind": need["kind"], "summary": need.get("summary") or "",
        "building": need["building"], "urgency": need["urgency"], "slots": need.get("slots") or 1, "taken": 0, "epoch": 0,
        "skills": list(need.get("skills") or ()), "familiar_first": bool(need.get("familiar_first")),
        "code": f"{secrets.randbelow(10_000):04d}", "wrong_codes": 0, "caller": _caller(need), "call_tries": 0,
        "posted_at": now(), **board_values(need["urgency"], settings), **given,
    }  # fmt: skip


def _number(work: Work, station_id: str) -> str:
    """The day and a running number, short enough to be said on the telephone: 1124-017."""
    day = now().astimezone(SHANGHAI)
    known = {"station": station_id, "today": f"{day:%Y-%m-%d}"}
    if _count_up.run(work.connection, **known):
        return f"{day:%m%d}-{_counted.first(work.connection, **known).reached:03d}"
    return f"{day:%m%d}-{counted_up(work, _counts, station_id=station_id, day=known['today']):03d}"

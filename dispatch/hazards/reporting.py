"""How a hazard is reported: what was seen, where and when, with photos, once; or joined, where somebody has reported it already."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import Connection, case, exists, func, insert, select

from dispatch.core.clock import SHANGHAI, now
from dispatch.core.commanding import carry_out_once
from dispatch.core.errors import Invalid, NotEligible, RateLimited
from dispatch.core.geo import Point, metres
from dispatch.core.idempotency import Once
from dispatch.core.ids import new_id
from dispatch.core.permits import permitted
from dispatch.core.unit_of_work import Work
from dispatch.core.upserts import counted_up, insert_into
from dispatch.hazards.categorising import Category, categories, find_category
from dispatch.hazards.commanding import HAZARDS, Outcome, carry_out, edit, reach, tell
from dispatch.hazards.models import HazardCount, HazardReport, HazardStep
from dispatch.hazards.nearby import Spot
from dispatch.hazards.photographing import attach
from dispatch.hazards.policy import HOUSE_PERMITS
from dispatch.hazards.queries import Row
from dispatch.hazards.states import Status
from dispatch.hazards.suggesting import house_keywords, suggest
from dispatch.journal.appending import append
from dispatch.orders.models import Claim, Order
from dispatch.people.identity import Actor, locked_actor
from dispatch.people.models import Level, Role, Unit

#: What was seen longer ago than this is no report any more; a phone's clock may be ahead by a little.
SEEN_WITHIN, CLOCK_AHEAD = timedelta(days=14), timedelta(minutes=10)

_reports, _steps, _counts, _units = HazardReport.__table__, HazardStep.__table__, HazardCount.__table__, Unit.__table__
_orders, _claims = Order.__table__, Claim.__table__


def report(actor: Actor, said: Mapping[str, Any], photo_ids: Sequence[str], once: Once, *, quota: bool = True) -> Outcome:
    """Report a hazard.

    Args:
        said: `category`, or none to have it found from `note` and `building`; `lat` and `lon`, or `building`; `note`, `seen_at`,
            `community_id`, and `order_id` of an errand under way, all checked for form by the door.
        photo_ids: photos that were sent ahead, at most four.
        once: the command's key.
        quota: whether the person's own limit holds; who reports for a program has one of its own.
    Returns:
        the outcome with `hazard_id`.
    Raises:
        NotEligible: not somebody who reports.
        RateLimited: so many in a day are enough.
        Invalid: no such category, no place, seen in the future or long ago, an errand or a photo that is not his.
    """

    def write(work: Work) -> Outcome:
        me = locked_actor(work.connection, actor.id)
        if me is None or not permitted(HOUSE_PERMITS, "report", me, None):
            raise NotEligible()
        if quota:
            _check_quota(work, me)
        hazard = _hazard(work, me, said)
        work.execute(insert(HAZARDS), hazard)
        seen = {"hazard_id": hazard["id"], "person_id": me.id, "seen_at": hazard["seen_at"], "at": hazard["sent_at"]}
        work.execute(insert(_reports), seen)
        first = {"hazard_id": hazard["id"], "version": 0, "verb": "report", "by": me.id, "at": hazard["sent_at"], "said": {}}
        work.execute(insert(_steps), first)
        attach(work, me, photo_ids, hazard["id"], "report", shown=False)
        # An urgent one rings at the coordinator's desk: it follows from `urgent` and from how the hazard stands.
        told = {"hazard_id": hazard["id"], "community_id": hazard["community_id"], "urgent": hazard["urgent"], "persons": [me.id]}
        append(work, hazard["station_id"], "hazard.reported", **told, was=None, seen_by=reach(Status.REPORTED, hazard["public"]))
        return {"hazard_id": hazard["id"]}

    return carry_out_once(once, lambda: None, write, lambda _work, outcome: outcome)


def _check_quota(work: Work, me: Actor) -> None:
    mine = (_reports.c.person_id == me.id, _reports.c.at > now() - timedelta(days=1))
    if work.execute(select(func.count()).select_from(_reports).where(*mine)).scalar_one() >= me.settings.hazards_a_day:
        raise RateLimited(_("今天报得太多了，请明天再报；急事请直接打电话给社工站。"), retry_after=3600)


def _hazard(work: Work, me: Actor, said: Mapping[str, Any]) -> dict[str, Any]:
    """The row of a new hazard."""
    station_id = str(me.station_id)
    category = category_of(work.connection, station_id, said)
    community_id = _community(work.connection, me, said)
    spot = spot_of(said, community_id)
    if said.get("order_id"):
        errand_of(work.connection, me, said["order_id"])
    sent_at = now()
    district = work.execute(select(_units.c.parent_id).where(_units.c.id == station_id)).scalar()
    return {
        "id": new_id(), "number": _number(work, station_id), "status": Status.REPORTED, "district_id": district, "station_id": station_id,
        "community_id": community_id, "category": category.id, "family": category.family, "urgent": category.urgent,
        "public": category.public, "title": "", "note": said.get("note") or None, "building": spot.building,
        "lat": spot.point.lat if spot.point else None, "lon": spot.point.lon if spot.point else None,
        "order_id": said.get("order_id") or None, "seen_at": _seen_at(said.get("seen_at"), sent_at), "sent_at": sent_at,
        "changed_at": sent_at, "version": 0, "hours": category.hours, "always": category.always, "reopened": 0,
    }  # fmt: skip


def category_of(connection: Connection, station_id: str, said: Mapping[str, Any]) -> Category:
    """The category that is named, else the likeliest by what is written.

    Raises:
        Invalid: there is no such category, or none is named and nothing speaks for one.
    """
    known = categories(connection, station_id)
    if said.get("category"):
        return find_category(known, said["category"])
    active = {one.id for one in known.values() if one.active}
    likely = suggest(f"{said.get('note') or ''} {said.get('building') or ''}", house_keywords(), active)
    if not likely:
        raise Invalid("category", _("请选一个类别。"))
    return known[likely[0].category]


def spot_of(said: Mapping[str, Any], community_id: str | None) -> Spot:
    """Where it was seen.

    Raises:
        Invalid: neither a point nor a building.
    """
    point = Point(said["lat"], said["lon"]) if said.get("lat") is not None else None
    building = (said.get("building") or "").strip()
    if point is None and not building:
        raise Invalid("building", _("请在地图上点一下位置，或写上楼栋。"))
    return Spot(point, building, community_id)


def _seen_at(seen_at: datetime | None, sent_at: datetime) -> datetime:
    """When he saw it; a report that waited for signal keeps its true time."""
    if seen_at is None:
        return sent_at
    if seen_at > sent_at + CLOCK_AHEAD or seen_at < sent_at - SEEN_WITHIN:
        raise Invalid("seen_at", _("看到的时间不对，请检查手机的日期和时间。"))
    return min(seen_at, sent_at)


def _community(connection: Connection, me: Actor, said: Mapping[str, Any]) -> str | None:
    """Whose it is: the community that is named, a clerk's own, or the one whose point is nearest."""
    if me.role == Role.CLERK and not said.get("community_id"):
        return me.unit_id
    found = select(_units.c.id, _units.c.lat, _units.c.lon).where(_units.c.parent_id == me.station_id, _units.c.level == Level.COMMUNITY)
    own = connection.execute(found.order_by(_units.c.id)).all()
    if said.get("community_id"):
        if said["community_id"] not in [row.id for row in own]:
            raise Invalid("community_id")
        return str(said["community_id"])
    placed = [row for row in own if row.lat is not None]
    if said.get("lat") is None or not placed:
        return None
    here = Point(said["lat"], said["lon"])
    return str(min(placed, key=lambda row: metres(here, Point(row.lat, row.lon))).id)


def errand_of(connection: Connection, me: Actor, order_id: str) -> Row:
    """An errand that he holds or has held, of his station: its number, building and community, and its point while he holds it.

    Raises:
        Invalid: it is none of his.
    """
    his = (_claims.c.order_id == order_id, _claims.c.person_id == me.id)
    holds = exists().where(*his, _claims.c.ended_at.is_(None))
    point = [case((holds, _orders.c[side])).label(side) for side in ("lat", "lon")]
    found = select(_orders.c.id.label("order_id"), _orders.c.number, _orders.c.building, _orders.c.community_id, *point)
    found = found.where(_orders.c.id == order_id, _orders.c.station_id.in_([one for one in me.stations if one]), exists().where(*his))
    row = connection.execute(found).first() if me.role == Role.COURIER else None
    if row is None:
        raise Invalid("order_id")
    return row


def _number(work: Work, station_id: str) -> str:
    """The day and a running number, short enough to be said on the telephone: H1125-003."""
    day = now().astimezone(SHANGHAI)
    return f"H{day:%m%d}-{counted_up(work, _counts, station_id=station_id, day=f'{day:%Y-%m-%d}'):03d}"


def join(actor: Actor, hazard_id: str, photo_ids: Sequence[str], once: Once, seen_at: datetime | None = None) -> Outcome:
    """这一条: it is the one that somebody has reported already; adds a photo and one's name. Doing it twice adds photos alone.

    Raises:
        NotFound, NotEligible, TooLate: as for every command.
        Invalid: a photo that is not his, or seen at a time that cannot be.
        RateLimited: so many in a day are enough.
    """

    def act(work: Work, me: Actor, hazard: Row) -> None:
        _check_quota(work, me)
        attach(work, me, photo_ids, hazard_id, "join", shown=False)
        seen = {"hazard_id": hazard_id, "person_id": me.id, "seen_at": _seen_at(seen_at, now()), "at": now()}
        work.execute(insert_into(work, _reports).on_conflict_do_nothing(), seen)
        edit(work, hazard, me.id, "join", said={"photos": len(photo_ids)})
        tell(work, hazard, "hazard.joined", photos=len(photo_ids))

    return carry_out("join", actor, hazard_id, once, act)

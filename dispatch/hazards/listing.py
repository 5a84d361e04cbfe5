"""The lists of hazards as the doors and pages give them: the queue, what is near, the kinds there are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import lazy_gettext as _

from dispatch.core.errors import Invalid, NotEligible
from dispatch.core.geo import Point
from dispatch.core.permits import permitted
from dispatch.core.unit_of_work import reading
from dispatch.hazards.asking import asked_of
from dispatch.hazards.categorising import categories, find_category
from dispatch.hazards.nearby import Spot, same_nearby
from dispatch.hazards.policy import HOUSE_PERMITS
from dispatch.hazards.presenting import present
from dispatch.hazards.queries import PAGE, Asked, full_hazard, hazards_page
from dispatch.hazards.reasoning import own_reasons, reasons_at
from dispatch.hazards.suggesting import house_keywords, suggest
from dispatch.hazards.words import reads_english
from dispatch.people.identity import Actor
from dispatch.people.models import Role


def listed(items: Sequence[Any]) -> dict[str, Any]:
    """A list that is one page."""
    return {"items": list(items), "page": 1, "pages": 1, "total": len(items)}


def hazards_listing(actor: Actor, asked: Asked, page: int) -> dict[str, Any]:
    """One page of the hazards that a person may see."""
    rows, total = hazards_page(reading(), actor, asked, page)
    items = present(reading(), actor, rows)
    return {"items": items, "page": page, "pages": max(1, -(-total // PAGE)), "total": total}


def near_listing(actor: Actor, query: Mapping[str, Any]) -> dict[str, Any]:
    """What may be the same thing, before a report is sent.

    Raises:
        NotEligible: not somebody who reports.
        Invalid: no such category, or no place.
    """
    station_id = _station_of(actor)
    category = find_category(categories(reading(), station_id), query["category"])
    point = Point(query["lat"], query["lon"]) if query.get("lat") is not None else None
    community_id = query.get("community_id") or (actor.unit_id if actor.role == Role.CLERK else None)
    if point is None and not query["building"]:
        raise Invalid("building", _("请在地图上点一下位置，或写上楼栋。"))
    spot = Spot(point, query["building"].strip(), community_id)
    return _near(actor, same_nearby(reading(), actor, station_id, category.family, spot, category.radius_m))


def same_as(actor: Actor, hazard_id: str) -> dict[str, Any]:
    """What may be the same as a hazard that one looks at.

    Raises:
        NotFound: there is none that they may know of.
    """
    row = full_hazard(reading(), actor, hazard_id)
    known = categories(reading(), row.station_id)
    spot = Spot(Point(row.lat, row.lon) if row.lat is not None else None, row.building, row.community_id)
    radius = known[row.category].radius_m if row.category in known else 50
    return _near(actor, same_nearby(reading(), actor, row.station_id, row.family, spot, radius, but=row.id))


def _near(actor: Actor, found: Sequence[tuple[Any, int | None]]) -> dict[str, Any]:
    items = present(reading(), actor, [row for row, _away in found])
    return {"items": [item | {"distance_m": away} for item, (_row, away) in zip(items, found, strict=True)]}


def _station_of(actor: Actor) -> str:
    if not permitted(HOUSE_PERMITS, "report", actor, None):
        raise NotEligible()
    return str(actor.station_id)


def questions_for(actor: Actor) -> dict[str, Any]:
    """The hazards of which a courier is asked whether they are gone."""
    ids = asked_of(reading(), actor.id) if actor.role == Role.COURIER else []
    return listed(present(reading(), actor, [full_hazard(reading(), actor, hazard_id) for hazard_id in ids]))


def categories_listing(actor: Actor) -> dict[str, Any]:
    """The kinds of hazards at a person's station; to its coordinator also those that are out of use."""
    known = categories(reading(), str(actor.station_id))
    return listed([one._asdict() for one in known.values() if one.active or actor.role == Role.COORDINATOR])


def suggestions(actor: Actor, said: Mapping[str, Any]) -> dict[str, Any]:
    """The likeliest categories for what somebody has written so far."""
    known = {one.id: one for one in categories(reading(), _station_of(actor)).values() if one.active}
    likely = suggest(f"{said['note']} {said['building']}", house_keywords(), known)
    name = "name_en" if reads_english() else "name"
    return {"items": [{"category": one.category, "name": getattr(known[one.category], name), "words": list(one.words)} for one in likely]}


def reasons_listing(actor: Actor, category: str) -> dict[str, Any]:
    """The reasons to decline that fit a category.

    Raises:
        NotEligible: not a coordinator.
        Invalid: no such category.
    """
    if not permitted(HOUSE_PERMITS, "keep_rules", actor, None):
        raise NotEligible()
    station_id = str(actor.station_id)
    found = find_category(categories(reading(), station_id), category)
    return listed([one._asdict() for one in reasons_at(reading(), station_id, found)])


def own_reasons_listing(actor: Actor) -> dict[str, Any]:
    """The reasons that a station has entered itself.

    Raises:
        NotEligible: not a coordinator.
    """
    if not permitted(HOUSE_PERMITS, "keep_rules", actor, None):
        raise NotEligible()
    return listed([one._asdict() for one in own_reasons(reading(), str(actor.station_id))])

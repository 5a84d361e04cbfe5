"""The HTTP door to what is seen in the hazards as a whole: the map, the corners that keep coming back, the rates."""

from __future__ import annotations

from typing import Any

from dispatch.core.doors import Door
from dispatch.hazards import answers, pattern_forms
from dispatch.hazards.api import wanted
from dispatch.hazards.forms import BoxQuery, box_in
from dispatch.hazards.mapping import box_from, map_features
from dispatch.hazards.pattern_listing import corners_listing, rates_listing
from dispatch.hazards.pattern_queries import AskedCorners
from dispatch.people.identity import asker

blueprint = Door("hazards_pattern_api", __name__, url_prefix="/api/v1", description="隐患规律 the pattern in the hazards")


@blueprint.get("/hazards/map")
@blueprint.arguments(BoxQuery, location="query")
@blueprint.answers(answers.FeatureCollection)
def in_a_box(query: dict[str, Any]) -> dict[str, Any]:
    """What I may see in a part of the map, as GeoJSON, filtered as the list."""
    return map_features(asker(), wanted(query), box_from(*box_in(query)))


@blueprint.get("/hazards/corners")
@blueprint.arguments(pattern_forms.CornersQuery, location="query")
@blueprint.answers(pattern_forms.Corners)
def corners(query: dict[str, Any]) -> dict[str, Any]:
    """The corners that keep coming back, the worst first."""
    asked = AskedCorners(query["all"], query.get("community_id"), query.get("family"))
    return corners_listing(asker(), asked, query["page"])


@blueprint.get("/hazards/rates")
@blueprint.arguments(pattern_forms.RatesQuery, location="query")
@blueprint.answers(pattern_forms.RatesAnswer)
def rates(query: dict[str, Any]) -> dict[str, Any]:
    """The rates of the trade by month and unit."""
    return rates_listing(asker(), query.get("unit_id"), query.get("first"), query.get("last"))

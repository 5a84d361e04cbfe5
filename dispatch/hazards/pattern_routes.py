"""The pages on which the hazards are seen as a whole: map and list, corners, rates, one case on paper, a table to take home."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Response, current_app, make_response, render_template, request, session
from marshmallow import ValidationError

from dispatch.core.doors import Query
from dispatch.core.errors import Invalid
from dispatch.core.pages import content_policy
from dispatch.core.permits import permitted
from dispatch.core.unit_of_work import reading
from dispatch.hazards.api import wanted
from dispatch.hazards.casing import case_sheet
from dispatch.hazards.exporting import take_out
from dispatch.hazards.forms import HazardsQuery
from dispatch.hazards.listing import categories_listing, hazards_listing
from dispatch.hazards.mapping import blocks_on_page, check_looks_at_map
from dispatch.hazards.pattern_forms import CornersQuery, RatesQuery
from dispatch.hazards.pattern_listing import corners_listing, rates_listing
from dispatch.hazards.pattern_policy import PATTERN_PERMITS
from dispatch.hazards.pattern_queries import AskedCorners
from dispatch.people.identity import Actor, asker
from dispatch.people.models import Role
from dispatch.people.queries import communities_of

blueprint = Blueprint("hazard_pattern", __name__)

#: Of a filter's choices: how old a hazard is, and what that asks for.
AGES = {"newer_1": 1, "newer_7": 7, "newer_30": 30, "older_7": 7, "older_30": 30}
FILTERS = ("status", "category", "community_id", "age")
#: What the map shows to who has not chosen anything yet.
FIRST = {"status": "alive"}
KINDS = {"csv": "text/csv; charset=utf-8", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}


def _said(form: type[Query], given: dict[str, Any]) -> dict[str, Any]:
    """What stands in an address, checked for form as the API checks it."""
    try:
        said: dict[str, Any] = form().load(given)
    except ValidationError as error:
        raise Invalid(str(next(iter(error.messages_dict)))) from error
    return said


def _filters(actor: Actor, given: dict[str, str]) -> dict[str, str]:
    """What is chosen now; chosen once it sticks, until this browser's session ends or somebody else uses it."""
    kept = session.get("hazard_filters", {})
    if any(name in given for name in FILTERS):
        kept = {"who": actor.id, **{name: given[name] for name in FILTERS if given.get(name)}}
        session["hazard_filters"] = kept
    return {name: said for name, said in kept.items() if name != "who"} if kept.get("who") == actor.id else dict(FIRST)


def _query(filters: dict[str, str], page: str = "1") -> dict[str, Any]:
    """The same as the API asks for it."""
    age = filters.get("age", "")
    if age and age not in AGES:
        raise Invalid("age")
    said = {name: value for name, value in filters.items() if name != "age"} | {"page": page}
    return _said(HazardsQuery, said | ({f"{age.partition('_')[0]}_days": AGES[age]} if age else {}))


@blueprint.get("/hazards/map")
def hazard_map() -> Response:
    """Map and list beside each other, by the same filters."""
    actor = asker()
    check_looks_at_map(actor)
    filters = _filters(actor, request.args)
    query = _query(filters, request.args.get("page", "1"))
    asked, tiles = wanted(query), str(current_app.config["MAP_TILES"])
    shown = hazards_listing(actor, asked, query["page"])
    choices = categories_listing(actor)["items"] if actor.station_id else []
    communities = communities_of(reading(), actor.station_id) if actor.station_id and actor.role != Role.CLERK else []
    state = {"tiles": tiles.split(), "attribution": current_app.config["MAP_ATTRIBUTION"]}
    state["query"] = {name: said for name, said in query.items() if name != "page"}
    page = render_template(
        "hazards/map.html", shown=shown, filters=filters, categories=choices, communities=communities, tiles=bool(tiles),
        page_state=state | blocks_on_page(actor, asked, drawn=not tiles), statuses=_statuses(actor),
        may_take_out=permitted(PATTERN_PERMITS, "take_out", actor, None),
    )  # fmt: skip
    answer = make_response(page)
    if tiles:
        # Of all pages this one alone may show pictures of another house, and of that one alone.
        at = urlsplit(tiles.split(maxsplit=1)[0])
        answer.headers["Content-Security-Policy"] = content_policy(f"{at.scheme}://{at.netloc}")
    return answer


def _statuses(actor: Actor) -> list[str]:
    """The states by which this person may ask: what nobody but the station knows of, nobody else is offered."""
    known = ["alive", "overdue", "accepted", "assigned", "suspended", "fixed", "verified"]
    return ["queue", *known, "declined", "duplicate", "void"] if actor.role == Role.COORDINATOR else known


@blueprint.get("/hazards/corners")
def corners() -> str:
    """For the committee's meeting: where it keeps coming back, the worst first; to be printed."""
    actor, said = asker(), _said(CornersQuery, dict(request.args))
    shown = corners_listing(actor, AskedCorners(said["all"], said.get("community_id"), said.get("family")), said["page"])
    communities = communities_of(reading(), str(actor.station_id)) if actor.role == Role.COORDINATOR else []
    return render_template("hazards/corners.html", shown=shown, said=said, communities=communities)


@blueprint.get("/hazards/rates")
def rates() -> str:
    """How quickly and how well: by month, and by station or community."""
    actor, said = asker(), _said(RatesQuery, dict(request.args))
    shown = rates_listing(actor, said.get("unit_id"), said.get("first"), said.get("last"))
    return render_template("hazards/rates.html", shown=shown, mine=shown["unit_id"] == actor.unit_id)


@blueprint.get("/hazards/<hazard_id>/sheet")
def sheet(hazard_id: str) -> str:
    """One case on paper."""
    return render_template("hazards/sheet.html", case=case_sheet(asker(), hazard_id))


@blueprint.post("/hazards/export")
def export() -> Response:
    """The filtered list as a table; who took it is written down."""
    actor, kind = asker(), request.form.get("format", "xlsx")
    query = _query({name: request.form[name] for name in FILTERS if request.form.get(name)})
    data, name = take_out(actor, wanted(query), request.form.get("why", ""), kind)
    answer = Response(data, mimetype=KINDS[kind])
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer

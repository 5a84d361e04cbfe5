"""The pages of the hazards, with what they start with, and the photos, to those who may look at them."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, render_template, request, send_file

from dispatch.core.errors import Invalid
from dispatch.core.unit_of_work import reading
from dispatch.hazards.assigning import rule_said, rules_for
from dispatch.hazards.categorising import LIMITS
from dispatch.hazards.listing import categories_listing, hazards_listing, own_reasons_listing, questions_for
from dispatch.hazards.photographing import photo_file
from dispatch.hazards.queries import Asked
from dispatch.hazards.reporting import errand_of
from dispatch.orders.listing import check_role
from dispatch.people.identity import Actor, asker
from dispatch.people.models import Role
from dispatch.people.queries import communities_of

blueprint = Blueprint("hazards", __name__)


def _at_the_station(actor: Actor) -> dict[str, Any]:
    """The kinds that there are and the communities, for the choices of a form."""
    kinds = [one for one in categories_listing(actor)["items"] if one["active"]]
    return {"me": actor.id, "categories": kinds, "communities": communities_of(reading(), str(actor.station_id))}


@blueprint.get("/hazards")
def desk() -> str:
    """A coordinator's desk: what waits to be judged, and what is dealt with."""
    actor = asker()
    check_role(actor, Role.COORDINATOR)
    lists = {"queue": hazards_listing(actor, Asked("queue"), 1), "alive": hazards_listing(actor, Asked("alive"), 1)}
    return render_template("hazards/desk.html", page_state={**_at_the_station(actor), **lists})


@blueprint.get("/hazards/mine")
def mine() -> str:
    """A phone: report a hazard, and follow what one has reported."""
    actor = asker()
    check_role(actor, Role.COURIER, Role.CLERK, Role.COORDINATOR)
    lists = {"mine": hazards_listing(actor, Asked("mine"), 1), "asked": questions_for(actor), "errand": _errand(actor)}
    return render_template("hazards/mine.html", page_state={**_at_the_station(actor), **lists})


def _errand(actor: Actor) -> dict[str, Any] | None:
    """The errand on which he sees it, where he comes from its page and it is his."""
    try:
        return dict(errand_of(reading(), actor, request.args.get("order", ""))._mapping)
    except Invalid:
        return None


@blueprint.get("/hazards/community")
def community() -> str:
    """A clerk's desk: what her community deals with."""
    actor = asker()
    check_role(actor, Role.CLERK)
    return render_template("hazards/community.html", page_state={"hazards": hazards_listing(actor, Asked("alive"), 1)})


@blueprint.get("/hazards/reasons")
def reasons() -> str:
    """A coordinator's own reasons to decline."""
    actor = asker()
    check_role(actor, Role.COORDINATOR)
    state = {"categories": _at_the_station(actor)["categories"], "reasons": own_reasons_listing(actor)["items"]}
    return render_template("hazards/reasons.html", page_state=state)


@blueprint.get("/hazards/rules")
def rules() -> str:
    """A coordinator's tables: what kinds there are at her station, who deals with what, and which rule would decide."""
    actor = asker()
    check_role(actor, Role.COORDINATOR)
    kinds, who = categories_listing(actor)["items"], [rule_said(row) for row in rules_for(actor)]
    state = {**_at_the_station(actor), "categories": kinds, "rules": who, "limits": LIMITS}
    return render_template("hazards/rules.html", page_state=state)


@blueprint.get("/hazards/photos/<photo_id>")
def photo(photo_id: str) -> Response:
    """One photo; nobody's browser or proxy keeps it."""
    response: Response = send_file(photo_file(asker(), photo_id), mimetype="image/jpeg", max_age=0)
    response.headers["Cache-Control"] = "private, no-store"
    return response

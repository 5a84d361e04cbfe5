"""The pages of the orders: who sees which screen, and what it starts with."""

from __future__ import annotations

from flask import Blueprint, Response, g, jsonify, make_response, render_template, request, send_file

from dispatch.core.clock import SHANGHAI, now
from dispatch.core.errors import SignInNeeded
from dispatch.core.pages import https
from dispatch.core.unit_of_work import reading
from dispatch.orders.alert_queries import neighbours_wish
from dispatch.orders.listing import check_role, orders_listing
from dispatch.orders.photographing import delivery_photo
from dispatch.orders.posting import URGENCIES
from dispatch.orders.presenting import present_one
from dispatch.orders.upcoming import standings_listing
from dispatch.orders.wall import PASS_LASTS_S, station_of_pass, wall_of, wall_pass
from dispatch.people.identity import Actor, asker
from dispatch.people.models import Role
from dispatch.people.queries import communities_of

#: So many orders come with the coordinator's page itself; a station with more under way at once reads the rest by the API.
WITH_THE_PAGE = 500
WALL_COOKIE = "lm_wall"

blueprint = Blueprint("orders", __name__)


@blueprint.get("/board")
def board() -> str:
    """A courier's phone: his errands and the open board."""
    actor = asker()
    check_role(actor, Role.COURIER)
    lists = {name: orders_listing(actor, name, 1) for name in ("mine", "open", "queued")}
    return render_template("orders/board.html", page_state=lists)


@blueprint.get("/errands/<order_id>")
def errand(order_id: str) -> str:
    """A courier's phone: one errand of his."""
    actor = asker()
    check_role(actor, Role.COURIER)
    return render_template("orders/errand.html", page_state={"order": present_one(reading(), actor, order_id)})


@blueprint.get("/desk")
def desk() -> str:
    """A clerk's desk: post a need, watch it being done."""
    actor = asker()
    check_role(actor, Role.CLERK)
    return render_template("orders/desk.html", page_state={"orders": orders_listing(actor, "active", 1)})


@blueprint.get("/standing")
def standing() -> str:
    """The desks: needs that come back every week."""
    actor = asker()
    check_role(actor, Role.CLERK, Role.COORDINATOR)
    state = {"standings": {"items": standings_listing(reading(), actor)}}
    return render_template("orders/standing.html", page_state=state, today=f"{now().astimezone(SHANGHAI):%Y-%m-%d}")


@blueprint.get("/watch")
def watch() -> str:
    """A coordinator's desk: nothing unclaimed, nothing stuck."""
    actor = asker()
    check_role(actor, Role.COORDINATOR)
    own, limits = communities_of(reading(), str(actor.station_id)), actor.settings
    state = {
        "me": actor.id,
        "orders": orders_listing(actor, "active", 1, WITH_THE_PAGE),
        "communities": own,
        "too_long": {urgency: limits.escalate_after(urgency) for urgency in URGENCIES},
    }
    wished = neighbours_wish(reading(), str(actor.station_id))
    return render_template("orders/watch.html", page_state=state, wished=wished)


@blueprint.get("/wall")
def wall() -> Response:
    """The big screen of a station; opened by its coordinator, it goes on when her session has ended."""
    station_id = _station_of_the_wall()
    answer = make_response(render_template("orders/wall.html", page_state=wall_of(reading(), station_id)))
    actor: Actor | None = g.get("actor")
    if actor:
        lasting = {"max_age": PASS_LASTS_S, "path": f"{request.script_root}/wall", "secure": https()}
        answer.set_cookie(WALL_COOKIE, wall_pass(reading(), actor), httponly=True, samesite="Lax", **lasting)
    return answer


@blueprint.get("/wall/counts")
def wall_counts() -> Response:
    """What the big screen asks for every few seconds."""
    return jsonify(wall_of(reading(), _station_of_the_wall()))


def _station_of_the_wall() -> str:
    actor: Actor | None = g.get("actor")
    if actor is None:
        if WALL_COOKIE not in request.cookies:
            raise SignInNeeded()
        return station_of_pass(reading(), request.cookies[WALL_COOKIE])
    check_role(actor, Role.COORDINATOR)
    return str(actor.station_id)


@blueprint.get("/orders/<order_id>/photo")
def photo(order_id: str) -> Response:
    """The photo of a delivery."""
    response: Response = send_file(delivery_photo(asker(), order_id), mimetype="image/jpeg", max_age=0)
    response.headers["Cache-Control"] = "private, no-store"
    return response

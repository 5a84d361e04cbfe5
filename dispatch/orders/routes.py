"""The pages of the orders: who sees which screen, and what it starts with."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, send_file

from dispatch.core.unit_of_work import reading
from dispatch.orders.listing import check_role, orders_listing
from dispatch.orders.photographing import delivery_photo
from dispatch.orders.presenting import present_one
from dispatch.orders.transcribing import MOST_AT_ONCE
from dispatch.people.identity import asker
from dispatch.people.models import Role

blueprint = Blueprint("orders", __name__)


@blueprint.get("/board")
def board() -> str:
    """A courier's phone: his errands and the open board."""
    actor = asker()
    check_role(actor, Role.COURIER)
    lists = {name: orders_listing(actor, name, 1) for name in ("mine", "open")}
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


@blueprint.get("/desk/ledger")
def ledger() -> str:
    """A clerk's desk: many needs at once, from a sheet."""
    check_role(asker(), Role.CLERK)
    return render_template("orders/ledger.html", page_state={"most": MOST_AT_ONCE})


@blueprint.get("/watch")
def watch() -> str:
    """A coordinator's desk: nothing unclaimed, nothing stuck."""
    actor = asker()
    check_role(actor, Role.COORDINATOR)
    return render_template("orders/watch.html", page_state={"orders": orders_listing(actor, "active", 1)})


@blueprint.get("/orders/<order_id>/photo")
def photo(order_id: str) -> Response:
    """The photo of a delivery."""
    response: Response = send_file(delivery_photo(asker(), order_id), mimetype="image/jpeg", max_age=0)
    response.headers["Cache-Control"] = "private, no-store"
    return response

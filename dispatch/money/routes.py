"""The pages of the money: a clerk's and a coordinator's book, what a courier is owed, the sheet, the photo of a receipt."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from flask import Blueprint, Response, render_template, request, send_file

from dispatch.core.clock import SHANGHAI, now
from dispatch.core.errors import Invalid
from dispatch.core.unit_of_work import reading
from dispatch.money.api import book_of
from dispatch.money.exporting import FORMATS, export
from dispatch.money.forms import BookQuery
from dispatch.money.presenting import present_advances
from dispatch.money.queries import communities_of
from dispatch.orders.listing import check_role
from dispatch.orders.receipting import receipt_photo
from dispatch.people.identity import asker
from dispatch.people.models import Role

blueprint = Blueprint("money", __name__)


@blueprint.get("/money")
def money() -> str:
    """What waits for money, the book of a month; to a courier, what he is owed."""
    actor = asker()
    check_role(actor, Role.CLERK, Role.COORDINATOR, Role.COURIER)
    if actor.role == Role.COURIER:
        return render_template("money/mine.html", page_state={"advances": present_advances(reading(), actor, None, None, 1)})
    asked = BookQuery().load(dict(request.args)) if not BookQuery().validate(dict(request.args)) else {}
    book = book_of(actor, asked.get("community_id"), asked.get("month"))
    waiting = present_advances(reading(), actor, "waiting", book["community_id"], 1)
    page: dict[str, Any] = {"communities": communities_of(reading(), actor), "book": book, "today": now().astimezone(SHANGHAI).date()}
    return render_template("money/book.html", **page, page_state={"book": book, "advances": waiting, "role": actor.role})


@blueprint.post("/money/export")
def take_away() -> Response:
    """The book as a file."""
    actor, form = asker(), request.form.get("format", FORMATS[0])
    said = request.form.get("period", "")
    if form not in FORMATS:
        raise Invalid("format")
    if not said.isascii() or BookQuery().validate({"month": said if len(said) > 4 else f"{said}-01"}):
        raise Invalid("period")
    month = int(said[5:]) if len(said) > 4 else None
    sheet = export(actor, request.form.get("community_id") or None, int(said[:4]), month, form)
    answer = Response(sheet.data, mimetype=sheet.mimetype)
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(sheet.name)}"
    return answer


@blueprint.get("/orders/<order_id>/receipt")
def receipt(order_id: str) -> Response:
    """The photo of a receipt; who looks is written down."""
    response: Response = send_file(receipt_photo(asker(), order_id, request.args.get("advance_id")), mimetype="image/jpeg", max_age=0)
    response.headers["Cache-Control"] = "private, no-store"
    return response

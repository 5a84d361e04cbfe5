"""The page of loans: what a coordinator offers, asks for and answers; and a courier's own word."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select

from dispatch.core.clock import SHANGHAI, now
from dispatch.core.errors import Invalid, NotEligible, NotFound
from dispatch.core.idempotency import Once
from dispatch.core.unit_of_work import reading
from dispatch.people import answering, lending
from dispatch.people.identity import Actor, asker
from dispatch.people.loans import lendable, loan_actions, loans_of, my_loans, neighbours
from dispatch.people.models import Level, Role, Unit
from dispatch.people.policy import LENDING

blueprint = Blueprint("loans", __name__)


def _once(actor: Actor, verb: str, **body: Any) -> Once:
    """The key that the page's form was laid with: sent twice it is done once."""
    return Once(actor.id, request.form.get("key") or None, f"loan {verb}", body)


def _coordinator() -> Actor:
    actor = asker()
    if actor.role != Role.COORDINATOR or actor.station_id is None:
        raise NotEligible()
    return actor


def _page(actor: Actor, errors: dict[str, str], form: dict[str, Any]) -> str:
    station_id = str(actor.station_id)
    units = Unit.__table__
    found = select(units.c.id, units.c.name).where(units.c.level == Level.DEPOT, units.c.parent_id == station_id)
    loans = [{**loan, "actions": loan_actions(actor, loan)} for loan in loans_of(reading(), actor)]
    usual = (now() + timedelta(hours=4)).astimezone(SHANGHAI).strftime("%Y-%m-%dT%H:00")
    return render_template(
        "people/loans.html", loans=loans, free=lendable(reading(), station_id), near=neighbours(reading(), station_id),
        depots=[dict(row._mapping) for row in reading().execute(found.order_by(units.c.id))], reasons=answering.REASONS,
        errors=errors, form={"until": usual, "number": "1", "persons": [], **form}, new_key=lambda: str(uuid.uuid4()),
    )  # fmt: skip


@blueprint.get("/loans")
def loans() -> str:
    """A station's loans, to and from."""
    return _page(_coordinator(), {}, {})


def _until(text: str) -> datetime:
    """A moment as the browser's field says it, in the time of the people here."""
    try:
        return datetime.strptime(text, "%Y-%m-%dT%H:%M").replace(tzinfo=SHANGHAI)
    except ValueError:
        raise Invalid("until", _("归还时间要在现在之后、72 小时之内。")) from None


def _count(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 5 else 0


@blueprint.post("/loans")
def propose() -> Any:
    """Offer some of ours, or ask for some of theirs."""
    actor = _coordinator()
    said: dict[str, Any] = {name: request.form.get(name, "") for name in ("what", "station_id", "until", "depot_id", "number")}
    said["persons"] = request.form.getlist("persons")
    side = "ask" if said["what"] == "ask" else "offer"
    try:
        until = _until(said["until"])
        given: dict[str, Any] = {"until": until, "once": _once(actor, "propose", **said), "number": _count(said["number"])}
        if side == "ask":
            lending.ask(actor, said["station_id"], **given)
        else:
            lending.offer(actor, said["station_id"], persons=said["persons"], depot_id=said["depot_id"] or None, **given)
    except Invalid as refused:
        return _page(actor, {f"{side}_{refused.extra['field']}": str(refused.detail)}, said), 422
    return redirect(url_for("loans.loans"))


@blueprint.post("/loans/<loan_id>/<verb>")
def answer(loan_id: str, verb: str) -> Any:
    """One word to a loan."""
    actor = asker()
    if verb not in LENDING or verb in ("see", "propose"):
        raise NotFound()
    persons, person_id = request.form.getlist("persons"), request.form.get("person_id") or None
    reason = request.form.get("reason", "")
    once = _once(actor, verb, loan_id=loan_id, persons=persons, person_id=person_id, reason=reason)
    if verb == "leave":
        answering.leave(actor, loan_id, once)
        return redirect(url_for("people.home"))
    try:
        if verb == "accept":
            answering.accept(actor, loan_id, once, persons)
        elif verb == "decline":
            answering.decline(actor, loan_id, reason, once)
        elif verb == "withdraw":
            answering.withdraw(actor, loan_id, once)
        else:
            answering.end(actor, loan_id, once, person_id)
    except Invalid as refused:
        return _page(_coordinator(), {loan_id: str(refused.detail)}, {"loan_id": loan_id, "chosen": persons, "reason": reason}), 422
    return redirect(url_for("loans.loans"))


@blueprint.app_context_processor
def own_loans() -> dict[str, Any]:
    """For a courier's pages: where he is lent to or named for."""

    def mine(person_id: str) -> list[dict[str, Any]]:
        return my_loans(reading(), person_id)

    return {"my_loans": mine, "new_key": lambda: str(uuid.uuid4())}

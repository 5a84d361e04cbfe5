"""The pages of one courier: his depot, what he may be trusted with, what was done to him; and of newcomers who wait for a second word."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from sqlalchemy import select

from dispatch.core.clock import SHANGHAI
from dispatch.core.errors import Invalid, NotEligible
from dispatch.core.unit_of_work import reading
from dispatch.people.changing import courier_shown, move
from dispatch.people.identity import Actor, asker
from dispatch.people.models import SKILLS, Level, Role, Unit
from dispatch.people.trusting import trust
from dispatch.people.vouching import confirm, decline, newcomers, unvouched

blueprint = Blueprint("courier", __name__)


@blueprint.app_template_filter("moment")
def short_moment(at: datetime) -> str:
    """A moment as a table says it: day and minute, in the time of the people here."""
    return at.astimezone(SHANGHAI).strftime("%m-%d %H:%M")


def _page(actor: Actor, person_id: str, errors: dict[str, str], typed: list[dict[str, Any]] | None = None) -> str:
    person = courier_shown(reading(), actor, person_id)
    units = Unit.__table__
    found = select(units.c.id, units.c.name).where(units.c.level == Level.DEPOT, units.c.parent_id == person["station_id"])
    depots = [dict(row._mapping) for row in reading().execute(found.order_by(units.c.id))]
    waits = unvouched(reading(), person_id)
    return render_template("people/courier.html", person=person, depots=depots, waits=waits, errors=errors, typed=typed)


@blueprint.get("/couriers/<person_id>")
def one(person_id: str) -> str:
    """One courier and his history."""
    return _page(asker(), person_id, {})


@blueprint.post("/couriers/<person_id>/depot")
def depot(person_id: str) -> Any:
    """He starts from another depot."""
    actor = asker()
    try:
        move(actor, person_id, request.form.get("depot_id", ""))
    except Invalid as refused:
        return _page(actor, person_id, {"depot_id": str(refused.detail)}), 422
    return redirect(url_for("courier.one", person_id=person_id))


@blueprint.post("/couriers/<person_id>/skills")
def skills(person_id: str) -> Any:
    """What he may be trusted with."""
    actor = asker()
    try:
        trust(actor, person_id, {skill: _day(f"until_{skill}") for skill in request.form.getlist("skills") if skill in SKILLS})
    except Invalid as refused:
        ticked, said = request.form.getlist("skills"), request.form
        typed = [{"skill": skill, "ticked": skill in ticked, "until": said.get(f"until_{skill}", "")} for skill in SKILLS]
        return _page(actor, person_id, {"until": str(refused.detail)}, typed), 422
    return redirect(url_for("courier.one", person_id=person_id))


def _day(name: str) -> date | None:
    """A day as a page's form says it; nothing is none.

    Raises:
        Invalid: it is no day.
    """
    said = request.form.get(name, "")
    try:
        return date.fromisoformat(said) if said else None
    except ValueError:
        raise Invalid(name) from None


@blueprint.get("/newcomers")
def waiting() -> str:
    """Who waits for a second word: the supervisor's page; a coordinator has it above her list."""
    actor = asker()
    if actor.role not in (Role.SUPERVISOR, Role.COORDINATOR, Role.ADMIN):
        raise NotEligible()
    return render_template("people/newcomers.html", newcomers=newcomers(reading(), actor), errors={})


def _back(actor: Actor) -> Any:
    return redirect(url_for("courier.waiting" if actor.role == Role.SUPERVISOR else "people.couriers"))


@blueprint.post("/couriers/<person_id>/confirm")
def vouch(person_id: str) -> Any:
    """The second word."""
    actor = asker()
    confirm(actor, person_id)
    return _back(actor)


@blueprint.post("/couriers/<person_id>/decline")
def refuse(person_id: str) -> Any:
    """The second person says no, with a reason."""
    actor = asker()
    try:
        decline(actor, person_id, request.form.get("reason", ""))
    except Invalid as refused:
        page = render_template("people/newcomers.html", newcomers=newcomers(reading(), actor), errors={person_id: str(refused.detail)})
        return page, 422
    return _back(actor)

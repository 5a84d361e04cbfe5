"""The pages of the people: coming in, going out, joining, and the coordinator's list of couriers."""

from __future__ import annotations

from typing import Any

import segno
from flask import Blueprint, current_app, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response

from dispatch.core.errors import Invalid, NotEligible, Refused, SignInNeeded
from dispatch.core.pages import https
from dispatch.core.secrets import token_hash
from dispatch.core.unit_of_work import reading
from dispatch.extensions import csrf, limiter
from dispatch.people.enrolling import set_active
from dispatch.people.identity import SESSION_COOKIE, Actor, actor_for, asked_by_cookie, asker, credential_of
from dispatch.people.inviting import accept_invite, invite_again, invite_courier, open_invite
from dispatch.people.models import SKILLS, Device, Level, Person, Role, Unit
from dispatch.people.presence import presence
from dispatch.people.queries import couriers_listed, person_shown, stations_of
from dispatch.people.signing_in import SecondStepNeeded, sign_in_device, sign_in_staff, sign_out
from dispatch.people.step_routes import at_the_door
from dispatch.people.vouching import newcomers

DEVICE_COOKIE = "lm_device"
DEVICE_LASTS_S = 400 * 86_400
#: Where each role begins.
HOMES = {
    Role.COURIER: "orders.board", Role.CLERK: "orders.desk", Role.COORDINATOR: "orders.watch",
    Role.SUPERVISOR: "reports.overview", Role.ADMIN: "people.couriers",
}  # fmt: skip

blueprint = Blueprint("people", __name__)


@blueprint.before_app_request
def know_the_asker() -> None:
    """Find out who asks; a request that leans on a cookie and changes something must come from our own page."""
    if request.endpoint == "static" or hasattr(current_app.view_functions.get(request.endpoint or ""), "leans_on_no_cookie"):
        return
    credential = credential_of(None)
    g.actor = actor_for(credential) if credential else None
    if g.actor is not None and g.actor.on_duty:
        presence().note(g.actor.id)
    if g.actor is None and request.endpoint and request.path.startswith("/api/v1/"):
        # Before anything else is judged: a stranger learns nothing of what a right body would have been.
        raise SignInNeeded()
    if request.method not in ("GET", "HEAD", "OPTIONS") and asked_by_cookie():
        csrf.protect()


@blueprint.app_context_processor
def the_reader() -> dict[str, Any]:
    """Who the page is for."""
    actor: Actor | None = g.get("actor")
    return {"me": person_shown(reading(), actor) if actor else None}


@blueprint.get("/")
def home() -> Any:
    """To where one's work is; in the demo, first to the choice of who to be."""
    actor: Actor | None = g.get("actor")
    if actor:
        return redirect(url_for(HOMES[Role(actor.role)]))
    return redirect(url_for("demo.personas" if current_app.config["DEMO"] else "people.sign_in"))


@blueprint.route("/sign-in", methods=["GET", "POST"])
@limiter.limit("20/minute", methods=["POST"])
def sign_in() -> Any:
    """Staff by passphrase; an enrolled phone by its PIN."""
    device_key = request.cookies.get(DEVICE_COOKIE) if "staff" not in request.args else None
    # From the second step, whose five minutes were over.
    errors: dict[str, str] = (
        {"passphrase": str(_("请重新输入口令：上一步已经过了五分钟，或者口令已经改了。"))} if "again" in request.args else {}
    )
    if request.method == "POST":
        errors = {}
        try:
            if "pin" in request.form and device_key:
                return let_in(sign_in_device(device_key, request.form["pin"]))
            return let_in(sign_in_staff(request.form.get("login", "").strip(), request.form.get("passphrase", "")))
        except Refused as refused:
            if isinstance(refused, SecondStepNeeded):
                return at_the_door(refused.ticket, refused.enrolled)
            errors = {str(refused.extra.get("field", "pin" if device_key else "passphrase")): str(refused.detail)}
    form = {"login": request.form.get("login", "")}
    page = render_template("people/sign_in.html", errors=errors, form=form, device=_device(device_key))
    return page, 422 if errors and request.method == "POST" else 200


def _device(key: str | None) -> dict[str, str] | None:
    if not key:
        return None
    people, devices = Person.__table__, Device.__table__
    found = select(people.c.name).join(devices, devices.c.person_id == people.c.id)
    row = reading().execute(found.where(devices.c.key_hash == token_hash(key), devices.c.ended_at.is_(None))).first()
    return {"name": row.name} if row else None


def let_in(token: str, path: str | None = None) -> Response:
    """Home, with the session in a cookie that no script can read."""
    path = path if path is not None else request.script_root
    answer = redirect(f"{path}/")
    answer.set_cookie(SESSION_COOKIE, token, httponly=True, samesite="Lax", secure=https(), path=path or "/")
    return answer


@blueprint.post("/sign-out", endpoint="sign_out")
def sign_out_here() -> Any:
    """End this session everywhere it is open."""
    token = request.cookies.get(SESSION_COOKIE)
    if token:
        sign_out(token)
    answer = redirect(url_for("people.home"))
    answer.delete_cookie(SESSION_COOKIE, path=request.script_root or "/")
    return answer


@blueprint.route("/enrol/<token>", methods=["GET", "POST"])
@limiter.limit("20/minute", methods=["POST"])
def enrol(token: str) -> Any:
    """A courier makes this browser his own."""
    errors: dict[str, str] = {}
    try:
        invited = open_invite(token)
    except Refused:
        return render_template("people/enrol.html", invite=None, errors=errors, form={}), 404
    if request.method == "POST":
        try:
            return _enrolled(token)
        except Refused as refused:
            errors = {str(refused.extra.get("field", "pin")): str(refused.detail)}
    form = {"phone": request.form.get("phone", ""), "consent": request.form.get("consent", "")}
    page = render_template("people/enrol.html", invite={"name": invited.name}, errors=errors, form=form)
    return page, 422 if errors else 200


def _enrolled(token: str) -> Response:
    pin = request.form.get("pin", "")
    if not request.form.get("consent"):
        raise Invalid("consent", _("需要您同意才能继续。"))
    if pin != request.form.get("pin_again", ""):
        raise Invalid("pin_again", _("两次输入的 PIN 不一样。"))
    key, session_token = accept_invite(token, phone=request.form.get("phone", ""), pin=pin)
    answer = let_in(session_token)
    lasting = {"max_age": DEVICE_LASTS_S, "path": request.script_root or "/"}
    answer.set_cookie(DEVICE_COOKIE, key, httponly=True, samesite="Lax", secure=https(), **lasting)  # type: ignore[arg-type]
    return answer


def _staff() -> Actor:
    actor = asker()
    if actor.role not in (Role.COORDINATOR, Role.ADMIN):
        raise NotEligible()
    return actor


@blueprint.get("/couriers")
def couriers() -> str:
    """The station's couriers, and the way to invite one."""
    actor = _staff()
    return _couriers_page(actor, {}, {})


def _couriers_page(actor: Actor, errors: dict[str, str], form: dict[str, Any], entered: str = "") -> str:
    stations = stations_of(reading(), actor)
    units = Unit.__table__
    found = select(units.c.id, units.c.name).where(units.c.level == Level.DEPOT, units.c.parent_id.in_(stations))
    depots = [dict(row._mapping) for row in reading().execute(found.order_by(units.c.id))]
    rows = couriers_listed(reading(), stations)
    waiting = newcomers(reading(), actor)
    return render_template(
        "people/couriers.html", couriers=rows, depots=depots, errors=errors, form=form, newcomers=waiting, entered=entered
    )


@blueprint.post("/couriers/invite")
def invite() -> Any:
    """Make a courier's single-use invite, as link and QR."""
    actor = _staff()
    form: dict[str, Any] = {name: request.form.get(name, "") for name in ("name", "phone", "depot_id")}
    form["skills"] = [skill for skill in request.form.getlist("skills") if skill in SKILLS]
    try:
        person_id, token = invite_courier(actor, **form)
    except Invalid as refused:
        return _couriers_page(actor, {refused.extra["field"]: str(refused.detail)}, form), 422
    return _invite_page(form["name"], token) if token else _couriers_page(actor, {}, {}, entered=person_id)


@blueprint.post("/couriers/<person_id>/invite")
def invite_anew(person_id: str) -> Any:
    """He has another phone: the old one ends, the new one is invited."""
    return _invite_page(*invite_again(_staff(), person_id))


def _invite_page(name: str, token: str) -> str:
    # The courier's own address, not one under a persona's path, whose cookies it would take over.
    path = url_for("people.enrol", token=token).removeprefix(request.script_root)
    link = (current_app.config["PUBLIC_ORIGIN"] or f"{request.scheme}://{request.host}") + path
    drawn = segno.make(link, error="m").svg_data_uri(scale=6, border=2)
    shown = {"name": name, "url": link, "qr_svg_data_uri": drawn, "hours": 24}
    return render_template("people/invite.html", invite=shown)


@blueprint.post("/couriers/<person_id>/suspend")
def suspend(person_id: str) -> Any:
    """At once, on open sockets too."""
    set_active(_staff(), person_id, False)
    return _back(person_id)


@blueprint.post("/couriers/<person_id>/restore")
def restore(person_id: str) -> Any:
    """He may come back."""
    set_active(_staff(), person_id, True)
    return _back(person_id)


def _back(person_id: str) -> Response:
    """To where it was said: his own page, or the list."""
    return redirect(url_for("courier.one", person_id=person_id) if "here" in request.form else url_for("people.couriers"))

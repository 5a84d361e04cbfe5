"""The pages of the care list: find, enter, change, take off, bring in from a sheet, take out as one."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from marshmallow import ValidationError

from dispatch.core.clock import SHANGHAI, now
from dispatch.core.errors import NotEligible, Refused
from dispatch.core.idempotency import Once
from dispatch.core.unit_of_work import reading
from dispatch.people.identity import Actor, asker
from dispatch.people.models import Role
from dispatch.residents import exporting, keeping
from dispatch.residents.forms import ChangeForm, EnterForm
from dispatch.residents.models import CONSENT_TO, CONTACTS_MOST
from dispatch.residents.presenting import present_resident, residents_listing
from dispatch.residents.queries import communities_of, counts_by_community

blueprint = Blueprint("residents", __name__)
KINDS = {"xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "csv": "text/csv; charset=utf-8"}
#: So many empty places for contacts stand in the form.
SPARE_CONTACTS = 2
#: No number in a form of ours has more digits.
NUMBER_MOST = 18


def _keeper() -> Actor:
    actor = asker()
    if actor.role not in (Role.CLERK, Role.COORDINATOR):
        raise NotEligible()
    return actor


@blueprint.get("/residents", endpoint="list")
def residents() -> str:
    """The care list, found while typing; for a supervisor counts alone."""
    actor = asker()
    if actor.role == Role.SUPERVISOR:
        return render_template("residents/counts.html", rows=counts_by_community(reading(), actor))
    found = residents_listing(reading(), _keeper(), {"q": "", "listed": True, "page": 1})
    return render_template("residents/list.html", page_state={"residents": found}, communities=communities_of(reading(), actor))


@blueprint.route("/residents/new", methods=["GET", "POST"])
def enter() -> Any:
    """Put somebody on the list."""
    actor = _keeper()
    if request.method == "GET":
        form = {"consent_at": f"{now().astimezone(SHANGHAI):%Y-%m-%d}", "consent_to": CONSENT_TO[:2], "key": str(uuid.uuid4())}
        return _page(actor, None, form, {})
    return _sent(
        actor, None, lambda given, key: keeping.enter(actor, EnterForm().load(given), Once(actor.id, key, "resident.enter", given))
    )


@blueprint.route("/residents/<resident_id>", methods=["GET", "POST"], endpoint="one")
def one_resident(resident_id: str) -> Any:
    """What is kept of her, to read and to correct."""
    actor = _keeper()
    shown = present_resident(reading(), actor, resident_id)
    if request.method == "GET":
        return _page(actor, shown, {**shown, "consent_to": CONSENT_TO[:2], "key": str(uuid.uuid4())}, {})

    def change(given: dict[str, Any], key: str) -> dict[str, Any]:
        return keeping.change(actor, resident_id, ChangeForm().load(given), Once(actor.id, key, f"resident.change {resident_id}", given))

    return _sent(actor, shown, change)


def _sent(actor: Actor, shown: dict[str, Any] | None, verb: Callable[[dict[str, Any], str], dict[str, Any]]) -> Any:
    """Carry the form out; what was refused stands at its field, and everything typed is still there."""
    form = _typed()
    try:
        outcome = verb(_given(form, known=shown is not None), form["key"])
    except ValidationError as error:
        first = next(iter(error.messages_dict))
        errors = {{"consent": "consent_how", "contacts": "contact_0_name"}.get(str(first), str(first)): _("请再看一眼。")}
    except Refused as refused:
        errors = {_field_of(refused): str(refused.detail)}
    else:
        return redirect(url_for("residents.one", resident_id=outcome["resident_id"], saved=1))
    return _page(actor, shown, form, errors), 422


def _field_of(refused: Refused) -> str:
    name = str(refused.extra.get("field", "form"))
    if name.startswith("contacts."):
        return f"contact_{name.partition('.')[2]}_name"
    return {"consent": "consent_how", "contacts": "contact_0_name"}.get(name, name)


def _typed() -> dict[str, Any]:
    """The form as it was typed, in the same shape as a resident is shown."""
    said: dict[str, Any] = {name: request.form.get(name, "").strip() for name in ("name", "phone", "building", "door", "note", "key",
                            "consent_at", "consent_how", "community_id", "revision", "phone_gone")}  # fmt: skip
    said |= {name: request.form.getlist(name) for name in ("groups", "consent_to")}
    said["contacts"] = [
        {part: request.form.get(f"contact_{n}_{part}", "").strip() for part in ("name", "relation", "phone", "was")}
        for n in range(CONTACTS_MOST)
        if f"contact_{n}_name" in request.form
    ]
    return said


def _given(form: dict[str, Any], *, known: bool) -> dict[str, Any]:
    """What the form says, in the words of the API. Of somebody known an empty number means: as it was."""
    given: dict[str, Any] = {name: form[name] for name in ("name", "building", "door", "note", "groups")}
    if form["phone"] or form["phone_gone"] or not known:
        given["phone"] = form["phone"] or None
    given["contacts"] = [
        {
            "name": one["name"],
            "relation": one["relation"],
            "phone": one["phone"] or None,
            "was": _number(one["was"]),
        }
        for one in form["contacts"]
        if one["name"] or one["phone"]
    ]
    if not known or form["consent_at"]:
        given["consent"] = _consent(form) if form["consent_at"] or form["consent_how"] else None
        if given["consent"] is None and not known:
            raise Refused(_("请先征得本人或监护人同意，再记下什么时候、用什么方式同意的。"), field="consent_how")
    if form["community_id"]:
        given["community_id"] = form["community_id"]
    if form["revision"]:
        given["revision"] = _number(form["revision"])
    return given


def _number(typed: str) -> int | str | None:
    """A number that our own page has put into its form; anything else goes on as it is, to be refused by the form."""
    return int(typed) if typed.isdecimal() and len(typed) <= NUMBER_MOST else typed or None


def _consent(form: dict[str, Any]) -> dict[str, Any]:
    try:
        at = datetime.strptime(form["consent_at"], "%Y-%m-%d").replace(tzinfo=SHANGHAI)
    except ValueError as error:
        raise Refused(_("请选同意的日期。"), field="consent_at") from error
    if not form["consent_how"]:
        raise Refused(_("请选同意的方式。"), field="consent_how")
    return {"at": at.isoformat(), "how": form["consent_how"], "to": form["consent_to"]}


def _page(actor: Actor, shown: dict[str, Any] | None, form: dict[str, Any], errors: dict[str, str]) -> str:
    contacts = list(form.get("contacts") or [])
    contacts = [{"was": n, **one} for n, one in enumerate(contacts)]
    contacts += [{"name": "", "relation": "", "phone": "", "was": ""}] * max(0, min(SPARE_CONTACTS, CONTACTS_MOST - len(contacts)))
    masked = [one["phone"] for one in shown["contacts"]] if shown else []
    communities = communities_of(reading(), actor) if actor.role == Role.COORDINATOR else {}
    return render_template(
        "residents/resident.html", resident=shown, form=form, contacts=contacts, masked=masked, errors=errors, communities=communities,
        reasons=keeping.LEAVE_REASONS, page_state={"id": shown["id"] if shown else None},
    )  # fmt: skip


@blueprint.post("/residents/<resident_id>/take-off")
def take_off(resident_id: str) -> Any:
    """She leaves the list."""
    actor = _keeper()
    keeping.take_off(actor, resident_id, request.form.get("reason", ""), Once(actor.id, None, "resident.take_off", {}))
    return redirect(url_for("residents.one", resident_id=resident_id))


@blueprint.post("/residents/<resident_id>/withdraw")
def withdraw(resident_id: str) -> Any:
    """She takes her consent back."""
    actor = _keeper()
    keeping.withdraw(actor, resident_id, Once(actor.id, None, "resident.withdraw", {}))
    return redirect(url_for("residents.one", resident_id=resident_id))


@blueprint.get("/residents/import", endpoint="import_page")
def import_page() -> str:
    """Bring a sheet in: choose it, look at what it would do, then do it."""
    actor = _keeper()
    communities = communities_of(reading(), actor) if actor.role == Role.COORDINATOR else {}
    return render_template("residents/import.html", communities=communities, today=f"{now().astimezone(SHANGHAI):%Y-%m-%d}")


@blueprint.get("/residents/template.<kind>")
def template(kind: str) -> Response:
    """An empty sheet with the right headings."""
    _keeper()
    return _file(*exporting.template(kind), kind)


@blueprint.post("/residents/export")
def export() -> Response:
    """The care list as a sheet; who took it is written down."""
    kind = request.form.get("format", "xlsx")
    return _file(*exporting.export(_keeper(), request.form.get("why", ""), kind), kind)


def _file(data: bytes, name: str, kind: str) -> Response:
    answer = make_response(data)
    answer.headers["Content-Type"] = KINDS[kind]
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer

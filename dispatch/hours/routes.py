"""The pages of the hours: a courier's own, the station's book, corrections by two, and the page where a certificate is checked."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask_babel import gettext as _

from dispatch.core.aside import aside
from dispatch.core.clock import now
from dispatch.core.errors import Invalid, NotEligible, NotFound
from dispatch.core.idempotency import Once
from dispatch.core.permits import permitted
from dispatch.core.unit_of_work import reading
from dispatch.extensions import limiter
from dispatch.hours import certifying, correcting, queries
from dispatch.hours.drawing import draw
from dispatch.hours.policy import PERMITS
from dispatch.hours.presenting import errands_shown, masked_name, my_hours, verify_link
from dispatch.hours.rules import RULES, cap, day_of, rule_of
from dispatch.people.identity import Actor, asker
from dispatch.people.models import Role

blueprint = Blueprint("hours", __name__)


def _asker(*roles: Role) -> Actor:
    actor = asker()
    if actor.role not in roles:
        raise NotEligible()
    return actor


def _once(actor: Actor) -> Once:
    """A form has no key of its own; what may not happen twice, the verb refuses by itself."""
    return Once(actor.id, None, "", {})


def _number(name: str, usually: int, most: int) -> int:
    """A number behind the question mark; whatever is none is the usual one."""
    said = request.args.get(name, "")
    return min(int(said), most) or usually if said.isascii() and said.isdigit() and len(said) < 9 else usually


@blueprint.get("/hours")
def mine() -> str:
    """A courier's phone: what he did, for whom in general terms, hours, thanks, certificates."""
    return _mine(_asker(Role.COURIER), {}, {})


def _mine(actor: Actor, errors: dict[str, str], form: dict[str, Any]) -> str:
    today = day_of(now())
    year = _number("year", today.year, 2999)
    hours = my_hours(reading(), actor.id, year, _number("page", 1, 10_000))
    year_end = min(date(year, 12, 31), today)
    more = {
        "years": queries.years_of(reading(), actor.id), "stations": queries.stations_served(reading(), actor.id),
        "certificates": queries.certificates_of(reading(), actor.id), "today": today.isoformat(), "verify_link": verify_link,
        "year_days": {"from_day": f"{year}-01-01", "to_day": year_end.isoformat()},
    }  # fmt: skip
    return render_template("hours/mine.html", hours=hours, errors=errors, form=form, **more)


@blueprint.get("/hours/rule")
def rule() -> str:
    """How hours are counted; for everybody."""
    return render_template("hours/rule.html", rules=reversed(RULES))


@blueprint.post("/hours/certificates")
def certify() -> Any:
    """A courier's certificate, for a year or for any days."""
    actor = _asker(Role.COURIER)
    form = {name: request.form.get(name, "") for name in ("station_id", "from_day", "to_day")}
    try:
        first, last = _day(form, "from_day"), _day(form, "to_day")
        certifying.issue(actor, form["station_id"], first, last, _once(actor))
    except Invalid as refused:
        return _mine(actor, {refused.extra["field"]: str(refused.detail)}, form), 422
    return redirect(url_for("hours.mine", _anchor="certificates"))


def _day(form: dict[str, str], field: str) -> date:
    try:
        return date.fromisoformat(form[field])
    except ValueError:
        raise Invalid(field, _("请填写一个日期。")) from None


@blueprint.get("/hours/certificates/<certificate_id>.pdf")
@limiter.limit("30/minute")
def certificate(certificate_id: str) -> Response:
    """The certificate on paper."""
    row = certifying.my_certificate(asker(), certificate_id)
    answer = Response(aside(partial(draw, row, verify_link(row))), mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f'inline; filename="{row.number}.pdf"'
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


@blueprint.get("/certificates/<code>")
@limiter.limit("30/minute")
def verify(code: str) -> Any:
    """Anybody who holds a certificate: who issued it, for how many hours, and whether it stands. Nothing else."""
    row = queries.certificate_by_code(reading(), code)
    if row is None:
        return render_template("hours/verify.html", certificate=None), 404
    return render_template("hours/verify.html", certificate=row, name=masked_name(row.name))


@blueprint.get("/hours/station")
def station() -> str:
    """The station's book, for its coordinator."""
    actor = _asker(Role.COORDINATOR)
    station_id, person_id, page = actor.station_id or "", request.args.get("person_id") or None, _number("page", 1, 10_000)
    rows, total = queries.station_errands(reading(), station_id, person_id, page)
    helpers = queries.helpers_of(reading(), station_id)
    listed = errands_shown(rows, total, page)
    counted = queries.sums(reading(), person_id, "0", "9", station_id) if person_id else None
    return render_template("hours/station.html", rows=rows, listed=listed, helpers=helpers, person_id=person_id, counted=counted)


@blueprint.get("/hours/<claim_id>/correct")
def correct(claim_id: str) -> str:
    """One errand, and what it should count for instead."""
    actor = _asker(Role.COORDINATOR)
    errand = queries.errand_booked(reading(), claim_id)
    correcting.refuse("propose", actor, errand)
    return _correct(errand, {}, {})


def _correct(errand: Any, errors: dict[str, str], form: dict[str, str]) -> str:
    rule = rule_of(errand.rule)
    choices = range(0, cap(rule, errand.kind) + 1, rule.step)
    return render_template("hours/correct.html", errand=errand, choices=choices, reasons=correcting.REASONS, errors=errors, form=form)


@blueprint.post("/hours/<claim_id>/correct")
def propose(claim_id: str) -> Any:
    """The first of two persons."""
    actor = _asker(Role.COORDINATOR)
    form = {name: request.form.get(name, "") for name in ("minutes", "reason", "note")}
    try:
        if not form["minutes"].isascii() or not form["minutes"].isdigit() or len(form["minutes"]) > 4:
            raise Invalid("minutes", _("请选择更正后的时长。"))
        if len(form["note"]) > 200:
            raise Invalid("note", _("说明最多 200 个字。"))
        correcting.propose(actor, claim_id, int(form["minutes"]), form["reason"], form["note"].strip(), _once(actor))
    except Invalid as refused:
        return _correct(queries.errand_booked(reading(), claim_id), {refused.extra["field"]: str(refused.detail)}, form), 422
    return redirect(url_for("hours.corrections"))


@blueprint.get("/hours/corrections")
def corrections() -> str:
    """What waits for a second person, and what was decided; for the station and its district."""
    actor = _asker(Role.COORDINATOR, Role.SUPERVISOR)
    waiting = queries.corrections_listed(reading(), actor, waiting=True)
    may = {row.id: [verb for verb in ("confirm", "decline") if permitted(PERMITS, verb, actor, row)] for row in waiting}
    decided = queries.corrections_listed(reading(), actor, waiting=False)
    return render_template("hours/corrections.html", waiting=waiting, decided=decided, may=may)


@blueprint.post("/hours/corrections/<correction_id>/<verb>")
def decide(correction_id: str, verb: str) -> Any:
    """The second of two persons."""
    actor = _asker(Role.COORDINATOR, Role.SUPERVISOR)
    verbs = {"confirm": correcting.confirm, "decline": correcting.decline}
    if verb not in verbs:
        raise NotFound()
    verbs[verb](actor, correction_id, _once(actor))
    return redirect(url_for("hours.corrections"))


@blueprint.get("/hours/certificates")
def certificates() -> str:
    """What the station has certified, for its coordinator."""
    actor = _asker(Role.COORDINATOR)
    rows = queries.certificates_issued(reading(), actor.station_id or "")
    may = {row.id: permitted(PERMITS, "withdraw", actor, row) and row.status == "valid" for row in rows}
    return render_template("hours/certificates.html", rows=rows, may=may, reasons=certifying.WITHDRAWAL_REASONS)


@blueprint.post("/hours/certificates/<certificate_id>/withdraw")
def withdraw(certificate_id: str) -> Any:
    """Not so, after all."""
    actor = _asker(Role.COORDINATOR)
    certifying.withdraw(actor, certificate_id, request.form.get("reason", ""), _once(actor))
    return redirect(url_for("hours.certificates"))

"""The pages of the second step: at the door, and where a member of staff turns it on and off.

Tries are counted for each person (`authenticating`), not for an address: a whole office may share one, and nobody there is to
be slowed by a colleague's wrong codes.
"""

from __future__ import annotations

from typing import Any

import segno
from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from dispatch.core.errors import Invalid, NotEligible, RateLimited, TooLate
from dispatch.core.pages import https
from dispatch.core.unit_of_work import reading
from dispatch.people import authenticating
from dispatch.people.identity import SESSION_COOKIE, Actor, asker
from dispatch.people.models import Role
from dispatch.people.signing_in import sign_in_second, whose_ticket

blueprint = Blueprint("second_step", __name__)


def _drawn(shown: authenticating.Shown) -> dict[str, str]:
    groups = [shown.secret[n : n + 4] for n in range(0, len(shown.secret), 4)]
    return {"secret": " ".join(groups), "qr": segno.make(shown.uri, error="m").svg_data_uri(scale=5, border=2)}


def at_the_door(ticket: str, enrolled: bool) -> str:
    """The passphrase was right: now the code, or, where her role needs one, the beginning of an authenticator."""
    shown = None if enrolled else _drawn(authenticating.begin(whose_ticket(ticket)))
    return render_template("people/second_step_door.html", ticket=ticket, enrolled=enrolled, shown=shown, errors={})


@blueprint.post("/sign-in/second")
def door() -> Any:
    """The code at the door. Whose ticket is good no longer begins with her passphrase again."""
    ticket = request.form.get("ticket", "")
    try:
        person_id = whose_ticket(ticket)
        if "again" in request.form:
            return at_the_door(ticket, authenticating.has_second_step(reading(), person_id))
        token, codes = sign_in_second(ticket, request.form.get("code", ""))
    except (Invalid, RateLimited, TooLate) as refused:
        if refused.extra.get("field") == "passphrase":
            return redirect(url_for("people.sign_in", staff=1, again=1))
        enrolled = authenticating.has_second_step(reading(), person_id)
        errors = {"code": str(refused.detail)}
        page = render_template("people/second_step_door.html", ticket=ticket, enrolled=enrolled, shown=None, errors=errors)
        return _slow(page, refused)
    home = f"{request.script_root}/"
    answer = make_response(render_template("people/recovery_codes.html", codes=codes, onward=home)) if codes else redirect(home)
    path = request.script_root or "/"
    answer.set_cookie(SESSION_COOKIE, token, httponly=True, samesite="Lax", secure=https(), path=path)
    return answer


def _slow(page: str, refused: Invalid | RateLimited | TooLate) -> Response:
    answer = make_response(page, refused.status)
    if "retry_after" in refused.extra:
        answer.headers["Retry-After"] = str(refused.extra["retry_after"])
    return answer


def _staff() -> Actor:
    actor = asker()
    if actor.role == Role.COURIER:
        raise NotEligible()
    return actor


def _page(actor: Actor, *, shown: dict[str, str] | None = None, begun: bool = False, errors: dict[str, str] | None = None) -> str:
    return render_template(
        "people/second_step.html", on=authenticating.has_second_step(reading(), actor.id), shown=shown, begun=begun,
        left=authenticating.codes_left(reading(), actor.id), required=authenticating.is_required(actor.role), errors=errors or {},
    )  # fmt: skip


@blueprint.get("/second-step")
def page() -> str:
    """Whether mine is on."""
    return _page(_staff())


@blueprint.post("/second-step/begin")
def begin() -> str:
    """A new secret, shown this once."""
    actor = _staff()
    return _page(actor, shown=_drawn(authenticating.begin(actor.id)), begun=True)


@blueprint.post("/second-step/verify")
def verify() -> Any:
    """The first code: from now on it counts."""
    actor = _staff()
    try:
        codes = authenticating.verify(actor.id, request.form.get("code", ""))
    except (Invalid, RateLimited, TooLate) as refused:
        return _slow(_page(actor, begun=True, errors={"code": str(refused.detail)}), refused)
    return render_template("people/recovery_codes.html", codes=codes, onward=url_for("second_step.page"))


@blueprint.post("/second-step/codes")
def codes_anew() -> Any:
    """New recovery codes."""
    actor = _staff()
    try:
        codes = authenticating.renew_codes(actor.id, request.form.get("code", ""))
    except (Invalid, RateLimited) as refused:
        return _slow(_page(actor, errors={"renew": str(refused.detail)}), refused)
    return render_template("people/recovery_codes.html", codes=codes, onward=url_for("second_step.page"))


@blueprint.post("/second-step/off")
def off() -> Any:
    """Without it from now on."""
    actor = _staff()
    try:
        authenticating.turn_off(actor.id, request.form.get("code", ""))
    except (Invalid, RateLimited) as refused:
        return _slow(_page(actor, errors={"off": str(refused.detail)}), refused)
    return redirect(url_for("second_step.page"))

"""The pages of the alerts: what a courier wants and reads of himself, and what a station has set."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _
from marshmallow import ValidationError

from dispatch.core.clock import SHANGHAI, iso, now
from dispatch.core.unit_of_work import reading
from dispatch.orders import alert_words as words
from dispatch.orders.alert_forms import RulesForm, WishesForm
from dispatch.orders.alert_queries import alerts_of_mine
from dispatch.orders.listing import check_role
from dispatch.orders.posting import KINDS
from dispatch.orders.tuning import rules_shown, set_rules
from dispatch.orders.wishing import belief_of, forget_belief, not_asked, wish, wishes_of
from dispatch.people.identity import Actor, asker
from dispatch.people.models import Role

#: So many of each on a page.
SHOWN_MOST = 30
#: When the morning begins, for who wants to hear nothing more today.
MORNING = 7

blueprint = Blueprint("alerts", __name__)


@blueprint.app_template_filter("said_at")
def said_at(text: str | None) -> str:
    """A moment of the API as a page says it."""
    return datetime.fromisoformat(text).astimezone(SHANGHAI).strftime("%m-%d %H:%M") if text else ""


def _courier() -> Actor:
    actor = asker()
    check_role(actor, Role.COURIER)
    return actor


def _coordinator() -> Actor:
    actor = asker()
    check_role(actor, Role.COORDINATOR)
    return actor


def _page(actor: Actor, errors: Mapping[str, Any], form: dict[str, Any] | None = None) -> str:
    wishes = wishes_of(reading(), actor)
    until = wishes["not_until"]
    paused = until if until and datetime.fromisoformat(until) > now() else None
    as_typed = {**wishes, "not_until": f"{datetime.fromisoformat(paused).astimezone(SHANGHAI):%Y-%m-%dT%H:%M}" if paused else ""}
    return render_template(
        "orders/alerts.html", errors=errors, form=form or as_typed, paused=paused, belief=belief_of(reading(), actor), words=words,
        mine=alerts_of_mine(reading(), actor.id)[:SHOWN_MOST], others=not_asked(reading(), actor)[:SHOWN_MOST],
    )  # fmt: skip


@blueprint.get("/alerts")
def mine() -> str:
    """A courier's own alerts: his limits, why his phone spoke or not, and what is believed of him."""
    return _page(_courier(), {})


@blueprint.post("/alerts")
def limited() -> Any:
    """He sets his limits."""
    actor = _courier()
    form: dict[str, Any] = {
        name: request.form.get(name, "").strip() for name in ("not_until", "most_m", "per_day", "quiet_from", "quiet_to")
    }
    form["kinds"] = request.form.getlist("kinds")
    said = {name: form[name] or None for name in ("quiet_from", "quiet_to")} | {name: _whole(form[name]) for name in ("most_m", "per_day")}
    said["not_until"] = f"{form['not_until']}+08:00" if form["not_until"] else None
    said["kinds"] = None if set(form["kinds"]) == set(KINDS) else form["kinds"]
    try:
        wish(actor, WishesForm().load(said))
    except ValidationError as wrong:
        named = wrong.messages_dict
        return _page(actor, {name: words.WISH_WRONG.get(name, _("请看一下这一项。")) for name in named}, form), 422
    return redirect(url_for("alerts.mine"))


def _whole(text: str) -> Any:
    """A whole number; what is none is judged by the form."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else text or None


@blueprint.post("/alerts/pause")
def paused() -> Any:
    """Nothing until then: one tap."""
    actor = _courier()
    spans = {"1": timedelta(hours=1), "4": timedelta(hours=4)}
    choice = request.form.get("until", "")
    until = now() + spans[choice] if choice in spans else _tomorrow() if choice == "morning" else None
    wish(actor, WishesForm().load({**wishes_of(reading(), actor), "not_until": iso(until)}))
    return redirect(url_for("alerts.mine"))


def _tomorrow() -> datetime:
    """The next morning that begins."""
    local = now().astimezone(SHANGHAI)
    morning = local.replace(hour=MORNING, minute=0, second=0, microsecond=0)
    return morning if morning > local else morning + timedelta(days=1)


@blueprint.post("/alerts/forget")
def forgotten() -> Any:
    """What was believed of him is wiped out."""
    forget_belief(_courier())
    return redirect(url_for("alerts.mine"))


@blueprint.get("/alerts/settings")
def settings() -> str:
    """What a station has set for its alerts, with what each number does."""
    actor = _coordinator()
    return _settings_page(_as_typed(rules_shown(reading(), actor)), {})


@blueprint.post("/alerts/settings")
def set_anew() -> Any:
    """All of it anew, or back to what is usual."""
    actor = _coordinator()
    if request.form.get("usual"):
        set_rules(actor, {})
        return redirect(url_for("alerts.settings"))
    form = {**request.form.to_dict(), "on": request.form.get("on", "")}
    try:
        set_rules(actor, RulesForm().load(_as_said(form)))
    except ValidationError as wrong:
        return _settings_page(form, {name: _("这个数不在可以写的范围里。") for name in _named(wrong.messages_dict)}), 422
    return redirect(url_for("alerts.settings"))


def _settings_page(form: Mapping[str, Any], errors: Mapping[str, Any]) -> str:
    today = now().astimezone(SHANGHAI).date()
    days = {"first": f"{today - timedelta(days=29):%Y-%m-%d}", "last": f"{today:%Y-%m-%d}"}
    return render_template("orders/alert_settings.html", form=form, errors=errors, words=words, days=days)


def _as_typed(rules: Mapping[str, Any]) -> dict[str, Any]:
    """The rules as the page's fields show them: `urgent-price` in percent."""
    typed: dict[str, Any] = {
        "on": "on" if rules["on"] else "",
        "quiet_from": rules["quiet_from"] or "",
        "quiet_to": rules["quiet_to"] or "",
    }
    typed |= {name: _shown(rules[name], number) for name, number in words.COMMON.items()}
    for urgency, one in rules["urgencies"].items():
        typed |= {f"{urgency}-{name}": _shown(one[name], number) for name, number in words.TUNED.items()}
        typed |= {f"{urgency}-{name}": "" if one["steps"].get(name) is None else str(one["steps"][name]) for name in words.STEPS}
    return typed


def _shown(value: float, number: words.Number) -> str:
    return f"{value * number.shown:.4f}".rstrip("0").rstrip(".")


def _as_said(form: Mapping[str, str]) -> dict[str, Any]:
    """The other way round. An empty number is as usual, an empty step is never taken."""
    said: dict[str, Any] = {"on": bool(form["on"]), "quiet_from": form.get("quiet_from") or None, "quiet_to": form.get("quiet_to") or None}
    said |= {name: _kept(form[name], number) for name, number in words.COMMON.items() if form.get(name)}
    said["urgencies"] = {}
    for urgency in words.URGENCIES:
        tuned = {name: _kept(form[field], number) for name, number in words.TUNED.items() if form.get(field := f"{urgency}-{name}")}
        said["urgencies"][urgency] = {**tuned, "steps": {name: _whole(form.get(f"{urgency}-{name}", "").strip()) for name in words.STEPS}}
    return said


def _kept(text: str, number: words.Number) -> Any:
    try:
        value = float(text)
    except ValueError:
        return text
    if number.shown != 1:
        return value / number.shown
    return int(value) if value.is_integer() else value


def _named(messages: Mapping[str, Any]) -> set[str]:
    """The page's names of the fields that are wrong."""
    found = {name for name in messages if name != "urgencies"}
    for urgency, fields in (messages.get("urgencies") or {}).items():
        for name, inner in fields.items():
            found |= {f"{urgency}-{step}" for step in inner} if name == "steps" else {f"{urgency}-{name}"}
    return found

"""The page of channels: a station's for its coordinators, a courier's own for himself."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import get_locale

from dispatch.channels.announcing import STATION_HEARS
from dispatch.channels.connecting import MOST, add, remove, test
from dispatch.channels.policy import HOUSE_PERMITS
from dispatch.channels.queries import channels_of
from dispatch.channels.robots import ROBOTS
from dispatch.core.errors import Invalid, NotEligible
from dispatch.core.permits import permitted
from dispatch.core.unit_of_work import reading
from dispatch.people.identity import Actor, asker

blueprint = Blueprint("channels", __name__)


def _keeper() -> Actor:
    actor = asker()
    if not permitted(HOUSE_PERMITS, "keep", actor, None) or actor.station_id is None:
        raise NotEligible()
    return actor


def _page(actor: Actor, errors: dict[str, str], form: dict[str, Any]) -> str:
    usual = {"kind": "", "address": "", "signing": "", "hears": list(STATION_HEARS)}
    there = channels_of(reading(), actor)
    return render_template("channels/channels.html", channels=there, robots=ROBOTS, most=MOST, errors=errors, form={**usual, **form})


@blueprint.get("/channels")
def channels() -> str:
    """What there is, whether it works, and a form for one more."""
    return _page(_keeper(), {}, {})


@blueprint.post("/channels")
def added() -> Any:
    """One more; its first message is a test."""
    actor = _keeper()
    said: dict[str, Any] = {name: request.form.get(name, "") for name in ("kind", "address", "signing")}
    said["hears"] = request.form.getlist("hears")
    try:
        add(actor, said["kind"], said["address"], said["signing"], said["hears"], str(get_locale() or "zh")[:2])
    except Invalid as refused:
        return _page(actor, {refused.extra["field"]: str(refused.detail)}, said), 422
    return redirect(url_for("channels.channels"))


@blueprint.post("/channels/<channel_id>/test")
def tested(channel_id: str) -> Any:
    """A word by it."""
    test(_keeper(), channel_id)
    return redirect(url_for("channels.channels"))


@blueprint.post("/channels/<channel_id>/remove")
def removed(channel_id: str) -> Any:
    """It is forgotten."""
    remove(_keeper(), channel_id)
    return redirect(url_for("channels.channels"))

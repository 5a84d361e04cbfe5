"""The HTTP door to the alerts: what desks see and hurry, what a courier wishes and reads of himself, what a station sets."""

from __future__ import annotations

from typing import Any

from flask import Response
from flask.views import MethodView

from dispatch.core.doors import Door, once
from dispatch.core.unit_of_work import reading
from dispatch.orders import alert_forms as forms
from dispatch.orders import answers, pushing, tuning, wishing
from dispatch.orders.alert_queries import alerts_of_mine
from dispatch.orders.presenting import outcome_order
from dispatch.people.identity import asker

blueprint = Door("alert_api", __name__, url_prefix="/api/v1", description="提醒 alerts")


@blueprint.get("/orders/<order_id>/alerts")
@blueprint.answers(forms.AlertPlan)
def plan(order_id: str) -> dict[str, Any]:
    """How many phones have spoken, what they said, and what comes next."""
    return pushing.plan_shown(reading(), asker(), order_id)


@blueprint.post("/orders/<order_id>/push")
@blueprint.answers(answers.Order, key="optional")
def push(order_id: str) -> dict[str, Any]:
    """The next wave now."""
    actor = asker()
    return outcome_order(actor, pushing.push(actor, order_id, once(actor, "push", {"order_id": order_id})))


@blueprint.post("/orders/<order_id>/widen")
@blueprint.answers(answers.Order, key="optional")
def widen(order_id: str) -> dict[str, Any]:
    """The whole station now."""
    actor = asker()
    return outcome_order(actor, pushing.widen(actor, order_id, once(actor, "widen", {"order_id": order_id})))


@blueprint.get("/orders/<order_id>/call-list")
@blueprint.answers(forms.AlertCallList)
def call_list(order_id: str) -> dict[str, Any]:
    """Whom to ring up, the likeliest first."""
    return {"items": pushing.call_list(reading(), asker(), order_id)}


@blueprint.post("/orders/<order_id>/call-list/<person_id>/reveal")
@blueprint.answers(answers.Phone)
def reveal_number(order_id: str, person_id: str) -> dict[str, Any]:
    """A courier's number, to ring him up; who asked is written down."""
    return {"phone": pushing.number_of(asker(), order_id, person_id)}


@blueprint.post("/orders/<order_id>/phoned")
@blueprint.arguments(forms.PhonedForm)
@blueprint.answers(answers.Order, key="optional")
def phoned(body: dict[str, Any], order_id: str) -> dict[str, Any]:
    """What somebody said who was rung up."""
    actor = asker()
    key = once(actor, "phoned", {"order_id": order_id, **body})
    return outcome_order(actor, pushing.phoned(actor, order_id, body["person_id"], body["outcome"], body.get("reason"), key))


@blueprint.get("/me/alerts")
@blueprint.answers(forms.MyAlerts)
def my_alerts() -> dict[str, Any]:
    """My alerts of the last thirty days with what was known then; and the open orders for which my phone has not spoken, and why."""
    actor = asker()
    return {"not_asked": wishing.not_asked(reading(), actor), "items": alerts_of_mine(reading(), actor.id)}


@blueprint.route("/me/alert-wishes")
class AlertWishes(MethodView):
    @blueprint.answers(forms.AlertWishes)
    def get(self) -> dict[str, Any]:
        """What I want of alerts."""
        return wishing.wishes_of(reading(), asker())

    @blueprint.arguments(forms.WishesForm)
    @blueprint.answers(forms.AlertWishes)
    def put(self, body: dict[str, Any]) -> dict[str, Any]:
        """All of it anew."""
        actor = asker()
        wishing.wish(actor, body)
        return wishing.wishes_of(reading(), actor)


@blueprint.route("/me/belief")
class MyBelief(MethodView):
    @blueprint.answers(forms.AlertBelief)
    def get(self) -> dict[str, Any]:
        """What is believed of me, in plain numbers."""
        return wishing.belief_of(reading(), asker())

    @blueprint.answers(forms.AlertBelief)
    def delete(self) -> dict[str, Any]:
        """Wipe it out: from now on I am taken for a newcomer."""
        actor = asker()
        wishing.forget_belief(actor)
        return wishing.belief_of(reading(), actor)


@blueprint.route("/alert-settings")
class AlertSettings(MethodView):
    @blueprint.answers(forms.AlertRules)
    def get(self) -> dict[str, Any]:
        """My station's rules for its alerts."""
        return tuning.rules_shown(reading(), asker())

    @blueprint.arguments(forms.RulesForm)
    @blueprint.answers(forms.AlertRules)
    def put(self, body: dict[str, Any]) -> dict[str, Any]:
        """All of them anew; what is not said is as usual."""
        actor = asker()
        tuning.set_rules(actor, body)
        return tuning.rules_shown(reading(), actor)


@blueprint.get("/alerts/export")
@blueprint.arguments(forms.SpanQuery, location="query")
@blueprint.alt_response(200, schema={"type": "string", "description": "CSV"}, content_type="text/csv", success=True)
def export(query: dict[str, Any]) -> Response:
    """The rows of these days for study, without persons (CSV)."""
    data = tuning.take_out(asker(), query["first"], query["last"])
    name = f"alerts-{query['first']:%Y%m%d}-{query['last']:%Y%m%d}.csv"
    return Response(data, mimetype="text/csv", headers={"Content-Disposition": f'attachment; filename="{name}"'})

"""The HTTP door to the tables by which a station judges: kinds of hazards, reasons, and who deals with what."""

from __future__ import annotations

from typing import Any

from flask.views import MethodView

from dispatch.core.doors import Door, once
from dispatch.core.unit_of_work import reading
from dispatch.hazards import answers, assigning, categorising, reasoning
from dispatch.hazards.listing import categories_listing, listed, own_reasons_listing, reasons_listing, suggestions
from dispatch.hazards.rule_forms import CategoryForm, DryRunForm, NewCategoryForm, OwnReasonForm, ReasonsQuery, RuleForm, WrittenForm
from dispatch.people.identity import Actor, asker

blueprint = Door("hazard_rules_api", __name__, url_prefix="/api/v1", description="隐患规则 rules for hazards")


@blueprint.route("/hazard-categories")
class Categories(MethodView):
    @blueprint.answers(answers.HazardCategories)
    def get(self) -> dict[str, Any]:
        """The kinds of hazards at my station."""
        return categories_listing(asker())

    @blueprint.arguments(NewCategoryForm)
    @blueprint.answers(answers.HazardCategory, 201, key="optional")
    def post(self, body: dict[str, Any]) -> tuple[dict[str, Any], int]:
        """A kind of the station's own."""
        actor = asker()
        outcome = categorising.add_category(actor, body, once(actor, "hazard.add_category", body))
        return _category(actor, outcome), 201


def _category(actor: Actor, outcome: dict[str, Any]) -> dict[str, Any]:
    return categorising.categories(reading(), str(actor.station_id))[outcome["category"]]._asdict()


@blueprint.post("/hazard-categories/find")
@blueprint.arguments(WrittenForm)
@blueprint.answers(answers.SuggestedCategories)
def find_categories(body: dict[str, Any]) -> dict[str, Any]:
    """The likeliest kinds for what is written so far."""
    return suggestions(asker(), body)


@blueprint.route("/hazard-categories/<category_id>")
class OneCategory(MethodView):
    @blueprint.arguments(CategoryForm)
    @blueprint.answers(answers.HazardCategory)
    def put(self, body: dict[str, Any], category_id: str) -> dict[str, Any]:
        """What it shall be at this station."""
        actor = asker()
        key = once(actor, "hazard.change_category", {"category_id": category_id, **body})
        return _category(actor, categorising.change_category(actor, category_id, body, key))


@blueprint.get("/hazard-reasons")
@blueprint.arguments(ReasonsQuery, location="query")
@blueprint.answers(answers.DeclineReasons)
def reasons(query: dict[str, Any]) -> dict[str, Any]:
    """The reasons to decline that fit a category."""
    return reasons_listing(asker(), query["category"])


@blueprint.post("/hazard-reasons")
@blueprint.arguments(OwnReasonForm)
@blueprint.answers(answers.DeclineReasons, 201, key="optional")
def add_reason(body: dict[str, Any]) -> tuple[dict[str, Any], int]:
    """A reason of my station's own; answers all of them."""
    actor = asker()
    reasoning.add_reason(actor, body, once(actor, "hazard.add_reason", body))
    return own_reasons_listing(actor), 201


@blueprint.get("/hazard-reasons/own")
@blueprint.answers(answers.DeclineReasons)
def own_reasons() -> dict[str, Any]:
    """What my station has entered itself."""
    return own_reasons_listing(asker())


@blueprint.delete("/hazard-reasons/<code>")
@blueprint.answers(answers.DeclineReasons)
def end_reason(code: str) -> dict[str, Any]:
    """Offered no longer; who was declined with it still reads it."""
    actor = asker()
    reasoning.end_reason(actor, code)
    return own_reasons_listing(actor)


@blueprint.route("/hazard-rules")
class Rules(MethodView):
    @blueprint.answers(answers.HazardRules)
    def get(self) -> dict[str, Any]:
        """Who deals with what."""
        return listed([assigning.rule_said(row) for row in assigning.rules_for(asker())])

    @blueprint.arguments(RuleForm)
    @blueprint.answers(answers.HazardRules, 201, key="optional")
    def post(self, body: dict[str, Any]) -> tuple[dict[str, Any], int]:
        """One rule more."""
        actor = asker()
        assigning.add_rule(actor, body, once(actor, "hazard.add_rule", body))
        return listed([assigning.rule_said(row) for row in assigning.rules_for(actor)]), 201


@blueprint.post("/hazard-rules/preview")
@blueprint.arguments(DryRunForm)
@blueprint.answers(answers.DryRun)
def preview_rules(body: dict[str, Any]) -> dict[str, Any]:
    """Which rule would decide, and why the others do not."""
    return assigning.dry_run(asker(), body)


@blueprint.route("/hazard-rules/<rule_id>")
class OneRule(MethodView):
    @blueprint.answers(answers.HazardRules)
    def delete(self, rule_id: str) -> dict[str, Any]:
        """Of no use any more."""
        actor = asker()
        assigning.drop_rule(actor, rule_id)
        return listed([assigning.rule_said(row) for row in assigning.rules_for(actor)])

"""The HTTP door to the needs that come back every week: form checked here, everything else by the verb."""

from __future__ import annotations

from typing import Any

from flask.views import MethodView

from dispatch.core.doors import Door, once
from dispatch.core.unit_of_work import reading
from dispatch.orders import need_answers, standing
from dispatch.orders.forms import PlanForm, StandingChange, StandingForm
from dispatch.orders.upcoming import one_standing, plan_preview, standings_listing
from dispatch.people.identity import Actor, asker

blueprint = Door("standing_api", __name__, url_prefix="/api/v1", description="固定需求 standing needs")


def _answer(actor: Actor, outcome: dict[str, Any]) -> dict[str, Any]:
    return one_standing(reading(), actor, outcome["standing_id"])


@blueprint.route("/standings")
class Standings(MethodView):
    @blueprint.answers(need_answers.Standings)
    def get(self) -> dict[str, Any]:
        """The needs that come back every week and have not ended."""
        items = standings_listing(reading(), asker())
        return {"items": items, "page": 1, "pages": 1, "total": len(items)}

    @blueprint.arguments(StandingForm)
    @blueprint.answers(need_answers.Standing, 201, key="optional")
    def post(self, body: dict[str, Any]) -> tuple[dict[str, Any], int]:
        """Enter a need that comes back every week."""
        actor = asker()
        return _answer(actor, standing.make(actor, body, once(actor, "standing", body))), 201


@blueprint.post("/standings/preview")
@blueprint.arguments(PlanForm)
@blueprint.answers(need_answers.Coming)
def preview(body: dict[str, Any]) -> dict[str, Any]:
    """The next four days of a plan, before it is saved."""
    asker()
    return plan_preview(reading(), body)


@blueprint.get("/standings/<standing_id>")
@blueprint.answers(need_answers.Standing)
def one(standing_id: str) -> dict[str, Any]:
    """One standing need."""
    return one_standing(reading(), asker(), standing_id)


@blueprint.post("/standings/<standing_id>/change")
@blueprint.arguments(StandingChange(partial=True))
@blueprint.answers(need_answers.Standing, key="optional")
def change(body: dict[str, Any], standing_id: str) -> dict[str, Any]:
    """Change it from now on; what is not given stays."""
    actor = asker()
    key = once(actor, "standing_change", {"standing_id": standing_id, **body})
    return _answer(actor, standing.change(actor, standing_id, body, key))


@blueprint.post("/standings/<standing_id>/pause")
@blueprint.answers(need_answers.Standing, key="optional")
def pause(standing_id: str) -> dict[str, Any]:
    """Post nothing until it is resumed."""
    actor = asker()
    return _answer(actor, standing.pause(actor, standing_id, once(actor, "standing_pause", {"standing_id": standing_id})))


@blueprint.post("/standings/<standing_id>/resume")
@blueprint.answers(need_answers.Standing, key="optional")
def resume(standing_id: str) -> dict[str, Any]:
    """Go on from today."""
    actor = asker()
    return _answer(actor, standing.resume(actor, standing_id, once(actor, "standing_resume", {"standing_id": standing_id})))


@blueprint.post("/standings/<standing_id>/end")
@blueprint.answers(need_answers.Standing, key="optional")
def end(standing_id: str) -> dict[str, Any]:
    """It is not needed any more."""
    actor = asker()
    return _answer(actor, standing.end(actor, standing_id, once(actor, "standing_end", {"standing_id": standing_id})))


@blueprint.post("/standings/<standing_id>/seen")
@blueprint.answers(need_answers.Standing, key="optional")
def seen(standing_id: str) -> dict[str, Any]:
    """The days that were missed have been read."""
    actor = asker()
    return _answer(actor, standing.acknowledge(actor, standing_id, once(actor, "standing_seen", {"standing_id": standing_id})))

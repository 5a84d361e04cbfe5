"""The HTTP door to the hours: form checked here, everything else by the verb."""

from __future__ import annotations

from typing import Any

from flask import request
from flask.views import MethodView

from dispatch.core.clock import now
from dispatch.core.doors import Door
from dispatch.core.errors import NotEligible
from dispatch.core.idempotency import Once
from dispatch.core.unit_of_work import reading
from dispatch.hours import answers, certifying, correcting
from dispatch.hours.forms import CertificateForm, CorrectionForm, MineQuery, StationQuery
from dispatch.hours.presenting import certificate_shown, errands_shown, my_hours
from dispatch.hours.queries import station_errands
from dispatch.hours.rules import day_of
from dispatch.people.identity import Actor, asker
from dispatch.people.models import Role

blueprint = Door("hours_api", __name__, url_prefix="/api/v1", description="时长 hours")


def _once(actor: Actor, verb: str, body: dict[str, Any]) -> Once:
    return Once(actor.id, request.headers.get("Idempotency-Key"), verb, {name: str(value) for name, value in body.items()})


@blueprint.get("/me/hours")
@blueprint.arguments(MineQuery, location="query")
@blueprint.answers(answers.MyHours)
def mine(query: dict[str, Any]) -> dict[str, Any]:
    """My hours of a year."""
    actor = asker()
    if actor.role != Role.COURIER:
        raise NotEligible()
    return my_hours(reading(), actor.id, query.get("year") or day_of(now()).year, query["page"])


@blueprint.get("/hours")
@blueprint.arguments(StationQuery, location="query")
@blueprint.answers(answers.Errands)
def station(query: dict[str, Any]) -> dict[str, Any]:
    """The hours for my station's errands, newest first, for its coordinator."""
    actor = asker()
    if actor.role != Role.COORDINATOR or not actor.station_id:
        raise NotEligible()
    rows, total = station_errands(reading(), actor.station_id, query.get("person_id"), query["page"])
    return errands_shown(rows, total, query["page"], persons=True)


@blueprint.post("/hours/<claim_id>/corrections")
@blueprint.arguments(CorrectionForm)
@blueprint.answers(answers.CorrectionMade, 201, key="optional")
def propose(body: dict[str, Any], claim_id: str) -> tuple[dict[str, Any], int]:
    """Say what an errand should count for; a second person confirms it."""
    actor = asker()
    once = _once(actor, "hours.propose", {"claim_id": claim_id, **body})
    return correcting.propose(actor, claim_id, body["minutes"], body["reason"], body.get("note"), once), 201


@blueprint.post("/hours/corrections/<correction_id>/confirm")
@blueprint.answers(answers.CorrectionMade, key="optional")
def confirm(correction_id: str) -> dict[str, Any]:
    """The second person says yes: a counter-entry is booked."""
    actor = asker()
    return correcting.confirm(actor, correction_id, _once(actor, "hours.confirm", {"correction_id": correction_id}))


@blueprint.post("/hours/corrections/<correction_id>/decline")
@blueprint.answers(answers.CorrectionMade, key="optional")
def decline(correction_id: str) -> dict[str, Any]:
    """It stays as it is."""
    actor = asker()
    return correcting.decline(actor, correction_id, _once(actor, "hours.decline", {"correction_id": correction_id}))


@blueprint.route("/me/certificates")
class MyCertificates(MethodView):
    @blueprint.arguments(CertificateForm)
    @blueprint.answers(answers.CertificateMade, 201, key="optional")
    def post(self, body: dict[str, Any]) -> tuple[dict[str, Any], int]:
        """Certify my hours for one station's errands."""
        actor = asker()
        once = _once(actor, "certificate.issue", body)
        made = certifying.issue(actor, body["station_id"], body["from_day"], body["to_day"], once)
        return certificate_shown(certifying.my_certificate(actor, made["certificate_id"])), 201

"""The HTTP door to the loans of couriers: form checked here, everything else by the verb."""

from __future__ import annotations

from typing import Any

from flask import request
from flask.views import MethodView

from dispatch.core.doors import Door
from dispatch.core.errors import NotEligible
from dispatch.core.idempotency import Once
from dispatch.core.unit_of_work import reading
from dispatch.people import answering, answers, lending
from dispatch.people.forms import AcceptForm, DeclineForm, EndForm, LoanForm
from dispatch.people.identity import Actor, asker
from dispatch.people.loans import loan_shown, loans_of, my_loans, neighbours, one_loan
from dispatch.people.models import Role

blueprint = Door("people_api", __name__, url_prefix="/api/v1", description="借调 loans of couriers")


def _once(actor: Actor, verb: str, **body: Any) -> Once:
    return Once(actor.id, request.headers.get("Idempotency-Key"), f"loan {verb}", body)


def _listed(items: list[dict[str, Any]]) -> dict[str, Any]:
    return {"items": items, "page": 1, "pages": 1, "total": len(items)}


def _answer(actor: Actor, outcome: dict[str, Any]) -> dict[str, Any]:
    return loan_shown(actor, one_loan(reading(), actor, outcome["loan_id"]))


@blueprint.route("/loans")
class Loans(MethodView):
    @blueprint.answers(answers.Loans)
    def get(self) -> dict[str, Any]:
        """My station's loans, what is open first; for a courier those in which he has a part."""
        actor = asker()
        if actor.role == Role.COURIER:
            return _listed([loan_shown(actor, loan) for loan in my_loans(reading(), actor.id)])
        rows = loans_of(reading(), actor) if actor.role == Role.COORDINATOR else []
        return _listed([loan_shown(actor, loan) for loan in rows])

    @blueprint.arguments(LoanForm)
    @blueprint.answers(answers.Loan, 201, key="optional")
    def post(self, body: dict[str, Any]) -> tuple[dict[str, Any], int]:
        """借调: offer couriers to another station of the district, or ask it for some."""
        actor = asker()
        once = _once(actor, "propose", **body)
        given = {"until": body["until"], "once": once, "depot_id": body["depot_id"]}
        if "to_station_id" in body:
            outcome = lending.offer(actor, body["to_station_id"], persons=body["persons"], number=body["number"], **given)
        else:
            outcome = lending.ask(actor, body["from_station_id"], number=body["number"] or 0, **given)
        return _answer(actor, outcome), 201


@blueprint.post("/loans/<loan_id>/accept")
@blueprint.arguments(AcceptForm, required=False)
@blueprint.answers(answers.Loan, key="optional")
def accept(body: dict[str, Any], loan_id: str) -> dict[str, Any]:
    """The second coordinator's word: they serve at the other station from now on."""
    actor, persons = asker(), body.get("persons", [])
    return _answer(actor, answering.accept(actor, loan_id, _once(actor, "accept", loan_id=loan_id, persons=persons), persons))


@blueprint.post("/loans/<loan_id>/decline")
@blueprint.arguments(DeclineForm)
@blueprint.answers(answers.Loan, key="optional")
def decline(body: dict[str, Any], loan_id: str) -> dict[str, Any]:
    """The second coordinator says no."""
    actor = asker()
    return _answer(actor, answering.decline(actor, loan_id, body["reason"], _once(actor, "decline", loan_id=loan_id, **body)))


@blueprint.post("/loans/<loan_id>/withdraw")
@blueprint.answers(answers.Loan, key="optional")
def withdraw(loan_id: str) -> dict[str, Any]:
    """Who spoke first takes it back."""
    actor = asker()
    return _answer(actor, answering.withdraw(actor, loan_id, _once(actor, "withdraw", loan_id=loan_id)))


@blueprint.post("/loans/<loan_id>/end")
@blueprint.arguments(EndForm, required=False)
@blueprint.answers(answers.Loan, key="optional")
def end(body: dict[str, Any], loan_id: str) -> dict[str, Any]:
    """Either coordinator ends it before its time, for one courier or for all."""
    actor, person_id = asker(), body.get("person_id")
    return _answer(actor, answering.end(actor, loan_id, _once(actor, "end", loan_id=loan_id, person_id=person_id), person_id))


@blueprint.post("/loans/<loan_id>/leave")
@blueprint.answers(answers.Loan, key="optional")
def leave(loan_id: str) -> dict[str, Any]:
    """The courier himself: he does not go, or comes home."""
    actor = asker()
    return _answer(actor, answering.leave(actor, loan_id, _once(actor, "leave", loan_id=loan_id)))


@blueprint.get("/neighbours")
@blueprint.answers(answers.Neighbours)
def near() -> dict[str, Any]:
    """The other stations of my district, nearest first."""
    actor = asker()
    if actor.role != Role.COORDINATOR or actor.station_id is None:
        raise NotEligible()
    return _listed(neighbours(reading(), actor.station_id))

"""The HTTP door to the care list: form checked here, everything else by the verb."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from flask import request
from flask.views import MethodView

from dispatch.core.clock import SHANGHAI
from dispatch.core.doors import Door
from dispatch.core.errors import Invalid
from dispatch.core.idempotency import Once
from dispatch.core.unit_of_work import reading
from dispatch.people.identity import Actor, asker
from dispatch.residents import answers, importing, keeping, revealing
from dispatch.residents.forms import ChangeForm, EnterForm, FindForm, LeaveForm, LookForm, SheetForm
from dispatch.residents.presenting import present_resident, residents_listing
from dispatch.residents.queries import counts_by_community

blueprint = Door("residents_api", __name__, url_prefix="/api/v1", description="关爱名单 residents")


def _once(actor: Actor, verb: str, body: dict[str, Any]) -> Once:
    return Once(actor.id, request.headers.get("Idempotency-Key"), verb, body)


def _answer(actor: Actor, outcome: dict[str, Any]) -> dict[str, Any]:
    return present_resident(reading(), actor, outcome["resident_id"])


@blueprint.route("/residents")
class Residents(MethodView):
    @blueprint.arguments(EnterForm)
    @blueprint.answers(answers.Resident, 201, key="optional")
    def post(self, body: dict[str, Any]) -> tuple[dict[str, Any], int]:
        """Put somebody on the care list, with her consent."""
        actor = asker()
        return _answer(actor, keeping.enter(actor, body, _once(actor, "resident.enter", body))), 201


@blueprint.post("/residents/find")
@blueprint.arguments(FindForm, required=False)
@blueprint.answers(answers.FoundResidents)
def find(body: dict[str, Any]) -> dict[str, Any]:
    """Who is meant by what is typed: a part of the name, pinyin, initials, phone tail, building. Numbers are masked.

    It comes in a body, not in the address: addresses stand in the logs of whatever lies on the way.
    """
    return residents_listing(reading(), asker(), body)


@blueprint.get("/care-list/counts")
@blueprint.answers(answers.CommunityCounts)
def counts() -> dict[str, Any]:
    """How many are on each community's care list: all that a supervisor reads of it."""
    items = [dict(row._mapping) for row in counts_by_community(reading(), asker())]
    return {"items": items, "page": 1, "pages": 1, "total": len(items)}


@blueprint.route("/residents/<resident_id>")
class OneResident(MethodView):
    @blueprint.answers(answers.Resident)
    def get(self, resident_id: str) -> dict[str, Any]:
        """One resident, numbers masked."""
        return present_resident(reading(), asker(), resident_id)

    @blueprint.arguments(ChangeForm)
    @blueprint.answers(answers.Resident)
    def put(self, body: dict[str, Any], resident_id: str) -> dict[str, Any]:
        """Correct what is kept of her. With a consent she comes on the list; what is left out stays."""
        actor = asker()
        return _answer(actor, keeping.change(actor, resident_id, body, Once(actor.id, None, "resident.change", {})))


@blueprint.post("/residents/<resident_id>/take-off")
@blueprint.arguments(LeaveForm)
@blueprint.answers(answers.Resident, key="optional")
def take_off(body: dict[str, Any], resident_id: str) -> dict[str, Any]:
    """Take her off the list: forgotten after thirty days."""
    actor = asker()
    key = _once(actor, "resident.take_off", {"resident_id": resident_id, **body})
    return _answer(actor, keeping.take_off(actor, resident_id, body["reason"], key))


@blueprint.post("/residents/<resident_id>/withdraw")
@blueprint.answers(answers.Resident, key="optional")
def withdraw(resident_id: str) -> dict[str, Any]:
    """She takes her consent back: she leaves the list."""
    actor = asker()
    return _answer(actor, keeping.withdraw(actor, resident_id, _once(actor, "resident.withdraw", {"resident_id": resident_id})))


@blueprint.post("/residents/<resident_id>/reveal")
@blueprint.arguments(LookForm, required=False)
@blueprint.answers(answers.Revealed)
def reveal(body: dict[str, Any], resident_id: str) -> dict[str, Any]:
    """Her number or her contacts, whole; who asked is written down."""
    return revealing.reveal(asker(), resident_id, body.get("what", "phone"))


@blueprint.post("/care-list/import")
@blueprint.arguments(SheetForm, location="form", content_type="multipart/form-data")
@blueprint.answers(answers.SheetReport, key="optional")
def bring_in(body: dict[str, Any]) -> dict[str, Any]:
    """Look a sheet through, or with `write` bring it in: all of it or nothing."""
    actor, file = asker(), request.files.get("file")
    if file is None:
        raise Invalid("file")
    data = file.read()
    options = {"write": body["write"], "community_id": body.get("community_id"), "consent": _for_all(body)}
    key = _once(actor, "residents.import", {**body, "file": importing.fingerprint(data)})
    return importing.bring_in(actor, data, file.filename or "", options, key)


def _for_all(body: dict[str, Any]) -> dict[str, Any] | None:
    """The consent for rows that say nothing of it: day and way belong together."""
    day, how = body.get("consent_at"), body.get("consent_how")
    if (day is None) != (how is None):
        raise Invalid("consent_at" if day is None else "consent_how")
    return {"at": datetime.combine(day, time(), SHANGHAI), "how": how, "to": ["care_list", "errands"]} if day and how else None

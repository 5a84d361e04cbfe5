"""The HTTP door for whoever reports hazards, reads of them, or is asked: form checked here, everything else by the verb."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import request

from dispatch.core.clock import iso
from dispatch.core.doors import Door, once
from dispatch.core.errors import Invalid
from dispatch.core.photos import Upload, fingerprint
from dispatch.core.unit_of_work import reading
from dispatch.hazards import answers, asking, reporting
from dispatch.hazards.forms import (
    HazardsQuery,
    JoinForm,
    JoinPhotosForm,
    NearQuery,
    PhotosForm,
    ReopenForm,
    ReportForm,
    ReportPhotosForm,
    SeenForm,
    SeenPhotosForm,
)
from dispatch.hazards.handling import reopen as open_again
from dispatch.hazards.listing import hazards_listing, near_listing, questions_for, same_as
from dispatch.hazards.photographing import brought, keep_photo, photo_url
from dispatch.hazards.presenting import outcome_hazard, present_one
from dispatch.hazards.queries import Asked
from dispatch.people.identity import asker

blueprint = Door("hazards_api", __name__, url_prefix="/api/v1", description="隐患 hazards")


def uploads() -> list[Upload]:
    """The photos that came with a form."""
    return [file.stream for file in request.files.getlist("photos")]


def said_with(body: dict[str, Any], files: Sequence[Upload]) -> dict[str, Any]:
    """What makes two commands the same one: what is said, and each photo by what is in it."""
    return {**body, "photos": [fingerprint(file) for file in files]}


def wanted(query: Mapping[str, Any]) -> Asked:
    """What a list or a map is asked for."""
    return Asked(**{name: query[name] for name in Asked._fields if query.get(name)})


@blueprint.get("/hazards")
@blueprint.arguments(HazardsQuery, location="query")
@blueprint.answers(answers.Hazards)
def hazards(query: dict[str, Any]) -> dict[str, Any]:
    """The hazards that I may see; `mine`: that I have reported; `queue`: that wait for the coordinator."""
    return hazards_listing(asker(), wanted(query), query["page"])


@blueprint.post("/hazards")
@blueprint.takes(ReportForm, ReportPhotosForm)
@blueprint.answers(answers.Hazard, 201, key="required")
def report(body: dict[str, Any]) -> tuple[dict[str, Any], int]:
    """Report one: JSON with `photo_ids`, or multipart with `photos`."""
    actor, files = asker(), uploads()
    key = once(actor, "hazard.report", said_with(body, files), required=True)
    with brought(actor, files, body.pop("photo_ids"), key) as photo_ids:
        outcome = reporting.report(actor, body, photo_ids, key)
    return outcome_hazard(actor, outcome), 201


@blueprint.post("/hazards/photos")
@blueprint.arguments(PhotosForm, location="form")
@blueprint.answers(answers.SentPhoto, 201, key="optional")
def send_photo(_body: dict[str, Any]) -> tuple[dict[str, Any], int]:
    """Send a photo ahead (multipart with `photo`); a command names it within a day."""
    actor, upload = asker(), request.files.get("photo")
    if upload is None:
        raise Invalid("photo")
    kept = keep_photo(actor, upload.stream, once(actor, "hazard.photo", {"photo": fingerprint(upload.stream)}))
    place = kept.place._asdict() if kept.place else None
    said = {"photo_id": kept.id, "url": photo_url(kept.id), "width": kept.width, "height": kept.height}
    return {**said, "place": place, "taken_at": iso(kept.taken_at)}, 201


@blueprint.get("/hazards/near")
@blueprint.arguments(NearQuery, location="query")
@blueprint.answers(answers.Near)
def near(query: dict[str, Any]) -> dict[str, Any]:
    """Before a report is sent: what may be the same thing, the nearest first."""
    return near_listing(asker(), query)


@blueprint.get("/hazards/<hazard_id>")
@blueprint.answers(answers.Hazard)
def one_hazard(hazard_id: str) -> dict[str, Any]:
    """One hazard."""
    return present_one(reading(), asker(), hazard_id)


@blueprint.get("/hazards/<hazard_id>/same")
@blueprint.answers(answers.Near)
def same(hazard_id: str) -> dict[str, Any]:
    """What may be the same as this one."""
    return same_as(asker(), hazard_id)


@blueprint.post("/hazards/<hazard_id>/join")
@blueprint.takes(JoinForm, JoinPhotosForm)
@blueprint.answers(answers.Hazard, key="optional")
def join(body: dict[str, Any], hazard_id: str) -> dict[str, Any]:
    """这一条: adds my photo and my name to it."""
    actor, files = asker(), uploads()
    key = once(actor, "hazard.join", {"hazard_id": hazard_id, **said_with(body, files)})
    with brought(actor, files, body["photo_ids"], key) as photo_ids:
        return outcome_hazard(actor, reporting.join(actor, hazard_id, photo_ids, key, body.get("seen_at")))


@blueprint.post("/hazards/<hazard_id>/reopen")
@blueprint.arguments(ReopenForm, required=False)
@blueprint.answers(answers.Hazard, key="optional")
def reopen(body: dict[str, Any], hazard_id: str) -> dict[str, Any]:
    """It is still there: with who deals with it once more."""
    actor = asker()
    key = once(actor, "hazard.reopen", {"hazard_id": hazard_id, **body})
    return outcome_hazard(actor, open_again(actor, hazard_id, body["reason"], body.get("version"), key))


@blueprint.post("/hazards/<hazard_id>/answer")
@blueprint.takes(SeenForm, SeenPhotosForm)
@blueprint.answers(answers.Hazard, key="optional")
def answer(body: dict[str, Any], hazard_id: str) -> dict[str, Any]:
    """真的清干净了吗？ The answer of a courier who was asked."""
    actor, files = asker(), uploads()
    key = once(actor, "hazard.answer", {"hazard_id": hazard_id, **said_with(body, files)})
    with brought(actor, files, body["photo_ids"], key) as photo_ids:
        return outcome_hazard(actor, asking.answer(actor, hazard_id, body["gone"], photo_ids, key))


@blueprint.get("/me/hazard-questions")
@blueprint.answers(answers.Hazards)
def questions() -> dict[str, Any]:
    """The hazards of which I am asked whether they are gone."""
    return questions_for(asker())

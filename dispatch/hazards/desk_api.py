"""The HTTP door for the desks: judging reports, and handling what was accepted."""

from __future__ import annotations

from typing import Any

from dispatch.core.doors import Door, once
from dispatch.hazards import answers, assigning, handling, merging, moderating, pausing
from dispatch.hazards.api import said_with, uploads
from dispatch.hazards.forms import (
    AcceptHazardForm,
    DeclineHazardForm,
    ExtendForm,
    FixForm,
    FixPhotosForm,
    HoldForm,
    MergeForm,
    ResponsibleForm,
    SendBackForm,
    SuspendForm,
    VoidForm,
)
from dispatch.hazards.photographing import brought
from dispatch.hazards.presenting import outcome_hazard
from dispatch.orders.forms import VersionForm
from dispatch.people.identity import Actor, asker

blueprint = Door("hazards_desk_api", __name__, url_prefix="/api/v1", description="隐患处置 hazards at the desks")


def _key(actor: Actor, verb: str, hazard_id: str, body: dict[str, Any]) -> Any:
    return once(actor, f"hazard.{verb}", {"hazard_id": hazard_id, **body})


@blueprint.post("/hazards/<hazard_id>/hold")
@blueprint.arguments(HoldForm, required=False)
@blueprint.answers(answers.Hazard, key="optional")
def hold(body: dict[str, Any], hazard_id: str) -> dict[str, Any]:
    """Open a report to judge it; for ten minutes nobody else does."""
    actor = asker()
    return outcome_hazard(actor, moderating.hold(actor, hazard_id, _key(actor, "hold", hazard_id, body), take_over=body["take_over"]))


@blueprint.post("/hazards/<hazard_id>/let-go")
@blueprint.answers(answers.Hazard, key="optional")
def let_go(hazard_id: str) -> dict[str, Any]:
    """Close it without having judged it."""
    actor = asker()
    return outcome_hazard(actor, moderating.let_go(actor, hazard_id, _key(actor, "let_go", hazard_id, {})))


@blueprint.post("/hazards/<hazard_id>/accept")
@blueprint.arguments(AcceptHazardForm, required=False)
@blueprint.answers(answers.Hazard, key="optional")
def accept(body: dict[str, Any], hazard_id: str) -> dict[str, Any]:
    """受理: it is one; put right what was reported."""
    actor = asker()
    key, version = _key(actor, "accept", hazard_id, body), body.pop("version", None)
    return outcome_hazard(actor, moderating.accept(actor, hazard_id, body, version, key))


@blueprint.post("/hazards/<hazard_id>/decline")
@blueprint.arguments(DeclineHazardForm)
@blueprint.answers(answers.Hazard, key="optional")
def decline(body: dict[str, Any], hazard_id: str) -> dict[str, Any]:
    """不予受理: with a reason that its reporter reads."""
    actor = asker()
    key = _key(actor, "decline", hazard_id, body)
    return outcome_hazard(actor, moderating.decline(actor, hazard_id, body["reason"], body.get("text"), body.get("version"), key))


@blueprint.post("/hazards/<hazard_id>/merge")
@blueprint.arguments(MergeForm)
@blueprint.answers(answers.Hazard, key="optional")
def merge(body: dict[str, Any], hazard_id: str) -> dict[str, Any]:
    """合并: it is the same as another, which goes on for both."""
    actor = asker()
    return outcome_hazard(actor, merging.merge(actor, hazard_id, body["into"], body.get("version"), _key(actor, "merge", hazard_id, body)))


@blueprint.post("/hazards/<hazard_id>/unmerge")
@blueprint.arguments(VersionForm, required=False)
@blueprint.answers(answers.Hazard, key="optional")
def unmerge(body: dict[str, Any], hazard_id: str) -> dict[str, Any]:
    """They were two after all."""
    actor = asker()
    return outcome_hazard(actor, merging.unmerge(actor, hazard_id, body.get("version"), _key(actor, "unmerge", hazard_id, body)))


@blueprint.post("/hazards/<hazard_id>/photos/<photo_id>/show")
@blueprint.answers(answers.Hazard, key="optional")
def show_photo(hazard_id: str, photo_id: str) -> dict[str, Any]:
    """A photo that came later may be seen by those who see the hazard."""
    actor = asker()
    key = _key(actor, "show_photo", hazard_id, {"photo_id": photo_id})
    return outcome_hazard(actor, moderating.show_photo(actor, hazard_id, photo_id, key))


@blueprint.post("/hazards/<hazard_id>/assign")
@blueprint.arguments(ResponsibleForm, required=False)
@blueprint.answers(answers.Hazard, key="optional")
def assign(body: dict[str, Any], hazard_id: str) -> dict[str, Any]:
    """派遣: to whom the rules name, or to somebody else."""
    actor = asker()
    key = _key(actor, "assign", hazard_id, body)
    return outcome_hazard(actor, assigning.assign(actor, hazard_id, body.get("responsible"), body.get("version"), key))


@blueprint.post("/hazards/<hazard_id>/send-back")
@blueprint.arguments(SendBackForm)
@blueprint.answers(answers.Hazard, key="optional")
def send_back(body: dict[str, Any], hazard_id: str) -> dict[str, Any]:
    """回退: back with the station."""
    actor = asker()
    key = _key(actor, "send_back", hazard_id, body)
    return outcome_hazard(actor, handling.send_back(actor, hazard_id, body["reason"], body.get("text"), body.get("version"), key))


@blueprint.post("/hazards/<hazard_id>/suspend")
@blueprint.arguments(SuspendForm)
@blueprint.answers(answers.Hazard, key="optional")
def suspend(body: dict[str, Any], hazard_id: str) -> dict[str, Any]:
    """挂账: until a day, for a reason."""
    actor = asker()
    key = _key(actor, "suspend", hazard_id, body)
    said = (body["until"], body["reason"], body.get("text"), body.get("version"))
    return outcome_hazard(actor, pausing.suspend(actor, hazard_id, *said, key))


@blueprint.post("/hazards/<hazard_id>/resume")
@blueprint.arguments(VersionForm, required=False)
@blueprint.answers(answers.Hazard, key="optional")
def resume(body: dict[str, Any], hazard_id: str) -> dict[str, Any]:
    """It can be gone on with."""
    actor = asker()
    return outcome_hazard(actor, pausing.resume(actor, hazard_id, body.get("version"), _key(actor, "resume", hazard_id, body)))


@blueprint.post("/hazards/<hazard_id>/extend")
@blueprint.arguments(ExtendForm)
@blueprint.answers(answers.Hazard, key="optional")
def extend(body: dict[str, Any], hazard_id: str) -> dict[str, Any]:
    """延时: until a later moment, for a reason."""
    actor = asker()
    key = _key(actor, "extend", hazard_id, body)
    said = (body["deadline"], body["reason"], body.get("text"), body.get("version"))
    return outcome_hazard(actor, pausing.extend(actor, hazard_id, *said, key))


@blueprint.post("/hazards/<hazard_id>/fix")
@blueprint.takes(FixForm, FixPhotosForm)
@blueprint.answers(answers.Hazard, key="optional")
def fix(body: dict[str, Any], hazard_id: str) -> dict[str, Any]:
    """It is gone, as a photo shows, or for a reason without one."""
    actor, files = asker(), uploads()
    key = _key(actor, "fix", hazard_id, said_with(body, files))
    with brought(actor, files, body["photo_ids"], key) as photo_ids:
        return outcome_hazard(actor, handling.fix(actor, hazard_id, photo_ids, body.get("reason"), body.get("version"), key))


@blueprint.post("/hazards/<hazard_id>/verify")
@blueprint.arguments(VersionForm, required=False)
@blueprint.answers(answers.Hazard, key="optional")
def verify(body: dict[str, Any], hazard_id: str) -> dict[str, Any]:
    """核查: a member of staff who has not fixed it has seen that it is gone."""
    actor = asker()
    return outcome_hazard(actor, handling.verify(actor, hazard_id, body.get("version"), _key(actor, "verify", hazard_id, body)))


@blueprint.post("/hazards/<hazard_id>/void")
@blueprint.arguments(VoidForm)
@blueprint.answers(answers.Hazard, key="optional")
def void(body: dict[str, Any], hazard_id: str) -> dict[str, Any]:
    """作废: it should not have been accepted."""
    actor = asker()
    key = _key(actor, "void", hazard_id, body)
    return outcome_hazard(actor, handling.void(actor, hazard_id, body["reason"], body.get("text"), body.get("version"), key))

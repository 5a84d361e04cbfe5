"""The HTTP door for the desks: judging reports, and handling what was accepted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from dispatch.core.commanding import Outcome
from dispatch.core.doors import Door, once
from dispatch.core.photos import Box
from dispatch.hazards import answers, assigning, blacking_out, correcting, handling, merging, moderating, pausing
from dispatch.hazards.api import said_with, uploads
from dispatch.hazards.forms import (
    AcceptHazardForm,
    BlackOutForm,
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
from dispatch.people.identity import asker

blueprint = Door("hazards_desk_api", __name__, url_prefix="/api/v1", description="隐患处置 hazards at the desks")


def _carried(verb: Callable[..., Outcome], hazard_id: str, body: Mapping[str, Any], *said: Any, **more: Any) -> dict[str, Any]:
    """Call one verb for who asks: with what it is told, in its order, and the command's key; answers the hazard.

    Args:
        verb: its name is the command's.
        body: the form, which makes two commands the same one.
        said: what the verb is told after whose hazard it is.
    """
    actor = asker()
    key = once(actor, f"hazard.{verb.__name__}", {"hazard_id": hazard_id, **body})
    return outcome_hazard(actor, verb(actor, hazard_id, *said, key, **more))


@blueprint.post("/hazards/<hazard_id>/hold")
@blueprint.arguments(HoldForm, required=False)
@blueprint.answers(answers.Hazard, key="optional")
def hold(body: dict[str, Any], hazard_id: str) -> dict[str, Any]:
    """Open a report to judge it; for ten minutes nobody else does."""
    return _carried(moderating.hold, hazard_id, body, take_over=body["take_over"])


@blueprint.post("/hazards/<hazard_id>/let-go")
@blueprint.answers(answers.Hazard, key="optional")
def let_go(hazard_id: str) -> dict[str, Any]:
    """Close it without having judged it."""
    return _carried(moderating.let_go, hazard_id, {})


@blueprint.post("/hazards/<hazard_id>/accept")
@blueprint.arguments(AcceptHazardForm, required=False)
@blueprint.answers(answers.Hazard, key="optional")
def accept(body: dict[str, Any], hazard_id: str) -> dict[str, Any]:
    """受理: it is one; put right what was reported."""
    return _carried(
        moderating.accept, hazard_id, body, {name: said for name, said in body.items() if name != "version"}, body.get("version")
    )


@blueprint.post("/hazards/<hazard_id>/decline")
@blueprint.arguments(DeclineHazardForm)
@blueprint.answers(answers.Hazard, key="optional")
def decline(body: dict[str, Any], hazard_id: str) -> dict[str, Any]:
    """不予受理: with a reason that its reporter reads."""
    return _carried(moderating.decline, hazard_id, body, body["reason"], body.get("text"), body.get("version"))


@blueprint.post("/hazards/<hazard_id>/merge")
@blueprint.arguments(MergeForm)
@blueprint.answers(answers.Hazard, key="optional")
def merge(body: dict[str, Any], hazard_id: str) -> dict[str, Any]:
    """合并: it is the same as another, which goes on for both."""
    return _carried(merging.merge, hazard_id, body, body["into"], body.get("version"))


@blueprint.post("/hazards/<hazard_id>/unmerge")
@blueprint.arguments(VersionForm, required=False)
@blueprint.answers(answers.Hazard, key="optional")
def unmerge(body: dict[str, Any], hazard_id: str) -> dict[str, Any]:
    """They were two after all."""
    return _carried(merging.unmerge, hazard_id, body, body.get("version"))


@blueprint.post("/hazards/<hazard_id>/photos/<photo_id>/show")
@blueprint.answers(answers.Hazard, key="optional")
def show_photo(hazard_id: str, photo_id: str) -> dict[str, Any]:
    """A photo that came later may be seen by those who see the hazard."""
    return _carried(moderating.show_photo, hazard_id, {"photo_id": photo_id}, photo_id)


@blueprint.post("/hazards/<hazard_id>/photos/<photo_id>/black-out")
@blueprint.arguments(BlackOutForm)
@blueprint.answers(answers.Hazard, key="optional")
def black_out(body: dict[str, Any], hazard_id: str, photo_id: str) -> dict[str, Any]:
    """涂黑: parts of a photo, in the picture itself; the photo has another id and address from here on."""
    boxes = [Box(**box) for box in body["boxes"]]
    return _carried(blacking_out.black_out, hazard_id, {"photo_id": photo_id, **body}, photo_id, boxes, body.get("version"))


@blueprint.post("/hazards/<hazard_id>/assign")
@blueprint.arguments(ResponsibleForm, required=False)
@blueprint.answers(answers.Hazard, key="optional")
def assign(body: dict[str, Any], hazard_id: str) -> dict[str, Any]:
    """派遣: to whom the rules name, or to somebody else."""
    return _carried(assigning.assign, hazard_id, body, body.get("responsible"), body.get("version"))


@blueprint.post("/hazards/<hazard_id>/send-back")
@blueprint.arguments(SendBackForm)
@blueprint.answers(answers.Hazard, key="optional")
def send_back(body: dict[str, Any], hazard_id: str) -> dict[str, Any]:
    """回退: back with the station."""
    return _carried(handling.send_back, hazard_id, body, body["reason"], body.get("text"), body.get("version"))


@blueprint.post("/hazards/<hazard_id>/suspend")
@blueprint.arguments(SuspendForm)
@blueprint.answers(answers.Hazard, key="optional")
def suspend(body: dict[str, Any], hazard_id: str) -> dict[str, Any]:
    """挂账: until a day, for a reason."""
    return _carried(pausing.suspend, hazard_id, body, body["until"], body["reason"], body.get("text"), body.get("version"))


@blueprint.post("/hazards/<hazard_id>/resume")
@blueprint.arguments(VersionForm, required=False)
@blueprint.answers(answers.Hazard, key="optional")
def resume(body: dict[str, Any], hazard_id: str) -> dict[str, Any]:
    """It can be gone on with."""
    return _carried(pausing.resume, hazard_id, body, body.get("version"))


@blueprint.post("/hazards/<hazard_id>/extend")
@blueprint.arguments(ExtendForm)
@blueprint.answers(answers.Hazard, key="optional")
def extend(body: dict[str, Any], hazard_id: str) -> dict[str, Any]:
    """延时: until a later moment, for a reason."""
    return _carried(pausing.extend, hazard_id, body, body["deadline"], body["reason"], body.get("text"), body.get("version"))


@blueprint.post("/hazards/<hazard_id>/correct")
@blueprint.arguments(AcceptHazardForm)
@blueprint.answers(answers.Hazard, key="optional")
def correct(body: dict[str, Any], hazard_id: str) -> dict[str, Any]:
    """更正: category, place, title or deadline of what was accepted."""
    said = {name: value for name, value in body.items() if name != "version"}
    return _carried(correcting.correct, hazard_id, body, said, body.get("version"))


@blueprint.post("/hazards/<hazard_id>/fix")
@blueprint.takes(FixForm, FixPhotosForm)
@blueprint.answers(answers.Hazard, key="optional")
def fix(body: dict[str, Any], hazard_id: str) -> dict[str, Any]:
    """It is gone, as a photo shows, or for a reason without one."""
    actor, files = asker(), uploads()
    key = once(actor, "hazard.fix", {"hazard_id": hazard_id, **said_with(body, files)})
    with brought(actor, files, body["photo_ids"], key) as photo_ids:
        return outcome_hazard(actor, handling.fix(actor, hazard_id, photo_ids, body.get("reason"), body.get("version"), key))


@blueprint.post("/hazards/<hazard_id>/verify")
@blueprint.arguments(VersionForm, required=False)
@blueprint.answers(answers.Hazard, key="optional")
def verify(body: dict[str, Any], hazard_id: str) -> dict[str, Any]:
    """核查: a member of staff who has not fixed it has seen that it is gone."""
    return _carried(handling.verify, hazard_id, body, body.get("version"))


@blueprint.post("/hazards/<hazard_id>/void")
@blueprint.arguments(VoidForm)
@blueprint.answers(answers.Hazard, key="optional")
def void(body: dict[str, Any], hazard_id: str) -> dict[str, Any]:
    """作废: it should not have been accepted."""
    return _carried(handling.void, hazard_id, body, body["reason"], body.get("text"), body.get("version"))

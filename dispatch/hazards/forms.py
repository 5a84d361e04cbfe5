"""What the doors to the hazards take in: the fields, their bounds, and how the API's description names them."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, validate

from dispatch.core.doors import Form, Query
from dispatch.core.photos import MOST_BOXES
from dispatch.hazards.handling import REOPEN_REASONS, SEND_BACK_REASONS, VOID_REASONS
from dispatch.hazards.pausing import EXTEND_REASONS, SUSPEND_REASONS
from dispatch.hazards.photographing import MOST
from dispatch.hazards.queries import LISTS
from dispatch.hazards.states import Status
from dispatch.orders.forms import PlaceForm, VersionForm

#: No kept photo is so long or so high.
SIDE_MOST = 4096
_id = validate.Length(1, 32)
_sentence = validate.Length(max=200)


def _file(**said: str) -> fields.Raw:
    return fields.Raw(metadata={"type": "string", "format": "binary", **said})


def _photo_ids() -> fields.List[Any]:
    named = {"description": f"as /hazards/photos answered, at most {MOST}"}
    return fields.List(fields.String(validate=_id), load_default=list, validate=validate.Length(max=MOST), metadata=named)


def _sentence_field() -> fields.String:
    return fields.String(allow_none=True, validate=_sentence, metadata={"description": "a sentence; `other` needs one"})


class ReportForm(PlaceForm):
    """A hazard as reported: a place by point or building, or both."""

    category = fields.String(
        allow_none=True, validate=validate.Length(max=60), metadata={"description": "id or code; none: found from the note"}
    )
    note = fields.String(allow_none=True, validate=validate.Length(max=500))
    building = fields.String(allow_none=True, validate=validate.Length(max=80))
    community_id = fields.String(allow_none=True, validate=validate.Length(max=32), metadata={"description": "else the nearest one"})
    order_id = fields.String(allow_none=True, validate=validate.Length(max=32), metadata={"description": "the errand on which it was seen"})
    seen_at = fields.AwareDateTime(allow_none=True, metadata={"description": "when it was seen; else now"})
    photo_ids = _photo_ids()


class ReportPhotosForm(ReportForm):
    """The same with its photos (multipart); all of it at most 9 MB."""

    photos = fields.List(_file(description="JPEG, PNG or WebP, at most 8 MB each"), metadata={"description": f"at most {MOST}"})


class PhotosForm(Form):
    photo = _file(description="JPEG, PNG or WebP, at most 8 MB")


class NearQuery(Query, PlaceForm):
    """Before a report is sent: what may be the same thing."""

    category = fields.String(required=True, validate=validate.Length(1, 60))
    building = fields.String(load_default="", validate=validate.Length(max=80))
    community_id = fields.String(validate=validate.Length(max=32))


class JoinForm(Form):
    seen_at = fields.AwareDateTime(allow_none=True)
    photo_ids = _photo_ids()


class JoinPhotosForm(JoinForm):
    """The same with photos (multipart)."""

    photos = fields.List(_file(), metadata={"description": f"at most {MOST}"})


class WantedQuery(Query):
    """Which hazards: by state, category, community and age."""

    status = fields.String(validate=validate.OneOf([*(status.value for status in Status), *LISTS]))
    category = fields.String(validate=validate.Length(max=60))
    community_id = fields.String(validate=validate.Length(max=32))
    newer_days = fields.Integer(validate=validate.Range(1, 3660), metadata={"description": "sent within so many days"})
    older_days = fields.Integer(validate=validate.Range(1, 3660), metadata={"description": "sent longer ago than so many days"})


class HazardsQuery(WantedQuery):
    page = fields.Integer(load_default=1, validate=validate.Range(1, 10_000))


class BoxQuery(WantedQuery):
    bbox = fields.String(
        required=True, validate=validate.Regexp(r"(-?\d{1,3}(\.\d{1,12})?,){3}-?\d{1,3}(\.\d{1,12})?\Z"),
        metadata={"description": "west,south,east,north in WGS-84 degrees"},
    )  # fmt: skip


class HoldForm(Form):
    take_over = fields.Boolean(load_default=False, metadata={"description": "from a colleague who has it open"})


class AcceptHazardForm(VersionForm, PlaceForm):
    """It is one; what is not said stays as it was reported."""

    category = fields.String(allow_none=True, validate=validate.Length(max=60))
    title = fields.String(allow_none=True, validate=validate.Length(max=80), metadata={"description": "public; else the category's name"})
    building = fields.String(allow_none=True, validate=validate.Length(max=80))
    community_id = fields.String(allow_none=True, validate=validate.Length(max=32))
    deadline = fields.AwareDateTime(allow_none=True, metadata={"description": "else the category's working hours from now"})


class DeclineHazardForm(VersionForm):
    reason = fields.String(required=True, validate=validate.Length(1, 30), metadata={"description": "as /hazard-reasons lists them"})
    text = _sentence_field()


class MergeForm(VersionForm):
    into = fields.String(required=True, validate=_id, metadata={"description": "the id of the one that goes on"})


class BlackBox(Form):
    """A rectangle, in the photo's own pixels from its upper left corner."""

    left = fields.Integer(required=True, strict=True, validate=validate.Range(0, SIDE_MOST))
    top = fields.Integer(required=True, strict=True, validate=validate.Range(0, SIDE_MOST))
    width = fields.Integer(required=True, strict=True, validate=validate.Range(1, SIDE_MOST))
    height = fields.Integer(required=True, strict=True, validate=validate.Range(1, SIDE_MOST))


class BlackOutForm(VersionForm):
    boxes = fields.List(fields.Nested(BlackBox), required=True, validate=validate.Length(1, MOST_BOXES))


class ResponsibleForm(VersionForm):
    responsible = fields.String(allow_none=True, validate=validate.Length(max=80), metadata={"description": "none: as the rules say"})


class FixForm(VersionForm):
    """A photo of how it looks now, or why there is none."""

    reason = fields.String(allow_none=True, validate=_sentence)
    photo_ids = _photo_ids()


class FixPhotosForm(FixForm):
    """The same with photos (multipart)."""

    version = fields.Integer(allow_none=True, validate=validate.Range(0, 2**31 - 1))
    photos = fields.List(_file(), metadata={"description": f"at most {MOST}"})


class ReopenForm(VersionForm):
    reason = fields.String(load_default="still_there", validate=validate.OneOf(REOPEN_REASONS))


class SendBackForm(VersionForm):
    reason = fields.String(required=True, validate=validate.OneOf(SEND_BACK_REASONS))
    text = _sentence_field()


class VoidForm(VersionForm):
    reason = fields.String(required=True, validate=validate.OneOf(VOID_REASONS))
    text = _sentence_field()


class SuspendForm(VersionForm):
    until = fields.AwareDateTime(required=True, metadata={"description": "when it goes on by itself"})
    reason = fields.String(required=True, validate=validate.OneOf(SUSPEND_REASONS))
    text = _sentence_field()


class ExtendForm(VersionForm):
    deadline = fields.AwareDateTime(required=True, metadata={"description": "later than the one that stands"})
    reason = fields.String(required=True, validate=validate.OneOf(EXTEND_REASONS))
    text = _sentence_field()


class SeenForm(Form):
    """Whether it is gone, of who was asked when he came by."""

    gone = fields.Boolean(required=True)
    photo_ids = _photo_ids()


class SeenPhotosForm(SeenForm):
    """The same with photos (multipart)."""

    photos = fields.List(_file(), metadata={"description": f"at most {MOST}"})


def box_in(query: dict[str, Any]) -> tuple[float, float, float, float]:
    """The four sides of a box."""
    west, south, east, north = (float(side) for side in query["bbox"].split(","))
    return west, south, east, north

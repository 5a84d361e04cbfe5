"""What the doors to the orders take in: the fields, their bounds, and how the API's description names them."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from dispatch.core.doors import Form, Query
from dispatch.core.geo import Point
from dispatch.orders import posting
from dispatch.orders.advancing import LIMIT_MOST
from dispatch.orders.closing import CANCEL_REASONS
from dispatch.orders.delivering import FAILURE_REASONS, RELEASE_REASONS, WHOSE
from dispatch.orders.messaging import TEXT_MOST
from dispatch.orders.missing import NO_SHOW_REASONS
from dispatch.orders.planning import ON_HOLIDAYS
from dispatch.orders.states import Status
from dispatch.people.models import SKILLS
from dispatch.residents.models import GROUPS

#: The lists that have a name of their own beside the states.
LISTS = ("mine", "queued", "full", "active", "today", "finished", "unsatisfied")
EPOCH_MOST = 2**31 - 1
_FEN = validate.Range(0, LIMIT_MOST)


def _reasons(known: tuple[str, ...]) -> fields.String:
    return fields.String(required=True, validate=validate.OneOf(known))


class PlaceForm(Form):
    """Where somebody is, if his phone says so: WGS-84 degrees, both or none."""

    lat = fields.Float(allow_none=True, validate=validate.Range(-90, 90))
    lon = fields.Float(allow_none=True, validate=validate.Range(-180, 180))

    @validates_schema
    def both_or_none(self, data: dict[str, Any], **_more: Any) -> None:
        if (data.get("lat") is None) != (data.get("lon") is None):
            raise ValidationError("lat and lon belong together", "lon" if data.get("lon") is None else "lat")


class ResidentForm(Form):
    name = fields.String(required=True, validate=validate.Length(1, 60))
    phone = fields.String(allow_none=True, validate=validate.Length(max=24))
    door = fields.String(allow_none=True, validate=validate.Length(max=80))
    groups = fields.List(fields.String(validate=validate.OneOf(GROUPS)), validate=validate.Length(max=len(GROUPS)))


class CallerForm(Form):
    """Who phones in the resident's stead: the courier calls him."""

    name = fields.String(required=True, validate=validate.Length(1, 60))
    phone = fields.String(required=True, validate=validate.Length(1, 24))


class NeedForm(Form):
    """What is needed, by whom and where."""

    kind = fields.String(required=True, validate=validate.OneOf(posting.KINDS))
    summary = fields.String(load_default="", allow_none=True, validate=validate.Length(max=posting.SUMMARY_MOST))
    building = fields.String(required=True, validate=validate.Length(1, 80))
    urgency = fields.String(load_default="today", validate=validate.OneOf(posting.URGENCIES))
    slots = fields.Integer(load_default=1, strict=True, validate=validate.Range(1, 4), metadata={"description": "persons needed"})
    money_limit = fields.Integer(allow_none=True, strict=True, validate=validate.Range(0, 1_000_000), metadata={"description": "分 fen"})
    skills = fields.List(fields.String(validate=validate.OneOf(SKILLS)), validate=validate.Length(max=len(SKILLS)))
    familiar_first = fields.Boolean(load_default=False)
    private_note = fields.String(allow_none=True, validate=validate.Length(max=500))
    resident_id = fields.String(allow_none=True, validate=validate.Length(max=32), metadata={"description": "or resident"})
    resident = fields.Nested(ResidentForm, allow_none=True)
    community_id = fields.String(allow_none=True, validate=validate.Length(max=32), metadata={"description": "the clerk's own by default"})


class OrderForm(NeedForm, PlaceForm):
    """An order as posted."""

    window_start = fields.AwareDateTime(allow_none=True)
    window_end = fields.AwareDateTime(allow_none=True, metadata={"description": "in the future, after window_start"})
    caller = fields.Nested(CallerForm, allow_none=True)


class TypedForm(Form):
    """As much of a resident as has been typed."""

    name = fields.String(allow_none=True, validate=validate.Length(max=60))
    phone = fields.String(allow_none=True, validate=validate.Length(max=24))


class PreviewForm(Form):
    """What the form holds so far; whatever else it holds is left out."""

    kind = fields.String(allow_none=True, validate=validate.OneOf(posting.KINDS))
    building = fields.String(allow_none=True, validate=validate.Length(max=80))
    resident_id = fields.String(allow_none=True, validate=validate.Length(max=32))
    resident = fields.Nested(TypedForm, allow_none=True)
    community_id = fields.String(allow_none=True, validate=validate.Length(max=32))


class PlanForm(Form):
    """On which days, from when until when. Times are Shanghai's."""

    weekdays = fields.List(
        fields.Integer(strict=True, validate=validate.Range(1, 7)), required=True, validate=validate.Length(1, 7),
        metadata={"description": "Monday is 1"},
    )  # fmt: skip
    first_day = fields.Date(required=True)
    last_day = fields.Date(allow_none=True, metadata={"description": "none: until it is ended"})
    opens = fields.Time("%H:%M", required=True, metadata={"format": "HH:MM"})
    closes = fields.Time("%H:%M", required=True, metadata={"format": "HH:MM"})
    on_holidays = fields.String(
        load_default="keep", validate=validate.OneOf(ON_HOLIDAYS), metadata={"description": "or left out, or on the next workday"}
    )


class StandingForm(NeedForm, PlanForm):
    """A need that comes back every week."""


class StandingChange(StandingForm):
    """What is to be different from now on."""


class HolderForm(Form):
    """`epoch` names the claim that a command belongs to; an older one is too late."""

    epoch = fields.Integer(allow_none=True, strict=True, validate=validate.Range(0, EPOCH_MOST))


class ReasonForm(HolderForm):
    """Why it is given back, or does not suit."""

    reason = _reasons(RELEASE_REASONS)


class FailForm(HolderForm):
    reason = _reasons(FAILURE_REASONS)


class VersionForm(Form):
    """`version` is the order's as it was seen; one that somebody has edited since is refused."""

    version = fields.Integer(allow_none=True, strict=True, validate=validate.Range(0, EPOCH_MOST))


class EditForm(Form):
    """The same where it must be said."""

    version = fields.Integer(required=True, strict=True, validate=validate.Range(0, EPOCH_MOST))


class CorrectForm(EditForm):
    """What is to change of what everybody reads; the rest stays as it is."""

    summary = fields.String(validate=validate.Length(max=posting.SUMMARY_MOST))
    building = fields.String(validate=validate.Length(1, 80))
    urgency = fields.String(validate=validate.OneOf(posting.URGENCIES))
    window_start = fields.AwareDateTime(allow_none=True)
    window_end = fields.AwareDateTime(metadata={"description": "in the future, after window_start"})
    slots = fields.Integer(strict=True, validate=validate.Range(1, 4), metadata={"description": "not fewer than have it"})
    skills = fields.List(fields.String(validate=validate.OneOf(SKILLS)), validate=validate.Length(max=len(SKILLS)))


class SplitForm(EditForm):
    slots = fields.Integer(required=True, strict=True, validate=validate.Range(1, 4), metadata={"description": "persons needed in all"})


class ReassignForm(EditForm):
    from_person_id = fields.String(required=True, validate=validate.Length(1, 32))
    person_id = fields.String(required=True, validate=validate.Length(1, 32))


class NoShowForm(VersionForm):
    person_id = fields.String(required=True, validate=validate.Length(1, 32), metadata={"description": "the holder who did not come"})
    reason = _reasons(NO_SHOW_REASONS)


class AnswerForm(Form):
    text = fields.String(required=True, validate=validate.Length(1, 500))


class MessageForm(Form):
    text = fields.String(required=True, validate=validate.Length(1, TEXT_MOST))
    depot_id = fields.String(allow_none=True, validate=validate.Length(1, 32), metadata={"description": "none: everybody on duty"})


class TrustForm(Form):
    skill = fields.String(required=True, validate=validate.OneOf(SKILLS))
    until = fields.Date(allow_none=True, metadata={"description": "its last day; none: no end"})


class SkillsForm(Form):
    """All that a courier may be trusted with; what is not named ends."""

    skills = fields.List(fields.Nested(TrustForm), required=True, validate=validate.Length(max=len(SKILLS)))


class PageQuery(Query):
    page = fields.Integer(load_default=1, validate=validate.Range(1, 10_000))


class CancelForm(VersionForm):
    reason = _reasons(CANCEL_REASONS)


class ConfirmForm(Form):
    """What she said when she was called back, if she was."""

    satisfied = fields.Boolean(allow_none=True)
    note = fields.String(allow_none=True, validate=validate.Length(max=500))


class RevealForm(Form):
    whose = fields.String(load_default="resident", validate=validate.OneOf(WHOSE))


class DeliverForm(HolderForm):
    """Delivered by the code that she reads out."""

    code = fields.String(allow_none=True, validate=validate.Length(max=8))
    amount = fields.Integer(allow_none=True, strict=True, validate=_FEN, metadata={"description": "分 fen laid out; 0 or none: nothing"})
    receipt_id = fields.String(allow_none=True, validate=validate.Length(max=32), metadata={"description": "as /receipt answered"})


class PhotoForm(DeliverForm):
    """Delivered by a photo and the reason why there is no code (multipart)."""

    epoch = fields.Integer(allow_none=True, validate=validate.Range(0, EPOCH_MOST))
    amount = fields.Integer(allow_none=True, validate=_FEN)
    receipt = fields.Raw(metadata={"type": "string", "format": "binary", "description": "instead of receipt_id; both files at most 9 MB"})
    photo = fields.Raw(metadata={"type": "string", "format": "binary", "description": "JPEG, PNG or WebP, at most 8 MB"})
    reason = fields.String(validate=validate.Length(max=200))


class AssignForm(VersionForm):
    person_id = fields.String(required=True, validate=validate.Length(1, 32))
    phoned_in = fields.Boolean(load_default=False, metadata={"description": "he rang and asked for it"})


class ListQuery(Query):
    status = fields.String(validate=validate.OneOf([*LISTS, *(status.value for status in Status)]))
    page = fields.Integer(load_default=1, validate=validate.Range(1, 10_000))


def place_in(body: dict[str, Any]) -> Point | None:
    """The point that a command carries, if it carries one."""
    return Point(body["lat"], body["lon"]) if body.get("lat") is not None and body.get("lon") is not None else None

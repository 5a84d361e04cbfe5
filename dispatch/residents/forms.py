"""What the doors to the care list take in: the fields, their bounds, and how the API's description names them."""

from __future__ import annotations

from marshmallow import fields, validate

from dispatch.core.doors import Form
from dispatch.residents.keeping import LEAVE_REASONS
from dispatch.residents.models import CONSENT_TO, CONSENT_WAYS, CONTACTS_MOST, GROUPS, LONGEST
from dispatch.residents.revealing import WHAT


def _text(most: int, **more: object) -> fields.String:
    return fields.String(allow_none=True, validate=validate.Length(max=most), **more)  # type: ignore[arg-type]


class ContactForm(Form):
    """Somebody to call. `was` is the place of a known contact whose number stays."""

    name = fields.String(required=True, validate=validate.Length(1, LONGEST["name"]))
    relation = _text(LONGEST["relation"])
    phone = _text(LONGEST["phone"])
    was = fields.Integer(allow_none=True, strict=True, validate=validate.Range(0, CONTACTS_MOST))


class ConsentForm(Form):
    """That she agreed: when, how, to what."""

    at = fields.AwareDateTime(required=True)
    how = fields.String(required=True, validate=validate.OneOf(CONSENT_WAYS))
    to = fields.List(
        fields.String(validate=validate.OneOf(CONSENT_TO)), load_default=["care_list"], validate=validate.Length(1, len(CONSENT_TO))
    )


class CareForm(Form):
    """What is said of a resident; a member that is left out stays as it was."""

    name = fields.String(validate=validate.Length(1, LONGEST["name"]))
    phone = _text(LONGEST["phone"])
    building = _text(LONGEST["building"])
    door = _text(LONGEST["door"])
    groups = fields.List(fields.String(validate=validate.OneOf(GROUPS)), validate=validate.Length(max=len(GROUPS)))
    note = _text(LONGEST["note"])
    contacts = fields.List(fields.Nested(ContactForm), validate=validate.Length(max=CONTACTS_MOST))
    consent = fields.Nested(ConsentForm, allow_none=True)


class EnterForm(CareForm):
    """Somebody new on the care list."""

    name = fields.String(required=True, validate=validate.Length(1, LONGEST["name"]))
    consent = fields.Nested(ConsentForm, required=True)
    community_id = _text(32, metadata={"description": "the clerk's own by default"})


class ChangeForm(CareForm):
    """`revision` as it was read: an older one is too late."""

    revision = fields.Integer(allow_none=True, strict=True, validate=validate.Range(0, 2**53))


class LeaveForm(Form):
    reason = fields.String(required=True, validate=validate.OneOf(LEAVE_REASONS))


class LookForm(Form):
    what = fields.String(load_default="phone", validate=validate.OneOf(WHAT))


class FindForm(Form):
    q = fields.String(
        load_default="", validate=validate.Length(max=80), metadata={"description": "name, pinyin, initials, phone tail, building"}
    )
    listed = fields.Boolean(allow_none=True, load_default=None, metadata={"description": "on the care list, or not"})
    group = fields.String(allow_none=True, load_default=None, validate=validate.OneOf(GROUPS))
    page = fields.Integer(load_default=1, validate=validate.Range(1, 10_000))


class SheetForm(Form):
    """A sheet to bring in (multipart). Without `write` it is looked through, and nothing is written."""

    file = fields.Raw(metadata={"type": "string", "format": "binary", "description": "xlsx or CSV, at most 8 MB"})
    write = fields.Boolean(load_default=False)
    community_id = _text(32, metadata={"description": "for rows that name no community"})
    consent_at = fields.Date(allow_none=True, metadata={"description": "for rows that say nothing of consent"})
    consent_how = fields.String(allow_none=True, validate=validate.OneOf(CONSENT_WAYS))

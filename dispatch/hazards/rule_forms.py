"""What the doors to a station's tables for hazards take in: kinds, reasons, and who deals with what."""

from __future__ import annotations

from marshmallow import fields, validate

from dispatch.core.doors import Form, Query
from dispatch.hazards.categorising import KINDS, LIMITS

_hours, _radius = validate.Range(*LIMITS["hours"]), validate.Range(*LIMITS["radius_m"])
_id = validate.Length(1, 32)
_sentence = validate.Length(max=200)
_said = validate.And(validate.Length(max=200), validate.Regexp(r"\s*\S"))


class CategoryForm(Form):
    """What is to be different of a category at this station."""

    name = fields.String(validate=validate.Length(1, 40))
    name_en = fields.String(validate=validate.Length(1, 60))
    family = fields.String(validate=validate.Regexp(r"[a-z_]{1,20}\Z"), metadata={"description": "duplicates are of one family"})
    urgent = fields.Boolean(metadata={"description": "rings at the coordinator's desk"})
    always = fields.Boolean(metadata={"description": "its limit counts nights and holidays too"})
    hours = fields.Integer(strict=True, validate=_hours, metadata={"description": "working hours that it may take"})
    radius_m = fields.Integer(strict=True, validate=_radius, metadata={"description": "metres within which it is the same"})
    public = fields.Boolean(metadata={"description": "off: it concerns a person, and is for the desks alone"})
    active = fields.Boolean()
    advice = fields.String(validate=_sentence, metadata={"description": "what to do at once, whom to phone"})
    advice_en = fields.String(validate=_sentence)


class NewCategoryForm(CategoryForm):
    """A category of the station's own."""

    kind = fields.String(required=True, validate=validate.OneOf(KINDS), metadata={"description": "事项 event or 部件 part"})
    code = fields.String(required=True, validate=validate.Regexp(r"[a-z0-9_]{1,30}\Z"))
    name = fields.String(required=True, validate=validate.Length(1, 40))
    name_en = fields.String(required=True, validate=validate.Length(1, 60))
    family = fields.String(required=True, validate=validate.Regexp(r"[a-z_]{1,20}\Z"))
    urgent = fields.Boolean(load_default=False)
    always = fields.Boolean(load_default=False)
    hours = fields.Integer(load_default=9, strict=True, validate=_hours)
    radius_m = fields.Integer(load_default=50, strict=True, validate=_radius)
    public = fields.Boolean(load_default=True)
    active = fields.Boolean(load_default=True)
    advice = fields.String(load_default="", validate=_sentence)
    advice_en = fields.String(load_default="", validate=_sentence)


class WrittenForm(Form):
    """What somebody has written so far."""

    note = fields.String(load_default="", validate=validate.Length(max=500))
    building = fields.String(load_default="", validate=validate.Length(max=80))


class ReasonsQuery(Query):
    category = fields.String(required=True, validate=validate.Length(1, 60))


class OwnReasonForm(Form):
    """A reason to decline, as its reporters will read it."""

    category = fields.String(allow_none=True, validate=validate.Length(max=60), metadata={"description": "none: for all"})
    zh = fields.String(required=True, validate=_said)
    en = fields.String(required=True, validate=_said)


class RuleForm(Form):
    """Who deals with what, where; what is left out fits everything."""

    category = fields.String(allow_none=True, validate=validate.Length(max=60))
    family = fields.String(allow_none=True, validate=validate.Length(max=20))
    community_id = fields.String(allow_none=True, validate=validate.Length(max=32))
    responsible = fields.String(required=True, validate=validate.Length(1, 80))


class DryRunForm(Form):
    category = fields.String(required=True, validate=validate.Length(1, 60))
    community_id = fields.String(required=True, validate=_id)

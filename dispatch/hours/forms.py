"""What the doors to the hours take in."""

from __future__ import annotations

from marshmallow import fields, validate

from dispatch.core.doors import Form, Query
from dispatch.hours.correcting import REASONS


class MineQuery(Query):
    year = fields.Integer(validate=validate.Range(2000, 2999), metadata={"description": "this year by default"})
    page = fields.Integer(load_default=1, validate=validate.Range(1, 10_000))


class StationQuery(Query):
    person_id = fields.String(validate=validate.Length(max=32), metadata={"description": "one courier's alone"})
    page = fields.Integer(load_default=1, validate=validate.Range(1, 10_000))


class CorrectionForm(Form):
    """What an errand should count for instead."""

    minutes = fields.Integer(required=True, strict=True, validate=validate.Range(0, 1440), metadata={"description": "in steps of the rule"})
    reason = fields.String(required=True, validate=validate.OneOf(REASONS))
    note = fields.String(allow_none=True, validate=validate.Length(max=200), metadata={"description": "needed with `other`"})


class CertificateForm(Form):
    """Whose errands, and which days, both included."""

    station_id = fields.String(required=True, validate=validate.Length(1, 32))
    from_day = fields.Date(required=True)
    to_day = fields.Date(required=True, metadata={"description": "today at the latest"})

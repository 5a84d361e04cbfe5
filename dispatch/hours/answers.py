"""What the doors to the hours give out, for the API's description."""

from __future__ import annotations

from marshmallow import Schema, fields


class Errand(Schema):
    """A delivered errand in the book: for whom in general terms, never a name."""

    id = fields.String(required=True)
    number = fields.String(required=True)
    day = fields.Date(required=True)
    kind = fields.String(required=True)
    building = fields.String(required=True)
    station_id = fields.String(required=True)
    minutes = fields.Integer(required=True, metadata={"description": "what it counts for now"})
    booked = fields.Integer(required=True, metadata={"description": "what the events gave, before corrections"})
    rule = fields.Integer(required=True, metadata={"description": "the version of the rule it was counted by"})
    person_id = fields.String(metadata={"description": "for the station"})


class Errands(Schema):
    items = fields.List(fields.Nested(Errand), required=True)
    page = fields.Integer(required=True)
    pages = fields.Integer(required=True)
    total = fields.Integer(required=True)


class MyHours(Errands):
    year = fields.Integer(required=True)
    minutes = fields.Integer(required=True, metadata={"description": "of the whole year"})
    thanked = fields.Integer(required=True)


class CorrectionMade(Schema):
    correction_id = fields.String(required=True)


class CertificateMade(Schema):
    id = fields.String(required=True)
    number = fields.String(required=True)
    status = fields.String(required=True)
    from_day = fields.Date(required=True)
    to_day = fields.Date(required=True)
    minutes = fields.Integer(required=True)
    errands = fields.Integer(required=True)
    verify_url = fields.String(required=True)

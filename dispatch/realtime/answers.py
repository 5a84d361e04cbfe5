"""What the doors beside the socket give out, for the API's description."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from dispatch.orders.answers import Listed, Order
from dispatch.people.models import Level, Role


class OwnUnit(Schema):
    id = fields.String(required=True)
    name = fields.String(required=True)
    level = fields.String(required=True, validate=validate.OneOf([level.value for level in Level]))


class Stream(Schema):
    """A journal that I follow, and its last number."""

    station_id = fields.String(required=True)
    head = fields.Integer(required=True)


class Duty(Schema):
    on = fields.Boolean(required=True)
    since = fields.AwareDateTime(required=True, allow_none=True)


class Me(Schema):
    id = fields.String(required=True)
    name = fields.String(required=True)
    role = fields.String(required=True, validate=validate.OneOf([role.value for role in Role]))
    unit = fields.Nested(OwnUnit, required=True)
    station_id = fields.String(required=True, allow_none=True)
    streams = fields.List(fields.Nested(Stream), required=True)
    duty = fields.Nested(Duty, required=True)
    open_claims = fields.List(fields.Nested(Order), required=True, metadata={"description": "the orders that I hold"})
    claim_cap = fields.Integer(required=True)


class On(Schema):
    on = fields.Boolean(required=True)


class Entry(Schema):
    """One thing that happened; what I may not hear of has its number, the type `private` and no data."""

    station_id = fields.String(required=True)
    seq = fields.Integer(required=True)
    at = fields.AwareDateTime(required=True)
    type = fields.String(required=True)
    data = fields.Dict(keys=fields.String(), values=fields.Raw())


class Journal(Schema):
    entries = fields.List(fields.Nested(Entry), required=True)
    head = fields.Integer(required=True)


class Community(Schema):
    id = fields.String(required=True)
    name = fields.String(required=True)


class Communities(Listed):
    items = fields.List(fields.Nested(Community), required=True)

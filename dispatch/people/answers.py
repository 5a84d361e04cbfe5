"""What the doors to the people give out, for the API's description."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from dispatch.people.states import LentStatus, LoanStatus


class LentPerson(Schema):
    id = fields.String(required=True)
    name = fields.String(required=True)
    status = fields.String(required=True, validate=validate.OneOf([status.value for status in LentStatus]))


class Loan(Schema):
    """Couriers of one station who serve at another for a time."""

    id = fields.String(required=True)
    status = fields.String(required=True, validate=validate.OneOf([status.value for status in LoanStatus]))
    from_station_id = fields.String(required=True)
    to_station_id = fields.String(required=True)
    by_station_id = fields.String(required=True, metadata={"description": "which of the two spoke first"})
    lender = fields.String(required=True)
    borrower = fields.String(required=True)
    number = fields.Integer(required=True)
    depot = fields.String(required=True, allow_none=True)
    until = fields.AwareDateTime(required=True)
    proposed_at = fields.AwareDateTime(required=True)
    ended_at = fields.AwareDateTime(required=True, allow_none=True)
    reason = fields.String(required=True, allow_none=True)
    my_status = fields.String(required=True, allow_none=True, metadata={"description": "a courier's own part"})
    people = fields.List(fields.Nested(LentPerson), required=True, metadata={"description": "for the two coordinators"})
    actions = fields.List(fields.String(), required=True)


class _Listed(Schema):
    page = fields.Integer(required=True)
    pages = fields.Integer(required=True)
    total = fields.Integer(required=True)


class Loans(_Listed):
    items = fields.List(fields.Nested(Loan), required=True)


class Neighbour(Schema):
    id = fields.String(required=True)
    name = fields.String(required=True)
    distance_m = fields.Integer(required=True, allow_none=True)


class Neighbours(_Listed):
    items = fields.List(fields.Nested(Neighbour), required=True)

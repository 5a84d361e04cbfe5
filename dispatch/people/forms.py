"""What the doors to the people take in."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from dispatch.core.doors import Form
from dispatch.people.answering import REASONS
from dispatch.people.lending import NUMBER_MOST

_id = validate.Length(1, 32)


class LoanForm(Form):
    """An offer (`to_station_id`; with `persons`, or with `number` and `depot_id`), or a request (`from_station_id`, `number`)."""

    to_station_id = fields.String(validate=_id)
    from_station_id = fields.String(validate=_id)
    until = fields.AwareDateTime(required=True, metadata={"description": "at most 72 hours from now"})
    persons = fields.List(fields.String(validate=_id), load_default=list, validate=validate.Length(max=NUMBER_MOST))
    depot_id = fields.String(allow_none=True, load_default=None, validate=_id)
    number = fields.Integer(allow_none=True, load_default=None, strict=True, validate=validate.Range(1, NUMBER_MOST))

    @validates_schema
    def one_of_the_two(self, data: dict[str, Any], **_more: Any) -> None:
        if ("to_station_id" in data) == ("from_station_id" in data):
            raise ValidationError("to_station_id or from_station_id", "to_station_id")


class AcceptForm(Form):
    persons = fields.List(
        fields.String(validate=_id), load_default=list, validate=validate.Length(max=NUMBER_MOST),
        metadata={"description": "who goes, where the other station has asked; without names those on duty first"},
    )  # fmt: skip


class DeclineForm(Form):
    reason = fields.String(required=True, validate=validate.OneOf(REASONS))


class EndForm(Form):
    person_id = fields.String(allow_none=True, load_default=None, validate=_id, metadata={"description": "one courier; without it all"})

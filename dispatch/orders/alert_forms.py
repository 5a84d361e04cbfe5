"""What the doors to the alerts take in and give out: the fields, their bounds, and how the API's description names them."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from dispatch.core.doors import Form, Query
from dispatch.orders.answers import AlertCounts, a_count, a_moment, a_text
from dispatch.orders.delivering import RELEASE_REASONS
from dispatch.orders.posting import KINDS
from dispatch.orders.pushing import PHONED

#: The longest clock of a step, in minutes: a week.
_CLOCK_MOST = 10_080


class Hour(fields.String):
    """A time of day as people write it, HH:MM; inside minutes after midnight."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_more: Any) -> Any:
        parts = value.split(":") if isinstance(value, str) else []
        if len(parts) != 2 or not all(len(part) == 2 and part.isascii() and part.isdigit() for part in parts):
            raise ValidationError("HH:MM")
        minutes = int(parts[0]) * 60 + int(parts[1])
        if int(parts[0]) > 23 or int(parts[1]) > 59:
            raise ValidationError("HH:MM")
        return minutes


def an_hour() -> Hour:
    return Hour(allow_none=True, metadata={"type": "string", "format": "HH:MM", "description": "Shanghai's; none: no quiet hours"})


class QuietForm(Form):
    """Quiet hours, both ends or none."""

    quiet_from = an_hour()
    quiet_to = an_hour()

    @validates_schema
    def both_or_none(self, data: dict[str, Any], **_more: Any) -> None:
        if (data.get("quiet_from") is None) != (data.get("quiet_to") is None):
            raise ValidationError("both or none", "quiet_to" if data.get("quiet_to") is None else "quiet_from")


class WishesForm(QuietForm):
    """What I want of alerts; what is empty or not said is not limited."""

    not_until = fields.AwareDateTime(allow_none=True, metadata={"description": "no alerts until then"})
    most_m = fields.Integer(allow_none=True, strict=True, validate=validate.Range(100, 100_000), metadata={"description": "no further"})
    kinds = fields.List(fields.String(validate=validate.OneOf(KINDS)), allow_none=True, validate=validate.Length(1, len(KINDS)))
    per_day = fields.Integer(allow_none=True, strict=True, validate=validate.Range(0, 1000), metadata={"description": "no more a day"})


class StepsForm(Form):
    """Minutes on the board after which each step is taken; none: never."""

    whole_station = fields.Integer(allow_none=True, strict=True, validate=validate.Range(1, _CLOCK_MOST))
    neighbours = fields.Integer(allow_none=True, strict=True, validate=validate.Range(1, _CLOCK_MOST))
    committee = fields.Integer(allow_none=True, strict=True, validate=validate.Range(1, _CLOCK_MOST))
    district = fields.Integer(allow_none=True, strict=True, validate=validate.Range(1, _CLOCK_MOST))


class UrgencyForm(Form):
    """How hard is tried for orders of one urgency."""

    price = fields.Float(validate=validate.Range(0, 1), metadata={"description": "what one phone more must add to the chance, at first"})
    falls = fields.Float(validate=validate.Range(0.1, 1), metadata={"description": "how much of that is left with each wave"})
    floor = fields.Float(validate=validate.Range(0, 1), metadata={"description": "what it must always add"})
    most = fields.Integer(strict=True, validate=validate.Range(1, 1000), metadata={"description": "asks for one order"})
    wave_s = fields.Float(validate=validate.Range(15, 3600), metadata={"description": "seconds from wave to wave"})
    head_start_s = fields.Integer(strict=True, validate=validate.Range(0, 120), metadata={"description": "for who looks at the board"})
    steps = fields.Nested(StepsForm)


class UrgenciesForm(Form):
    urgent = fields.Nested(UrgencyForm)
    today = fields.Nested(UrgencyForm)
    routine = fields.Nested(UrgencyForm)


class RulesForm(QuietForm):
    """A station's rules for its alerts; what is not said is as usual."""

    on = fields.Boolean(load_default=True)
    silence_s = fields.Float(validate=validate.Range(20, 3600), metadata={"description": "without an answer for so long is a no"})
    fairness = fields.Float(validate=validate.Range(0, 1), metadata={"description": "what it counts to have had more than others"})
    urgencies = fields.Nested(UrgenciesForm)


class PhonedForm(Form):
    person_id = fields.String(required=True, validate=validate.Length(1, 32))
    outcome = fields.String(required=True, validate=validate.OneOf(PHONED))
    reason = fields.String(allow_none=True, validate=validate.OneOf(RELEASE_REASONS), metadata={"description": "of a no"})


class SpanQuery(Query):
    first = fields.Date(required=True, data_key="from")
    last = fields.Date(required=True, data_key="to", metadata={"description": "this day too"})


class AlertStep(Schema):
    name = a_text()
    at = a_moment(none=True)
    done_at = a_moment(none=True)


class AlertPlan(AlertCounts):
    steps = fields.List(fields.Nested(AlertStep), required=True)
    reasons = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)


class AlertCallLine(Schema):
    person_id = a_text()
    name = a_text()
    on_duty = fields.Boolean(required=True)
    likelihood = fields.Float(required=True)
    distance_m = a_count()
    why = a_text(none=True, description="why his phone is not asked, or what became of it")
    outcome = a_text(none=True)
    reason = a_text(none=True)


class AlertCallList(Schema):
    items = fields.List(fields.Nested(AlertCallLine), required=True)


class AlertBrief(Schema):
    id = a_text()
    kind = a_text()
    community = a_text()
    building = a_text()


class AlertWhy(Schema):
    distance_m = a_count()
    busy = fields.Boolean(required=True)
    recent = fields.Float(required=True)
    likelihood = fields.Float(required=True)


class MyAlert(Schema):
    order = fields.Nested(AlertBrief, required=True)
    sent_at = a_moment()
    expires_at = a_moment()
    outcome = a_text()
    reason = a_text(none=True)
    why = fields.Nested(AlertWhy, required=True)


class AlertNotAsked(Schema):
    order = fields.Nested(AlertBrief, required=True)
    why = a_text()
    distance_m = a_count(none=True)


class MyAlerts(Schema):
    items = fields.List(fields.Nested(MyAlert), required=True)
    not_asked = fields.List(fields.Nested(AlertNotAsked), required=True)


class AlertWishes(Schema):
    not_until = a_moment(none=True)
    most_m = a_count(none=True)
    kinds = fields.List(fields.String(), required=True, allow_none=True)
    per_day = a_count(none=True)
    quiet_from = a_text(none=True)
    quiet_to = a_text(none=True)


class AlertBelief(Schema):
    likelihood = fields.Float(required=True, metadata={"description": "half a kilometre away, with nothing in hand"})
    words = fields.List(fields.String(), required=True)
    numbers = fields.Dict(keys=fields.String(), values=fields.Float(), required=True)


class AlertRules(Schema):
    on = fields.Boolean(required=True)
    silence_s = fields.Float(required=True)
    fairness = fields.Float(required=True)
    quiet_from = a_text(none=True)
    quiet_to = a_text(none=True)
    urgencies = fields.Dict(keys=fields.String(), values=fields.Dict(), required=True)

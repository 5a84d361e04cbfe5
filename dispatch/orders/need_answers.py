"""What the doors to needs give out: one that can be posted again as it is, and those that come back every week."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from dispatch.orders.answers import Listed, Order, a_count, a_moment, a_text
from dispatch.orders.planning import ON_HOLIDAYS
from dispatch.orders.posting import KINDS, URGENCIES
from dispatch.orders.states import Standing as StandingStatus
from dispatch.people.models import SKILLS


class Typed(Schema):
    """The resident of a need that is not posted yet."""

    name = a_text(none=True)
    phone = a_text(none=True, description="masked")
    door = a_text(none=True)


class Repeated(Schema):
    id = a_text()
    number = a_text()
    posted_at = a_moment()


class NeedBase(Schema):
    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    summary = a_text()
    building = a_text()
    urgency = fields.String(required=True, validate=validate.OneOf(URGENCIES))
    slots = a_count()
    money_limit = a_count(none=True)
    skills = fields.List(fields.String(validate=validate.OneOf(SKILLS)), required=True)
    familiar_first = fields.Boolean(required=True)
    private_note = a_text(none=True)
    community_id = a_text()
    resident_id = a_text(none=True)
    resident = fields.Nested(Typed, required=True)


class Need(NeedBase):
    """An earlier order as a need that can be posted again as it is."""

    window_start = a_moment(none=True)
    window_end = a_moment(none=True)
    repeats = fields.Nested(Repeated, required=True)


class Preview(Schema):
    """What is known before a need is posted."""

    last = fields.Nested(Need, required=True, allow_none=True)
    duplicates = fields.List(fields.Nested(Order), required=True)


class Day(Schema):
    day = a_text(description="YYYY-MM-DD")
    window_start = a_moment()
    window_end = a_moment()
    holiday = fields.Boolean(required=True)
    moved_from = a_text(none=True, description="the holiday that it is moved from")


class Coming(Schema):
    """The next four days of a plan."""

    next = fields.List(fields.Nested(Day), required=True)
    unsure_from = a_text(none=True, description="from this day on the holidays are not published yet")


class Standing(NeedBase, Coming):
    """A need that comes back every week."""

    id = a_text()
    status = fields.String(required=True, validate=validate.OneOf([status.value for status in StandingStatus]))
    community = a_text()
    weekdays = fields.List(fields.Integer(), required=True)
    first_day = a_text()
    last_day = a_text(none=True)
    opens = a_text()
    closes = a_text()
    on_holidays = fields.String(required=True, validate=validate.OneOf(ON_HOLIDAYS))
    stopped = a_text(none=True, description="resident_gone or community_gone: why the clock stopped it")
    missed = fields.List(fields.String(), required=True, metadata={"description": "days that nobody has read of yet"})
    keeper_gone = fields.Boolean(required=True, metadata={"description": "who last answered for it works here no longer"})


class Standings(Listed):
    items = fields.List(fields.Nested(Standing), required=True)

"""What the doors to the orders give out, for the API's description; `presenting` decides who reads which part."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from dispatch.orders.missing import NO_SHOW_REASONS
from dispatch.orders.posting import KINDS, URGENCIES
from dispatch.orders.states import Status
from dispatch.people.models import SKILLS


def a_text(*, may_miss: bool = False, none: bool = False, **said: str) -> fields.String:
    return fields.String(required=not may_miss, allow_none=none, metadata=said)


def a_count(*, none: bool = False, **said: str) -> fields.Integer:
    return fields.Integer(required=True, allow_none=none, metadata=said)


def a_moment(*, none: bool = False, **said: str) -> fields.AwareDateTime:
    return fields.AwareDateTime(required=True, allow_none=none, metadata=said)


class Private(Schema):
    """The resident: for clerk, coordinator and, while he holds the order, the courier."""

    name = a_text(none=True)
    phone = a_text(none=True, description="masked; `reveal` shows it")
    door = a_text(none=True)
    note = a_text(none=True)


class Navigate(Schema):
    """Links to two maps, each in its own datum."""

    amap = a_text()
    baidu = a_text()


class Delivery(Schema):
    reason = a_text(none=True)
    photo = fields.Boolean(required=True)


class Caller(Schema):
    """Who phoned in her stead."""

    name = a_text()
    phone = a_text(none=True, description="masked; `reveal` with `whose: caller` shows it")


class CallBack(Schema):
    """The call back after the delivery, for clerk and coordinator."""

    tries = a_count(description="in vain so far")
    again_at = a_moment(none=True, description="when to try again")
    satisfied = fields.Boolean(required=True, allow_none=True)
    note = a_text(none=True)


class Holder(Schema):
    id = a_text()
    name = a_text()
    epoch = a_count()
    claimed_at = a_moment()


class InQueue(Schema):
    id = a_text()
    name = a_text()
    at = a_moment()


class AlertCounts(Schema):
    """What has become of an order's alerts, this time on the board."""

    asked = a_count()
    declined = a_count()
    unanswered = a_count(description="standing, or silent")
    standing = a_count()
    wave = a_count()
    step = a_text(description="waves, or the last of whole_station neighbours committee district")
    next_wave_at = a_moment(none=True)


class Order(Schema):
    """An order as read; the members that are not required are there for those who may see them."""

    id = a_text()
    number = a_text(description="short enough for the telephone: 1124-017")
    status = fields.String(required=True, validate=validate.OneOf([status.value for status in Status]))
    station_id = a_text()
    community_id = a_text()
    community = a_text()
    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    summary = a_text()
    building = a_text()
    urgency = fields.String(required=True, validate=validate.OneOf(URGENCIES))
    window_start = a_moment(none=True)
    window_end = a_moment()
    posted_at = a_moment()
    opened_at = a_moment(none=True, description="since when it has been on the board this time")
    deadline = a_moment(none=True, description="until when the goods are to be picked up")
    slots = a_count(description="persons needed")
    taken = a_count(description="persons who have claimed it")
    epoch = a_count(description="of my claim, else of the latest one")
    money_limit = a_count(none=True, description="分 fen")
    skills = fields.List(fields.String(validate=validate.OneOf(SKILLS)), required=True)
    familiar_first = fields.Boolean(required=True)
    version = a_count(description="rises with every edit at a desk")
    opens_at = a_moment(none=True, description="until then it is for those who know the resident; none: open to me")
    opens_in_ms = a_count(none=True, description="the same, from the moment of this answer, by the server's clock")
    alerts = fields.Nested(AlertCounts, metadata={"description": "of an open order, for its desks"})
    queue = fields.List(fields.Nested(InQueue), metadata={"description": "who waits for it, in turn"})
    queue_place = fields.Integer(allow_none=True, metadata={"description": "my own place among those who wait for it, from 1"})
    reason = a_text(none=True)
    escalated = fields.Boolean(required=True)
    distance_m = a_count(none=True, description="metres from the courier's last known point or depot")
    mine = fields.Boolean(required=True, metadata={"description": "I hold it"})
    actions = fields.List(fields.String(), required=True, metadata={"description": "what I may do with it as it stands"})
    private = fields.Nested(Private)
    lat = fields.Float(metadata={"description": "WGS-84"})
    lon = fields.Float(metadata={"description": "WGS-84"})
    navigate = fields.Nested(Navigate)
    code = a_text(may_miss=True, none=True, description="for clerk and coordinator, who tell the resident")
    caller = fields.Nested(Caller)
    call_back = fields.Nested(CallBack)
    delivery = fields.Nested(Delivery)
    holders = fields.List(fields.Nested(Holder))


class Listed(Schema):
    """One page of a list."""

    page = a_count()
    pages = a_count()
    total = a_count()


class Orders(Listed):
    items = fields.List(fields.Nested(Order), required=True)


class Trust(Schema):
    skill = fields.String(required=True, validate=validate.OneOf(SKILLS))
    until = fields.Date(required=True, allow_none=True, metadata={"description": "its last day"})
    vouched_by = a_text(none=True)


class Courier(Schema):
    id = a_text()
    name = a_text()
    depot_id = a_text()
    skills = fields.List(fields.Nested(Trust), required=True)
    depot = a_text()
    on_duty = fields.Boolean(required=True)
    active = fields.Boolean(required=True)
    open_claims = a_count()
    quiet_minutes = a_count(
        none=True, description="on duty, and nothing heard of the phone for about so long; null: heard of, or not known"
    )


class Couriers(Listed):
    items = fields.List(fields.Nested(Courier), required=True)


class Named(Schema):
    id = a_text()
    name = a_text()


class NoShow(Schema):
    """That a holder did not come, and his answer beside it."""

    id = a_text()
    order_id = a_text()
    number = a_text()
    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    building = a_text()
    person = fields.Nested(Named, required=True)
    reason = fields.String(required=True, validate=validate.OneOf(NO_SHOW_REASONS))
    recorded_by = a_text(description="a name")
    recorded_at = a_moment()
    answer = a_text(none=True)
    answered_at = a_moment(none=True)
    answer_until = a_moment()
    can_answer = fields.Boolean(required=True)


class NoShows(Listed):
    items = fields.List(fields.Nested(NoShow), required=True)


class Message(Schema):
    """A word from the station: `read` to a courier, `read_by` (how many) to the coordinator."""

    id = a_text()
    text = a_text()
    depot_id = a_text(none=True)
    depot = a_text(none=True)
    sent_at = a_moment()
    expires_at = a_moment()
    read = fields.Boolean()
    read_by = fields.Integer()


class Messages(Listed):
    items = fields.List(fields.Nested(Message), required=True)


class Phone(Schema):
    phone = a_text(none=True)

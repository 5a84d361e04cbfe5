"""What the doors to the orders give out, for the API's description; `presenting` decides who reads which part."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from dispatch.orders.missing import NO_SHOW_REASONS
from dispatch.orders.planning import ON_HOLIDAYS
from dispatch.orders.posting import KINDS, URGENCIES
from dispatch.orders.states import Standing as StandingStatus
from dispatch.orders.states import Status
from dispatch.people.models import SKILLS


def _text(*, may_miss: bool = False, none: bool = False, **said: str) -> fields.String:
    return fields.String(required=not may_miss, allow_none=none, metadata=said)


def _count(*, none: bool = False, **said: str) -> fields.Integer:
    return fields.Integer(required=True, allow_none=none, metadata=said)


def _moment(*, none: bool = False, **said: str) -> fields.AwareDateTime:
    return fields.AwareDateTime(required=True, allow_none=none, metadata=said)


class Private(Schema):
    """The resident: for clerk, coordinator and, while he holds the order, the courier."""

    name = _text(none=True)
    phone = _text(none=True, description="masked; `reveal` shows it")
    door = _text(none=True)
    note = _text(none=True)


class Navigate(Schema):
    """Links to two maps, each in its own datum."""

    amap = _text()
    baidu = _text()


class Delivery(Schema):
    reason = _text(none=True)
    photo = fields.Boolean(required=True)


class Caller(Schema):
    """Who phoned in her stead."""

    name = _text()
    phone = _text(none=True, description="masked; `reveal` with `whose: caller` shows it")


class CallBack(Schema):
    """The call back after the delivery, for clerk and coordinator."""

    tries = _count(description="in vain so far")
    again_at = _moment(none=True, description="when to try again")
    satisfied = fields.Boolean(required=True, allow_none=True)
    note = _text(none=True)


class Holder(Schema):
    id = _text()
    name = _text()
    epoch = _count()
    claimed_at = _moment()


class InQueue(Schema):
    id = _text()
    name = _text()
    at = _moment()


class Order(Schema):
    """An order as read; the members that are not required are there for those who may see them."""

    id = _text()
    number = _text(description="short enough for the telephone: 1124-017")
    status = fields.String(required=True, validate=validate.OneOf([status.value for status in Status]))
    station_id = _text()
    community_id = _text()
    community = _text()
    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    summary = _text()
    building = _text()
    urgency = fields.String(required=True, validate=validate.OneOf(URGENCIES))
    window_start = _moment(none=True)
    window_end = _moment()
    posted_at = _moment()
    opened_at = _moment(none=True, description="since when it has been on the board this time")
    deadline = _moment(none=True, description="until when the goods are to be picked up")
    slots = _count(description="persons needed")
    taken = _count(description="persons who have claimed it")
    epoch = _count(description="of my claim, else of the latest one")
    money_limit = _count(none=True, description="分 fen")
    skills = fields.List(fields.String(validate=validate.OneOf(SKILLS)), required=True)
    familiar_first = fields.Boolean(required=True)
    version = _count(description="rises with every edit at a desk")
    opens_at = _moment(none=True, description="until then it is for those who know the resident; none: open to me")
    opens_in_ms = _count(none=True, description="the same, from the moment of this answer, by the server's clock")
    queue = fields.List(fields.Nested(InQueue), metadata={"description": "who waits for it, in turn"})
    queue_place = fields.Integer(allow_none=True, metadata={"description": "my own place among those who wait for it, from 1"})
    reason = _text(none=True)
    escalated = fields.Boolean(required=True)
    distance_m = _count(none=True, description="metres from the courier's last known point or depot")
    mine = fields.Boolean(required=True, metadata={"description": "I hold it"})
    actions = fields.List(fields.String(), required=True, metadata={"description": "what I may do with it as it stands"})
    private = fields.Nested(Private)
    lat = fields.Float(metadata={"description": "WGS-84"})
    lon = fields.Float(metadata={"description": "WGS-84"})
    navigate = fields.Nested(Navigate)
    code = _text(may_miss=True, none=True, description="for clerk and coordinator, who tell the resident")
    caller = fields.Nested(Caller)
    call_back = fields.Nested(CallBack)
    delivery = fields.Nested(Delivery)
    holders = fields.List(fields.Nested(Holder))


class Listed(Schema):
    """One page of a list."""

    page = _count()
    pages = _count()
    total = _count()


class Orders(Listed):
    items = fields.List(fields.Nested(Order), required=True)


class Trust(Schema):
    skill = fields.String(required=True, validate=validate.OneOf(SKILLS))
    until = fields.Date(required=True, allow_none=True, metadata={"description": "its last day"})
    vouched_by = _text(none=True)


class Courier(Schema):
    id = _text()
    name = _text()
    depot_id = _text()
    skills = fields.List(fields.Nested(Trust), required=True)
    depot = _text()
    on_duty = fields.Boolean(required=True)
    active = fields.Boolean(required=True)
    open_claims = _count()
    quiet_minutes = _count(none=True, description="on duty, and nothing heard of the phone for about so long; null: heard of, or not known")


class Couriers(Listed):
    items = fields.List(fields.Nested(Courier), required=True)


class Named(Schema):
    id = _text()
    name = _text()


class NoShow(Schema):
    """That a holder did not come, and his answer beside it."""

    id = _text()
    order_id = _text()
    number = _text()
    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    building = _text()
    person = fields.Nested(Named, required=True)
    reason = fields.String(required=True, validate=validate.OneOf(NO_SHOW_REASONS))
    recorded_by = _text(description="a name")
    recorded_at = _moment()
    answer = _text(none=True)
    answered_at = _moment(none=True)
    answer_until = _moment()
    can_answer = fields.Boolean(required=True)


class NoShows(Listed):
    items = fields.List(fields.Nested(NoShow), required=True)


class Message(Schema):
    """A word from the station: `read` to a courier, `read_by` (how many) to the coordinator."""

    id = _text()
    text = _text()
    depot_id = _text(none=True)
    depot = _text(none=True)
    sent_at = _moment()
    expires_at = _moment()
    read = fields.Boolean()
    read_by = fields.Integer()


class Messages(Listed):
    items = fields.List(fields.Nested(Message), required=True)


class Phone(Schema):
    phone = _text(none=True)


class Typed(Schema):
    """The resident of a need that is not posted yet."""

    name = _text(none=True)
    phone = _text(none=True, description="masked")
    door = _text(none=True)


class Repeated(Schema):
    id = _text()
    number = _text()
    posted_at = _moment()


class NeedBase(Schema):
    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    summary = _text()
    building = _text()
    urgency = fields.String(required=True, validate=validate.OneOf(URGENCIES))
    slots = _count()
    money_limit = _count(none=True)
    skills = fields.List(fields.String(validate=validate.OneOf(SKILLS)), required=True)
    familiar_first = fields.Boolean(required=True)
    private_note = _text(none=True)
    community_id = _text()
    resident_id = _text(none=True)
    resident = fields.Nested(Typed, required=True)


class Need(NeedBase):
    """An earlier order as a need that can be posted again as it is."""

    window_start = _moment(none=True)
    window_end = _moment(none=True)
    repeats = fields.Nested(Repeated, required=True)


class Preview(Schema):
    """What is known before a need is posted."""

    last = fields.Nested(Need, required=True, allow_none=True)
    duplicates = fields.List(fields.Nested(Order), required=True)


class Day(Schema):
    day = _text(description="YYYY-MM-DD")
    window_start = _moment()
    window_end = _moment()
    holiday = fields.Boolean(required=True)
    moved_from = _text(none=True, description="the holiday that it is moved from")


class Coming(Schema):
    """The next four days of a plan."""

    next = fields.List(fields.Nested(Day), required=True)
    unsure_from = _text(none=True, description="from this day on the holidays are not published yet")


class Standing(NeedBase, Coming):
    """A need that comes back every week."""

    id = _text()
    status = fields.String(required=True, validate=validate.OneOf([status.value for status in StandingStatus]))
    community = _text()
    weekdays = fields.List(fields.Integer(), required=True)
    first_day = _text()
    last_day = _text(none=True)
    opens = _text()
    closes = _text()
    on_holidays = fields.String(required=True, validate=validate.OneOf(ON_HOLIDAYS))
    stopped = _text(none=True, description="resident_gone or community_gone: why the clock stopped it")
    missed = fields.List(fields.String(), required=True, metadata={"description": "days that nobody has read of yet"})
    keeper_gone = fields.Boolean(required=True, metadata={"description": "who last answered for it works here no longer"})


class Standings(Listed):
    items = fields.List(fields.Nested(Standing), required=True)

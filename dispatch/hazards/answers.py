"""What the doors to the hazards give out, for the API's description; `presenting` decides who reads which part."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from dispatch.hazards.categorising import KINDS
from dispatch.hazards.states import PUBLIC_WORDS, Status
from dispatch.orders.answers import Listed


def _text(*, may_miss: bool = False, none: bool = False, **said: str) -> fields.String:
    return fields.String(required=not may_miss, allow_none=none, metadata=said)


def _moment(*, none: bool = False, **said: str) -> fields.AwareDateTime:
    return fields.AwareDateTime(required=True, allow_none=none, metadata=said)


class HazardPhoto(Schema):
    id = _text()
    url = _text(description="served to those who may look at it")
    width = fields.Integer(required=True)
    height = fields.Integer(required=True)
    caption = fields.String(required=True, validate=validate.OneOf(["report", "join", "after", "check"]))
    shown = fields.Boolean(metadata={"description": "for the station: others may see it"})


class CameraPlace(Schema):
    """Where its camera says that it was taken: to be offered to who took it, and kept nowhere."""

    lat = fields.Float(required=True)
    lon = fields.Float(required=True)


class SentPhoto(Schema):
    photo_id = _text(description="to be named by a command within a day")
    url = _text()
    width = fields.Integer(required=True)
    height = fields.Integer(required=True)
    place = fields.Nested(CameraPlace, required=True, allow_none=True)
    taken_at = _moment(none=True, description="as its camera says; kept nowhere")


class Words(Schema):
    """How far it is, in plain words."""

    code = fields.String(required=True, validate=validate.OneOf(sorted(set(PUBLIC_WORDS.values()))))
    text = _text()


class HazardReason(Schema):
    code = _text()
    text = _text(none=True, description="in the reader's language, where the code has a sentence of its own")


class Reporter(Schema):
    id = _text()
    name = _text()
    at = _moment()
    seen_at = _moment()


class HeldBy(Schema):
    by = _text(description="a person's id")
    until = _moment()


class Step(Schema):
    verb = _text()
    was = _text(none=True)
    role = _text(description="of who did it, or clock")
    by = _text(may_miss=True, description="for the station: a person's id, or clock")
    at = _moment()
    said = fields.Dict(keys=fields.String(), values=fields.Raw(), required=True)


class Hazard(Schema):
    """A hazard as read; the members that are not required are there for those who may see them."""

    id = _text()
    number = _text(description="short enough for the telephone: H1124-017")
    status = fields.String(required=True, validate=validate.OneOf([status.value for status in Status]))
    words = fields.Nested(Words, required=True)
    station_id = _text()
    community_id = _text(none=True)
    community = _text(none=True)
    category = _text()
    category_name = _text()
    family = _text()
    urgent = fields.Boolean(required=True)
    public = fields.Boolean(required=True)
    advice = _text(none=True, description="what to do at once, whom to phone")
    title = _text()
    building = _text()
    lat = fields.Float(required=True, allow_none=True, metadata={"description": "WGS-84"})
    lon = fields.Float(required=True, allow_none=True, metadata={"description": "WGS-84"})
    version = fields.Integer(required=True)
    reopened = fields.Integer(required=True, metadata={"description": "how often"})
    responsible = _text(none=True, description="none: the community's committee")
    seen_at = _moment()
    sent_at = _moment()
    deadline = _moment(none=True)
    overdue = fields.Boolean(required=True)
    suspended_until = _moment(none=True)
    reason = fields.Nested(HazardReason, required=True, allow_none=True)
    photos = fields.List(fields.Nested(HazardPhoto), required=True)
    mine = fields.Boolean(required=True, metadata={"description": "I have reported or joined it"})
    asked = fields.Boolean(required=True, metadata={"description": "I am asked whether it is gone"})
    actions = fields.List(fields.String(), required=True, metadata={"description": "what I may do with it as it stands"})
    note = _text(may_miss=True, none=True)
    reason_text = _text(may_miss=True, none=True)
    merged_into = _text(may_miss=True, none=True)
    order_id = _text(may_miss=True, none=True)
    reporters = fields.List(fields.Nested(Reporter))
    fast_lane = fields.Boolean(metadata={"description": "its reporter's reports nearly always hold"})
    held = fields.Nested(HeldBy, allow_none=True)
    steps = fields.List(fields.Nested(Step))


class Hazards(Listed):
    items = fields.List(fields.Nested(Hazard), required=True)


class NearHazard(Hazard):
    distance_m = fields.Integer(required=True, allow_none=True)


class Near(Schema):
    items = fields.List(fields.Nested(NearHazard), required=True)


class Geometry(Schema):
    type = _text()
    coordinates = fields.List(fields.Float(), required=True, metadata={"description": "lon, lat"})


class Properties(Schema):
    number = _text()
    status = _text()
    category = _text()
    category_name = _text()
    title = _text()
    building = _text()
    community_id = _text(none=True)
    urgent = fields.Boolean(required=True)
    overdue = fields.Boolean(required=True)
    sent_at = _moment()
    deadline = _moment(none=True)


class Feature(Schema):
    type = _text()
    id = _text()
    geometry = fields.Nested(Geometry, required=True)
    properties = fields.Nested(Properties, required=True)


class FeatureCollection(Schema):
    """GeoJSON (RFC 7946)."""

    type = _text()
    features = fields.List(fields.Nested(Feature), required=True)
    more = fields.Boolean(required=True, metadata={"description": "there are more in the box; the newest are here"})


class HazardCategory(Schema):
    id = _text()
    standard = _text()
    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    code = _text()
    name = _text()
    name_en = _text()
    family = _text()
    is_local = fields.Boolean(required=True)
    urgent = fields.Boolean(required=True)
    always = fields.Boolean(required=True)
    hours = fields.Integer(required=True)
    radius_m = fields.Integer(required=True)
    public = fields.Boolean(required=True)
    active = fields.Boolean(required=True)
    advice = _text()
    advice_en = _text()


class HazardCategories(Listed):
    items = fields.List(fields.Nested(HazardCategory), required=True)


class Suggested(Schema):
    category = _text()
    name = _text()
    words = fields.List(fields.String(), required=True, metadata={"description": "what speaks for it"})


class SuggestedCategories(Schema):
    items = fields.List(fields.Nested(Suggested), required=True)


class DeclineReason(Schema):
    code = _text()
    family = _text(description="empty: for all")
    category = _text(none=True, description="of a station's own: for this one alone")
    zh = _text()
    en = _text()


class DeclineReasons(Listed):
    items = fields.List(fields.Nested(DeclineReason), required=True)


class HazardRule(Schema):
    id = _text()
    category = _text(none=True)
    family = _text(none=True)
    community_id = _text(none=True)
    responsible = _text()


class HazardRules(Listed):
    items = fields.List(fields.Nested(HazardRule), required=True)


class TriedRule(HazardRule):
    fits = fields.Boolean(required=True)
    misses = fields.List(fields.String(), required=True, metadata={"description": "fields that do not fit"})
    weight = fields.Integer(required=True)
    chosen = fields.Boolean(required=True)


class DryRun(Schema):
    """Which rule would decide, and why."""

    responsible = _text(none=True, description="none: the community's committee")
    rule_id = _text(none=True)
    why = _text()
    tried = fields.List(fields.Nested(TriedRule), required=True)

"""What the doors to the pattern take in and give out, for the API's description."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from dispatch.core.doors import Query
from dispatch.orders.answers import Listed

_MONTH = validate.Regexp(r"20\d\d-(0[1-9]|1[0-2])\Z")


def _text(*, none: bool = False, **said: str) -> fields.String:
    return fields.String(required=True, allow_none=none, metadata=said)


def _count(**said: str) -> fields.Integer:
    return fields.Integer(required=True, metadata=said)


def _moment() -> fields.AwareDateTime:
    return fields.AwareDateTime(required=True)


class CornersQuery(Query):
    page = fields.Integer(load_default=1, validate=validate.Range(1, 10_000))
    all = fields.Boolean(load_default=False, metadata={"description": "also where nothing has come back for 90 days"})
    community_id = fields.String(validate=validate.Length(max=32))
    family = fields.String(validate=validate.Length(max=20))


class RatesQuery(Query):
    unit_id = fields.String(validate=validate.Length(max=32), metadata={"description": "district, station or community; else one's own"})
    first = fields.String(validate=_MONTH, metadata={"description": "2026-06; else five months before the last"})
    last = fields.String(validate=_MONTH, metadata={"description": "2026-11; else this month"})


class ReturnLine(Schema):
    """Something came back."""

    hazard_id = _text(none=True, description="none where one may not see it")
    number = _text(none=True)
    closed_at = _moment()
    came_at = _moment()
    days = _count(description="whole days after the closing")


class Corner(Schema):
    """A place to which hazards of one family come back within thirty days after they were closed."""

    id = _text(description="that of the first hazard there")
    family = _text()
    kinds = fields.List(fields.String(), required=True, metadata={"description": "names of the categories that were there"})
    community_id = _text(none=True)
    community = _text(none=True)
    building = _text()
    lat = fields.Float(required=True, allow_none=True)
    lon = fields.Float(required=True, allow_none=True)
    hazards = _count(description="in all")
    returns = _count(description="how often something came back, in all")
    recent = _count(description="the same, in the last 90 days; the list is ranked by it")
    first_at = _moment()
    last_at = _moment()
    history = fields.List(fields.Nested(ReturnLine), required=True, metadata={"description": "the latest first, at most twelve"})


class Corners(Listed):
    items = fields.List(fields.Nested(Corner), required=True)


class Counts(Schema):
    accepted = _count()
    judged_in_time = _count()
    held = _count(description="not made void or merged afterwards")
    due = _count(description="fixed, or past their limit")
    fixed = _count()
    fixed_in_time = _count()
    redone = _count(description="said to be fixed, and were not")
    closed = _count(description="seen to be gone")
    reopened = _count(description="opened again after that")
    settled = _count(description="closed at least 30 days ago, or back already")
    solved = _count(description="closed, and not back within 30 days")


class Share(Schema):
    n = _count()
    of = _count()
    share = fields.Float(required=True, allow_none=True, metadata={"description": "0 to 1; none of nothing"})


class Rates(Schema):
    judged_in_time = fields.Nested(Share, required=True, metadata={"description": "按时立案率"})
    accurate = fields.Nested(Share, required=True, metadata={"description": "准确立案率"})
    closed_in_time = fields.Nested(Share, required=True, metadata={"description": "按时结案率"})
    redone = fields.Nested(Share, required=True, metadata={"description": "返工率"})
    reopened = fields.Nested(Share, required=True)
    solved = fields.Nested(Share, required=True)


class Spread(Schema):
    n = _count()
    median = fields.Integer(required=True, allow_none=True, metadata={"description": "minutes"})
    p90 = fields.Integer(required=True, allow_none=True, metadata={"description": "minutes"})


class Steps(Schema):
    accept = fields.Nested(Spread, required=True, metadata={"description": "from reported"})
    assign = fields.Nested(Spread, required=True, metadata={"description": "from accepted"})
    fix = fields.Nested(Spread, required=True, metadata={"description": "from assigned"})
    verify = fields.Nested(Spread, required=True, metadata={"description": "from fixed"})


class Figures(Schema):
    counts = fields.Nested(Counts, required=True)
    rates = fields.Nested(Rates, required=True)
    steps = fields.Nested(Steps, required=True)


class TotalFigures(Figures):
    corners = _count(description="that keep coming back now")


class MonthFigures(Figures):
    month = _text(description="in which they were accepted")


class UnitFigures(TotalFigures):
    id = _text()
    name = _text()


class RatesAnswer(Schema):
    """The rates of the trade; counts alone."""

    unit_id = _text()
    name = _text()
    level = _text()
    first = _text()
    last = _text()
    total = fields.Nested(TotalFigures, required=True)
    months = fields.List(fields.Nested(MonthFigures), required=True)
    units = fields.List(fields.Nested(UnitFigures), required=True)

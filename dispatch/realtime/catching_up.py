"""How a client that was away reads what it has missed, through the same eyes as live."""

from __future__ import annotations

from typing import Any

from marshmallow import EXCLUDE, Schema, fields, validate

from dispatch.core.errors import NotFound, TooOld
from dispatch.core.unit_of_work import reading
from dispatch.journal.reading import entries_since, heads
from dispatch.people.identity import Actor
from dispatch.realtime.audience import as_heard, audience_of, streams_of

#: Further back than this a fresh look at the lists is quicker than reading what happened.
BACK_MOST = 10_000
PAGE_MOST = 500


class SinceForm(Schema):
    class Meta:
        unknown = EXCLUDE

    station_id = fields.String(required=True, validate=validate.Length(1, 32))
    seq = fields.Integer(data_key="seq", required=True, validate=validate.Range(min=0))
    limit = fields.Integer(load_default=PAGE_MOST, validate=validate.Range(1, PAGE_MOST))


class DutyForm(Schema):
    class Meta:
        unknown = EXCLUDE

    on = fields.Boolean(required=True)
    lat = fields.Float(allow_none=True, validate=validate.Range(-90, 90))
    lon = fields.Float(allow_none=True, validate=validate.Range(-180, 180))


def catch_up(actor: Actor, station_id: str, since: int, limit: int) -> dict[str, Any]:
    """The entries after number `since`, as this person may hear them, and the head.

    Raises:
        NotFound: not a stream of this person's.
        TooOld: too far back, or ahead of the head (the journal was restored): take a fresh snapshot.
    """
    if station_id not in streams_of(reading(), actor):
        raise NotFound()
    head = heads(reading(), [station_id])[station_id]
    if head - since > BACK_MOST or since > head:
        raise TooOld(head=head)
    audience = audience_of(actor)
    entries = entries_since(reading(), station_id, since, limit)
    return {"entries": [as_heard(audience, entry) for entry in entries], "head": head}

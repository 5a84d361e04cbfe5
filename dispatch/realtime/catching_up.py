"""How a client that was away reads what it has missed, through the same eyes as live."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, validate

from dispatch.core.doors import Form, Query
from dispatch.core.errors import NotFound, TooOld
from dispatch.core.unit_of_work import reading
from dispatch.journal.reading import entries_since, heads
from dispatch.orders.forms import PlaceForm
from dispatch.people.identity import Actor
from dispatch.realtime.audience import as_heard, audience_of, streams_of

#: Further back than this a fresh look at the lists is quicker than reading what happened.
BACK_MOST = 10_000
PAGE_MOST = 500
#: The largest number that the journal's column can hold.
NUMBER_MOST = 2**63 - 1


class SinceForm(Form):
    """By the socket: `seq` is the last number that the client holds."""

    station_id = fields.String(required=True, validate=validate.Length(1, 32))
    seq = fields.Integer(required=True, validate=validate.Range(0, NUMBER_MOST))
    limit = fields.Integer(load_default=PAGE_MOST, validate=validate.Range(1, PAGE_MOST))


class JournalQuery(Query):
    """The same by HTTP, where the number is called `since`."""

    station_id = fields.String(required=True, validate=validate.Length(1, 32))
    since = fields.Integer(load_default=0, validate=validate.Range(0, NUMBER_MOST))
    limit = fields.Integer(load_default=PAGE_MOST, validate=validate.Range(1, PAGE_MOST))


class DutyForm(PlaceForm):
    on = fields.Boolean(required=True)


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
    return {"entries": [as_heard(audience, entry, actor.id) for entry in entries], "head": head}

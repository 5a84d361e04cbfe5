"""What the doors to the care list give out, for the API's description. Numbers are masked everywhere but in `Revealed`."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from dispatch.residents.models import CONSENT_TO, CONSENT_WAYS, GROUPS


def _text(*, none: bool = False, **said: str) -> fields.String:
    return fields.String(required=True, allow_none=none, metadata=said)


def _count(**said: str) -> fields.Integer:
    return fields.Integer(required=True, metadata=said)


def _codes(known: tuple[str, ...]) -> fields.List[str]:
    return fields.List(fields.String(validate=validate.OneOf(known)), required=True)


class FoundResident(Schema):
    """A resident in a list."""

    id = _text()
    community_id = _text()
    community = _text()
    name = _text()
    phone = _text(none=True, description="masked")
    building = _text(none=True)
    door = _text(none=True)
    note = _text(none=True, description="for who visits her")
    groups = _codes(GROUPS)
    on_care_list = fields.Boolean(required=True)


class FoundResidents(Schema):
    items = fields.List(fields.Nested(FoundResident), required=True)
    page = _count()
    pages = _count()
    total = _count()


class Contact(Schema):
    name = _text()
    relation = _text()
    phone = _text(none=True, description="masked")


class Consented(Schema):
    at = fields.AwareDateTime(required=True)
    how = fields.String(required=True, validate=validate.OneOf(CONSENT_WAYS))
    to = _codes(CONSENT_TO)
    recorded_at = fields.AwareDateTime(required=True)


class Resident(FoundResident):
    """All that is kept of her."""

    contacts = fields.List(fields.Nested(Contact), required=True)
    consent = fields.Nested(Consented, required=True, allow_none=True)
    off_list_at = fields.AwareDateTime(required=True, allow_none=True)
    revision = _count(description="send it back with a change")


class RevealedContact(Schema):
    name = _text()
    relation = _text()
    phone = _text()


class Revealed(Schema):
    """What was asked for, whole; the look has been written down."""

    phone = _text(none=True)
    contacts = fields.List(fields.Nested(RevealedContact), required=True)


class CommunityCount(Schema):
    station = _text()
    community_id = _text()
    community = _text()
    listed = _count(description="on the care list")


class CommunityCounts(Schema):
    items = fields.List(fields.Nested(CommunityCount), required=True)
    page = _count()
    pages = _count()
    total = _count()


class SheetMistake(Schema):
    cell = _text(description="B3")
    column = _text(description="the column's heading")
    why = _text()


class SheetRow(Schema):
    """What becomes of one row."""

    row = _count(description="as the sheet numbers it")
    name = _text()
    verdict = fields.String(required=True, validate=validate.OneOf(("added", "changed", "unchanged")))
    changes = fields.List(fields.String(), required=True, metadata={"description": "the columns that change"})


class SheetReport(Schema):
    """Of an import, or of what it would do."""

    written = fields.Boolean(required=True)
    added = _count()
    changed = _count()
    unchanged = _count()
    rows = fields.List(fields.Nested(SheetRow), required=True, metadata={"description": "the first 200"})
    mistakes = fields.List(
        fields.Nested(SheetMistake), required=True, metadata={"description": "the first 200; with one, nothing is written"}
    )
    mistakes_total = _count()

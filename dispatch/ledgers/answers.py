"""What the door to the ledgers gives out, for the API's description."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from dispatch.core.doors import Cell
from dispatch.orders.posting import KINDS, URGENCIES


class LedgerColumnRead(Schema):
    """A column as it was understood; `field` is None where it was not."""

    column = fields.String(required=True, metadata={"description": "as Excel names it"})
    heading = fields.String(required=True)
    field = fields.String(required=True, allow_none=True)
    sample = fields.List(fields.String(), required=True, metadata={"description": "its first cells"})


class LedgerSkipped(Schema):
    row = fields.Integer(required=True)
    why = fields.String(required=True, validate=validate.OneOf(["heading", "subheading", "sum", "note", "done"]))


class LedgerLineRead(Schema):
    """A line as it would be posted; where something is wrong with a field it stands as typed."""

    row = fields.Integer(required=True, metadata={"description": "as Excel shows it"})
    name = fields.String(required=True)
    phone = fields.String(required=True)
    building = fields.String(required=True)
    door = fields.String(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    need = fields.String(required=True, metadata={"description": "public"})
    time = fields.String(required=True)
    urgency = fields.String(required=True, validate=validate.OneOf(URGENCIES))
    note = fields.String(required=True, metadata={"description": "for the holder alone"})
    groups = fields.List(fields.String(), required=True)
    cells = fields.Dict(keys=fields.String(), values=fields.String(), required=True, metadata={"description": "field → cell"})
    wrong = fields.List(fields.Nested(Cell), required=True)
    twins = fields.List(fields.String(), required=True, metadata={"description": "numbers of orders that stand for the same"})
    same_as = fields.Integer(required=True, allow_none=True, metadata={"description": "the row above that says the same"})


class LedgerLook(Schema):
    """A ledger as it was understood. Nothing of it is kept."""

    title = fields.String(required=True)
    others = fields.List(fields.String(), required=True, metadata={"description": "further sheets, which were not read"})
    columns = fields.List(fields.Nested(LedgerColumnRead), required=True)
    rows = fields.List(fields.Nested(LedgerLineRead), required=True)
    skipped = fields.List(fields.Nested(LedgerSkipped), required=True)


class LedgerOrder(Schema):
    row = fields.Integer(required=True)
    id = fields.String(required=True)
    number = fields.String(required=True)
    code = fields.String(required=True, allow_none=True)


class LedgerPosted(Schema):
    items = fields.List(fields.Nested(LedgerOrder), required=True)
    total = fields.Integer(required=True)

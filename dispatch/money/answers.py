"""What the doors to the money give out, for the API's description; all amounts are fen."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from dispatch.accounts.models import Kind
from dispatch.orders.answers import Listed
from dispatch.orders.posting import KINDS
from dispatch.orders.settling import HOW
from dispatch.orders.states import MoneyStatus


def _text(*, none: bool = False) -> fields.String:
    return fields.String(required=True, allow_none=none)


def _fen(says: str = "分 fen") -> fields.Integer:
    return fields.Integer(required=True, metadata={"description": says})


class KeptReceipt(Schema):
    receipt_id = _text()


class EnteredVoucher(Schema):
    """What was entered."""

    transfer_id = _text()


class AdvanceCourier(Schema):
    id = _text()
    name = _text()


class Payers(Schema):
    """Who had an order, and may have paid for it."""

    couriers = fields.List(fields.Nested(AdvanceCourier), required=True)


class Debtor(Schema):
    """A resident by her number in the book; the name while it is known."""

    number = fields.Integer(required=True)
    name = _text(none=True)


class Advance(Schema):
    """What a courier has laid out for an order; courier, resident and what she owes are for clerk and coordinator."""

    id = fields.String(required=True, metadata={"description": "its own: an order that went through several hands has several"})
    order_id = _text()
    number = _text()
    community_id = _text()
    community = _text()
    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    building = _text()
    status = fields.String(required=True, validate=validate.OneOf([status.value for status in MoneyStatus]))
    amount = _fen("fen laid out")
    due = _fen("fen that the courier is still owed")
    owed = fields.Integer(metadata={"description": "fen that the resident still owes"})
    money_limit = fields.Integer(required=True, allow_none=True)
    version = fields.Integer(required=True, metadata={"description": "rises with every booking"})
    at = fields.AwareDateTime(required=True)
    receipt = fields.Boolean(required=True, metadata={"description": "whether its photo is still there"})
    courier = fields.Nested(AdvanceCourier)
    resident = fields.Nested(Debtor)


class Advances(Listed):
    items = fields.List(fields.Nested(Advance), required=True)


class BookAccount(Schema):
    """An account in a month; debits are positive."""

    kind = fields.String(required=True, validate=validate.OneOf([kind.value for kind in Kind]))
    number = fields.Integer(required=True)
    name = _text(none=True)
    account = _text()
    opening = _fen()
    debit = _fen()
    credit = _fen()
    closing = _fen()


class EntryPair(Schema):
    debit = _text()
    credit = _text()
    amount = _fen()


class BookEntry(Schema):
    """A voucher of the book."""

    id = _text()
    number = _text()
    at = fields.AwareDateTime(required=True)
    paid_on = fields.Date(required=True)
    summary = _text()
    how = fields.String(required=True, allow_none=True, validate=validate.OneOf([*HOW, None]))
    reason = _text(none=True)
    by = _text(none=True)
    order = _text(none=True)
    order_id = _text(none=True)
    countered = _text(none=True)
    reversible = fields.Boolean(required=True)
    lines = fields.List(fields.Nested(EntryPair), required=True)


class Book(Schema):
    """A community's book in a month."""

    community_id = _text()
    community = _text()
    month = _text()
    accounts = fields.List(fields.Nested(BookAccount), required=True)
    vouchers = fields.List(fields.Nested(BookEntry), required=True)

"""What the doors to the money take in: the fields, their bounds, and how the API's description names them."""

from __future__ import annotations

from marshmallow import fields, validate

from dispatch.core.doors import Form, Query
from dispatch.money.funding import DIRECTIONS, FUND_MOST
from dispatch.orders.advancing import LIMIT_MOST
from dispatch.orders.settling import HOW, REASONS, WAYS
from dispatch.orders.states import MoneyStatus

VERSION_MOST = 2**31 - 1
_HOW = validate.OneOf(HOW)


def _fen(least: int, most: int = LIMIT_MOST, **more: object) -> fields.Integer:
    return fields.Integer(strict=True, validate=validate.Range(least, most), metadata={"description": "分 fen"}, **more)


def _version() -> fields.Integer:
    said = {"description": "of the advance as you read it; another one means that somebody has booked meanwhile"}
    return fields.Integer(required=True, strict=True, validate=validate.Range(0, VERSION_MOST), metadata=said)


class ReceiptForm(Form):
    """The photo of a receipt (multipart)."""

    receipt = fields.Raw(metadata={"type": "string", "format": "binary", "description": "JPEG, PNG or WebP, at most 8 MB"})


def _advance_id() -> fields.String:
    said = {"description": "which of the order's advances; needed where it has several"}
    return fields.String(allow_none=True, validate=validate.Length(max=32), metadata=said)


class FindOrderForm(Form):
    """What is typed to find an earlier order. It comes in a body, as names do not belong into addresses."""

    q = fields.String(
        required=True,
        validate=validate.Length(1, 80),
        metadata={"description": "an order's number, or a resident's name, pinyin, initials, building"},
    )


class LimitForm(Form):
    money_limit = _fen(1, required=True)


class AdvanceForm(Form):
    """What the clerk enters late."""

    amount = _fen(1, required=True)
    receipt_id = fields.String(required=True, validate=validate.Length(1, 32))
    courier_id = fields.String(
        allow_none=True,
        validate=validate.Length(max=32),
        metadata={"description": "who laid it out; by default who delivered, or tried to"},
    )


class SettleForm(Form):
    """Who paid, how and when."""

    version = _version()
    advance_id = _advance_id()
    way = fields.String(required=True, validate=validate.OneOf(list(WAYS)))
    how = fields.String(required=True, validate=_HOW)
    amount = _fen(1, allow_none=True)
    paid_on = fields.Date(allow_none=True)


class CorrectAdvanceForm(Form):
    version = _version()
    advance_id = _advance_id()
    amount = _fen(0, required=True)
    reason = fields.String(required=True, validate=validate.OneOf(REASONS))


class ReverseVoucherForm(Form):
    reason = fields.String(required=True, validate=validate.OneOf(REASONS))


class FundForm(Form):
    """Money put into the community's cash box, or given back out of it."""

    amount = _fen(1, FUND_MOST, required=True)
    direction = fields.String(load_default="in", validate=validate.OneOf(list(DIRECTIONS)))
    how = fields.String(required=True, validate=_HOW)
    paid_on = fields.Date(allow_none=True)
    community_id = fields.String(allow_none=True, validate=validate.Length(max=32), metadata={"description": "the clerk's own by default"})


class AdvancesQuery(Query):
    status = fields.String(validate=validate.OneOf(["waiting", *(status.value for status in MoneyStatus)]))
    community_id = fields.String(validate=validate.Length(max=32))
    page = fields.Integer(load_default=1, validate=validate.Range(1, 10_000))


class BookQuery(Query):
    community_id = fields.String(validate=validate.Length(max=32))
    month = fields.String(
        validate=validate.Regexp(r"^(20|21)\d\d-(0[1-9]|1[0-2])\Z"), metadata={"description": "2026-11; by default this one"}
    )

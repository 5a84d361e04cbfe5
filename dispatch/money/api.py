"""The HTTP door to the money: form checked here, everything else by the verb."""

from __future__ import annotations

from typing import Any

from flask import request

from dispatch.accounts.queries import one_transfer
from dispatch.core.clock import SHANGHAI, now
from dispatch.core.doors import Door, once
from dispatch.core.errors import NotFound
from dispatch.core.unit_of_work import reading
from dispatch.money import answers, funding
from dispatch.money.finding import find_ended
from dispatch.money.forms import (
    AdvanceForm,
    AdvancesQuery,
    BookQuery,
    CorrectAdvanceForm,
    FindOrderForm,
    FundForm,
    LimitForm,
    ReceiptForm,
    ReverseVoucherForm,
    SettleForm,
)
from dispatch.money.presenting import present_accounts, present_advances, present_payers, present_vouchers
from dispatch.money.queries import span_of
from dispatch.orders import advancing, photographing, receipting, settling
from dispatch.orders.answers import Order, Orders
from dispatch.orders.presenting import present_one
from dispatch.people.identity import Actor, asker

blueprint = Door("money_api", __name__, url_prefix="/api/v1", description="代购账 money laid out")


def book_of(actor: Actor, community_id: str | None, month: str | None) -> dict[str, Any]:
    """A community's book in a month; by default the reader's own, or her first, and this one."""
    community = funding.community_for(actor, "see", community_id)
    month = month or f"{now().astimezone(SHANGHAI):%Y-%m}"
    span = span_of(int(month[:4]), int(month[5:]))
    accounts = present_accounts(reading(), community.community_id, span)
    vouchers = present_vouchers(reading(), community.community_id, span)
    return {"community_id": community.community_id, "community": community.name, "month": month, "accounts": accounts, "vouchers": vouchers}


def _order(actor: Actor, outcome: dict[str, Any]) -> dict[str, Any]:
    return present_one(reading(), actor, outcome["order_id"])


@blueprint.get("/money/advances")
@blueprint.arguments(AdvancesQuery, location="query")
@blueprint.answers(answers.Advances)
def advances(query: dict[str, Any]) -> dict[str, Any]:
    """What was laid out: a courier's own, a clerk's community's, a coordinator's station's; what waits for money first."""
    return present_advances(reading(), asker(), query.get("status"), query.get("community_id"), query["page"])


@blueprint.get("/money/book")
@blueprint.arguments(BookQuery, location="query")
@blueprint.answers(answers.Book)
def book(query: dict[str, Any]) -> dict[str, Any]:
    """A community's book in a month: accounts and vouchers."""
    return book_of(asker(), query.get("community_id"), query.get("month"))


@blueprint.post("/orders/<order_id>/receipt")
@blueprint.takes(ReceiptForm, ReceiptForm)
@blueprint.answers(answers.KeptReceipt, key="optional")
def receipt(_body: dict[str, Any], order_id: str) -> dict[str, Any]:
    """Send the photo of a receipt (multipart) ahead of the command that will name it; what none names is gone after a day."""
    actor, file = asker(), request.files.get("receipt")
    key = once(actor, "receipt", {"order_id": order_id, "receipt": photographing.fingerprint(file)})
    return {"receipt_id": receipting.keep_receipt(actor, order_id, file, key)["receipt_id"]}


@blueprint.post("/orders/<order_id>/raise-limit")
@blueprint.arguments(LimitForm)
@blueprint.answers(Order, key="optional")
def raise_limit(body: dict[str, Any], order_id: str) -> dict[str, Any]:
    """Let the courier lay out more."""
    actor = asker()
    return _order(actor, advancing.raise_limit(actor, order_id, body["money_limit"], once(actor, "raise_limit", {"id": order_id, **body})))


@blueprint.get("/orders/<order_id>/advance")
@blueprint.answers(answers.Payers)
def payers(order_id: str) -> dict[str, Any]:
    """Whose outlay the clerk may still enter: who had the order and of whom nothing is entered, who had it last first."""
    return {"couriers": present_payers(reading(), asker(), order_id)}


@blueprint.post("/money/orders/find")
@blueprint.arguments(FindOrderForm)
@blueprint.answers(Orders)
def find(body: dict[str, Any]) -> dict[str, Any]:
    """Orders that are over and that somebody has had, by number or resident: what was laid out for one may still be entered."""
    return find_ended(asker(), body["q"])


@blueprint.post("/orders/<order_id>/advance")
@blueprint.arguments(AdvanceForm)
@blueprint.answers(Order, key="optional")
def enter(body: dict[str, Any], order_id: str) -> dict[str, Any]:
    """Enter what a courier forgot to say at the door, or had paid before he gave the order back."""
    actor = asker()
    key = once(actor, "enter", {"id": order_id, **body})
    return _order(actor, advancing.enter_late(actor, order_id, body["amount"], body["receipt_id"], key, body.get("courier_id")))


@blueprint.post("/orders/<order_id>/settle")
@blueprint.arguments(SettleForm)
@blueprint.answers(Order, key="optional")
def settle(body: dict[str, Any], order_id: str) -> dict[str, Any]:
    """Money has changed hands over an advance: who paid, how, when; all that is open or a part."""
    actor = asker()
    return _order(actor, settling.settle(actor, order_id, once(actor, "settle", {"id": order_id, **body}), **body))


@blueprint.post("/orders/<order_id>/correct-advance")
@blueprint.arguments(CorrectAdvanceForm)
@blueprint.answers(Order, key="optional")
def correct(body: dict[str, Any], order_id: str) -> dict[str, Any]:
    """It was another amount, or nothing: counter-entered and entered anew."""
    actor = asker()
    return _order(actor, settling.correct(actor, order_id, once(actor, "correct_advance", {"id": order_id, **body}), **body))


@blueprint.post("/money/vouchers/<transfer_id>/reverse")
@blueprint.arguments(ReverseVoucherForm)
@blueprint.answers(answers.EnteredVoucher, key="optional")
def reverse(body: dict[str, Any], transfer_id: str) -> dict[str, Any]:
    """Take a settlement, or money put into the box, back by its opposite."""
    actor = asker()
    key, transfer = once(actor, "reverse", {"id": transfer_id, **body}), one_transfer(reading(), transfer_id)
    if transfer is None:
        raise NotFound()
    if transfer.order_id is None:
        return {"transfer_id": funding.take_back(actor, transfer_id, body["reason"], key)}
    return {"transfer_id": settling.reverse(actor, transfer.order_id, transfer_id, body["reason"], key)["transfer_id"]}


@blueprint.post("/money/box")
@blueprint.arguments(FundForm)
@blueprint.answers(answers.EnteredVoucher, key="optional")
def fund(body: dict[str, Any]) -> dict[str, Any]:
    """Money was put into the community's cash box, or given back out of it."""
    actor = asker()
    said = {name: body.get(name) for name in ("amount", "direction", "how", "paid_on")}
    return {"transfer_id": funding.fund(actor, body.get("community_id"), once(actor, "fund", body), **said)}

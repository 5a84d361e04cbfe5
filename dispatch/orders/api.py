"""The HTTP door to the orders: form checked here, everything else by the verb."""

from __future__ import annotations

from typing import Any

from flask import request
from flask.views import MethodView

from dispatch.core.doors import Door, once
from dispatch.core.idempotency import Once
from dispatch.core.unit_of_work import reading
from dispatch.orders import answers, claiming, closing, delivering, need_answers, opening, photographing, posting, receipting, repeating
from dispatch.orders.forms import (
    AssignForm,
    CancelForm,
    ConfirmForm,
    DeliverForm,
    FailForm,
    HolderForm,
    ListQuery,
    OrderForm,
    PhotoForm,
    PlaceForm,
    PreviewForm,
    ReasonForm,
    RevealForm,
    VersionForm,
    place_in,
)
from dispatch.orders.listing import claim_or_suggest, courier_items, orders_listing
from dispatch.orders.presenting import outcome_order, present_one
from dispatch.people.identity import asker

blueprint = Door("orders_api", __name__, url_prefix="/api/v1", description="订单 orders")


@blueprint.route("/orders")
class Orders(MethodView):
    @blueprint.arguments(ListQuery, location="query")
    @blueprint.answers(answers.Orders)
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """The orders that I may see; for a courier those he may take, nearest first."""
        return orders_listing(asker(), query.get("status"), query["page"])

    @blueprint.arguments(OrderForm)
    @blueprint.answers(answers.Order, 201, key="optional")
    def post(self, body: dict[str, Any]) -> tuple[dict[str, Any], int]:
        """Post a need."""
        actor = asker()
        return outcome_order(actor, posting.post(actor, body, once(actor, "post", body))), 201


@blueprint.post("/orders/preview")
@blueprint.arguments(PreviewForm)
@blueprint.answers(need_answers.Preview)
def preview(body: dict[str, Any]) -> dict[str, Any]:
    """Before posting: her last order, and today's that look like this one."""
    return repeating.look_before(reading(), asker(), body)


@blueprint.get("/orders/<order_id>/again")
@blueprint.answers(need_answers.Need)
def again(order_id: str) -> dict[str, Any]:
    """An earlier order as a need for today, to be posted as it is or changed before."""
    return repeating.again(reading(), asker(), order_id)


@blueprint.get("/residents/<resident_id>/last-order")
@blueprint.answers(need_answers.Need)
def last_order(resident_id: str) -> dict[str, Any]:
    """A resident's last order as a need for today."""
    return repeating.last_order(reading(), asker(), resident_id)


@blueprint.route("/orders/<order_id>")
class OneOrder(MethodView):
    @blueprint.answers(answers.Order)
    def get(self, order_id: str) -> dict[str, Any]:
        """One order."""
        return present_one(reading(), asker(), order_id)


@blueprint.post("/orders/<order_id>/claim")
@blueprint.arguments(PlaceForm, required=False)
@blueprint.answers(answers.Order, key="required")
def claim(body: dict[str, Any], order_id: str) -> dict[str, Any]:
    """抢单: take an open order. Answers the order with its private part."""
    actor = asker()
    key = once(actor, "claim", {"order_id": order_id}, required=True)
    return outcome_order(actor, claim_or_suggest(actor, order_id, key, place_in(body)))


@blueprint.post("/orders/<order_id>/release")
@blueprint.arguments(ReasonForm)
@blueprint.answers(answers.Order, key="required")
def release(body: dict[str, Any], order_id: str) -> dict[str, Any]:
    """退单: give it back before the pick-up."""
    actor = asker()
    key = once(actor, "release", {"order_id": order_id, **body}, required=True)
    return outcome_order(actor, delivering.release(actor, order_id, body["reason"], key, body.get("epoch")))


@blueprint.post("/orders/<order_id>/pick-up")
@blueprint.arguments(HolderForm, required=False)
@blueprint.answers(answers.Order, key="optional")
def pick_up(body: dict[str, Any], order_id: str) -> dict[str, Any]:
    """The goods are in his hands."""
    actor = asker()
    key = once(actor, "pick_up", {"order_id": order_id, **body})
    return outcome_order(actor, delivering.pick_up(actor, order_id, key, body.get("epoch")))


@blueprint.post("/orders/<order_id>/deliver")
@blueprint.takes(DeliverForm, PhotoForm)
@blueprint.answers(answers.Order, key="required")
def deliver(body: dict[str, Any], order_id: str) -> dict[str, Any]:
    """Hand over: JSON `{code}`, or multipart with `photo` and `reason`; with `amount` and its receipt, if he has laid out money."""
    actor = asker()
    files = {name: request.files.get(name) for name in ("photo", "receipt")}
    said = {"order_id": order_id, **body, **{name: photographing.fingerprint(file) for name, file in files.items()}}
    said.setdefault("reason", None)
    key, receipt_id = once(actor, "deliver", said, required=True), body.pop("receipt_id", None)
    with (
        receipting.receipt_for(actor, order_id, files["receipt"], receipt_id, key) as receipt_id,
        photographing.kept(actor, files["photo"], order_id) as photo,
    ):
        body.pop("receipt", None)
        outcome = delivering.deliver(actor, order_id, key, **{**body, "photo": photo, "receipt_id": receipt_id})
    return outcome_order(actor, outcome)


@blueprint.post("/orders/<order_id>/fail")
@blueprint.arguments(FailForm)
@blueprint.answers(answers.Order, key="optional")
def fail(body: dict[str, Any], order_id: str) -> dict[str, Any]:
    """It cannot be done: back to the station."""
    actor = asker()
    key = once(actor, "fail", {"order_id": order_id, **body})
    return outcome_order(actor, delivering.fail(actor, order_id, body["reason"], key, body.get("epoch")))


@blueprint.post("/orders/<order_id>/decline")
@blueprint.arguments(ReasonForm)
@blueprint.answers(answers.Order, key="optional")
def decline(body: dict[str, Any], order_id: str) -> dict[str, Any]:
    """不方便: it leaves my board."""
    actor = asker()
    return outcome_order(actor, closing.decline(actor, order_id, body["reason"], once(actor, "decline", {"order_id": order_id, **body})))


@blueprint.post("/orders/<order_id>/cancel")
@blueprint.arguments(CancelForm)
@blueprint.answers(answers.Order, key="optional")
def cancel(body: dict[str, Any], order_id: str) -> dict[str, Any]:
    """It is not needed any more."""
    actor = asker()
    return outcome_order(
        actor, closing.cancel(actor, order_id, body["reason"], once(actor, "cancel", {"order_id": order_id, **body}), body.get("version"))
    )


@blueprint.post("/orders/<order_id>/assign")
@blueprint.arguments(AssignForm)
@blueprint.answers(answers.Order, key="optional")
def assign(body: dict[str, Any], order_id: str) -> dict[str, Any]:
    """Give it to a courier by hand."""
    actor = asker()
    key = once(actor, "assign", {"order_id": order_id, **body})
    said = {"version": body.get("version"), "phoned_in": body["phoned_in"]}
    return outcome_order(actor, claiming.assign(actor, order_id, body["person_id"], key, **said))


@blueprint.post("/orders/<order_id>/confirm")
@blueprint.arguments(ConfirmForm, required=False)
@blueprint.answers(answers.Order, key="optional")
def confirm(body: dict[str, Any], order_id: str) -> dict[str, Any]:
    """The resident has it; `satisfied` and `note` are what she said, if she was called back."""
    actor = asker()
    key = once(actor, "confirm", {"order_id": order_id, **body})
    return outcome_order(actor, closing.confirm(actor, order_id, key, body.get("satisfied"), body.get("note")))


@blueprint.post("/orders/<order_id>/not-reached")
@blueprint.answers(answers.Order, key="optional")
def not_reached(order_id: str) -> dict[str, Any]:
    """Called back in vain: counted, and tried again in two hours."""
    actor = asker()
    return outcome_order(actor, closing.not_reached(actor, order_id, once(actor, "not_reached", {"order_id": order_id})))


@blueprint.post("/orders/<order_id>/open")
@blueprint.arguments(VersionForm, required=False)
@blueprint.answers(answers.Order, key="optional")
def open_order(body: dict[str, Any], order_id: str) -> dict[str, Any]:
    """The station has looked: on the board."""
    actor = asker()
    key = once(actor, "open", {"order_id": order_id, **body})
    return outcome_order(actor, opening.open_order(actor, order_id, key, body.get("version")))


@blueprint.post("/orders/<order_id>/reopen")
@blueprint.arguments(VersionForm, required=False)
@blueprint.answers(answers.Order, key="optional")
def reopen(body: dict[str, Any], order_id: str) -> dict[str, Any]:
    """Back on the board."""
    actor = asker()
    key = once(actor, "reopen", {"order_id": order_id, **body})
    return outcome_order(actor, opening.reopen(actor, order_id, key, body.get("version")))


@blueprint.post("/orders/<order_id>/reveal")
@blueprint.arguments(RevealForm, required=False)
@blueprint.answers(answers.Phone)
def reveal(body: dict[str, Any], order_id: str) -> dict[str, Any]:
    """The resident's phone number, or her caller's; who asked is written down."""
    actor = asker()
    return {"phone": delivering.reveal(actor, order_id, Once(actor.id, None, "reveal", {}), body["whose"])}


@blueprint.get("/couriers")
@blueprint.answers(answers.Couriers)
def couriers() -> dict[str, Any]:
    """The station's couriers, for its coordinator."""
    actor = asker()
    items = courier_items(reading(), actor)
    return {"items": items, "page": 1, "pages": 1, "total": len(items)}

"""The HTTP door for what a desk does beside the usual way (correct, split, hand on, write down, write to couriers), and for the queue."""

from __future__ import annotations

from typing import Any

from flask.views import MethodView

from dispatch.core.doors import Door, once
from dispatch.core.errors import NotFound
from dispatch.core.unit_of_work import reading
from dispatch.orders import answers, correcting, messaging, missing, queuing, reassigning
from dispatch.orders.forms import (
    AnswerForm,
    CorrectForm,
    MessageForm,
    NoShowForm,
    PageQuery,
    ReassignForm,
    SkillsForm,
    SplitForm,
)
from dispatch.orders.listing import courier_items
from dispatch.orders.presenting import outcome_order
from dispatch.orders.queries import PAGE
from dispatch.people.identity import asker
from dispatch.people.trusting import trust

blueprint = Door("desk_api", __name__, url_prefix="/api/v1", description="社工站 the station")


@blueprint.post("/orders/<order_id>/correct")
@blueprint.arguments(CorrectForm)
@blueprint.answers(answers.Order, key="optional")
def correct(body: dict[str, Any], order_id: str) -> dict[str, Any]:
    """Put right what everybody reads of it."""
    actor = asker()
    said = {name: value for name, value in body.items() if name != "version"}
    key = once(actor, "correct", {"order_id": order_id, **body})
    return outcome_order(actor, correcting.correct(actor, order_id, said, body["version"], key))


@blueprint.post("/orders/<order_id>/split")
@blueprint.arguments(SplitForm)
@blueprint.answers(answers.Order, key="optional")
def split(body: dict[str, Any], order_id: str) -> dict[str, Any]:
    """So many persons are needed."""
    actor = asker()
    key = once(actor, "split", {"order_id": order_id, **body})
    return outcome_order(actor, correcting.split(actor, order_id, body["slots"], body["version"], key))


@blueprint.post("/orders/<order_id>/reassign")
@blueprint.arguments(ReassignForm)
@blueprint.answers(answers.Order, key="optional")
def reassign(body: dict[str, Any], order_id: str) -> dict[str, Any]:
    """From one holder's hands into another courier's."""
    actor = asker()
    key = once(actor, "reassign", {"order_id": order_id, **body})
    return outcome_order(actor, reassigning.reassign(actor, order_id, body["from_person_id"], body["person_id"], body["version"], key))


@blueprint.post("/orders/<order_id>/no-show")
@blueprint.arguments(NoShowForm)
@blueprint.answers(answers.Order, key="optional")
def no_show(body: dict[str, Any], order_id: str) -> dict[str, Any]:
    """A holder did not come: back on the board, written down, and he may answer."""
    actor = asker()
    key = once(actor, "no_show", {"order_id": order_id, **body})
    return outcome_order(actor, missing.record_no_show(actor, order_id, body["person_id"], body["reason"], key, body.get("version")))


@blueprint.post("/orders/<order_id>/queue")
@blueprint.answers(answers.Order, key="optional")
def queue(order_id: str) -> dict[str, Any]:
    """候补: wait for a full order."""
    actor = asker()
    return outcome_order(actor, queuing.queue(actor, order_id, once(actor, "queue", {"order_id": order_id})))


@blueprint.post("/orders/<order_id>/unqueue")
@blueprint.answers(answers.Order, key="optional")
def unqueue(order_id: str) -> dict[str, Any]:
    """Not wait for it any longer."""
    actor = asker()
    return outcome_order(actor, queuing.unqueue(actor, order_id, once(actor, "unqueue", {"order_id": order_id})))


@blueprint.get("/no-shows")
@blueprint.arguments(PageQuery, location="query")
@blueprint.answers(answers.NoShows)
def no_shows(query: dict[str, Any]) -> dict[str, Any]:
    """Who did not come: about me, or of my orders."""
    items, total = missing.no_shows_page(reading(), asker(), query["page"])
    return {"items": items, "page": query["page"], "pages": max(1, -(-total // PAGE)), "total": total}


@blueprint.post("/no-shows/<no_show_id>/answer")
@blueprint.arguments(AnswerForm)
@blueprint.answers(answers.NoShow, key="optional")
def answer_no_show(body: dict[str, Any], no_show_id: str) -> dict[str, Any]:
    """What I have to say to it."""
    actor = asker()
    key = once(actor, "answer_no_show", {"no_show_id": no_show_id, **body})
    missing.answer_no_show(actor, no_show_id, body["text"], key)
    return missing.one_no_show(reading(), actor, no_show_id)


@blueprint.route("/messages")
class Messages(MethodView):
    @blueprint.answers(answers.Messages)
    def get(self) -> dict[str, Any]:
        """What the station has written to me, or what I have written, in the last two days."""
        items = messaging.messages_for(reading(), asker())
        return {"items": items, "page": 1, "pages": 1, "total": len(items)}

    @blueprint.arguments(MessageForm)
    @blueprint.answers(answers.Message, 201, key="optional")
    def post(self, body: dict[str, Any]) -> tuple[dict[str, Any], int]:
        """Write to a depot's couriers, or to everybody on duty."""
        actor = asker()
        sent = messaging.send(actor, body["text"], body.get("depot_id"), once(actor, "message", body))
        return messaging.one_message(reading(), actor, sent["message_id"]), 201


@blueprint.post("/messages/<message_id>/read")
@blueprint.answers(answers.Message, key="optional")
def read_message(message_id: str) -> dict[str, Any]:
    """I have read it."""
    actor = asker()
    messaging.read(actor, message_id, once(actor, "read_message", {"message_id": message_id}))
    return messaging.one_message(reading(), actor, message_id)


@blueprint.put("/couriers/<person_id>/skills")
@blueprint.arguments(SkillsForm)
@blueprint.answers(answers.Courier)
def skills(body: dict[str, Any], person_id: str) -> dict[str, Any]:
    """What a courier may be trusted with, and until when."""
    actor = asker()
    said = {one["skill"]: one.get("until") for one in body["skills"]}
    trust(actor, person_id, said, once(actor, "trust", {"person_id": person_id, **body}))
    found = [one for one in courier_items(reading(), actor) if one["id"] == person_id]
    if not found:
        raise NotFound()
    return found[0]

"""How an order comes on the board: for the first time, after the station's look, or back from somebody's hands."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update

from dispatch.core.clock import now
from dispatch.core.idempotency import Once
from dispatch.core.unit_of_work import Work
from dispatch.core.workflow import advance
from dispatch.orders.commanding import ORDERS, Outcome, carry_out, end_claims, tell
from dispatch.orders.editing import edit
from dispatch.orders.preferring import opens_to_all_at
from dispatch.orders.queries import Row
from dispatch.orders.queuing import move_up
from dispatch.orders.ringing import nearly_time, ring
from dispatch.orders.states import MOVES
from dispatch.people.choosing import settings_of
from dispatch.people.identity import Actor
from dispatch.people.settings import Settings

#: Until when an order without a window of its own is of use, from the moment it is posted or put back.
USEFUL_FOR = {"urgent": timedelta(hours=4), "today": timedelta(hours=12), "routine": timedelta(days=3)}


def board_values(urgency: str, settings: Settings) -> dict[str, Any]:
    """What the sweeps need of an order that is on the board from now on."""
    moment = now()
    announced = moment + timedelta(minutes=settings.escalate_after(urgency))
    return {"opened_at": moment, "escalate_at": announced, "escalated_at": None, "pick_up_by": None, "changed_at": moment,
            "opens_to_all_at": None}  # fmt: skip


def back_on_the_board(work: Work, order: Row, verb: str, settings: Settings, entry: str, *, taken: int, **said: Any) -> bool:
    """Move an order to open again, tell the journal, and move up who waits for it; returns whether that filled it again.

    One whose window has passed gets a new one, or it would expire at once.
    """
    values = board_values(order.urgency, settings) | {"taken": taken, "wrong_codes": 0, "reason": None}
    values["window_end"] = useful_until(order.window_end, order.urgency)
    advance(work, ORDERS, order.id, MOVES[verb], values=values)
    tell(work, order, entry, taken=taken, slots=order.slots, **said)
    return move_up(work, order.id)


def give_back(work: Work, order: Row, person_id: str, reason: str) -> None:
    """One of its holders has it no longer, before the pick-up: at once on the board again, and the desks are rung if it is nearly time.

    The rules are those of the order's own station: its holder may serve elsewhere by now.
    """
    settings = settings_of(work.connection, order.station_id)
    late = nearly_time(work, order, settings)
    persons = end_claims(work, order.id, "released", person_id=person_id, reason=reason)
    said = {"persons": persons, "reason": reason}
    filled = back_on_the_board(work, order, "release", settings, "order.released", taken=order.taken - 1, **said)
    if late and not filled:
        ring(work, order, "late_drop_out", persons)


def useful_until(window_end: datetime | None, urgency: str) -> datetime:
    """The end of the window, or a usual one where there is none or it has passed."""
    return window_end if window_end and window_end > now() else now() + USEFUL_FOR[urgency]


def head_start(work: Work, order: Row, settings: Settings) -> None:
    """Let those who know the resident have it first, where the clerk has ticked that."""
    familiar_first = work.execute(select(ORDERS.c.familiar_first).where(ORDERS.c.id == order.id)).scalar_one()
    if familiar_first:
        opens = opens_to_all_at(work.connection, order.station_id, order.resident_id, order.skills or (), settings)
        work.execute(update(ORDERS).where(ORDERS.c.id == order.id).values(opens_to_all_at=opens))


def open_order(actor: Actor, order_id: str, once: Once, version: int | None = None) -> Outcome:
    """The station has looked: on the board with it.

    Raises:
        Edited: by somebody else since `version`.
    """

    def act(work: Work, me: Actor, order: Row) -> Outcome:
        edit(work, order, me, ["open"], version)
        back_on_the_board(work, order, "open", me.settings, "order.opened", taken=0)
        head_start(work, order, me.settings)
        return {"order_id": order_id}

    return carry_out("open", actor, order_id, once, act)


def reopen(actor: Actor, order_id: str, once: Once, version: int | None = None) -> Outcome:
    """The coordinator takes it from whoever holds it, or gives a failed one another chance.

    Raises:
        Edited: by somebody else since `version`.
    """

    def act(work: Work, me: Actor, order: Row) -> Outcome:
        edit(work, order, me, ["reopen"], version)
        persons = end_claims(work, order_id, "put_back")
        back_on_the_board(work, order, "reopen", me.settings, "order.opened", taken=0, persons=persons)
        return {"order_id": order_id}

    return carry_out("reopen", actor, order_id, once, act)

"""How what everybody reads of an order is put right, and how it is split among more persons or fewer again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import select, update

from dispatch.core.clock import now
from dispatch.core.errors import Invalid, TooLate
from dispatch.core.idempotency import Once
from dispatch.core.unit_of_work import Work
from dispatch.core.workflow import advance
from dispatch.orders.commanding import ORDERS, Outcome, carry_out, tell
from dispatch.orders.editing import check_version, edit
from dispatch.orders.models import Claim
from dispatch.orders.opening import board_values, useful_until
from dispatch.orders.posting import window
from dispatch.orders.queries import Row
from dispatch.orders.queuing import move_up
from dispatch.orders.states import MOVES, Status
from dispatch.orders.wording import check_public
from dispatch.people.identity import Actor
from dispatch.people.models import Person

#: What may be put right; nothing that is personal, and no money: a limit is raised by `advancing.raise_limit` alone.
CORRECTABLE = ("summary", "building", "window_start", "window_end", "urgency", "slots", "skills")

_claims, _persons = Claim.__table__, Person.__table__


def correct(actor: Actor, order_id: str, said: Mapping[str, Any], version: int, once: Once) -> Outcome:
    """Put right what everybody reads of an order; its holders and the board hear which fields.

    Args:
        said: field → what it shall be; only those that are to change, checked for form by the door.
        version: the order's, as she who corrects it saw it.
    Raises:
        NotFound, NotEligible, TooLate: as for every command.
        Invalid: nothing to change, a window that is none, or a skill that a holder lacks.
        Edited: by somebody else since `version`.
    """

    def act(work: Work, me: Actor, order: Row) -> Outcome:
        check_version(work, order, version)
        before = work.execute(select(*(ORDERS.c[name] for name in (*CORRECTABLE, "opened_at"))).where(ORDERS.c.id == order_id)).one()
        fresh = {name: said[name] for name in CORRECTABLE if name in said and said[name] != getattr(before, name)}
        if not fresh:
            raise Invalid("body", _("没有要改的内容。"))
        now_at = edit(work, order, me, fresh, version)
        values = _checked(work, order, before, fresh)
        if "urgency" in fresh and order.status == Status.OPEN and order.escalated_at is None:
            values["escalate_at"] = before.opened_at + timedelta(minutes=me.settings.escalate_after(fresh["urgency"]))
        work.execute(update(ORDERS).where(ORDERS.c.id == order_id).values(**values, changed_at=now()))
        corrected = order._replace(**{name: values[name] for name in ("urgency", "window_end") if name in values})
        _tell_and_resize(work, me, corrected, list(fresh), fresh.get("slots", order.slots), now_at)
        return {"order_id": order_id}

    return carry_out("correct", actor, order_id, once, act)


def _checked(work: Work, order: Row, before: Row, fresh: Mapping[str, Any]) -> dict[str, Any]:
    """The columns to write, but for the slots, which may move the order."""
    check_public(fresh)
    values = {name: value for name, value in fresh.items() if name != "slots"}
    if {"window_start", "window_end"} & set(fresh):
        start, end = (fresh.get(name, getattr(before, name)) for name in ("window_start", "window_end"))
        values["window_start"], values["window_end"] = window(start, end, fresh.get("urgency", before.urgency))
    if "building" in fresh:
        # The point was that of the old one.
        values["lat"], values["lon"] = None, None
    if "skills" in fresh:
        held = select(_persons.c.skills).join(_claims, _claims.c.person_id == _persons.c.id)
        holders = work.execute(held.where(_claims.c.order_id == order.id, _claims.c.ended_at.is_(None))).scalars()
        if any(not set(fresh["skills"]) <= set(skills or ()) for skills in holders):
            raise Invalid("skills", _("现在接单的人没有这项本事，请先改派。"))
    return values


def split(actor: Actor, order_id: str, slots: int, version: int, once: Once) -> Outcome:
    """Say how many persons are needed, also when some have it already (拆给多人): back on the board for the rest.

    Args:
        slots: 1 to 4.
        version: the order's, as the coordinator saw it.
    Raises:
        NotFound, NotEligible: as for every command.
        TooLate: the state has changed, or more have it than would be needed.
        Invalid: so many are needed already.
        Edited: by somebody else since `version`.
    """

    def act(work: Work, me: Actor, order: Row) -> Outcome:
        check_version(work, order, version)
        if slots == order.slots:
            raise Invalid("slots", _("没有要改的内容。"))
        now_at = edit(work, order, me, ["slots"], version)
        _tell_and_resize(work, me, order, ["slots"], slots, now_at)
        return {"order_id": order_id}

    return carry_out("split", actor, order_id, once, act)


def _tell_and_resize(work: Work, me: Actor, order: Row, fields: list[str], slots: int, version: int) -> None:
    if slots != order.slots:
        _resize(work, me, order, slots)
    tell(work, order, "order.corrected", fields=sorted(fields), version=version, taken=order.taken, slots=slots)
    if slots > order.slots:
        move_up(work, order.id)


def _resize(work: Work, me: Actor, order: Row, slots: int) -> None:
    """The number itself, and the state that follows from it."""
    if order.status == Status.PICKED_UP or slots < order.taken:
        raise TooLate()
    if order.status not in MOVES["split"].leaves:
        work.execute(update(ORDERS).where(ORDERS.c.id == order.id).values(slots=slots))
        return
    values: dict[str, Any] = {"slots": slots, "changed_at": now()}
    full = order.taken == slots
    if full:
        values["pick_up_by"] = now() + timedelta(minutes=me.settings.pick_up_within(order.urgency))
    elif order.status == Status.CLAIMED:
        values |= board_values(order.urgency, me.settings) | {"window_end": useful_until(order.window_end, order.urgency)}
    advance(work, ORDERS, order.id, MOVES["split"], enters=Status.CLAIMED if full else Status.OPEN, values=values)

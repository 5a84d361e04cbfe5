"""How a report is judged: by one coordinator at a time, accepted as it really is, or declined with a reason that its reporter reads."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import Connection, select, update

from dispatch.core.clock import now
from dispatch.core.errors import Invalid
from dispatch.core.idempotency import Once
from dispatch.core.unit_of_work import Work
from dispatch.hazards.categorising import categories, find_category
from dispatch.hazards.commanding import (
    HAZARDS,
    Outcome,
    carry_out,
    check_not_held,
    deadlines,
    edit,
    held_by_another,
    move,
    tell,
    working_time,
)
from dispatch.hazards.handling import explained
from dispatch.hazards.models import HazardPhoto
from dispatch.hazards.photographing import show_all
from dispatch.hazards.queries import Row
from dispatch.hazards.reasoning import reasons_at
from dispatch.hazards.states import Status
from dispatch.people.identity import Actor
from dispatch.people.models import Level, Unit

#: How long a report stays a coordinator's own after she has opened it, or touched it last.
HELD_FOR = timedelta(minutes=10)

_photos, _units = HazardPhoto.__table__, Unit.__table__


def hold(actor: Actor, hazard_id: str, once: Once, *, take_over: bool = False) -> Outcome:
    """Open a report to judge it: for ten minutes nobody else does, unless she takes it over knowingly.

    Raises:
        NotFound, NotEligible, TooLate: as for every command.
        Held: a colleague has it open, and it is not to be taken over.
    """

    def act(work: Work, me: Actor, hazard: Row) -> None:
        if not take_over:
            check_not_held(work.connection, me, hazard)
        news = hazard.held_by != me.id or hazard.held_until <= now()
        work.execute(update(HAZARDS).where(HAZARDS.c.id == hazard_id).values(held_by=me.id, held_until=now() + HELD_FOR))
        if news:
            tell(work, hazard, "hazard.held", persons=[me.id])

    return carry_out("hold", actor, hazard_id, once, act)


def let_go(actor: Actor, hazard_id: str, once: Once) -> Outcome:
    """Close a report without having judged it; what a colleague has open stays hers."""

    def act(work: Work, me: Actor, hazard: Row) -> None:
        if hazard.held_by and not held_by_another(me, hazard):
            work.execute(update(HAZARDS).where(HAZARDS.c.id == hazard_id).values(held_by=None, held_until=None))
            tell(work, hazard, "hazard.let_go", persons=[me.id])

    return carry_out("let_go", actor, hazard_id, once, act)


def accept(actor: Actor, hazard_id: str, said: Mapping[str, Any], version: int | None, once: Once) -> Outcome:
    """It is one: with category, place, title and deadline put right. From here on it is known, and its clock runs.

    Args:
        said: what is to be different, of `category`, `title`, `building`, `lat` and `lon`, `community_id`, `deadline`.
        version: the one that the coordinator saw.
    Raises:
        NotFound, NotEligible, TooLate, Held, Edited: as for every command.
        Invalid: no such category, not a community of the station or none at all, or a deadline that has passed.
    """

    def act(work: Work, me: Actor, hazard: Row) -> None:
        category = find_category(categories(work.connection, hazard.station_id), said.get("category") or hazard.category)
        values: dict[str, Any] = {name: said[name] for name in ("building", "lat", "lon") if said.get(name) is not None}
        values["community_id"] = community_of(work.connection, hazard, said.get("community_id"))
        values |= {"category": category.id, "family": category.family, "urgent": category.urgent, "public": category.public}
        values |= {"title": said.get("title") or category.name, "held_by": None, "held_until": None}
        values |= deadlines(work.connection, hazard.station_id, category.hours, category.always)
        if said.get("deadline"):
            values |= until(work.connection, hazard.station_id, said["deadline"], category.hours, category.always)
        changed = [
            name
            for name in ("category", "community_id", "building", "lat", "lon")
            if values.get(name, getattr(hazard, name)) != getattr(hazard, name)
        ]
        move(work, hazard, me.id, "accept", said={"changed": changed}, **values)
        show_all(work, hazard_id)
        told = {"community_id": values["community_id"], "urgent": category.urgent}
        tell(work, hazard, "hazard.accepted", Status.ACCEPTED, public=category.public, **told)

    return carry_out("accept", actor, hazard_id, once, act, version=version)


def community_of(connection: Connection, hazard: Row, said: str | None) -> str:
    """The community that is named, else the one it is in.

    Raises:
        Invalid: it is none of the station's, or there is none.
    """
    community_id = said or hazard.community_id
    own = select(_units.c.id).where(_units.c.id == community_id, _units.c.parent_id == hazard.station_id, _units.c.level == Level.COMMUNITY)
    if community_id is None or connection.execute(own).first() is None:
        raise Invalid("community_id", _("请选择社区。"))
    return str(community_id)


def until(connection: Connection, station_id: str, deadline: datetime, hours: int, always: bool) -> dict[str, Any]:
    """The columns of a clock that ends at a moment: the district is told when it has taken as long again twice.

    Raises:
        Invalid: the moment has passed, or is a slip of the finger in the year.
    """
    if not now() < deadline < now() + timedelta(days=366):
        raise Invalid("deadline", _("期限要晚于现在，也不能超过一年。"))
    time = working_time(connection, station_id, always=always)
    span = max(time.between(now(), deadline), timedelta(hours=hours))
    return {"due_at": deadline, "district_due_at": time.later(deadline, 2 * span), "overdue_told_at": None, "district_told_at": None}


def decline(actor: Actor, hazard_id: str, reason: str, text: str | None, version: int | None, once: Once) -> Outcome:
    """It is none, or not ours: its reporter reads why.

    Args:
        reason: a code of `reasons_at` her station for its category.
        text: a sentence besides; `other` needs one.
    Raises:
        NotFound, NotEligible, TooLate, Held, Edited: as for every command.
        Invalid: there is no such reason, or `other` without a sentence.
    """

    def act(work: Work, me: Actor, hazard: Row) -> None:
        category = categories(work.connection, hazard.station_id)[hazard.category]
        why = explained(reason, text, [one.code for one in reasons_at(work.connection, hazard.station_id, category)])
        values = {"reason": reason, "reason_text": why, "held_by": None, "held_until": None}
        move(work, hazard, me.id, "decline", said={"reason": reason}, **values)
        tell(work, hazard, "hazard.declined", Status.DECLINED, reason=reason)

    return carry_out("decline", actor, hazard_id, once, act, version=version)


def show_photo(actor: Actor, hazard_id: str, photo_id: str, once: Once) -> Outcome:
    """A photo that came after the hazard was accepted may be seen by those who see it.

    Raises:
        NotFound, NotEligible, TooLate: as for every command.
        Invalid: it is no photo of this hazard.
    """

    def act(work: Work, me: Actor, hazard: Row) -> None:
        hidden = (_photos.c.id == photo_id, _photos.c.hazard_id == hazard_id, _photos.c.shown_at.is_(None))
        if work.execute(update(_photos).where(*hidden).values(shown_at=now())).rowcount == 1:
            edit(work, hazard, me.id, "show_photo", said={"photo_id": photo_id})
            tell(work, hazard, "hazard.photo_shown")
        elif work.execute(select(_photos.c.id).where(*hidden[:2])).first() is None:
            raise Invalid("photo_id")

    return carry_out("show_photo", actor, hazard_id, once, act)

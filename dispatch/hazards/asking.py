"""Whether it is really gone: a courier who claims or delivers close by is asked once, and his word closes the hazard or opens it again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, exists, insert, select, update

from dispatch.core.breathing import breathing, in_parts
from dispatch.core.clock import now
from dispatch.core.geo import Point, metres
from dispatch.core.idempotency import Once
from dispatch.core.ids import new_id
from dispatch.core.unit_of_work import Work, look_again, reading, transaction
from dispatch.hazards.commanding import HAZARDS, Outcome, carry_out, hold_rows, tell
from dispatch.hazards.handling import reopened, verified
from dispatch.hazards.models import HazardQuestion
from dispatch.hazards.nearby import around
from dispatch.hazards.photographing import attach
from dispatch.hazards.queries import Box, Row, hazard_facts
from dispatch.hazards.states import Status
from dispatch.journal.following import read_on
from dispatch.orders.models import Order
from dispatch.people.identity import Actor, actor_by_id
from dispatch.people.models import Role

#: Who comes so close, in metres, can look.
CLOSE_M = 100
#: After these somebody is there, or about to be.
_COMES_BY = frozenset({"order.claimed", "order.delivered"})
#: Nobody is asked of a place that he has left long ago.
FRESH = timedelta(hours=1)
#: The name under which the journals are read on.
READER = "hazard_questions"

_questions, _orders = HazardQuestion.__table__, Order.__table__


def ask() -> int:
    """Read the journals on, and ask who has come by; returns how many entries were read. Harmless if run twice."""
    return read_on(READER, _ask, _COMES_BY)


def _ask(entries: Sequence[dict[str, Any]]) -> None:
    """Where nothing is said to be gone, and that is nearly always, a thousand claims cost one look."""
    came = [
        (entry["data"]["order_id"], person_id)
        for entry in entries
        if datetime.fromisoformat(entry["at"]) > now() - FRESH
        for person_id in entry["data"].get("persons", ())
    ]
    for some in in_parts(came):
        met = _met(reading(), entries[0]["station_id"], some)
        look_again()
        for hazard_id, person_id in met:
            _ask_one(hazard_id, person_id)


def _met(connection: Connection, station_id: str, came: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """For each who came by with an order, the nearest hazard by its way that is said to be gone, and of which he has not been asked."""
    columns = [HAZARDS.c[name] for name in ("id", "building", "community_id", "lat", "lon")]
    where = (HAZARDS.c.station_id == station_id, HAZARDS.c.status == Status.FIXED, HAZARDS.c.public)
    waiting = connection.execute(select(*columns).where(*where)).all()
    if not waiting:
        return []
    places = [_orders.c[name] for name in ("id", "building", "community_id", "lat", "lon")]
    orders = {row.id: row for row in connection.execute(select(*places).where(_orders.c.id.in_({order_id for order_id, _ in came})))}
    of_them = exists().where(HAZARDS.c.id == _questions.c.hazard_id, *where)
    asked = {tuple(row) for row in connection.execute(select(_questions.c.hazard_id, _questions.c.person_id).where(of_them))}
    # The box around each is drawn once: nearly every order lies outside all of them.
    boxes = [(hazard, around(Point(hazard.lat, hazard.lon), CLOSE_M) if hazard.lat is not None else None) for hazard in waiting]
    met = []
    for order_id, person_id in breathing(came):
        order = orders.get(order_id)
        close = [(_away(order, hazard), hazard.id) for hazard, box in boxes if _may_be_close(order, hazard, box)] if order else []
        near = sorted((away, hazard_id) for away, hazard_id in close if away <= CLOSE_M and (hazard_id, person_id) not in asked)
        if near:
            met.append((near[0][1], person_id))
            asked.add(met[-1])
    return met


def _may_be_close(order: Row, hazard: Row, box: Box | None) -> bool:
    """Whether a look at the names and the degrees does not rule it out."""
    if _same_building(order, hazard):
        return True
    return order.lat is not None and box is not None and box.south <= order.lat <= box.north and box.west <= order.lon <= box.east


def _same_building(order: Row, hazard: Row) -> bool:
    return bool(hazard.building) and (hazard.building, hazard.community_id) == (order.building, order.community_id)


def _away(order: Row, hazard: Row) -> int:
    """How far one is from the other, in metres."""
    return 0 if _same_building(order, hazard) else metres(Point(order.lat, order.lon), Point(hazard.lat, hazard.lon))


def _ask_one(hazard_id: str, person_id: str) -> None:
    with transaction() as work:
        hold_rows(work, [hazard_id])
        hazard, person = hazard_facts(work.connection, hazard_id, person_id, lock=True), actor_by_id(work.connection, person_id)
        there = work.execute(
            select(_questions.c.id).where(_questions.c.hazard_id == hazard_id, _questions.c.person_id == person_id)
        ).first()
        if (
            hazard.status == Status.FIXED
            and there is None
            and person
            and person.role == Role.COURIER
            and person.station_id == hazard.station_id
        ):
            work.execute(insert(_questions), {"id": new_id(), "hazard_id": hazard_id, "person_id": person_id, "asked_at": now()})
            tell(work, hazard, "hazard.asked", persons=[person_id])


def answer(actor: Actor, hazard_id: str, gone: bool, photo_ids: Sequence[str], once: Once) -> Outcome:
    """真的清干净了吗？ Yes closes it; no opens it again, and is counted.

    Args:
        gone: what he saw.
        photo_ids: what it looks like, sent ahead; others see it when the station has looked at it.
    Raises:
        NotFound, NotEligible: as for every command; NotEligible also where he was not asked, or has answered.
        TooLate: it has been verified or opened again meanwhile.
        Invalid: a photo that is not his.
    """

    def act(work: Work, me: Actor, hazard: Row) -> None:
        attach(work, me, photo_ids, hazard_id, "check", shown=False)
        mine = (_questions.c.hazard_id == hazard_id, _questions.c.person_id == me.id, _questions.c.answered_at.is_(None))
        work.execute(update(_questions).where(*mine).values(answered_at=now(), gone=gone))
        if gone:
            verified(work, hazard, me.id, "courier")
        else:
            reopened(work, hazard, me.id, "still_there")

    return carry_out("answer", actor, hazard_id, once, act)


def asked_of(connection: Connection, person_id: str) -> list[str]:
    """The hazards of which this courier is asked now, the latest first."""
    found = select(_questions.c.hazard_id).join(HAZARDS, HAZARDS.c.id == _questions.c.hazard_id)
    open_ones = (_questions.c.person_id == person_id, _questions.c.answered_at.is_(None), HAZARDS.c.status == Status.FIXED)
    return list(connection.execute(found.where(*open_ones).order_by(_questions.c.asked_at.desc())).scalars())

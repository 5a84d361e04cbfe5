"""What is asked of the hazards: the facts a rule needs, the lists that people look at, and who follows which."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, and_, case, false, func, select

from dispatch.core.clock import now
from dispatch.core.errors import NotFound
from dispatch.core.permits import permitted
from dispatch.core.secrets import Encrypted
from dispatch.hazards.models import Hazard, HazardPhoto, HazardQuestion, HazardReport, HazardStep
from dispatch.hazards.policy import PERMITS
from dispatch.hazards.states import ALIVE, KNOWN, RUNNING, Status
from dispatch.people.identity import Actor
from dispatch.people.models import Person, Role, Unit

PAGE = 50
Row = Any

_hazards, _reports, _photos = Hazard.__table__, HazardReport.__table__, HazardPhoto.__table__
_questions, _steps, _persons, _units = HazardQuestion.__table__, HazardStep.__table__, Person.__table__, Unit.__table__


def _mine(person_id: str) -> Sequence[ColumnElement[Any]]:
    """Since when this person has it among his reports, and since when a question of it waits for his answer."""
    my_report = select(_reports.c.at).where(_reports.c.hazard_id == _hazards.c.id, _reports.c.person_id == person_id)
    asked = (_questions.c.hazard_id == _hazards.c.id, _questions.c.person_id == person_id, _questions.c.answered_at.is_(None))
    return (
        my_report.correlate(_hazards).scalar_subquery().label("my_report_at"),
        select(_questions.c.asked_at).where(*asked).correlate(_hazards).scalar_subquery().label("my_question_at"),
    )


def hazard_facts(connection: Connection, hazard_id: str, person_id: str = "", *, lock: bool = False) -> Row:
    """What the rules need to know of a hazard and of one person's part in it; nothing that is sealed.

    Args:
        lock: hold the row until the transaction ends.
    Raises:
        NotFound: there is no such hazard.
    """
    plain = [column for column in _hazards.c if not isinstance(column.type, Encrypted)]
    found = select(*plain, *_mine(person_id)).where(_hazards.c.id == hazard_id)
    row = connection.execute(found.with_for_update(of=_hazards) if lock else found).first()
    if row is None:
        raise NotFound()
    return row


def full(person_id: str) -> Select[Any]:
    found = select(*_hazards.c, *_mine(person_id), _units.c.name.label("community"))
    return found.outerjoin(_units, _units.c.id == _hazards.c.community_id)


def full_hazard(connection: Connection, actor: Actor, hazard_id: str) -> Row:
    """One hazard with all that belongs to it, for `presenting`.

    Raises:
        NotFound: there is none, or none that this person may know of.
    """
    row = connection.execute(full(actor.id).where(_hazards.c.id == hazard_id)).first()
    if row is None or not permitted(PERMITS, "see", actor, row):
        raise NotFound()
    return row


def visible(actor: Actor) -> ColumnElement[bool]:
    """The `see` permit as a condition, but for his own reports: a page counts only what its reader may see."""
    known = _hazards.c.status.in_(sorted(KNOWN))
    if actor.role == Role.ADMIN:
        return _hazards.c.id.is_not(None)
    if actor.role == Role.COORDINATOR and actor.station_id:
        return _hazards.c.station_id == actor.station_id
    if actor.role == Role.CLERK:
        return and_(_hazards.c.community_id == actor.unit_id, known)
    if actor.role == Role.COURIER and actor.station_id:
        return and_(_hazards.c.station_id == actor.station_id, known, _hazards.c.public)
    if actor.role == Role.SUPERVISOR:
        return and_(_hazards.c.district_id == actor.unit_id, known, _hazards.c.district_told_at.is_not(None))
    return false()


def reported_by(person_id: str) -> ColumnElement[bool]:
    """His own reports, and what he has joined."""
    return _hazards.c.id.in_(select(_reports.c.hazard_id).where(_reports.c.person_id == person_id))


class Asked(NamedTuple):
    """Which hazards a list is to show; an empty field asks for nothing."""

    status: str | None = None
    category: str | None = None
    community_id: str | None = None
    #: Sent within so many days, and sent longer ago than so many.
    newer_days: int | None = None
    older_days: int | None = None


#: Lists that have a name of their own beside the states.
LISTS = ("queue", "alive", "overdue", "mine")


def conditions(actor: Actor, asked: Asked) -> list[ColumnElement[bool]]:
    """What a person is asking for, of what they may see."""
    where = [reported_by(actor.id) if asked.status == "mine" else visible(actor)]
    if asked.status == "queue":
        where.append(_hazards.c.status == Status.REPORTED)
    elif asked.status == "alive":
        where.append(_hazards.c.status.in_(sorted(ALIVE | {Status.FIXED})))
    elif asked.status == "overdue":
        where += [_hazards.c.status.in_(sorted(RUNNING)), _hazards.c.due_at <= now()]
    elif asked.status and asked.status != "mine":
        where.append(_hazards.c.status == asked.status)
    if asked.category:
        where.append(_hazards.c.category == asked.category)
    if asked.community_id:
        where.append(_hazards.c.community_id == asked.community_id)
    if asked.newer_days:
        where.append(_hazards.c.sent_at > now() - timedelta(days=asked.newer_days))
    if asked.older_days:
        where.append(_hazards.c.sent_at <= now() - timedelta(days=asked.older_days))
    return where


def hazards_page(connection: Connection, actor: Actor, asked: Asked, page: int) -> tuple[list[Row], int]:
    """One page of the hazards that a person may see, and how many in all: the queue by urgency and age, else the newest first."""
    where = conditions(actor, asked)
    total = connection.execute(select(func.count()).select_from(_hazards).where(*where)).scalar_one()
    order = _as_they_wait(connection, actor) if asked.status == "queue" else [_hazards.c.sent_at.desc()]
    found = full(actor.id).where(*where).order_by(*order, _hazards.c.id).limit(PAGE).offset((page - 1) * PAGE)
    return list(connection.execute(found).all()), total


def _as_they_wait(connection: Connection, actor: Actor) -> list[ColumnElement[Any]]:
    """The queue's order: what is urgent, then whose reports hold, then who has waited longest."""
    waiting = select(_reports.c.person_id).join(_hazards, _hazards.c.id == _reports.c.hazard_id)
    waiting = waiting.where(visible(actor), _hazards.c.status == Status.REPORTED).distinct()
    quick = fast_lane(connection, connection.execute(waiting).scalars())
    first = select(_steps.c.by).where(_steps.c.hazard_id == _hazards.c.id, _steps.c.version == 0).correlate(_hazards).scalar_subquery()
    return [_hazards.c.urgent.desc(), case((first.in_(sorted(quick)), 0), else_=1), _hazards.c.sent_at]


class Box(NamedTuple):
    """A part of the map: WGS-84 degrees."""

    west: float
    south: float
    east: float
    north: float


def inside(box: Box) -> ColumnElement[bool]:
    return and_(_hazards.c.lat.between(box.south, box.north), _hazards.c.lon.between(box.west, box.east))


def followers(connection: Connection, hazard_id: str) -> list[str]:
    """Everybody who has reported it, or one that was merged into it, at any step: they follow the survivor while it is one."""
    tree = select(_hazards.c.id).where(_hazards.c.id == hazard_id).cte("tree", recursive=True)
    # UNION without ALL: a circle, which no verb can make, would come to an end all the same.
    tree = tree.union(select(_hazards.c.id).join(tree, _hazards.c.merged_into == tree.c.id))
    found = select(_reports.c.person_id).where(_reports.c.hazard_id.in_(select(tree.c.id))).distinct()
    return sorted(connection.execute(found).scalars())


def survivors(connection: Connection, rows: Iterable[Row]) -> dict[str, Row]:
    """Duplicate → the hazard that it is the same as in the end."""
    ends = {row.id: row for row in rows if row.merged_into}
    while waiting := {row.merged_into for row in ends.values() if row.merged_into}:
        found = select(_hazards.c.id, _hazards.c.status, _hazards.c.merged_into).where(_hazards.c.id.in_(waiting))
        there = {row.id: row for row in connection.execute(found)}
        ends = {origin: there[row.merged_into] if row.merged_into else row for origin, row in ends.items()}
    return ends


def photos_of(connection: Connection, hazard_ids: Iterable[str]) -> dict[str, list[Row]]:
    """Hazard → its photos, in the order in which they came."""
    photos: dict[str, list[Row]] = {}
    found = select(_photos).where(_photos.c.hazard_id.in_(list(hazard_ids))).order_by(_photos.c.at, _photos.c.id)
    for row in connection.execute(found):
        photos.setdefault(row.hazard_id, []).append(row)
    return photos


def reporters_of(connection: Connection, hazard_ids: Iterable[str]) -> dict[str, list[Row]]:
    """Hazard → who has reported it, with names; the first one first."""
    reporters: dict[str, list[Row]] = {}
    found = select(_reports.c.hazard_id, _reports.c.person_id, _reports.c.at, _reports.c.seen_at, _persons.c.name)
    found = found.join(_persons, _persons.c.id == _reports.c.person_id).where(_reports.c.hazard_id.in_(list(hazard_ids)))
    for row in connection.execute(found.order_by(_reports.c.at, _reports.c.person_id)):
        reporters.setdefault(row.hazard_id, []).append(row)
    return reporters


def steps_of(connection: Connection, hazard_id: str) -> list[Row]:
    """The history of one hazard, each step with the role of who did it; none where it was the clock."""
    found = select(_steps, _persons.c.role).outerjoin(_persons, _persons.c.id == _steps.c.by)
    return list(connection.execute(found.where(_steps.c.hazard_id == hazard_id).order_by(_steps.c.version)).all())


#: Whose reports hold is judged by this much of the past, and by no fewer reports.
FAST_LANE_SINCE, FAST_LANE_LEAST, FAST_LANE_SHARE = timedelta(days=90), 5, 0.9


def fast_lane(connection: Connection, person_ids: Iterable[str]) -> set[str]:
    """Those of whose judged reports nearly all were accepted: looked at first. Told as yes or no, and to the coordinator alone."""
    judged = _hazards.c.status != Status.REPORTED
    held = func.count().filter(_hazards.c.status.not_in([Status.DECLINED, Status.VOID]))
    found = select(_reports.c.person_id, func.count().label("judged"), held.label("held")).join(
        _hazards, _hazards.c.id == _reports.c.hazard_id
    )
    found = found.where(_reports.c.person_id.in_(list(person_ids)), _reports.c.at > now() - FAST_LANE_SINCE, judged)
    rows = connection.execute(found.group_by(_reports.c.person_id))
    return {row.person_id for row in rows if row.judged >= FAST_LANE_LEAST and row.held >= FAST_LANE_SHARE * row.judged}


def due(connection: Connection, verb: str, moment: datetime) -> list[str]:
    """The ids of hazards whose time has come: `overdue`, `overdue_district` or `resume`."""
    running = _hazards.c.status.in_(sorted(RUNNING))
    where = {
        "overdue": (running, _hazards.c.due_at <= moment, _hazards.c.overdue_told_at.is_(None)),
        "overdue_district": (
            running,
            _hazards.c.due_at <= moment,
            _hazards.c.district_due_at <= moment,
            _hazards.c.district_told_at.is_(None),
        ),
        "resume": (_hazards.c.status == Status.SUSPENDED, _hazards.c.suspended_until <= moment),
    }[verb]
    return list(connection.execute(select(_hazards.c.id).where(*where).limit(500)).scalars())

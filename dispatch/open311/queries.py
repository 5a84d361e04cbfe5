"""What is public of the hazards: accepted or after, of a category that concerns no person, of one station or of all."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from dispatch.core.errors import NotFound
from dispatch.core.unit_of_work import reading
from dispatch.hazards.models import Hazard, HazardPhoto, HazardStep
from dispatch.hazards.queries import Box, Row, inside, survivors
from dispatch.hazards.states import KNOWN, Status
from dispatch.open311.models import Open311Token
from dispatch.people.models import Level, Unit

#: In one answer.
MOST = 1000
#: Status of the specification → our states. Fixed is somebody's word: it is closed when another has seen that it is gone. So is what was
#: public when it was merged into another: who followed it is told which one goes on.
STATES = {"open": KNOWN - {Status.VERIFIED}, "closed": frozenset({Status.VERIFIED, Status.DUPLICATE})}

_hazards, _photos, _tokens = Hazard.__table__, HazardPhoto.__table__, Open311Token.__table__
_units, _stations, _steps = Unit.__table__, Unit.__table__.alias("stations"), HazardStep.__table__


class Asked(NamedTuple):
    """Which service requests are wanted; an empty field asks for nothing. `since` and `until` bound `requested_datetime`."""

    station_id: str | None = None
    ids: Sequence[str] = ()
    codes: Sequence[str] = ()
    statuses: Sequence[str] = ()
    since: datetime | None = None
    until: datetime | None = None
    box: Box | None = None
    page: int = 1
    page_size: int = MOST


def public() -> ColumnElement[bool]:
    """What anybody may know of."""
    return and_(_hazards.c.status.in_(sorted(KNOWN)), _hazards.c.public)


def _told() -> ColumnElement[bool]:
    """What anybody may be told of: what is public, and what was when it was merged."""
    was_known = and_(_hazards.c.status == Status.DUPLICATE, _hazards.c.merged_from.in_(sorted(KNOWN)), _hazards.c.public)
    return or_(public(), was_known)


def _requests(station_id: str | None) -> Select[Any]:
    closed_at = select(func.max(_steps.c.at)).where(_steps.c.hazard_id == _hazards.c.id, _steps.c.verb == "verify")
    columns = (
        "id",
        "status",
        "station_id",
        "category",
        "title",
        "building",
        "lat",
        "lon",
        "sent_at",
        "changed_at",
        "due_at",
        "merged_into",
    )
    named = (_units.c.name.label("community"), _stations.c.name.label("station"))
    found = select(*(_hazards.c[name] for name in columns), *named, closed_at.correlate(_hazards).scalar_subquery().label("closed_at"))
    found = found.outerjoin(_units, _units.c.id == _hazards.c.community_id).join(_stations, _stations.c.id == _hazards.c.station_id)
    return found.where(_told(), *([_hazards.c.station_id == station_id] if station_id else []))


def requests(asked: Asked) -> list[Row]:
    """Service requests, the newest first; those that are asked for by id, whatever else is asked."""
    found = _requests(asked.station_id).order_by(_hazards.c.sent_at.desc(), _hazards.c.id)
    if asked.ids:
        return list(reading().execute(found.where(_hazards.c.id.in_(list(asked.ids)))).all())
    if asked.codes:
        found = found.where(_hazards.c.category.in_(list(asked.codes)))
    if asked.statuses:
        found = found.where(_hazards.c.status.in_(sorted(frozenset().union(*(STATES[one] for one in asked.statuses)))))
    if asked.since:
        found = found.where(_hazards.c.sent_at >= asked.since)
    if asked.until:
        found = found.where(_hazards.c.sent_at <= asked.until)
    if asked.box:
        found = found.where(inside(asked.box))
    return list(reading().execute(found.limit(asked.page_size).offset((asked.page - 1) * asked.page_size)).all())


def go_on_for(rows: Sequence[Row]) -> dict[str, str]:
    """Merged request → the one that goes on for it, where that is public."""
    ends = {origin: end.id for origin, end in survivors(reading(), rows).items()}
    there = (
        set(reading().execute(select(_hazards.c.id).where(_hazards.c.id.in_(set(ends.values())), public())).scalars()) if ends else set()
    )
    return {origin: end for origin, end in ends.items() if end in there}


def stations() -> dict[str, str]:
    """The stations of the house, by code: what the specification calls jurisdictions."""
    found = select(_units.c.id, _units.c.name).where(_units.c.level == Level.STATION).order_by(_units.c.id)
    return {row.id: row.name for row in reading().execute(found)}


def shown_photo(photo_id: str) -> Row:
    """A photo that anybody may look at.

    Raises:
        NotFound: there is none.
    """
    found = select(_photos).join(_hazards, _hazards.c.id == _photos.c.hazard_id)
    row = reading().execute(found.where(_photos.c.id == photo_id, _photos.c.shown_at.is_not(None), public())).first()
    if row is None:
        raise NotFound()
    return row


def followed(token: str) -> tuple[str | None, bool]:
    """What has become of a program's report.

    Returns:
        the id of its service request, or of the one that it was merged into, if that is public; and whether it still waits.
    Raises:
        NotFound: there is no such token.
    """
    found = select(_hazards.c.id, _hazards.c.status, _hazards.c.merged_into, _hazards.c.public)
    row = reading().execute(found.join(_tokens, _tokens.c.hazard_id == _hazards.c.id).where(_tokens.c.token == token)).first()
    if row is None:
        raise NotFound()
    end_id = survivors(reading(), [row]).get(row.id, row).id
    there = reading().execute(select(_hazards.c.id).where(_hazards.c.id == end_id, public())).scalar()
    return there, row.status == Status.REPORTED

"""What a request says, read as the specification writes it: an empty parameter is none, lists have commas, moments a zone."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from flask_babel import lazy_gettext as _

from dispatch.core.clock import now
from dispatch.core.errors import NotFound
from dispatch.hazards.queries import Box
from dispatch.open311.queries import MOST, STATES, Asked, stations
from dispatch.open311.refusing import Wrong, wrong

#: How far a search may reach, and how far it reaches where nothing is said.
SPAN = timedelta(days=90)
_MOMENT = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?)(Z|[+ -]\d\d:\d\d)")

Said = Mapping[str, str]


def jurisdiction(said: Said) -> str | None:
    """The station that is meant: the one that is named, or the only one; None for all of them.

    Raises:
        NotFound: there is no such station.
    """
    known = stations()
    named = said.get("jurisdiction_id", "").strip()
    if named and named not in known:
        raise NotFound(_("没有这个 jurisdiction_id。"))
    return named or (next(iter(known)) if len(known) == 1 else None)


def asked_for(said: Said) -> Asked:
    """Which service requests are asked for.

    Raises:
        NotFound: there is no such jurisdiction.
        Wrong: naming what cannot be read.
    """
    station_id = jurisdiction(said)
    ids = _listed(said, "service_request_id")
    if ids:
        return Asked(station_id, ids=ids[:MOST])
    statuses = [one.lower() for one in _listed(said, "status")]
    if set(statuses) - set(STATES):
        raise wrong("status")
    since, until = _span(said)
    page, size = _number(said, "page", 1, 1_000_000), _number(said, "page_size", MOST, MOST)
    return Asked(station_id, (), _listed(said, "service_code"), statuses, since, until, _box(said), page, size)


def _listed(said: Said, name: str) -> list[str]:
    return [one.strip() for one in said.get(name, "").split(",") if one.strip()]


def _number(said: Said, name: str, default: int, most: int) -> int:
    text = said.get(name, "").strip()
    if not text:
        return default
    if not re.fullmatch(r"[0-9]{1,7}", text) or not 1 <= int(text) <= most:
        raise wrong(name)
    return int(text)


def _span(said: Said) -> tuple[datetime, datetime | None]:
    """From when to when: at most 90 days; the latest ones where nothing is said."""
    since, until = moment(said, "start_date"), moment(said, "end_date")
    try:
        if since is None:
            return (until or now()) - SPAN, until
        if until is None:
            return since, since + SPAN
    except OverflowError:
        raise wrong("end_date" if since is None else "start_date") from None
    if until - since > SPAN:
        raise Wrong(_("start_date 到 end_date 最多 90 天。"))
    return since, until


def moment(said: Said, name: str) -> datetime | None:
    """A moment in the W3C's form, with its zone; a plus sign that arrives as a space is read as one.

    Raises:
        Wrong: it is none.
    """
    text = said.get(name, "").strip()
    if not text:
        return None
    parts = _MOMENT.fullmatch(text)
    try:
        if parts is None:
            raise ValueError
        return datetime.fromisoformat(parts[1] + parts[2].replace(" ", "+")).astimezone(UTC)
    except (ValueError, OverflowError):
        raise wrong(name) from None


def degrees(text: str, most: int, name: str) -> float:
    """Degrees between `-most` and `most`.

    Raises:
        Wrong: naming the parameter.
    """
    try:
        value = float(text) if re.fullmatch(r"[-+0-9.eE]{1,40}", text.strip()) else math.nan
    except ValueError:
        value = math.nan
    if not -most <= value <= most:
        raise wrong(name)
    return value


def _box(said: Said) -> Box | None:
    sides = _listed(said, "bbox")
    if not sides:
        return None
    if len(sides) != 4:
        raise wrong("bbox")
    west, south, east, north = (degrees(side, 90 if n % 2 else 180, "bbox") for n, side in enumerate(sides))
    if west > east or south > north:
        raise wrong("bbox")
    return Box(west, south, east, north)

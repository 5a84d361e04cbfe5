"""What a service, its definition and a service request look like from outside: nothing that was typed with a report."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _

from dispatch.core.clock import iso
from dispatch.core.errors import NotFound
from dispatch.core.unit_of_work import reading
from dispatch.hazards.categorising import EVERYBODY, Category, categories
from dispatch.hazards.queries import Row, photos_of
from dispatch.hazards.states import PUBLIC_WORDS, RUNNING, Status
from dispatch.hazards.suggesting import house_keywords
from dispatch.hazards.words import WORDS, reads_english
from dispatch.open311.definitions import attributes_of
from dispatch.open311.queries import STATES, Asked, go_on_for, requests

# Where a door begins in a place that somebody has written: entrance, floor, room, or a number of three or four figures.
_DOOR = re.compile(r"[0-9０-９一二三四五六七八九十]+\s*(?:单元|门|层|室|户)|[0-9０-９]{3,4}(?![0-9０-９]|\s*号[楼院])|[A-Za-z]?-[0-9０-９]")


def offered(station_id: str | None) -> dict[str, Category]:
    """The kinds that can be reported from outside: those in use that concern no person, at a station or for everybody."""
    known = categories(reading(), station_id or EVERYBODY)
    return {one.id: one for one in known.values() if one.active and one.public}


def services(station_id: str | None) -> list[dict[str, Any]]:
    """Every kind that can be reported."""
    words: dict[str, list[str]] = {}
    for keyword in house_keywords():
        words.setdefault(keyword.category, []).append(keyword.word.replace(",", " "))
    return [
        {
            "service_code": one.id,
            "service_name": _name(one),
            "description": _advice(one) or _name(one),
            "metadata": True,
            "type": "batch",
            "keywords": ", ".join(words.get(one.id, [])),
            "group": one.family,
        }
        for one in offered(station_id).values()
    ]


def definition(station_id: str | None, service_code: str) -> dict[str, Any]:
    """What can be said with a report of a kind.

    Raises:
        NotFound: there is no such kind.
    """
    if service_code not in offered(station_id):
        raise NotFound()
    return {"service_code": service_code, "attributes": attributes_of(station_id)}


def _name(category: Category) -> str:
    return category.name_en if reads_english() else category.name


def _advice(category: Category | None) -> str | None:
    if category is None:
        return None
    return (category.advice_en if reads_english() else category.advice) or None


def service_requests(asked: Asked, photo_address: Any) -> list[dict[str, Any]]:
    """The service requests that are asked for.

    Args:
        photo_address: a photo's id → where anybody finds it.
    """
    rows = requests(asked)
    photos = photos_of(reading(), [row.id for row in rows])
    kinds: dict[str, Mapping[str, Category]] = {row.station_id: {} for row in rows}
    kinds = {station_id: categories(reading(), station_id) for station_id in kinds}
    on = go_on_for(rows)
    return [
        _request(row, kinds[row.station_id].get(row.category), photos.get(row.id, []), photo_address) | _notes(row, on.get(row.id))
        for row in rows
    ]


def _notes(row: Row, goes_on: str | None) -> dict[str, str]:
    """How far it is, or where it is gone on with."""
    if row.status != Status.DUPLICATE:
        return {"status_notes": str(WORDS[PUBLIC_WORDS[Status(row.status)]])}
    return {"status_notes": str(_("和另一条是同一处，已并入：%(other)s", other=goes_on) if goes_on else _("和另一条是同一处，已并入。"))}


def _request(row: Row, category: Category | None, photos: Sequence[Row], photo_address: Any) -> dict[str, Any]:
    # The photos of what was merged are seen no more: the one that goes on has its own.
    shown = [one.id for one in photos if one.shown_at is not None and row.status != Status.DUPLICATE]
    closed = row.status in STATES["closed"]
    return {
        "service_request_id": row.id,
        "status": "closed" if closed else "open",
        "status_notes": None,
        "service_name": _name(category) if category else row.category,
        "service_code": row.category,
        "description": row.title or None,
        "agency_responsible": row.station,
        "service_notice": _advice(category),
        "requested_datetime": iso(row.sent_at),
        "updated_datetime": iso((row.closed_at if closed else None) or row.changed_at),
        "expected_datetime": iso(row.due_at) if row.status in RUNNING | {Status.FIXED} else None,
        "address": _address(row),
        "address_id": None,
        "zipcode": None,
        "lat": row.lat,
        "long": row.lon,
        "media_url": photo_address(shown[0]) if shown else None,
    }


def _address(row: Row) -> str | None:
    """From the building to the street; a door in it, which somebody may have written, stays in the house."""
    building = without_door(row.building)
    return ", ".join(part for part in (building, row.community, row.station) if part) or None


def without_door(building: str) -> str:
    """A place as it was written, up to where a door begins."""
    door = _DOOR.search(building)
    return (building[: door.start()] if door else building).strip(" ,，、-—/#")

"""What must not stand in what everybody reads: behind which door somebody lives. A need is public, and so is its building."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from flask_babel import lazy_gettext as _

from dispatch.core.errors import Invalid

_BUILDING = r"(?P<building>(?:\d{1,4}|[一二三四五六七八九十]{1,3})\s*(?:号楼|[栋幢座]楼?|#楼?))\s*[-—,，、]?\s*"
#: 米10斤 and 阿司匹林100片 are no doors.
_UNCOUNTED = r"(?![\d.]|\s*[米元块斤片度个盒袋瓶粒分杯箱包次条双天年月日毫克])"
_UNIT = r"(?:\d{1,2}|[一二三四五六七八九十]{1,2})\s*单元"
_DOORS = (
    re.compile(rf"(?:{_BUILDING})?(?P<door>{_UNIT}(?:\s*[-—]?\s*(?P<room>\d{{2,4}}){_UNCOUNTED}\s*(?:室|号|房|门)?)?)"),
    re.compile(rf"(?:{_BUILDING})?(?P<door>(?<!\d)(?P<room>\d{{2,4}})\s*室)"),
    re.compile(rf"{_BUILDING}(?P<door>(?P<room>\d{{3,4}}){_UNCOUNTED}\s*(?:号|房|门)?)"),
    re.compile(r"(?<![\d-])(?P<number>\d{1,3})-(?P<unit>\d{1,2})-(?P<room>(?!20\d\d)\d{3,4})(?![\d-])"),
)


class Place(NamedTuple):
    """A door as a sentence names it: `building` may be empty, `room` tells whether more than the entrance is named."""

    building: str
    door: str
    room: bool
    #: The sentence without it.
    rest: str


def place_in(text: str) -> Place | None:
    """The door that a sentence names, if it names one.

    Args:
        text: as long as a need may be: it is looked through again for each sign.
    """
    for pattern in _DOORS:
        found = pattern.search(text)
        if found:
            said = found.groupdict()
            building, door = said.get("building") or "", said.get("door")
            if door is None:
                building, door = f"{said['number']}号楼", f"{said['unit']}单元{said['room']}"
            return Place(building, door, bool(said["room"]), f"{text[: found.start()]}{text[found.end() :]}".strip(" ，。；、,.;：:"))
    return None


def check_public(need: Mapping[str, Any]) -> None:
    """Refuse a need whose public words say behind which door she lives.

    Args:
        need: `summary` and `building`, where they are said.
    Raises:
        Invalid: naming the field, and where the door belongs.
    """
    if place_in(need.get("summary") or ""):
        raise Invalid("summary", _("这里人人可见，请不要写单元和房号，请写到“门牌”里。"))
    place = place_in(need.get("building") or "")
    if place and place.room:
        raise Invalid("building", _("楼栋人人可见，请把房号写到“门牌”里。"))

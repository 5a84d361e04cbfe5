"""What one line of a ledger asks for: each field as it can be posted, or why it cannot. Judged again, it reads the same."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from dispatch.ledgers.lines import SAID
from dispatch.ledgers.times import NotATime, When, read_when
from dispatch.ledgers.words import GROUP_WORDS, KIND_NAMES, KIND_WORDS, NO, NOTHING, URGENCY_TOLD, URGENCY_WORDS, YES, half, narrow
from dispatch.orders.posting import KINDS, SUMMARY_MOST, WINDOW_FURTHEST
from dispatch.orders.wording import place_in
from dispatch.residents.models import LONGEST as KEPT_LONGEST

#: How long each field may be, in characters.
LONGEST = {**{name: KEPT_LONGEST[name] for name in ("name", "building", "door", "note")}, "need": SUMMARY_MOST}
#: Of what is longer nothing is read out: no field that says one thing takes as much.
READ_MOST = 200
#: Where one thing is said, and what is wrong with one that is longer.
_TOO_LONG = {"name": "too_long", "phone": "phone_wrong", "building": "too_long", "door": "too_long", "kind": "too_long",
             "time": "time_unknown"}  # fmt: skip
#: What couriers read where the need itself is not for everybody.
TOLD_TO_THE_HOLDER = "接单后看备注"

_MOBILE = re.compile(r"(?:\+?86|0086)?(1[3-9]\d{9})")
_LANDLINE = re.compile(r"0\d{9,11}|[2-9]\d{6,7}|400\d{7}")
_DATE_MADE = re.compile(r"20\d\d-\d\d-\d\d( \d\d:\d\d)?")
_ADDRESS = re.compile(r"^(?P<building>.{0,40}?(?:\d{1,4}|[一二三四五六七八九十]{1,3})\s*(?:号楼|[栋幢座]楼?|#楼?))(?P<door>.+)$")
_DASHED = re.compile(r"^(\d{1,3})-(\d{1,2})-(\d{3,4})$")
_DASHED_SHORT = re.compile(r"^(\d{1,3})-(\d{3,4})$")
#: What belongs to a door: it must not stand in what everybody reads.
_OF_A_DOOR = re.compile(r"\d单元|单元|\d{3,4}室|\d室|-\d{3,4}$|门\d|\d门")
_NUMBER_WITHIN = re.compile(r"\d[\d\s-]{5,}\d")


@dataclass(frozen=True)
class Judged:
    """`said` as it can be posted, where it can; `faults` by field; `when`, if it says so."""

    said: dict[str, str]
    faults: dict[str, str] = field(default_factory=dict)
    when: When | None = None

    def need(self) -> dict[str, Any]:
        """The fields of an order as posted."""
        said = self.said
        return {
            "kind": said["kind"], "summary": said["need"], "building": said["building"], "urgency": said["urgency"],
            "window_start": self.when.start if self.when else None, "window_end": self.when.end if self.when else None,
            "private_note": said["note"] or None, "skills": [],
            "resident": {"name": said["name"], "phone": said["phone"] or None, "door": said["door"] or None,
                         "groups": said["groups"].split()},
        }  # fmt: skip


def judge(given: Mapping[str, str], today: datetime) -> Judged:
    """Read one line.

    Args:
        given: the fields of `SAID` as text: from a ledger, or corrected, or judged before.
        today: now; what ends before it is past.
    """
    said = {name: (narrow if name in ("need", "note") else half)(given.get(name) or "") for name in SAID}
    # Lines within a cell are of use where there are sentences, or several numbers.
    said = {name: text if name in ("need", "note", "phone") else " ".join(text.split()) for name, text in said.items()}
    said = {name: "" if text.lower() in NOTHING else text for name, text in said.items()}
    faults: dict[str, str] = {name: why for name, why in _TOO_LONG.items() if len(said[name]) > READ_MOST}
    return _judged(said, faults, today)


def _judged(said: dict[str, str], faults: dict[str, str], today: datetime) -> Judged:
    if "name" not in faults:
        _name(said, faults)
    if "phone" not in faults:
        _phone(said, faults)
    _lift(said, faults)
    if not {"building", "door"} & set(faults):
        _place(said, faults)
    when = None if "time" in faults else _time(said, faults, today)
    _need(said, faults)
    said["urgency"] = _urgency(said, when, today)
    codes = said["groups"].split()
    said["groups"] = " ".join(code for code, words in GROUP_WORDS if code in codes or any(word in said["groups"] for word in words))
    for name, most in LONGEST.items():
        if len(said[name]) > most:
            faults.setdefault(name, "too_long")
    return Judged(said, faults, when)


def _aside(said: dict[str, str], text: str) -> None:
    """What does not fit into its field is kept where only who holds the order reads it."""
    text = text.strip("，。；,.; ")
    if text and text not in said["note"]:
        said["note"] = "；".join(part for part in (said["note"], text) if part)


def _name(said: dict[str, str], faults: dict[str, str]) -> None:
    name = said["name"]
    while (bracket := re.search(r"\((.+?)\)", name)) and bracket[0] != name:
        _aside(said, bracket[1])
        name = name.replace(bracket[0], "")
    # 陈 桂 兰 and 李  明 are spread over their cells; Latin names keep their spaces.
    name = re.sub(r"(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff])", "", name).strip()
    said["name"] = name
    if not name:
        faults["name"] = "name_missing"
    elif not re.search(r"[^\W\d_]", name):
        faults["name"] = "name_strange"


def _phone(said: dict[str, str], faults: dict[str, str]) -> None:
    text = said["phone"]
    if not text:
        return
    if re.fullmatch(r"\d(\.\d+)?e\+?\d+", text, re.IGNORECASE):
        faults["phone"] = "phone_scientific"
        return
    parts = re.split(r"[/,;、\n]|或|和", re.sub(r"\.0$", "", text))
    numbers = [_number_in(part) for part in parts]
    first = next((n for n, number in enumerate(numbers) if number), None)
    if first is None:
        faults["phone"] = "phone_wrong"
        return
    _aside(said, "，".join(part.strip() for n, part in enumerate(parts) if n != first or re.search(r"[^\W\d_]", part)))
    said["phone"] = str(numbers[first])


def _number_in(part: str) -> str | None:
    """A number that can be rung, with or without words beside it; never a part of a longer one."""
    for digits in re.findall(r"\+?\d+", re.sub(r"(?<=[\d+])[\s\-().·]+(?=\d)|\((?=\d)", "", part)):
        mobile = _MOBILE.fullmatch(digits)
        if mobile:
            return mobile[1]
        if _LANDLINE.fullmatch(digits):
            return str(digits)
    # Two of them with no more than a space between.
    alone = re.search(r"(?<!\d)1[3-9]\d{9}(?!\d)", part)
    return alone[0] if alone else None


def _place(said: dict[str, str], faults: dict[str, str]) -> None:
    building, door = said["building"], said["door"]
    for name, text in (("building", building), ("door", door)):
        if _DATE_MADE.fullmatch(text):
            faults[name] = "made_a_date"
    if "building" not in faults:
        building, door = _split(building, door)
    said["building"], said["door"] = building, door
    if not building:
        faults["building"] = "building_missing"
    elif _OF_A_DOOR.search(building):
        faults["building"] = "door_in_building"


def _lift(said: dict[str, str], faults: Mapping[str, str]) -> None:
    """Where a need says the door itself, and no column does: it is taken out of what everybody reads."""
    text, building = said["need"], said["building"]
    place = place_in(text) if len(text) <= LONGEST["need"] and not said["door"] else None
    if place is None or {"building", "door"} & set(faults) or place_in(building):
        return
    # Of another building than the one that is written beside it, nobody knows which is meant; and 送到 alone says nothing.
    same = place.building in ("", building) or not building or _split(place.building, "")[0] == _split(building, "")[0]
    if same and (kind_of(place.rest) or said["kind"]):
        said["need"], said["door"], said["building"] = place.rest, place.door.replace(" ", ""), building or place.building


def _split(building: str, door: str) -> tuple[str, str]:
    """3号楼2单元301 in one cell is a building and a door; a number alone is a building's."""
    dashed, short = _DASHED.match(building), _DASHED_SHORT.match(building)
    if dashed:
        building, door = f"{dashed[1]}号楼", door or f"{dashed[2]}单元{dashed[3]}"
    elif short:
        building, door = f"{short[1]}号楼", door or short[2]
    else:
        whole = _ADDRESS.match(building)
        if whole:
            rest = whole["door"].strip(" -—,，/")
            building, door = whole["building"], door if not rest or rest in door else f"{rest}{door}"
    building = re.sub(r"(?<=\d)\s*#(楼|$)", "号楼", building).strip()
    building = re.sub(r"\s+(?=号楼|栋|幢|座)", "", building)
    return (f"{int(building)}号楼" if re.fullmatch(r"\d{1,3}", building) else building), re.sub(r"\.0$", "", door)


def _time(said: dict[str, str], faults: dict[str, str], today: datetime) -> When | None:
    text = said["time"]
    try:
        when = read_when(text, today)
    except NotATime:
        faults["time"] = "time_unknown"
        return None
    if when is None:
        # 尽快 is how urgent it is, and stays to be read so.
        return None
    if when.end <= today:
        faults["time"] = "time_past"
        return when
    if when.end - today > WINDOW_FURTHEST:
        faults["time"] = "time_far"
        return when
    _aside(said, when.rest)
    said["time"] = str(when)
    return when


def _need(said: dict[str, str], faults: dict[str, str]) -> None:
    text = "；".join(part for part in map(str.strip, said["need"].split("\n")) if part)
    said_kind, kind = said["kind"], said["kind"].lower()
    if not text and kind in ("", "other"):
        faults["need"] = "need_missing"
    said["kind"] = kind if kind in KINDS else KIND_NAMES.get(kind) or kind_of(kind) or kind_of(text) or "other"
    if kind and kind not in KINDS and said["kind"] == "other" and kind not in KIND_NAMES and kind not in text:
        text = "：".join(part for part in (said_kind, text) if part)
    if len(text) > LONGEST["need"] or _tells_of_somebody(text, said):
        # Every courier reads the need; a name, a number or a long story is for the one who holds the order.
        _aside(said, text)
        text = TOLD_TO_THE_HOLDER
    said["need"] = text


def _tells_of_somebody(text: str, said: Mapping[str, str]) -> bool:
    door = re.sub(r"\D", "", said["door"])
    return bool(
        (said["name"] and said["name"] in text)
        or any(len(re.sub(r"\D", "", found[0])) >= 7 for found in _NUMBER_WITHIN.finditer(text))
        or (len(door) >= 3 and door in re.findall(r"\d+", text))
        or place_in(text)
    )


def kind_of(text: str) -> str | None:
    """The kind whose words stand in a text; None where there are none."""
    return next((kind for kind, words in KIND_WORDS for word in words if word in text.lower()), None)


def _urgency(said: Mapping[str, str], when: When | None, today: datetime) -> str:
    """As it is said; else by its day: what is for another day is not for today."""
    text = said["urgency"].lower()
    if text in YES:
        return "urgent"
    if text not in NO:
        told = ((text, URGENCY_WORDS), ("" if when else said["time"], URGENCY_WORDS), (f"{said['need']} {said['note']}", URGENCY_TOLD))
        for part, table in told:
            found = next((urgency for urgency, words in table if any(word in part for word in words)), None)
            if found:
                return found
    later = when is not None and when.start is not None and when.start.date() > today.astimezone(when.start.tzinfo).date()
    return "routine" if later else "today"

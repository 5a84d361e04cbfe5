"""How a region's divisions come in from a table: repeatable, told line by line, nothing guessed."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlalchemy import insert, select, update

from dispatch.core.unit_of_work import Work
from dispatch.people.models import Level, Unit

#: The words of the published tables → our levels.
LEVELS = {
    "district": Level.DISTRICT, "street": Level.STATION, "station": Level.STATION, "community": Level.COMMUNITY, "depot": Level.DEPOT,
}  # fmt: skip
#: Which level a unit's parent must have; a district's parent (a city) is not ours.
PARENTS = {Level.STATION: Level.DISTRICT, Level.COMMUNITY: Level.STATION, Level.DEPOT: Level.STATION}

#: What must be there before what.
RANKS = {Level.DISTRICT.value: 0, Level.STATION.value: 1, Level.COMMUNITY.value: 2, Level.DEPOT.value: 2}

_units = Unit.__table__


class Line(NamedTuple):
    """One line of the report: its number in the file, what became of it, and why."""

    number: int
    verdict: str
    code: str
    why: str = ""


@dataclass
class Report:
    """What an import did."""

    lines: list[Line] = field(default_factory=list)

    def count(self, verdict: str) -> int:
        """How many lines were `added`, `changed`, `unchanged` or `refused`."""
        return sum(line.verdict == verdict for line in self.lines)


def import_units(work: Work, rows: Iterable[str]) -> Report:
    """Bring a table of units in.

    Args:
        work: the transaction; all good lines come in together.
        rows: the lines of a CSV with the columns code, name, parent_code, level and, if known, lat and lon (WGS-84 degrees).
    Returns:
        the report; a bad line is refused and named, the others come in. Lines may stand in any order.
    """
    known = {row.id: row for row in work.execute(select(_units))}
    levels = {code: row.level for code, row in known.items()}
    lines, added = [], []
    # From the top down, however they stand in the file: below a unit that is refused nothing can be added.
    for number, unit in sorted(_numbered(rows), key=lambda line: RANKS.get(str(line[1].get("level")), 0)):
        code = str(unit["id"])
        why = str(unit.get("why") or "") or _misplaced(unit, levels) or _lifted(unit, levels)
        if why:
            lines.append(Line(number, "refused", code, why))
            continue
        levels[code] = str(unit["level"])
        if code not in known:
            added.append(unit)
            lines.append(Line(number, "added", code))
        else:
            lines.append(Line(number, _change(work, known[code], unit), code))
    if added:
        work.execute_many(insert(_units), added)
    return Report(sorted(lines))


def _numbered(rows: Iterable[str]) -> Iterator[tuple[int, dict[str, object]]]:
    """Each record with the number of its line; of two with one code only the first can be meant."""
    reader, seen = csv.DictReader(rows), set()
    for record in reader:
        unit = _read(record)
        if unit["id"] in seen:
            unit.setdefault("why", "stands twice")
        seen.add(unit["id"])
        yield reader.line_num, unit


def _read(record: dict[str, str | None]) -> dict[str, object]:
    """A record as a unit, with `why` where it cannot be one."""
    text = {key: (record.get(key) or "").strip() for key in ("code", "name", "parent_code", "level", "lat", "lon")}
    unit: dict[str, object] = {"id": text["code"], "name": text["name"], "parent_id": text["parent_code"] or None}
    if not text["code"].isascii() or not text["code"].isalnum() or len(text["code"]) > 32:
        return unit | {"why": "code must be 1 to 32 letters and digits"}
    if not text["name"] or len(text["name"]) > 80 or "\0" in text["name"]:
        return unit | {"why": "name must have 1 to 80 signs"}
    if text["level"] not in LEVELS:
        return unit | {"why": f"level must be one of {', '.join(LEVELS)}"}
    try:
        point = [float(text[key]) if text[key] else None for key in ("lat", "lon")]
    except ValueError:
        return unit | {"why": "lat and lon must be degrees"}
    if any(value is not None and not -limit <= value <= limit for value, limit in zip(point, (90, 180), strict=True)):
        return unit | {"why": "lat and lon must be degrees"}
    if (point[0] is None) != (point[1] is None):
        return unit | {"why": "lat and lon belong together"}
    return unit | {"level": LEVELS[text["level"]].value, "lat": point[0], "lon": point[1]}


def _misplaced(unit: dict[str, object], levels: dict[str, str]) -> str:
    wanted = PARENTS.get(Level(str(unit["level"])))
    if wanted and levels.get(str(unit["parent_id"])) != wanted:
        return f"parent_code must be the code of a {wanted}"
    return ""


def _lifted(unit: dict[str, object], levels: dict[str, str]) -> str:
    known = levels.get(str(unit["id"]))
    return "level cannot change" if known and known != unit["level"] else ""


def _change(work: Work, before: Unit, unit: dict[str, object]) -> str:
    """Bring a known unit up to date; a point only when one is given."""
    given = {key: value for key, value in unit.items() if value is not None}
    if all(getattr(before, key) == value for key, value in given.items()):
        return "unchanged"
    work.execute(update(_units).where(_units.c.id == before.id).values(**given))
    return "changed"

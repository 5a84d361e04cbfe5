"""A needs ledger as its rows say it: which of them are errands, what each says in words, and in which cell."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from dispatch.core.breathing import breathing
from dispatch.core.sheets import cell_name
from dispatch.ledgers.columns import NONE, Columns, Rows, find_columns, is_heading, is_title
from dispatch.ledgers.words import COUNTS, DITTO, DONE, FOOTERS, NOTHING, SUMS, half

#: What an errand says, in the order of the page; a column of the ledger can also be part of one of these.
SAID = ("name", "phone", "building", "door", "kind", "need", "time", "urgency", "note", "groups")
#: How much of a field is taken in, in characters: more than any may have, so that what is too long is named by its cell.
TYPED_MOST = 4_000
#: Parts → what they are joined to.
_JOINED = {"address": "building", "estate": "building", "unit": "door", "day": "time"}
#: A number alone in this column → how it is said.
_COUNTED = {"building": "{}号楼", "unit": "{}单元"}
_BUILDING = re.compile(r"^(.{0,20}?\d{1,4}|.{0,20}?[一二三四五六七八九十]{1,3})\s*(号楼|[栋幢座]楼?|#楼?)")
_JOINTS = {"need": "；", "note": "；", "phone": "/", "building": "", "door": "", "time": " "}


@dataclass(frozen=True)
class Line:
    """One errand: the number of its row as Excel shows it, what it says by field, and where each field stands."""

    row: int
    said: dict[str, str]
    cells: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Skipped:
    """A row that is no errand; `why`: heading, subheading, sum, note or done."""

    row: int
    why: str


@dataclass(frozen=True)
class Ledger:
    """What a sheet says."""

    columns: Columns
    lines: list[Line]
    skipped: list[Skipped]


def read_ledger(rows: Rows, chosen: Mapping[int, str] | None = None) -> Ledger:
    """Find the errands.

    Args:
        rows: the cells as text; blank rows are empty.
        chosen: column, from 0 → field, where somebody has said it; the others as found.
    """
    # Before anything is looked for in them: no field takes as much, and a sheet has many cells.
    rows = [[cell[:TYPED_MOST] for cell in row] for row in breathing(rows)]
    found = find_columns(rows)
    columns = Columns({**found.fields, **(chosen or {})}, found.headings, found.begins)
    lines: list[Line] = []
    skipped: list[Skipped] = []
    building, above = "", [""] * max((len(row) for row in rows), default=0)
    for number, row in enumerate(breathing(rows[columns.begins :]), start=columns.begins + 1):
        why = _no_errand(row, columns)
        if why == "blank":
            continue
        if why == "subheading":
            # 3号楼 over the rows of those who live there.
            building = next(half(cell) for cell in row if cell)
        if why:
            skipped.append(Skipped(number, why))
            continue
        above = _with_dittos(row, above)
        lines.append(_line(number, above, columns.errand_fields, building))
    return Ledger(columns, lines, skipped)


def _no_errand(row: Sequence[str], columns: Columns) -> str:
    """Why a row is none; "" for one that is."""
    used = {column: cell for column, cell in enumerate(row) if cell and columns.fields.get(column, "") != NONE}
    if not used:
        return "note" if any(re.search(r"[^\W\d_]{3}", cell) for cell in row) else "blank"
    first = half(next(cell for cell in row if cell))
    fields = {columns.fields.get(column) for column in used}
    if _sums(row):
        return "sum"
    if FOOTERS.match(first) and not _is_remark_of_an_errand(row, columns):
        return "note"
    if is_heading(row):
        return "heading"
    if is_title(row):
        return _alone(first, fields)
    if any(half(row[column]).lower() in DONE for column, name in columns.fields.items() if name == "done" and column < len(row)):
        return "done"
    # Rows that were numbered beforehand, or that carry no more than a building merged over them.
    return "blank" if not fields & {"name", "phone", "need", "kind", "note", "address"} else ""


def _sums(row: Sequence[str]) -> bool:
    """A row of sums: it says so, or counts and does nothing else. Nobody's number stands in it."""
    cells = [half(cell).replace(" ", "") for cell in row if cell]
    if any(re.search(r"\d{7}", cell) for cell in cells):
        return False
    said = any(SUMS.fullmatch(cell) for cell in cells)
    return said or (any(cell.startswith("共") for cell in cells) and all(COUNTS.fullmatch(cell) for cell in cells))


def _is_remark_of_an_errand(row: Sequence[str], columns: Columns) -> bool:
    """备注：… in the column of the remarks, before somebody's name, stands under no table."""
    place = next(column for column, cell in enumerate(row) if cell)
    named = any(name == "name" and column < len(row) and row[column] for column, name in columns.fields.items())
    return columns.fields.get(place) in ("note", "need") and named


def _alone(text: str, fields: set[str | None]) -> str:
    """One text alone: a building over its rows, a remark, or a name that somebody has yet to write the rest of."""
    if _BUILDING.match(text) and len(text) <= 30:
        return "subheading"
    return "" if fields == {"name"} and re.fullmatch(r"[\u4e00-\u9fff]{2,4}", text) else "note"


def _with_dittos(row: Sequence[str], above: Sequence[str]) -> list[str]:
    return [above[column] if cell in DITTO and column < len(above) else cell for column, cell in enumerate(row)]


def _line(number: int, row: Sequence[str], fields: Mapping[int, str], building: str) -> Line:
    parts: dict[str, list[str]] = {}
    cells: dict[str, str] = {}
    for column, name in sorted(fields.items(), key=lambda one: _part_first(one[1])):
        text = row[column] if column < len(row) else ""
        target = _JOINED.get(name, name)
        if target not in SAID:
            continue
        # Where nothing stands, what is missing is missing there.
        if text or target not in cells:
            cells[target] = cell_name(number, column + 1) if text or name == target else cells.get(target, cell_name(number, column + 1))
        if text and half(text).lower() not in NOTHING:
            parts.setdefault(target, []).append(_COUNTED[name].format(half(text)) if name in _COUNTED and half(text).isdigit() else text)
    address = next((row[column] for column, name in fields.items() if name == "address" and column < len(row)), "")
    if _BUILDING.match(half(address)):
        # It says the building itself, and more: what a column of buildings repeats is not joined to it.
        parts["building"] = [address]
    said = {name: _JOINTS.get(name, " ").join(parts.get(name, []))[:TYPED_MOST] for name in SAID}
    if building and not said["building"]:
        said["building"] = _BUILDING.match(building)[0]  # type: ignore[index]
    if not said["need"] and said["note"] and "need" not in fields.values() and not said["kind"]:
        said["need"], said["note"] = said["note"], ""
        cells["need"] = cells.get("note", "")
    return Line(number, said, cells)


def _part_first(name: str) -> int:
    """小区 stands before 楼栋, 单元 before 室, the day before the hour, wherever their columns are."""
    return 0 if name in _JOINED else 1

"""What a sheet would do to the care list: each row read, the person it means found, what differs noted, each mistake by its cell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from flask_babel import lazy_gettext as _
from sqlalchemy import Connection

from dispatch.core.clock import SHANGHAI
from dispatch.core.errors import Refused
from dispatch.core.sheets import cell_name
from dispatch.residents.finding import normal
from dispatch.residents.queries import Row, consents_of, residents_of
from dispatch.residents.tabling import COLUMNS, EXAMPLE_MARK, heading, read_cell

FACTS = ("name", "phone", "building", "door", "groups", "contacts", "note")
_CONSENT = ("consent_at", "consent_how", "consent_to")
_USUALLY_TO = ["care_list", "errands"]

Mark = tuple[str, ...]


class Mistake(NamedTuple):
    """What is wrong, and in which cell: row and column from 1."""

    row: int
    place: int
    column: str
    why: str

    def told(self) -> dict[str, str]:
        return {"cell": cell_name(self.row, self.place), "column": COLUMNS[self.column][0], "why": self.why}


@dataclass
class Line:
    """One row of the sheet: what it says, who it is, and what would change."""

    number: int
    community_id: str
    said: dict[str, Any]
    known: Row | None = None
    consent: dict[str, Any] | None = None
    changes: dict[str, Any] = field(default_factory=dict)

    @property
    def verdict(self) -> str:
        if self.known is None:
            return "added"
        return "changed" if self.changes or self.consent else "unchanged"

    @property
    def marks(self) -> list[Mark]:
        """By what she is known again: name and phone, or name and door. A couple shares a phone, and neighbours a name."""
        return _marks(self.community_id, self.said, strict=True)


@dataclass
class Plan:
    """What a sheet would do. `again`: rows that say once more what another one has said."""

    lines: list[Line] = field(default_factory=list)
    mistakes: list[Mistake] = field(default_factory=list)
    again: int = 0

    def counts(self) -> dict[str, int]:
        told = [line.verdict for line in self.lines]
        return {"added": told.count("added"), "changed": told.count("changed"), "unchanged": told.count("unchanged") + self.again}


class Reader:
    """The rows of one sheet below its headings, as lines or mistakes."""

    def __init__(self, rows: Sequence[Sequence[str]], communities: Mapping[str, str], home: str | None) -> None:
        self.rows, self.home = rows, home
        self.top, self.places = heading(rows)
        self.communities = {name: community_id for community_id, name in communities.items()} | {code: code for code in communities}

    def mistake(self, number: int, column: str, why: Any) -> Mistake:
        """A mistake in this column, or if the sheet has none of it at the name."""
        return Mistake(number, self.places.get(column, self.places["name"]) + 1, column, str(why))

    def read(self, plan: Plan) -> None:
        """Fill the plan with what the rows say."""
        for number, row in enumerate(self.rows[self.top + 1 :], start=self.top + 2):
            cells = {column: row[place].strip() for column, place in self.places.items() if place < len(row) and row[place].strip()}
            if cells and EXAMPLE_MARK not in cells.get("name", ""):
                line = self._line(number, cells, plan.mistakes)
                plan.lines += [line] if line else []

    def _line(self, number: int, cells: Mapping[str, str], mistakes: list[Mistake]) -> Line | None:
        said, before = {}, len(mistakes)
        for column in (*FACTS, *_CONSENT):
            if column in cells:
                try:
                    said[column] = read_cell(column, cells[column])
                except Refused as refused:
                    mistakes.append(self.mistake(number, column, refused.detail))
        community_id = self.communities.get(cells["community"]) if "community" in cells else self.home
        if community_id is None:
            mistakes.append(self.mistake(number, "community", _("没有写社区，或者不是您的社区。")))
        if "name" not in cells:
            mistakes.append(self.mistake(number, "name", _("请填写姓名。")))
        elif not {"phone", "building", "door"} & set(cells):
            mistakes.append(self.mistake(number, "phone", _("只有姓名认不出是谁，请填电话或楼栋门牌。")))
        return Line(number, community_id, said) if community_id is not None and len(mistakes) == before else None


def plan_of(
    connection: Connection,
    communities: Mapping[str, str],
    home: str | None,
    rows: Sequence[Sequence[str]],
    blanket: Mapping[str, Any] | None,
) -> Plan:
    """What these rows would do.

    Args:
        connection: where to read.
        communities: id → name of those whose list may be written.
        home: the community of rows that name none.
        rows: the sheet's.
        blanket: the consent of rows that say nothing of it: at, how, to.
    Raises:
        Invalid: there are no headings.
    """
    reader, plan = Reader(rows, communities, home), Plan()
    reader.read(plan)
    lines, plan.lines = plan.lines, []
    there = residents_of(connection, sorted({line.community_id for line in lines}))
    known = _known(there)
    standing = consents_of(connection, [row.id for row in there])
    seen: dict[Mark, Line] = {}
    for line in lines:
        first = next((seen[mark] for mark in line.marks if mark in seen), None)
        if first is not None and first.said == line.said:
            plan.again += 1
            continue
        if first is not None:
            why = _("和第 {n} 行是同一个人，但内容不一样。").format(n=first.number)
            plan.mistakes.append(reader.mistake(line.number, "name", why))
            continue
        seen |= dict.fromkeys(line.marks, line)
        line.known = next((known[mark] for mark in line.marks if mark in known), None)
        refused = _compare(line, standing, blanket)
        plan.mistakes += [reader.mistake(line.number, "consent_at", refused)] if refused else []
        plan.lines.append(line)
    plan.mistakes.sort()
    return plan


def _marks(community_id: str, facts: Mapping[str, Any], *, strict: bool) -> list[Mark]:
    name, phone, door = normal(str(facts["name"])), facts.get("phone"), facts.get("door")
    marks: list[Mark] = [(community_id, name, "phone", str(phone))] if phone else []
    # Without a door a building alone tells two of one name apart no more than their numbers do.
    if door or not (strict and phone):
        marks.append((community_id, name, "door", normal(str(facts.get("building") or "")), normal(str(door or ""))))
    return marks


def _known(rows: Sequence[Row]) -> dict[Mark, Row]:
    found: dict[Mark, Row] = {}
    for row in rows:
        facts = {"name": row.name, "phone": row.phone, "building": row.building, "door": row.door}
        for mark in _marks(row.community_id, facts, strict=False):
            found.setdefault(mark, row)
    return found


def _compare(line: Line, standing: Mapping[str, Row], blanket: Mapping[str, Any] | None) -> Any:
    """Note what the row says otherwise than the list; returns why it cannot be, if it cannot. An empty cell changes nothing."""
    known, agreed = line.known, None
    if known is not None:
        line.changes = {name: line.said[name] for name in FACTS if name in line.said and line.said[name] != getattr(known, name)}
        agreed = standing.get(known.id) if known.on_care_list else None
    at, how, to = (line.said.get(column) for column in _CONSENT)
    if at is None and how is None:
        if agreed is None and blanket is None:
            return _("还没有同意记录：请填同意时间和方式，或者在页面上统一填写。")
        line.consent = None if agreed is not None or blanket is None else dict(blanket)
        return None
    if at is None or how is None:
        return _("同意时间和同意方式要一起填。")
    to = to or _USUALLY_TO
    if "care_list" not in to:
        return _("同意内容里要有“登记在名单”。")
    as_known = agreed is not None and (agreed.given_at.astimezone(SHANGHAI).date(), agreed.how, list(agreed.to)) == (at.date(), how, to)
    line.consent = None if as_known else {"at": at, "how": how, "to": to}
    return None

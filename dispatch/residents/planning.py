"""What a sheet would do to the care list: each row read, the person it means found, what differs noted, each mistake by its cell.

Brought in once more, the same sheet means the same persons and changes nothing: whom a row means depends on nothing that
the first time has written, and no two rows mean one person.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from flask_babel import lazy_gettext as _
from sqlalchemy import Connection

from dispatch.core.breathing import breathing
from dispatch.core.errors import Refused
from dispatch.core.sheet_texts import clean
from dispatch.core.sheets import cell_name
from dispatch.residents.comparing import Known, Mark, changes, marks, new_consent
from dispatch.residents.queries import Row, consents_of, residents_of, withdrawals_of
from dispatch.residents.tabling import COLUMNS, EXAMPLE_MARK, FACTS, SAID_OF_CONSENT, as_row, heading, read_cell


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


@dataclass
class Plan:
    """What a sheet would do. `again`: rows that say no more than another one, or than the list itself."""

    lines: list[Line] = field(default_factory=list)
    mistakes: list[Mistake] = field(default_factory=list)
    again: int = 0

    def written(self) -> list[Line]:
        """The lines that change something."""
        return [line for line in self.lines if line.verdict != "unchanged"]

    def counts(self) -> dict[str, int]:
        told = [line.verdict for line in self.lines]
        return {"added": told.count("added"), "changed": told.count("changed"), "unchanged": told.count("unchanged") + self.again}


class Cells(NamedTuple):
    """One row of the sheet with something in it, by column."""

    number: int
    community_id: str | None
    cells: dict[str, str]


class Reader:
    """The rows of one sheet below its headings, as lines or mistakes."""

    def __init__(self, rows: Sequence[Sequence[str]], communities: Mapping[str, str], home: str | None) -> None:
        self.rows, self.home = rows, home
        self.top, self.places = heading(rows)
        self.communities = {name: community_id for community_id, name in communities.items()} | {code: code for code in communities}

    def mistake(self, number: int, column: str, why: Any) -> Mistake:
        """A mistake in this column, or if the sheet has none of it at the name."""
        return Mistake(number, self.places.get(column, self.places["name"]) + 1, column, str(why))

    def rows_said(self) -> Iterator[Cells]:
        """The rows that say something; the example of our template is none."""
        for number, row in breathing(enumerate(self.rows[self.top + 1 :], start=self.top + 2)):
            cells = {column: row[place].strip() for column, place in self.places.items() if place < len(row) and row[place].strip()}
            if cells and EXAMPLE_MARK not in cells.get("name", ""):
                yield Cells(number, self.communities.get(cells["community"]) if "community" in cells else self.home, cells)

    def line(self, one: Cells, mistakes: list[Mistake]) -> Line | None:
        """What a row says; None, and the mistakes, if it is not to be understood."""
        said, before, cells = {}, len(mistakes), one.cells
        for column in (*FACTS, *SAID_OF_CONSENT):
            if column in cells:
                try:
                    said[column] = read_cell(column, cells[column])
                except Refused as refused:
                    mistakes.append(self.mistake(one.number, column, refused.detail))
        if one.community_id is None:
            mistakes.append(self.mistake(one.number, "community", _("没有写社区，或者不是您的社区。")))
        if "name" not in cells:
            mistakes.append(self.mistake(one.number, "name", _("请填写姓名。")))
        elif not {"phone", "building", "door"} & set(cells):
            mistakes.append(self.mistake(one.number, "phone", _("只有姓名认不出是谁，请填电话或楼栋门牌。")))
        return Line(one.number, one.community_id, said) if one.community_id is not None and len(mistakes) == before else None


def plan_of(
    connection: Connection,
    communities: Mapping[str, str],
    home: str | None,
    rows: Sequence[Sequence[str]],
    blanket: Mapping[str, Any] | None,
) -> Plan:
    """What these rows would do. It takes as long as it takes: to be asked outside of transactions.

    Args:
        connection: where to read.
        communities: id → name of those whose list may be written.
        home: the community of rows that name none.
        rows: the sheet's.
        blanket: the consent of rows that say nothing of it: at, how, to.
    Raises:
        Invalid: there are no headings.
    """
    reader = Reader(rows, communities, home)
    said = list(reader.rows_said())
    there = residents_of(connection, sorted({one.community_id for one in said if one.community_id is not None}))
    ids = [row.id for row in there]
    drawing = _Drawing(reader, there, consents_of(connection, ids), withdrawals_of(connection, ids), blanket)
    for one in breathing(said):
        drawing.take(one)
    drawing.plan.mistakes.sort()
    return drawing.plan


class _Drawing:
    """A plan that is being made, row by row."""

    def __init__(self, reader: Reader, there: Sequence[Row], standing: Mapping[str, Row], withdrawn: Mapping[str, Any],
                 blanket: Mapping[str, Any] | None) -> None:  # fmt: skip
        self.reader, self.standing, self.withdrawn, self.blanket = reader, standing, withdrawn, blanket
        self.plan, self.known = Plan(), Known(there)
        #: How we write whoever is on the list ourselves: such a row is hers, whatever else could be read out of it.
        listed = [row for row in there if row.on_care_list]
        self.ours = {tuple(map(clean, as_row(row, standing.get(row.id)))): row for row in breathing(listed)}
        #: Which row has spoken of whom.
        self.by_mark: dict[Mark, Line] = {}
        self.by_id: dict[str, Line] = {}

    def take(self, one: Cells) -> None:
        """One row more."""
        hers = self.ours.get(tuple(one.cells.get(column, "") for column in COLUMNS))
        if hers is not None:
            self.plan.again += 1
            self._remember(Line(one.number, hers.community_id, {}, hers), {name: getattr(hers, name) for name in FACTS})
            return
        line = self.reader.line(one, self.plan.mistakes)
        if line is None:
            return
        line.known = self.known.meant(line.community_id, line.said)
        first = next((self.by_mark[mark] for mark in marks(line.community_id, line.said) if mark in self.by_mark), None)
        if first is None and line.known is not None:
            first = self.by_id.get(line.known.id)
        if first is not None and first.said == line.said:
            self.plan.again += 1
            return
        refused = self._refused(line, first)
        self.plan.mistakes += [self.reader.mistake(line.number, *refused)] if refused else []
        if first is None:
            self._remember(line, line.said)
            self.plan.lines.append(line)

    def _remember(self, line: Line, facts: Mapping[str, Any]) -> None:
        self.by_mark |= dict.fromkeys(marks(line.community_id, facts), line)
        if line.known is not None:
            self.by_id[line.known.id] = line

    def _refused(self, line: Line, first: Line | None) -> tuple[str, Any] | None:
        """Note what the row says otherwise than the list; returns the column and why it cannot be, if it cannot."""
        if first is not None:
            return "name", _("和第 {n} 行是同一个人，但内容不一样。").format(n=first.number)
        if line.known is None and self.known.doubtful(line.community_id, line.said):
            return "phone", _("名单里有同名、同楼的人，认不出是不是她，请填电话或门牌。")
        agreed = None
        if line.known is not None:
            line.changes = changes(line.known, line.said)
            agreed = self.standing.get(line.known.id) if line.known.on_care_list else None
        gone = self.withdrawn.get(line.known.id) if line.known is not None and agreed is None else None
        line.consent, why = new_consent(line.said, agreed, self.blanket, gone)
        return ("consent_at", why) if why else None

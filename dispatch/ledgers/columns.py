"""Which column of a ledger says what: by its headings, however many rows they take, and where there are none by what stands below."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from dispatch.ledgers.words import ANY_TIME, DAY_PARTS, HEADINGS, IGNORED, KIND_NAMES, KIND_WORDS, half, plain

Rows = Sequence[Sequence[str]]

#: How far down a table may begin, in rows; above it stand titles and remarks.
HEADINGS_WITHIN = 30
#: How many rows with something in them are looked at where no headings are.
LOOKED_AT = 40
#: So much of a cell is looked at to find out what it is, in characters; a heading is shorter still.
LOOKED_INTO, HEADING_MOST = 200, 60
#: Not in use, and known to be.
NONE = "none"
FIELDS = tuple(HEADINGS)
_FIELD_OF = {heading: field for field, headings in HEADINGS.items() for heading in headings} | dict.fromkeys(IGNORED, NONE)
#: Longest first: 老人电话 ends with 电话, and 需求时间 is no 需求.
_ENDS = sorted((heading for heading in _FIELD_OF if len(heading) > 1), key=len, reverse=True)
_SURNAMES = set(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
)


@dataclass(frozen=True)
class Columns:
    """The fields by column, from 0; the headings; and in which row, from 0, the first errand can stand."""

    fields: dict[int, str]
    headings: dict[int, str]
    begins: int

    @property
    def errand_fields(self) -> dict[int, str]:
        """Without those that are not used."""
        return {column: field for column, field in self.fields.items() if field != NONE}


def field_of(heading: str) -> str | None:
    """The field that a heading names; `none` for one that is known and of no use; None for an unknown one."""
    said = plain(heading) if len(heading) <= HEADING_MOST else ""
    if not said or len(said) > 16:
        return None
    if said in _FIELD_OF:
        return _FIELD_OF[said]
    return next((_FIELD_OF[end] for end in _ENDS if said.endswith(end)), None)


def find_columns(rows: Rows) -> Columns:
    """The columns of a table; those of no field that we know are left out."""
    scores = [_score(row) for row in rows[:HEADINGS_WITHIN]]
    best = max(range(len(scores)), key=scores.__getitem__, default=0)
    if not scores or scores[best] < 2:
        return Columns(_by_content(rows), {}, 0)
    # A second row of headings goes on where the first, merged, said one word for several columns; it may stand on either side.
    last = best + 1 if best + 1 < len(scores) and scores[best + 1] >= 2 else best
    first = best - 1 if best and scores[best - 1] >= 1 and not is_title(rows[best - 1]) else best
    return _read(rows, first, last)


def is_title(row: Sequence[str]) -> bool:
    """One text over the whole width, or in one cell alone."""
    return len({cell for cell in row if cell}) <= 1


def is_heading(row: Sequence[str]) -> bool:
    """The headings once more, as on each page that was printed."""
    return _score(row) >= 3


def _score(row: Sequence[str]) -> int:
    """How many different fields this row has the headings of; an errand has a number somewhere, or words that head nothing."""
    cells = [cell for cell in row if cell]
    if is_title(row) or any(re.search(r"\d{4}", cell) for cell in cells):
        return 0
    fields = [field_of(cell) for cell in cells]
    known = [field for field in fields if field]
    return len({*known} - {NONE}) if len(known) * 2 >= len(fields) else 0


def _read(rows: Rows, first: int, last: int) -> Columns:
    fields: dict[int, str] = {}
    headings: dict[int, str] = {}
    for column in range(max(len(rows[number]) for number in range(first, last + 1))):
        said = [rows[number][column] for number in range(first, last + 1) if column < len(rows[number]) and rows[number][column]]
        if not said:
            continue
        headings[column] = " ".join(dict.fromkeys(half(one) for one in said))
        # What stands lowest is the most exact; where it says nothing that we know, what stands above may.
        field = next((found for found in map(field_of, [*reversed(said), "".join(said)]) if found), None)
        if field:
            fields[column] = field
    return Columns(_once_each(fields), headings, last + 1)


#: Of these a table may have several columns, whose texts are joined.
_SEVERAL = ("need", "note", "phone", NONE)


def _once_each(fields: dict[int, str]) -> dict[int, str]:
    """Of two columns for one field the first is meant, but where texts can be joined."""
    taken: set[str] = set()
    kept = {}
    for column, field in fields.items():
        if field in taken and field not in _SEVERAL:
            continue
        taken.add(field)
        kept[column] = field
    return kept


def _named(cell: str) -> bool:
    said = half(cell).replace(" ", "")
    return bool(re.fullmatch(r"[\u4e00-\u9fff]{2,4}(\(.*\))?", said)) and said[0] in _SURNAMES


def _told_when(cell: str) -> bool:
    said = half(cell)
    day = re.search(r"\d{1,2}月\d{1,2}|^\d{4}-\d\d?-\d\d?|^\d{1,2}/\d{1,2}$|\d{1,2}:\d\d|(星期|周|礼拜)[一二三四五六日天]|[今明后]天", said)
    return len(said) <= 24 and (bool(day) or said in DAY_PARTS or said in ANY_TIME)


def _is_kind(cell: str) -> bool:
    return half(cell) in KIND_NAMES


def _is_need(cell: str) -> bool:
    return any(word in cell for _kind, words in KIND_WORDS for word in words)


#: Looked for in this order; each takes the column, of those left, in which most cells look like it.
_LOOKS: tuple[tuple[str, Callable[[str], bool]], ...] = (
    ("phone", lambda cell: bool(re.fullmatch(r"(\+?86)?1[3-9]\d{9}|0?\d{2,3}-?\d{7,8}", re.sub(r"[\s\-]", "", half(cell))))),
    ("name", _named),
    ("address", lambda cell: bool(re.search(r"(号楼|栋|幢|#).*(单元|室|门|-?\d{3})", half(cell)))),
    ("building", lambda cell: bool(re.search(r"\d\s*(号楼|栋|幢|#|座)$|[一二三四五六七八九十]号楼$", half(cell)))),
    ("door", lambda cell: bool(re.search(r"单元|^\d{3,4}室?$|^\d-\d{3,4}$|\d室$", half(cell)))),
    ("time", _told_when),
    ("kind", _is_kind),
    ("need", _is_need),
)


def _by_content(rows: Rows) -> dict[int, str]:
    """A table without headings, as when only its rows were copied."""
    several = (row for row in rows if len([cell for cell in row if cell]) > 1)
    looked = [[cell[:LOOKED_INTO] for cell in row] for row in itertools.islice(several, LOOKED_AT)]
    fields: dict[int, str] = {}
    for field, looks in _LOOKS:
        found = Counter(column for row in looked for column, cell in enumerate(row) if cell and column not in fields and looks(cell))
        if found and found.most_common(1)[0][1] * 2 >= len(looked):
            fields[found.most_common(1)[0][0]] = field
    if not {"name", "phone"} & set(fields.values()):
        return {}
    return _with_a_note(fields, looked)


def _with_a_note(fields: dict[int, str], looked: Iterable[Sequence[str]]) -> dict[int, str]:
    """What else is written in words is kept as a note."""
    others = Counter(
        column for row in looked for column, cell in enumerate(row) if column not in fields and re.search(r"[\u4e00-\u9fff]{2}", cell)
    )
    return dict(sorted({**fields, **({others.most_common(1)[0][0]: "note"} if others else {})}.items()))

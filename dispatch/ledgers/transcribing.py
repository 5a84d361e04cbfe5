"""How a ledger becomes orders: looked at without being kept anywhere, then all its errands posted at once, or none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _

from dispatch.core.breathing import breathing
from dispatch.core.clock import now
from dispatch.core.errors import Invalid, NotFound
from dispatch.core.idempotency import Once
from dispatch.core.unit_of_work import Work, reading, transaction
from dispatch.ledgers.lines import Line
from dispatch.ledgers.needs import Judged, judge
from dispatch.ledgers.twins import same_lines, twins_of
from dispatch.orders.commanding import Outcome
from dispatch.orders.posting import enter, own_community, resident_of, window
from dispatch.orders.queries import Row
from dispatch.orders.twins import standing
from dispatch.people.identity import Actor
from dispatch.people.models import Role
from dispatch.residents import revising

#: A ledger of more errands is several ledgers.
MOST_LINES = 5_000
#: All of them are written in one transaction, and who wants to claim waits for its end.
MOST_AT_ONCE = 500

SENTENCES = {
    "name_missing": _("没有写姓名。"),
    "name_strange": _("这里不像姓名，请看看是不是串了列。"),
    "phone_wrong": _("电话号码不对：手机 11 位，座机请带区号。"),
    "phone_scientific": _("电话号码被表格改成了科学计数，后几位已经没有了，请重新填写。"),
    "building_missing": _("没有写楼栋。"),
    "door_in_building": _("楼栋里有门牌。楼栋人人可见，请把门牌填到“门牌”里。"),
    "made_a_date": _("这里被表格改成了日期，请按原样重新填写，例如 3-12。"),
    "need_missing": _("没有写需求。"),
    "time_unknown": _("时间看不懂。可以写：11月24日下午、明天上午、15点前；不限时间就留空。"),
    "time_past": _("这个时间已经过去了。"),
    "time_far": _("这个时间太远了，请再看一眼日期。"),
    "too_long": _("写得太长了，请短一些。"),
    "twin": _("今天已经有同样的单了。确实还要一单，请勾选“仍然发布”。"),
}


@dataclass(frozen=True)
class Entry:
    """A line as somebody wants it posted; `again` though the same stands already."""

    line: Line
    again: bool = False


@dataclass(frozen=True)
class Looked:
    """A line as it would be posted: what is wrong with it by field, the numbers of its twins, and the row it repeats."""

    line: Line
    judged: Judged
    twins: list[str] = field(default_factory=list)
    same_as: int | None = None


class LedgerRefused(Invalid):
    """`cells` says in which cells, and why; nothing of the ledger has been posted. Texts of the ledger are not repeated."""

    def __init__(self, cells: list[dict[str, Any]]) -> None:
        super().__init__("rows", _("有几处要改一下，改好后再发布。一单也没有发布。"))
        self.extra["cells"] = cells


def look_at(actor: Actor, lines: Sequence[Line], community_id: str | None = None) -> list[Looked]:
    """How the lines of a ledger would be posted. Nothing is written, nothing is kept.

    Args:
        actor: a clerk, for her own community, or a coordinator, for one of her station's.
        lines: as read from a sheet, or as somebody has corrected them.
        community_id: for whom; the clerk's own by default.
    Raises:
        NotEligible, NotFound, Invalid: not somebody who posts, not for this community, or there is none such.
        LedgerTooLong: more than MOST_LINES.
    """
    check_length(lines, MOST_LINES)
    community = own_community(_reader(), actor, str(community_id or actor.unit_id))
    stands = standing(reading(), community.id)
    judged = dict(_judged(lines, now()))
    same = same_lines(judged)
    return [Looked(line, judged[line.row], twins_of(judged[line.row], stands), same.get(line.row)) for line in breathing(lines)]


def check_may(actor: Actor, community_id: str | None) -> None:
    """Ask whether somebody may post for this community, before anything of theirs is read.

    Args:
        actor: who wants to.
        community_id: for whom; the clerk's own by default.
    Raises:
        NotEligible, NotFound, Invalid: not somebody who posts, not for this community, or there is none such.
    """
    own_community(_reader(), actor, str(community_id or actor.unit_id))


def transcribe(actor: Actor, entries: Sequence[Entry], once: Once, community_id: str | None = None) -> Outcome:
    """Post every line, or none: one transaction, one key.

    Args:
        actor: a clerk, for her own community, or a coordinator, for one of her station's.
        entries: the lines.
        once: the command's key.
        community_id: for whom; the clerk's own by default.
    Returns:
        the outcome with `rows`: pairs of a line's row and its order's id.
    Raises:
        NotEligible, NotFound, Invalid: not somebody who posts, not for this community, or there is none such.
        LedgerRefused: with each cell that cannot be posted, and each line that stands already and is not wanted again.
        LedgerTooLong: more than MOST_AT_ONCE.
    """
    community_id = str(community_id or actor.unit_id)
    own_community(_reader(), actor, community_id)
    try:
        check_length(entries, MOST_AT_ONCE)
        judged = dict(_judged([entry.line for entry in entries], now()))
        _refuse([cell for entry in entries for cell in wrong_cells(entry.line, judged[entry.line.row])])
    except Invalid:
        # What has been posted is posted, though the same words would be of yesterday now.
        earlier = once.earlier()
        if earlier is None:
            raise
        return earlier
    with once.running(), transaction() as work:
        once.lock(work)
        outcome = once.earlier(work.connection)
        if outcome is None:
            community = own_community(work, actor, community_id)
            # Two who post the same ledger at once: the second looks for twins when the first one's stand. And held before the day's
            # count of orders, as `post` does: nobody waits in a circle.
            revising.hold(work, community_id)
            _refuse_twins(work, community, entries, judged)
            outcome = {"rows": list(_entered(work, actor, community, entries, judged))}
            once.keep(work, outcome)
        return outcome


class LedgerTooLong(Invalid):
    def __init__(self, most: int) -> None:
        super().__init__("rows", _("一次最多 %(most)s 单，请分几次发布。", most=most))


def check_length(lines: Sequence[object], most: int) -> None:
    """There is something, and not too much.

    Raises:
        Invalid: neither.
    """
    if not lines:
        raise Invalid("rows", _("没有找到需求。请把表头和下面的行一起复制过来。"))
    if len(lines) > most:
        raise LedgerTooLong(most)


def wrong_cells(line: Line, judged: Judged) -> list[dict[str, Any]]:
    """What is wrong with a line, cell by cell, in words that repeat nothing of it."""
    return [_cell(line, name, code) for name, code in judged.faults.items()]


def _cell(line: Line, name: str, code: str, detail: object = None) -> dict[str, Any]:
    return {"row": line.row, "field": name, "cell": line.cells.get(name, ""), "code": code, "detail": str(detail or SENTENCES[code])}


def _refuse(cells: list[dict[str, Any]]) -> None:
    if cells:
        raise LedgerRefused(cells)


def _reader() -> Any:
    """Before the write lock is taken the same questions are asked of the picture that everybody reads."""
    return reading()


def _judged(lines: Sequence[Line], today: datetime) -> Iterator[tuple[int, Judged]]:
    for line in breathing(lines):
        yield line.row, judge(line.said, today)


def _refuse_twins(work: Work, community: Row, entries: Sequence[Entry], judged: dict[int, Judged]) -> None:
    stands = standing(work.connection, community.id)
    same = same_lines(judged)
    lines = [entry.line for entry in entries if not entry.again]
    _refuse([_cell(line, "name", "twin") for line in lines if line.row in same or twins_of(judged[line.row], stands)])


def _entered(work: Work, actor: Actor, community: Row, entries: Sequence[Entry], judged: dict[int, Judged]) -> Iterator[list[int | str]]:
    looked_at = actor.settings.look_first and actor.role == Role.CLERK
    for entry in breathing(entries):
        try:
            need = judged[entry.line.row].need()
            start, end = window(need["window_start"], need["window_end"], need["urgency"])
            asked = {**need, "resident_id": resident_of(work, community.id, need), "window_start": start, "window_end": end}
        except (Invalid, NotFound) as refused:
            # What a room below has against it belongs to this line, and so to the whole ledger.
            name = str(refused.extra.get("field", "name")).rpartition(".")[2]
            raise LedgerRefused(
                [_cell(entry.line, "time" if name.startswith("window") else name, refused.code, refused.detail)]
            ) from refused
        yield [entry.line.row, enter(work, community, asked, actor.settings, posted_by=actor.id, looked_at=looked_at)]

"""How a list of hazards leaves the house as a sheet: what is public of them, no person, and never without a row that says who took it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Connection, func, select

from dispatch.core import sheets
from dispatch.core.aside import aside
from dispatch.core.breathing import breathing
from dispatch.core.clock import SHANGHAI, now
from dispatch.core.errors import Invalid, NotEligible
from dispatch.core.permits import permitted
from dispatch.core.unit_of_work import look_again, reading, transaction
from dispatch.hazards.categorising import Category, categories
from dispatch.hazards.models import Hazard, HazardStep
from dispatch.hazards.pattern_policy import PATTERN_PERMITS
from dispatch.hazards.queries import Asked, Row, conditions
from dispatch.hazards.states import PUBLIC_WORDS, RUNNING, Status
from dispatch.hazards.words import WORDS, reads_english
from dispatch.people.identity import Actor
from dispatch.people.models import Unit
from dispatch.residents.exporting import FORMATS, WHYS, record

#: The longest table.
ROWS_MOST = 20_000

_hazards, _steps, _units = Hazard.__table__, HazardStep.__table__, Unit.__table__
_COLUMNS = (
    "id",
    "number",
    "status",
    "category",
    "title",
    "building",
    "seen_at",
    "sent_at",
    "due_at",
    "fixed_at",
    "reopened",
    "responsible",
)


def take_out(actor: Actor, asked: Asked, why: str, kind: str) -> tuple[bytes, str]:
    """The hazards that are asked for, of those that this person may see; the file and its name.

    Args:
        why: what it is taken out for.
        kind: one of FORMATS.
    Raises:
        NotEligible: somebody who takes none out.
        Invalid: no reason, no such kind of file, or too many for one table.
    """
    if not permitted(PATTERN_PERMITS, "take_out", actor, None):
        raise NotEligible()
    if why not in WHYS:
        raise Invalid("why", _("请选一个用途。"))
    if kind not in FORMATS:
        raise Invalid("format")
    found = _found(reading(), actor, asked)
    known = categories(reading(), str(actor.station_id))
    look_again()
    rows = [_headings(), *_rows(found, known)]
    # Made before the transaction, in which others wait: given away only when the row of it stands.
    data = aside(partial(sheets.xlsx, _("隐患清单"), rows)) if kind == "xlsx" else sheets.csv_bytes(rows)
    with transaction() as work:
        record(work, actor, what="hazards", rows=len(found), why=why)
    return data, f"hazards-{now().astimezone(SHANGHAI):%Y%m%d}.{kind}"


def _found(connection: Connection, actor: Actor, asked: Asked) -> list[Row]:
    done = {verb: _last(verb) for verb in ("accept", "verify")}
    columns = [_hazards.c[name] for name in _COLUMNS]
    found = select(*columns, _units.c.name.label("community"), *(at.label(f"{verb}_at") for verb, at in done.items()))
    found = found.outerjoin(_units, _units.c.id == _hazards.c.community_id).where(*conditions(actor, asked))
    rows = connection.execute(found.order_by(_hazards.c.sent_at.desc(), _hazards.c.id).limit(ROWS_MOST + 1)).all()
    if len(rows) > ROWS_MOST:
        raise Invalid("newer_days", _("行数太多，一张表装不下，请缩小筛选范围。"))
    return list(rows)


def _last(verb: str) -> Any:
    of_it = (_steps.c.hazard_id == _hazards.c.id, _steps.c.verb == verb)
    return select(func.max(_steps.c.at)).where(*of_it).correlate(_hazards).scalar_subquery()


def _headings() -> list[str]:
    return [
        _("编号"), _("状态"), _("类别"), _("标题"), _("社区"), _("楼栋或位置"), _("看到"), _("上报"), _("受理时间"), _("期限"),
        _("处理好"), _("核查"), _("超期"), _("重新打开次数"), _("负责处理"),
    ]  # fmt: skip


def _rows(found: list[Row], known: dict[str, Category]) -> Iterator[list[object]]:
    for row in breathing(found):
        kind = known.get(row.category)
        name = (kind.name_en if reads_english() else kind.name) if kind else row.category
        words = _("已合并") if row.status == Status.DUPLICATE else str(WORDS[PUBLIC_WORDS[Status(row.status)]])
        late = row.status in RUNNING and row.due_at <= now()
        times = [
            _time(at)
            for at in (row.seen_at, row.sent_at, row.accept_at, row.due_at if row.accept_at else None, row.fixed_at, row.verify_at)
        ]
        yield [
            row.number,
            words,
            name,
            row.title,
            row.community,
            row.building,
            *times,
            _("是") if late else "",
            row.reopened,
            row.responsible,
        ]


def _time(moment: Any) -> str | None:
    return f"{moment.astimezone(SHANGHAI):%Y-%m-%d %H:%M}" if moment else None

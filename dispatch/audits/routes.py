"""The audit's page, and its table to take away."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from flask import Blueprint, Response, render_template, request
from flask_babel import gettext as _

from dispatch.audits.exporting import take_out
from dispatch.audits.policy import PERMITS
from dispatch.audits.queries import DAYS_MOST, DAYS_USUAL, KINDS, PAGE, Wanted, counts_of, doers, rows_of, today
from dispatch.audits.telling import sentence, when
from dispatch.core.errors import NotEligible
from dispatch.core.permits import permitted
from dispatch.core.unit_of_work import reading
from dispatch.people.identity import asker

blueprint = Blueprint("audits", __name__)
#: Nothing was looked at before; days are taken from days here, and there is none before the year 1.
FIRST_DAY = date(2000, 1, 1)


def _day(text: str, otherwise: date) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return otherwise
    return day if day >= FIRST_DAY else otherwise


def _wanted(said: Any) -> Wanted:
    """What the form says; what is no day, or an impossible span, becomes the usual one."""
    last = min(_day(said.get("last", ""), today()), today())
    first = _day(said.get("first", ""), last - timedelta(days=DAYS_USUAL - 1))
    if not last - timedelta(days=DAYS_MOST) < first <= last:
        first = last - timedelta(days=DAYS_USUAL - 1)
    kind = said.get("kind", "")
    return Wanted(first, last, said.get("person", "")[:32], kind if kind in KINDS else "")


@blueprint.get("/audit")
def audit() -> str:
    """A coordinator reads her station's rows, a supervisor the counts of her district."""
    actor = asker()
    wanted = _wanted(request.args)
    if permitted(PERMITS, "count", actor, None):
        return render_template("audits/counts.html", wanted=wanted, rows=counts_of(reading(), actor.unit_id, wanted))
    if not permitted(PERMITS, "read", actor, None):
        raise NotEligible()
    said = request.args.get("page", "1")
    page = int(said) if said.isascii() and said.isdigit() and 0 < len(said) < 6 and int(said) else 1
    rows, total = rows_of(reading(), str(actor.station_id), wanted, page)
    people = doers(reading(), str(actor.station_id), wanted)
    told = [{"when": when(row), "name": row["name"], "words": sentence(row), "kind": row["kind"]} for row in rows]
    pages = max(1, -(-total // PAGE))
    return render_template("audits/audit.html", wanted=wanted, rows=told, total=total, page=page, pages=pages, people=people)


@blueprint.post("/audit/table")
def table() -> Response:
    """The same as a CSV; that it was taken is a row too."""
    actor, wanted = asker(), _wanted(request.form)
    kinds = {"reveal": _("查看"), "export": _("导出")}

    def cells(row: dict[str, Any]) -> list[str]:
        return [when(row), row["name"] or "", kinds[row["kind"]], sentence(row), row["number"] or ""]

    headings = [_("时间"), _("谁"), _("类别"), _("做了什么"), _("订单")]
    answer = Response(take_out(actor, wanted, headings, cells), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="audit-{wanted.first:%Y%m%d}-{wanted.last:%Y%m%d}.csv"'
    return answer

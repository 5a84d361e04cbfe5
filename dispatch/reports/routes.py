"""The pages of the reports: the district, a station, a community; and the same as a table to take home."""

from __future__ import annotations

from functools import partial
from typing import Any

from flask import Blueprint, Response, render_template, request

from dispatch.core.aside import aside
from dispatch.core.clock import SHANGHAI, now
from dispatch.core.errors import NotEligible, NotFound
from dispatch.core.sheets import csv_bytes, xlsx
from dispatch.core.unit_of_work import reading
from dispatch.people.identity import Actor, asker
from dispatch.people.models import Role
from dispatch.reports.exporting import table
from dispatch.reports.periods import Period, period_from, period_of
from dispatch.reports.queries import Row, unit_seen
from dispatch.reports.reporting import report

blueprint = Blueprint("reports", __name__)
KINDS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def _asked(unit_id: str | None) -> tuple[Actor, Row, Period]:
    """Who asks, of which unit (their own unless they say), and of which period (this month unless they say)."""
    actor = asker()
    if actor.role not in (Role.SUPERVISOR, Role.COORDINATOR, Role.CLERK):
        raise NotEligible()
    said = request.args.get("period")
    period = period_from(said) if said else period_of("month", now().astimezone(SHANGHAI).date())
    return actor, unit_seen(reading(), actor, unit_id or actor.unit_id), period


@blueprint.get("/overview", defaults={"unit_id": None})
@blueprint.get("/overview/<unit_id>")
def overview(unit_id: str | None) -> str:
    """Which station, which community is served, and which is not."""
    actor, unit, period = _asked(unit_id)
    today = now().astimezone(SHANGHAI).date()
    shown: dict[str, Any] = report(reading(), actor, unit, period)
    kinds = [period_of(kind, today) for kind in ("week", "month", "year")]
    return render_template(
        "reports/overview.html", unit=unit, period=period, kinds=kinds, today=today, mine=unit.id == actor.unit_id, **shown
    )


@blueprint.get("/overview/<unit_id>/counts.<kind>")
def export(unit_id: str, kind: str) -> Response:
    """The same for Excel; counts alone."""
    actor, unit, period = _asked(unit_id)
    if kind not in KINDS:
        raise NotFound()
    shown = report(reading(), actor, unit, period)
    rows = table(shown["details"], shown["total"])
    data = csv_bytes(rows) if kind == "csv" else aside(partial(xlsx, period.key, rows))
    answer = Response(data, mimetype=KINDS[kind])
    answer.headers["Content-Disposition"] = f'attachment; filename="lastmetre-{unit.id}-{period.key}.{kind}"'
    return answer

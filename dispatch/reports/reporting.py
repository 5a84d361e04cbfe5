"""How the counts become a report: lines per station or community, a total, the silent ones, and small charts over time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection

from dispatch.core.clock import SHANGHAI, now
from dispatch.journal.following import is_behind
from dispatch.people.identity import Actor
from dispatch.people.models import Level, Role
from dispatch.reports import queries
from dispatch.reports.counting import READER
from dispatch.reports.periods import Period, steps_of
from dispatch.reports.queries import FIGURES, Row

#: Unit → needs and claimed in time, step by step.
Series = dict[str, list[tuple[int, int]]]
ADDED = (*FIGURES, "served", "communities", "silent", "open", "escalated")
#: Fewer persons than this in one community are not told one by one to whom she is not entrusted.
FEW = 3


def report(connection: Connection, actor: Actor, unit: Row, period: Period) -> dict[str, Any]:
    """Everything that one page shows.

    Returns:
        `lines` (of stations in a district, else of communities), `total`, `details` (a line for each community),
        `steps` and `charts`; and whether something has happened that is not counted yet (`behind`).
    """
    units = queries.communities_under(connection, unit)
    # Asked before the counts are read: what is counted in between is then looked at once more, and never once too seldom.
    behind = is_behind(connection, READER, sorted({one.station_id for one in units}))
    details = _communities(connection, actor, units, period)
    steps = steps_of(period)
    by_station = unit.level == Level.DISTRICT
    series = queries.over_time(connection, [line["id"] for line in details], steps, by_station=by_station)
    lines = _stations(details) if by_station else details
    return {
        "lines": lines, "details": details, "total": _sum("", details), "steps": steps,
        "charts": _charts(lines, series, len(steps)), "behind": behind,
    }  # fmt: skip


def _communities(connection: Connection, actor: Actor, units: Sequence[Row], period: Period) -> list[dict[str, Any]]:
    ids = [one.id for one in units]
    counted, persons = queries.figures(connection, ids, period), queries.served(connection, ids, period)
    last, board = queries.last_needs(connection, ids), queries.open_now(connection, sorted({one.station_id for one in units}))
    today = now().astimezone(SHANGHAI).date()
    lines = []
    for one in units:
        row, at_this_moment = counted.get(one.id), board.get(one.id, (0, 0))
        line: dict[str, Any] = {name: int(getattr(row, name)) if row else 0 for name in FIGURES}
        line |= {"id": one.id, "name": one.name, "station_id": one.station_id, "station": one.station, "served": persons.get(one.id, 0)}
        line |= {"last": last.get(one.id), "communities": 1, "silent": int(queries.is_silent(last.get(one.id), today))}
        lines.append(line | {"open": at_this_moment[0], "escalated": at_this_moment[1], "few": is_few(actor, persons.get(one.id, 0))})
    return lines


def is_few(actor: Actor, persons: int) -> bool:
    """Whether a count of persons is so small that it may point at somebody."""
    return actor.role == Role.SUPERVISOR and 0 < persons < FEW


def _stations(details: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    grouped: dict[str, list[dict[str, Any]]] = {}
    for line in details:
        grouped.setdefault(line["station_id"], []).append(line)
    return [_sum(of[0]["station"], of) | {"id": station_id} for station_id, of in grouped.items()]


def _sum(name: str, lines: Iterable[dict[str, Any]]) -> dict[str, Any]:
    lines = list(lines)
    return {"name": name, "few": False, **{figure: sum(line[figure] for line in lines) for figure in ADDED}}


# A chart's own measures, in units of its drawing.
HEIGHT, STEP, BAR = 40, 10, 8


def _charts(lines: Sequence[dict[str, Any]], series: Series, steps: int) -> list[dict[str, Any]]:
    """One small chart for each line, all on the same scale: height is needs, the filled part was claimed in time."""
    nothing = [(0, 0)] * steps
    highest = max((needs for line in series.values() for needs, _in_time in line), default=0) or 1
    return [
        {
            "name": line["name"], "values": values, "needs": sum(needs for needs, _ in values), "in_time": sum(good for _, good in values),
            "outline": _bars([needs for needs, _ in values], highest), "fill": _bars([good for _, good in values], highest),
        }
        for line in lines
        for values in [series.get(line["id"], nothing)]
    ]  # fmt: skip


def _bars(values: Sequence[int], highest: int) -> str:
    """Bars as one path."""
    tall = [round(value / highest * HEIGHT, 1) for value in values]
    return "".join(f"M{n * STEP + 1} {HEIGHT}v-{height}h{BAR}v{height}z" for n, height in enumerate(tall) if height)

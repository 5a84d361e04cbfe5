"""A report as a table for Excel: a line for each community, the same counts as on the page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _

from dispatch.reports.reporting import FEW


def table(details: Sequence[dict[str, Any]], total: dict[str, Any]) -> list[list[object]]:
    """The heading, a row for each community, and the sum."""
    heading: list[object] = [
        _("社工站"), _("社区"), _("需求"), _("按时接单"), _("没人接"), _("送晚了"), _("办成"), _("服务人数"),
        _("最近一次需求"), _("14 天没有需求"),
    ]  # fmt: skip
    rows = [[line["station"], line["name"], *_figures(line), line["last"], _("是") if line["silent"] else ""] for line in details]
    return [heading, *rows, [_("合计"), "", *_figures(total), None, total["silent"]]]


def _figures(line: dict[str, Any]) -> list[object]:
    counts: list[object] = [line[name] for name in ("needs", "in_time", "unclaimed", "late", "delivered")]
    return [*counts, f"1–{FEW - 1}" if line["few"] else line["served"]]

"""What can be said with a report besides its place and its words: when it was seen, and in which community."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _

from dispatch.core.unit_of_work import reading
from dispatch.open311.asking import moment
from dispatch.people.queries import communities_of


def attributes_of(station_id: str | None) -> list[dict[str, Any]]:
    """The attributes of every kind; the communities are known where it is known which station is meant."""
    seen = {
        "variable": True,
        "code": "seen_at",
        "datatype": "datetime",
        "required": False,
        "datatype_description": str(_("带时区的时间，例如 2026-01-01T08:00:00+08:00。")),
        "order": 1,
        "description": str(_("什么时候看到的；不写就是现在，最早 14 天前。")),
        "values": None,
    }
    there = [{"key": one["id"], "name": one["name"]} for one in communities_of(reading(), station_id)] if station_id else []
    where = {
        "variable": True,
        "code": "community",
        "datatype": "singlevaluelist",
        "required": False,
        "datatype_description": None,
        "order": 2,
        "description": str(_("在哪个社区；不写就按位置找最近的。")),
        "values": there,
    }
    return [seen, where] if there else [seen]


def answers_in(said: Mapping[str, str]) -> dict[str, Any]:
    """What a form answers to the attributes, in the words of a report.

    Raises:
        Wrong: naming what cannot be read.
    """
    named = {code: said.get(f"attribute[{code}]") or said.get(f"attribute[{code}][]") or "" for code in ("seen_at", "community")}
    return {"seen_at": moment(named, "seen_at"), "community_id": named["community"].strip() or None}

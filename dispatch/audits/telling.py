"""How a row of the audit reads as a sentence: 12:04 赵强 因抢单查看了订单 1124-017 老人的电话."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _

from dispatch.core.clock import SHANGHAI


def sentence(row: dict[str, Any]) -> str:
    """What was done, without the name and the time. Nothing of the resident's is in it."""
    if row["kind"] == "export":
        return _("%(why)s导出了%(what)s，%(n)s 行", why=_why_taken(row["why"]), what=_list_name(row["what"]), n=row["rows"])
    why, what = _why_seen(row["why"]), _part(row["what"])
    if row["number"]:
        return _("%(why)s查看了订单 %(number)s 老人的%(what)s", why=why, number=row["number"], what=what)
    return _("%(why)s查看了一位老人的%(what)s", why=why, what=what)


def when(row: dict[str, Any]) -> str:
    """Day and minute, where the station is."""
    return str(row["at"].astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M"))


def _why_seen(code: str) -> str:
    known = {"courier": _("因抢单"), "clerk": _("因居委会工作"), "coordinator": _("因社工站工作")}
    return known.get(code, _("因工作"))


def _why_taken(code: str) -> str:
    known = {"visit": _("为走访"), "report": _("为上报"), "check": _("为核查"), "handover": _("为交接"), "study": _("为研究")}
    return known.get(code, _("因工作"))


def _part(code: str) -> str:
    return {"phone": _("电话"), "contacts": _("联系人"), "receipt": _("小票照片")}.get(code, _("资料")).lower()


def _list_name(code: str) -> str:
    names = {
        "care_list": _("关爱名单"), "audit": _("查看记录"), "money": _("代购账"), "hazards": _("隐患清单"),
        "alerts": _("提醒记录（不含姓名）"),
    }  # fmt: skip
    return names.get(code, _("一张表"))

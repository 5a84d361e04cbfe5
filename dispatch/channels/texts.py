"""What a message reads like: what happened, how urgent, what kind, which building, the number; never a person or a typed word."""

from __future__ import annotations

from collections.abc import Sequence

from flask import current_app
from flask_babel import LazyString, force_locale, gettext
from flask_babel import lazy_gettext as _

from dispatch.channels.queries import Row

#: In one message; the others are counted.
LINES_MOST = 8
KINDS: dict[str, LazyString] = {
    "groceries": _("买菜"), "medicine": _("取药"), "parcel": _("取快递"), "meal": _("送餐"), "clinic": _("陪诊"), "bill": _("缴费"),
    "repair": _("小修"), "company": _("陪伴"), "other": _("其他"),
}  # fmt: skip
URGENCIES: dict[str, LazyString] = {"urgent": _("急"), "today": _("今天"), "routine": _("不急")}
#: Why an order is announced.
WHYS: dict[str, LazyString] = {
    "unclaimed": _("很久没人接"), "wrong_code": _("交接码连错五次"), "holder_suspended": _("在已停用的人手里"),
    "late_drop_out": _("快到时间了有人退出"), "no_show": _("接单的人没来"), "neighbours": _("本站没人接，问了邻站"),
    "bell": _("提醒过了还没人接，请您打电话"), "committee": _("还没人接，已告诉居委会"), "district": _("还没人接，已告诉区指导中心"),
    "alert": _("有一单适合您"),
}  # fmt: skip
HAZARDS: dict[str, LazyString] = {"hazard_urgent": _("有人上报了紧急隐患，请审核"), "hazard_overdue": _("隐患处理超时了")}


def message(notices: Sequence[Row], lang: str, page: str) -> tuple[str, str]:
    """Title and body of one message that says all of these, in the channel's language."""
    with force_locale(lang):
        lines = [line(notice) for notice in notices[:LINES_MOST]]
        if len(notices) > LINES_MOST:
            lines.append(gettext("另有 %(n)s 条", n=len(notices) - LINES_MOST))
        origin = current_app.config["PUBLIC_ORIGIN"]
        lines += [f"{origin}{page}"] if origin else []
        return gettext("最后一米"), "\n".join(lines)


def line(notice: Row) -> str:
    """One notice."""
    said = notice.said
    if notice.what == "test":
        return gettext("这是一条测试消息：渠道是通的。")
    if notice.what in HAZARDS:
        return gettext("%(what)s（编号 %(number)s）", what=HAZARDS[notice.what], number=said["number"])
    why = WHYS.get(notice.what, _("请看一下"))
    about = {"kind": KINDS[said["kind"]], "urgency": URGENCIES[said["urgency"]], "building": said["building"], "number": said["number"]}
    return gettext("%(why)s：%(kind)s · %(urgency)s · %(building)s（单号 %(number)s）", why=why, **about)

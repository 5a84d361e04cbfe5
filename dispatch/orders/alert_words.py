"""What people read of alerts in words: what became of one, why a phone did not speak, and what each number of a station's rules does."""

from __future__ import annotations

from typing import NamedTuple

from flask_babel import LazyString
from flask_babel import lazy_gettext as _

OUTCOMES: dict[str, LazyString] = {
    "claimed": _("您接了"),
    "declined": _("您说不方便"),
    "silent": _("没有答复"),
    "withdrawn": _("已经不用接了"),
    "standing": _("等您答复"),
}
#: Why somebody's phone does not speak for an order.
WHY_NOT: dict[str, LazyString] = {
    "skills": _("这一单要的本事，您还没有登记"),
    "declined": _("您说过不方便"),
    "asked": _("已经提醒过您"),
    "full": _("您手上的单已经满了"),
    "familiar_first": _("先问熟悉这位老人的人"),
    "not_until": _("您说了暂时不要提醒"),
    "quiet": _("在您的安静时间里"),
    "kind": _("您没有选这一类"),
    "enough_today": _("今天提醒您的次数已经够了"),
    "far": _("比您定的距离远"),
    "others_first": _("先问更近、更可能接的人"),
    "off_duty": _("您没有开工"),
}
#: Of what a courier wants, what is wrong with it.
WISH_WRONG: dict[str, LazyString] = {
    "not_until": _("请写日期和时间，或者空着。"),
    "most_m": _("请写 100 到 100000 之间的米数，或者空着。"),
    "kinds": _("请至少留一类。"),
    "per_day": _("请写 0 到 1000 之间的次数，或者空着。"),
    "quiet_from": _("开始和结束要一起写，像 22:00。"),
    "quiet_to": _("开始和结束要一起写，像 22:00。"),
}
KINDS: dict[str, LazyString] = {
    "groceries": _("买菜"), "medicine": _("取药"), "parcel": _("取快递"), "meal": _("送餐"), "clinic": _("陪诊"), "bill": _("缴费"),
    "repair": _("小修"), "company": _("陪伴"), "other": _("其他"),
}  # fmt: skip
URGENCIES: dict[str, LazyString] = {"urgent": _("急"), "today": _("今天"), "routine": _("不急")}


class Number(NamedTuple):
    """One number of the rules as a page asks for it: `shown` times what is kept."""

    label: LazyString
    hint: LazyString
    least: float
    most: float
    shown: int = 1


#: For all urgencies.
COMMON: dict[str, Number] = {
    "silence_s": Number(_("多久没答复算没空（秒）"), _("之后就问别人；这张卡片再晚 10 秒点，单还在的话仍然算。"), 20, 3600),
    "fairness": Number(_("照顾接得少的人（百分之）"), _("0 表示只看远近和谁会接；越大，近来接得少的人越先被问到。"), 0, 100, 100),
}
#: For each urgency.
TUNED: dict[str, Number] = {
    "head_start_s": Number(_("先给正看着看板的人几秒"), _("他们自己会抢，就不用响别人的手机。"), 0, 120),
    "wave_s": Number(_("每隔多少秒一轮"), _("没人接就到下一轮，问得更多、更远。"), 15, 3600),
    "price": Number(
        _("一开始，多问一个人至少要添多少把握（百分之）"),
        _("越大问得越少、越不打扰；越小来得越快。还没人可能来的时候，门槛低三成。"),
        0,
        100,
        100,
    ),
    "falls": Number(_("每过一轮，这个门槛降到原来的百分之几"), _("越小，问的人多得越快。"), 10, 100, 100),
    "floor": Number(_("门槛最低到多少（百分之）"), _("再往下就是白白打扰人。"), 0, 100, 100),
    "most": Number(_("一单最多提醒多少人"), _("到了这个数就不再响，请打电话。"), 1, 1000),
}
#: Minutes on the board after which each step is taken; empty: never.
STEPS: dict[str, LazyString] = {
    "whole_station": _("问遍全站"),
    "neighbours": _("请邻站帮忙"),
    "committee": _("告诉居委会"),
    "district": _("告诉区指导中心"),
}

"""How a resident stands in a row of a sheet, in the same columns on the way in and on the way out."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Any

from flask_babel import lazy_gettext as _

from dispatch.core.clock import SHANGHAI
from dispatch.core.errors import Invalid
from dispatch.people.enrolling import clean_phone
from dispatch.residents.consenting import check_moment
from dispatch.residents.models import CONTACTS_MOST, LONGEST

#: Our name of a column → its heading as we write it, and what people write instead.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "name": ("姓名", "老人姓名", "居民姓名", "名字", "name"),
    "phone": ("电话", "手机", "手机号", "手机号码", "联系电话", "电话号码", "phone"),
    "community": ("社区", "所属社区", "居委会", "community"),
    "building": ("楼栋", "楼号", "楼", "栋", "小区楼栋", "building"),
    "door": ("门牌", "门牌号", "房号", "室", "单元房号", "door"),
    "groups": ("群体", "类别", "人员类别", "老人情况", "groups"),
    "contacts": ("联系人", "紧急联系人", "家属", "家属联系方式", "contacts"),
    "note": ("上门备注", "备注", "note"),
    "consent_at": ("同意时间", "同意日期", "consent_at"),
    "consent_how": ("同意方式", "consent_how"),
    "consent_to": ("同意内容", "consent_to"),
}  # fmt: skip
#: What is kept of somebody, and what is said of her consent.
FACTS = ("name", "phone", "building", "door", "groups", "contacts", "note")
SAID_OF_CONSENT = ("consent_at", "consent_how", "consent_to")
GROUP_NAMES = {
    "minimum_income": ("低保", "低保户", "低保对象"), "low_income": ("低收", "低收入", "低收入户", "低保边缘"),
    "destitute": ("特困", "特困人员", "五保", "五保户"), "left_behind": ("留守老人", "留守"), "childless": ("孤寡老人", "孤寡"),
    "living_alone": ("独居老人", "独居"), "child": ("困境儿童",), "disabled": ("重度残疾人", "重残", "重度残疾", "重残人"),
}  # fmt: skip
CONSENT_WAY_NAMES = {
    "phone": ("电话", "电话同意"), "in_person": ("当面", "当面同意", "口头"), "written": ("书面", "签字", "书面签字"),
    "guardian": ("监护人", "家属代为同意", "监护人代为同意"),
}  # fmt: skip
CONSENT_TO_NAMES = {
    "care_list": ("登记在名单", "登记", "名单"), "errands": ("上门时告知", "上门", "代办"), "family": ("必要时联系家属", "联系家属"),
}  # fmt: skip
#: So long may a cell be, in characters: as in the page's form, and what none of these columns ever takes.
MOST = {column: LONGEST[column] for column in ("name", "building", "door", "note")}
CELL_MOST = 600
#: A heading is a few words.
HEADING_MOST = 40
#: A row of our template that shows how to fill it in.
EXAMPLE_MARK = "（示例）"
EXAMPLE = (
    f"陈桂兰{EXAMPLE_MARK}", "13800000000", "", "3号楼", "2单元301", "独居老人、低保", "王强 儿子 13800000001", "耳背，多敲一会儿",
    "2026-11-24", "电话", "登记在名单、上门时告知",
)  # fmt: skip
HEADINGS = [names[0] for names in COLUMNS.values()]

_HEADING_WITHIN = 10
#: Fewer signs are no telephone number.
PHONE_LEAST = 6
_SPLIT = re.compile(r"[、,，;；/|\s]+")
#: What a telephone number at the end of a contact is written with.
_OF_A_PHONE = "+0123456789- "
_DATE = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?")


def plain(cell: str) -> str:
    """A cell with full-width signs as usual ones."""
    return unicodedata.normalize("NFKC", cell).strip()


def heading(rows: Sequence[Sequence[str]]) -> tuple[int, dict[str, int]]:
    """Where the headings are (a row's index) and which column is which (column's index); titles above are passed over.

    Raises:
        Invalid: no row names the name and one thing more.
    """
    known = {name: column for column, names in COLUMNS.items() for name in names}
    for n, row in enumerate(rows[:_HEADING_WITHIN]):
        found: dict[str, int] = {}
        for place, cell in enumerate(row):
            column = known.get(re.sub(r"[\s*（(].*|[:：]", "", plain(cell[:HEADING_MOST])).casefold())
            if column:
                found.setdefault(column, place)
        if "name" in found and len(found) > 1:
            return n, found
    raise Invalid("file", _("没有找到表头。第一行请写：姓名、电话、楼栋、门牌……可以先下载模板。"))


def read_cell(column: str, cell: str) -> Any:
    """What a cell that is not empty says, as it is kept.

    Raises:
        Invalid: it does not say anything of the kind; the detail is for people.
    """
    if len(cell) > MOST.get(column, CELL_MOST):
        # Before anything is read out of it: what is too long for a cell must not keep us busy.
        raise Invalid(column, _("太长了，请缩短一些。"))
    text = plain(cell)
    if column in MOST:
        return cell.strip() if column in ("name", "note") else text
    if column == "phone":
        return clean_phone(text)
    if column == "consent_at":
        return _moment(text)
    if column == "contacts":
        return _contacts(text)
    names = {"groups": GROUP_NAMES, "consent_how": CONSENT_WAY_NAMES, "consent_to": CONSENT_TO_NAMES}[column]
    codes = {name: code for code, known in names.items() for name in (code, *known)}
    said = [word for word in _SPLIT.split(text) if word]
    strange = [word for word in said if word not in codes]
    if strange or (column == "consent_how" and len(said) > 1):
        usual = "、".join(known[0] for known in names.values())
        raise Invalid(column, _("不认识“{word}”。可以写：{usual}。").format(word=(strange or said)[0][:20], usual=usual))
    found = {codes[word] for word in said}
    return next(iter(found)) if column == "consent_how" else [code for code in names if code in found]


def _moment(text: str) -> datetime:
    found = _DATE.match(text)
    try:
        day = date(*map(int, found.groups())) if found else None
    except ValueError:
        day = None
    if day is None:
        raise Invalid("consent_at", _("日期请写成 2026-11-24 这样。"))
    moment = datetime.combine(day, time(), SHANGHAI)
    check_moment(moment)
    return moment


def _contacts(text: str) -> list[dict[str, str]]:
    made = [_contact(part.strip()) for part in re.split(r"[;；\n]", text) if part.strip()]
    if len(made) > CONTACTS_MOST:
        raise Invalid("contacts", _("联系人最多 5 位。"))
    return made


def _contact(text: str) -> dict[str, str]:
    """王强 儿子 13800000001, 王强（儿子）13800000001, or without a relation."""
    head = text.rstrip(_OF_A_PHONE)
    phone, who = text[len(head) :], head.rstrip(": ")
    if who.endswith(")"):
        name, _bracket, relation = who[:-1].rpartition("(")
    else:
        name, _space, relation = "".join(" " if sign.isspace() or sign == "(" else sign for sign in who).rpartition(" ")
    found = {"name": name.strip() or relation.strip(), "relation": relation.strip() if name.strip() else ""}
    if not found["name"] or len(phone) < PHONE_LEAST or any(sign.isdigit() for sign in who):
        raise Invalid("contacts", _("联系人请写成“姓名 关系 电话”，几位之间用分号隔开。"))
    if any(len(found[part]) > LONGEST[part] for part in found):
        raise Invalid("contacts", _("太长了，请缩短一些。"))
    return found | {"phone": clean_phone(phone)}


def _contact_cell(one: Mapping[str, str]) -> str:
    """As `_contact` reads it again: where spaces would not tell which word is which, brackets do."""
    if " " in one["relation"] or (" " in one["name"] and not one["relation"]):
        return f"{one['name']}（{one['relation']}）{one['phone']}"
    return " ".join(filter(None, (one["name"], one["relation"], one["phone"])))


def as_row(resident: Any, consent: Any) -> list[str]:
    """A resident as a row, in the order of HEADINGS; numbers whole."""
    told = {
        "name": resident.name, "phone": resident.phone, "community": resident.community,
        "building": resident.building, "door": resident.door,
        "groups": "、".join(GROUP_NAMES[group][0] for group in resident.groups or ()),
        "contacts": "；".join(map(_contact_cell, resident.contacts or ())),
        "note": resident.note,
        "consent_at": consent and f"{consent.given_at.astimezone(SHANGHAI):%Y-%m-%d}",
        "consent_how": consent and CONSENT_WAY_NAMES[consent.how][0],
        "consent_to": consent and "、".join(CONSENT_TO_NAMES[code][0] for code in consent.to),
    }  # fmt: skip
    return [told[column] or "" for column in COLUMNS]

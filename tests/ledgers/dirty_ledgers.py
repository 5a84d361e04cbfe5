"""Thirty ledgers as people keep them, with all their dirt, made by code; and for each what must be found in it."""

# ruff: noqa: E501 - tables of words that are twice as wide
from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from openpyxl import Workbook
from openpyxl.drawing.image import Image as Drawing
from openpyxl.styles import Font, PatternFill
from PIL import Image

from dispatch.core.clock import SHANGHAI

HEAD = ["姓名", "电话", "楼栋", "门牌", "需求", "时间", "备注"]
CHEN = ["陈桂兰", "13900001234", "3号楼", "2单元301", "降压药一盒", "明天上午", "门铃坏了，请敲门"]
SUN = ["孙秀英", "13900005678", "5号楼", "1单元102", "买菜：白菜、土豆", "明天下午", ""]
LI = ["李德福", "022-66221234", "12号楼", "603", "取快递", "", ""]
GOOD = [CHEN, SUN, LI]
NAMES = ["陈桂兰", "孙秀英", "李德福"]
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)


@dataclass
class Dirty:
    """A ledger: its bytes, the names of the good rows in order, the bad cells, and the reason if it is no sheet at all."""

    name: str
    make: Callable[[], bytes]
    good: list[str] = field(default_factory=lambda: list(NAMES))
    bad: list[str] = field(default_factory=list)
    refused: str = ""
    skipped: dict[int, str] = field(default_factory=dict)
    needs: dict[str, dict[str, str]] = field(default_factory=dict)


def book(fill: Callable[[Any], None], finish: Callable[[Any], None] = lambda _book: None) -> bytes:
    made = Workbook()
    fill(made.active)
    finish(made)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def rows(*lines: list[Any]) -> bytes:
    def fill(sheet: Any) -> None:
        for line in lines:
            sheet.append(line)

    return book(fill)


def text(*lines: list[str], mark: str = "\t", encoding: str = "utf-8") -> bytes:
    return "\r\n".join(mark.join(line) for line in lines).encode(encoding)


def ordered(*names: str) -> list[list[str]]:
    """The three, with other columns in another order."""
    at = {"姓名": 0, "电话": 1, "楼栋": 2, "门牌": 3, "需求": 4, "时间": 5, "备注": 6}
    return [[line[at[name]] for name in names] for line in GOOD]


def two_rows_of_headings() -> bytes:
    def fill(sheet: Any) -> None:
        sheet.append(["2026年11月康翠社区老年人需求台账"])
        sheet.append(["填报单位：康翠社区居委会", None, None, None, None, "填报日期：11月24日"])
        sheet.append(["序号", "老人信息", None, "住址", None, "需求", "时间", "备注"])
        sheet.append([None, "姓名", "联系电话", "楼栋", "门牌"])
        for number, line in enumerate(GOOD, start=1):
            sheet.append([number, *line])
        for merged in ("A1:H1", "A3:A4", "B3:C3", "D3:E3", "F3:F4", "G3:G4", "H3:H4"):
            sheet.merge_cells(merged)

    return book(fill)


def merged_buildings() -> bytes:
    """The building once over the rows of all who live there."""

    def fill(sheet: Any) -> None:
        sheet.append(["楼栋", "姓名", "电话", "门牌", "需求"])
        for name, phone in (("陈桂兰", "13900001234"), ("孙秀英", "13900005678"), ("李德福", "13900009999")):
            sheet.append([None, name, phone, "301", "送餐"])
        sheet["A2"] = "3号楼"
        sheet.merge_cells("A2:A4")

    return book(fill)


def subheadings() -> bytes:
    def fill(sheet: Any) -> None:
        sheet.append(["姓名", "电话", "门牌", "需求"])
        for building, line in (("3号楼", CHEN), ("5号楼（2户）", SUN), ("12号楼", LI)):
            sheet.append([building])
            sheet.merge_cells(start_row=sheet.max_row, start_column=1, end_row=sheet.max_row, end_column=4)
            sheet.append([line[0], line[1], line[3], line[4]])

    return book(fill)


def with_a_formula() -> bytes:
    made = rows(HEAD, CHEN, SUN, [*LI[:2], '=CONCATENATE(12,"号楼")', *LI[3:]])

    def changed(data: bytes) -> bytes:
        at = data.find(b"<f>")
        end = data.find(b"</c>", at)
        return data[:at] + data[at : data.find(b"</f>", at) + 4] + "<v>12号楼</v>".encode() + data[end:]

    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(made)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            data = old.read(part)
            if part.filename.endswith("sheet1.xml"):
                data = changed(data).replace(b'<c r="C4">', b'<c r="C4" t="str">')
            new.writestr(part.filename, data)
    return out.getvalue()


def with_a_picture() -> bytes:
    picture = io.BytesIO()
    Image.effect_noise((400, 300), 60).save(picture, "PNG")

    def fill(sheet: Any) -> None:
        for line in (HEAD, *GOOD):
            sheet.append(line)
        sheet.add_image(Drawing(picture), "I2")
        sheet["A1"].font, sheet["A1"].fill = Font(bold=True), PatternFill("solid", "FFFF00")

    return book(fill)


def hidden_sheets() -> bytes:
    def finish(made: Any) -> None:
        made.active.title = "十一月"
        old = made.create_sheet("十月", 0)
        old.append(HEAD)
        old.append(["旧的人", "13900000000", "1号楼", "101", "买菜", "", ""])
        old.sheet_state = "hidden"
        made.create_sheet("Sheet3")

    def fill(sheet: Any) -> None:
        for line in (HEAD, *GOOD):
            sheet.append(line)

    return book(fill, finish)


def real_dates() -> bytes:
    tomorrow = datetime.now(SHANGHAI).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None) + timedelta(days=1)
    return rows(
        HEAD,
        [*CHEN[:5], tomorrow, ""],
        [*SUN[:5], tomorrow + timedelta(hours=15), ""],
        [*LI[:5], (tomorrow - datetime(1899, 12, 30)).days, ""],
    )


def six_ways() -> bytes:
    day = datetime.now(SHANGHAI) + timedelta(days=2)
    ways = [f"{day.month}月{day.day}日下午", f"{day.month}/{day.day}", f"{day:%Y-%m-%d} 15:00", "后天上午", f"{day:%Y}年{day.month}月{day.day}日",
            f"{day.month}月{day.day}号 14:00-16:00", f"{day:%Y.%m.%d}", "后天15点前", "下周三", f"周{'一二三四五六日'[day.weekday()]}上午", "随时"]  # fmt: skip
    return rows(HEAD, *[[f"老人{chr(0x4E00 + n)}", f"139000{n:05d}", "3号楼", str(101 + n), "买米", way, ""] for n, way in enumerate(ways)])


def five_thousand() -> bytes:
    return text(
        HEAD,
        *[
            [f"陈{n}", f"139{n:08d}", f"{n % 30 + 1}号楼", f"{n % 6 + 1}单元{n % 900 + 100}", "买米10斤", "明天上午", ""]
            for n in range(5000)
        ],
        mark=",",
    )


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("[Content_Types].xml", "<Types/>")
        with made.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part:
            for _ in range(300):
                part.write(bytes(1024 * 1024))
    return out.getvalue()


FULL = str.maketrans({chr(code): chr(code + 0xFEE0) for code in range(0x21, 0x7F)})

LEDGERS = [
    Dirty("plain", lambda: rows(HEAD, *GOOD)),
    Dirty("pasted", lambda: text(HEAD, *GOOD)),
    Dirty("two-rows-of-headings", two_rows_of_headings),
    Dirty("merged-buildings", merged_buildings, needs={"李德福": {"building": "3号楼"}}),
    Dirty("subheadings", subheadings, skipped={2: "subheading", 4: "subheading", 6: "subheading"}, needs={"孙秀英": {"building": "5号楼"}}),
    Dirty("blank-rows", lambda: rows([], [], HEAD, [], CHEN, [], [], SUN, [None] * 7, LI, [], ["", " "])),
    Dirty("full-width", lambda: rows(HEAD, *[[cell.translate(FULL) for cell in line] for line in GOOD]), needs={"陈桂兰": {"phone": "13900001234"}}),
    Dirty("other-order", lambda: rows(["备注", "时间", "需求", "门牌", "楼栋", "电话", "姓名"], *ordered("备注", "时间", "需求", "门牌", "楼栋", "电话", "姓名"))),
    Dirty("other-words", lambda: rows(["服务对象（必填）", "联系方式*", "楼号", "房间号", "代办事项", "期望送达时间", "注意事项"], *GOOD)),
    Dirty("spaced-headings", lambda: rows(["姓  名", "电　话", "楼 栋", "门 牌", "需 求", "时 间", "备 注"], *GOOD)),
    Dirty("useless-columns", lambda: rows(["序号", "社区", "性别", "年龄", *HEAD, "登记人", "登记时间"],
                                          *[[n, "康翠社区", "女", 81, *line, "王敏", "2026-11-20"] for n, line in enumerate(GOOD, 1)])),
    Dirty("one-address", lambda: rows(["姓名", "电话", "住址", "需求"], *[[line[0], line[1], line[2] + line[3], line[4]] for line in GOOD]),
          needs={"陈桂兰": {"building": "3号楼", "door": "2单元301"}, "李德福": {"door": "603"}}),
    Dirty("cut-address", lambda: rows(["姓名", "电话", "小区", "楼", "单元", "室", "需求"], ["陈桂兰", 13900001234, "康翠里", 3, 2, 301, "买药"]),
          good=["陈桂兰"], needs={"陈桂兰": {"building": "康翠里3号楼", "door": "2单元301", "kind": "medicine"}}),
    Dirty("numbers", lambda: rows(HEAD, ["陈桂兰", 13900001234, 3, 301, "米", "", None], ["孙秀英", 13900005678.0, 5, 102.0, "面", "", None]),
          good=NAMES[:2], needs={"陈桂兰": {"phone": "13900001234", "building": "3号楼", "door": "301"}, "孙秀英": {"door": "102"}}),
    Dirty("phones", lambda: rows(HEAD, ["陈桂兰", "139-0000-1234", *CHEN[2:]], ["孙秀英", "+86 139 0000 5678", *SUN[2:]],
                                 ["李德福", "13700001111/022-66221234（女儿）", *LI[2:]], ["赵大海", "无", *CHEN[2:]]),
          good=[*NAMES, "赵大海"], needs={"孙秀英": {"phone": "13900005678"}, "李德福": {"phone": "13700001111"}, "赵大海": {"phone": ""}}),
    Dirty("six-ways", six_ways, good=[f"老人{chr(0x4E00 + n)}" for n in range(11)]),
    Dirty("real-dates", real_dates),
    Dirty("formula", with_a_formula, needs={"李德福": {"building": "12号楼"}}),
    Dirty("picture", with_a_picture),
    Dirty("hidden-sheets", hidden_sheets),
    Dirty("gb18030", lambda: text(HEAD, *[[cell.replace(",", "，") for cell in line] for line in GOOD], mark=",", encoding="gb18030")),
    Dirty("utf-16", lambda: text(HEAD, *GOOD, encoding="utf-16")),
    Dirty("no-headings", lambda: text(*GOOD, [*CHEN[:1], "13900002222", *CHEN[2:]]), good=[*NAMES, "陈桂兰"]),
    Dirty("sum-and-notes", lambda: rows(["11月需求台账"], HEAD, *GOOD, ["合计", "3户"], [], ["注：以上请在本周内完成"], ["填表人：王敏", None, "审核：李红梅"]),
          skipped={6: "sum", 8: "note", 9: "note"}),
    Dirty("headings-again", lambda: rows(HEAD, CHEN, SUN, HEAD, LI), skipped={4: "heading"}),
    Dirty("done-and-ditto", lambda: rows([*HEAD, "完成情况"], [*CHEN, "已完成"], [*SUN, ""], ["李德福", "13900009999", "同上", "603", "同上", "", "", ""]),
          good=NAMES[1:], skipped={2: "done"}, needs={"李德福": {"building": "5号楼", "kind": "groceries"}}),
    Dirty("mistakes", lambda: rows(HEAD, CHEN, ["", *SUN[1:]], ["李德福", "1390000", *LI[2:]], ["王一", "1.39E+10", *CHEN[2:]], ["王二", "", "", "", "买米", "", ""],
                                   ["王三", "", "3号楼", "2026-03-12", "买米", "", ""], ["王四", "", "3号楼", "", "", "", ""], ["王五", "", "3号楼", "", "买米", "昨天", ""],
                                   ["王六", "", "3号楼", "", "买米", "回头再说", ""], ["王七", "", "康翠里2单元301", "", "买米", "", ""],
                                   ["王八", "", "3号楼", "", "买米", "", "长" * 501], [12345, "", "3号楼", "", "买米", "", ""]),
          good=["陈桂兰"], bad=["A3", "B4", "B5", "C6", "D7", "E8", "F9", "F10", "C11", "G12", "A13"]),
    Dirty("five-thousand", five_thousand, good=[f"陈{n}" for n in range(5000)]),
    Dirty("wrong-extension", lambda: text(HEAD, *GOOD, mark=",")),
    Dirty("bomb", bomb, good=[], refused="too_large"),
    Dirty("password", lambda: OLE + "EncryptedPackage".encode("utf-16-le"), good=[], refused="encrypted"),
    Dirty("old-xls", lambda: OLE + "Workbook".encode("utf-16-le"), good=[], refused="old_format"),
]  # fmt: skip

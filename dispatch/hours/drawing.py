"""How a certificate looks on paper: a PDF with its own type inside, the same bytes each time it is drawn."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import segno
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from dispatch.core.clock import SHANGHAI

#: Noto Sans SC under the SIL Open Font License; all of GB 18030's first two levels, so nearly every name.
FONT_FILE = Path(__file__).parents[2] / "static" / "vendor" / "noto-sans-sc@0.4.3" / "NotoSansSC-Regular.ttf"
FONT = "NotoSansSC"
INK, SOFT, GREEN = HexColor("#2a2521"), HexColor("#675e55"), HexColor("#1c6b4f")
WIDTH, HEIGHT = A4
LEFT, RIGHT = 28 * mm, WIDTH - 28 * mm
#: The document is Chinese whoever draws it: it is for the authorities and employers who ask for it.
KINDS = {"groceries": "买菜", "medicine": "取药", "parcel": "取快递", "meal": "送餐", "clinic": "陪诊", "bill": "缴费", "repair": "小修",
         "company": "陪伴", "other": "其他"}  # fmt: skip


class _Type(TTFont):  # type: ignore[misc]
    """A TrueType face whose signs beyond U+FFFF can be copied out too: a PDF wants them as pairs, the library writes one number."""

    def addObjects(self, doc: Any) -> None:
        super().addObjects(doc)
        for name, said in doc.idToObject.items():
            if name.startswith("toUnicodeCMap:"):
                said.content = re.sub(
                    r"(?<=> <)[0-9A-F]{5}(?=>)", lambda sign: chr(int(sign[0], 16)).encode("utf-16-be").hex(), said.content
                )


@lru_cache(maxsize=1)
def _font() -> TTFont:
    """Read once for the process; each document gets its own part of it."""
    font = _Type(FONT, FONT_FILE)
    pdfmetrics.registerFont(font)
    return font


def unprintable(text: str) -> str:
    """The signs of `text` that our type does not have, each once."""
    known = _font().face.charToGlyph
    return "".join(dict.fromkeys(sign for sign in text if ord(sign) not in known))


def hours_said(minutes: int) -> str:
    """Minutes as hours, without needless noughts: 90 → 1.5."""
    return f"{minutes / 60:.2f}".rstrip("0").rstrip(".")


def date_said(day: str | datetime) -> str:
    """2026年11月24日."""
    moment = day.astimezone(SHANGHAI) if isinstance(day, datetime) else datetime.fromisoformat(day)
    return f"{moment.year}年{moment.month}月{moment.day}日"


def draw(certificate: Any, link: str) -> bytes:
    """The certificate as a PDF of one page.

    Args:
        certificate: a row of `certificates`.
        link: the address of the page that verifies it.
    """
    _font()
    out = io.BytesIO()
    page = Canvas(out, pagesize=A4, invariant=1, lang="zh-CN", initialFontName=FONT)
    page.setTitle(f"志愿服务记录证明 {certificate.number}")
    page.setAuthor(certificate.issuer)
    page.setStrokeColor(GREEN)
    page.setLineWidth(1.2)
    page.rect(14 * mm, 14 * mm, WIDTH - 28 * mm, HEIGHT - 28 * mm)
    _line(page, "志愿服务记录证明", HEIGHT - 52 * mm, 28, GREEN, middle=True)
    _line(page, f"编号 {certificate.number}", HEIGHT - 64 * mm, 11, SOFT, middle=True)
    bottom = _body(page, certificate)
    _table(page, certificate.kinds, bottom - 6 * mm)
    _foot(page, certificate, link)
    page.showPage()
    page.save()
    return out.getvalue()


def _line(page: Canvas, text: str, y: float, size: float, colour: Any = INK, *, x: float = LEFT, middle: bool = False) -> None:
    page.setFont(FONT, size)
    page.setFillColor(colour)
    if middle:
        page.drawCentredString(WIDTH / 2, y, text)
    else:
        page.drawString(x, y, text)


def _body(page: Canvas, certificate: Any) -> float:
    """The sentence that is certified; returns where it ends."""
    period = f"{date_said(certificate.from_day)}至{date_said(certificate.to_day)}"
    said = (
        f"兹证明志愿者 {certificate.name} 于{period}期间，参加{certificate.issuer}组织的社区助老“最后一米”志愿服务，"
        f"完成服务 {certificate.errands} 次，记录志愿服务时长 {hours_said(certificate.minutes)} 小时。"
    )
    y = HEIGHT - 86 * mm
    for n, line in enumerate(_folded("　　" + said, 14, RIGHT - LEFT)):
        _line(page, line, y - n * 9 * mm, 14)
        bottom = y - n * 9 * mm
    return bottom


def _folded(text: str, size: float, width: float) -> list[str]:
    """The text in lines that fit. Chinese may break anywhere, but no line begins with a closing sign."""
    lines, line = [], ""
    for sign in text:
        if pdfmetrics.stringWidth(line + sign, FONT, size) > width and sign not in "，。、；：”）":
            lines.append(line)
            line = ""
        line += sign if line or sign != " " else ""
    return [*lines, line]


def _table(page: Canvas, kinds: Mapping[str, int], y: float) -> None:
    """What the service was, by kind."""
    _line(page, "服务内容", y - 8 * mm, 12, SOFT)
    for n, (kind, count) in enumerate(kinds.items()):
        column, row = n % 3, n // 3
        _line(page, f"{KINDS.get(kind, KINDS['other'])}　{count} 次", y - (18 + row * 8) * mm, 12, x=LEFT + column * 50 * mm)
    lines = (
        "时长由抢单到送达的记录计得，按类别封顶、按刻钟取整，不能手工填写；",
        "更正须由第二人确认。依据《志愿服务记录与证明出具办法（试行）》，无偿出具。",
    )
    for n, line in enumerate(lines):
        _line(page, line, y - (50 + n * 6) * mm, 10, SOFT)


def _foot(page: Canvas, certificate: Any, link: str) -> None:
    """Who issued it and when; and how anybody can check it."""
    page.setFont(FONT, 13)
    page.setFillColor(INK)
    page.drawRightString(RIGHT, 78 * mm, f"出具单位：{certificate.issuer}（盖章）")
    page.drawRightString(RIGHT, 68 * mm, date_said(certificate.issued_at))
    _qr(page, link, LEFT, 28 * mm, 34 * mm)
    _line(page, "扫码，或打开下面的网址，核对这份证明是否有效：", 52 * mm, 10, SOFT, x=LEFT + 40 * mm)
    for n, line in enumerate(_folded(link, 8.5, RIGHT - LEFT - 40 * mm)):
        _line(page, line, (46 - n * 5) * mm, 8.5, SOFT, x=LEFT + 40 * mm)


def _qr(page: Canvas, link: str, x: float, y: float, size: float) -> None:
    """Squares, not a picture: sharp on any printer."""
    rows = [list(row) for row in segno.make(link, error="m", micro=False).matrix]
    side = size / len(rows)
    page.setFillColor(INK)
    path = page.beginPath()
    for up, row in enumerate(reversed(rows)):
        for across, dark in enumerate(row):
            if dark:
                path.rect(x + across * side, y + up * side, side, side)
    page.drawPath(path, stroke=0, fill=1)

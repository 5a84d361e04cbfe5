"""What a sheet may be, and its rows as text: Excel's workbooks, CSV and TSV in any usual encoding, and what is pasted from one."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from flask_babel import lazy_gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from dispatch.core.breathing import breathing
from dispatch.core.children import TooSlow, work_apart
from dispatch.core.errors import Invalid
from dispatch.core.sheet_texts import CONTROLS, DELIMITERS, LIKE_A_FORMULA, Unread, clean, text_rows

MAX_BYTES = 8 * 1024 * 1024
#: How long the child may take by the clock, in seconds.
CHILD_SECONDS = 20.0
#: What 8 million characters come to at most as JSON, each as its escape.
MOST_WRITTEN = 128 * 1024 * 1024
_CHILD = Path(__file__).with_name("sheet_child.py")
_UNWRITABLE = re.compile(f"[{CONTROLS}\ud800-\udfff]")
#: A workbook writes signs that it cannot hold as _x000D_; a text that says so itself is written as one.
_LIKE_AN_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
CELL_MOST = 32_767
_IN_QUOTES = re.compile(f'[{DELIMITERS}"\r\n]')
_NO_SHEET_STARTS = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"{\\rtf", b"Rar!", b"7z\xbc\xaf")

SENTENCES = {
    "not_a_sheet": _("这不是表格文件。请用 Excel（.xlsx）或 CSV 文件，或者从表格里复制后直接粘贴。"),
    "empty": _("这张表是空的。"),
    "too_large": _("表格太大了。请只留需要的行和列，另存后再试，或者分几次导入。"),
    "too_many_rows": _("行数太多了，一次最多 20,000 行。请分几次导入。"),
    "too_many_columns": _("列数太多了，最多 100 列。请删掉用不到的列后再试。"),
    "encrypted": _("这个文件有密码。请在 Excel 里取消密码后另存一份，或者直接复制粘贴。"),
    "old_format": _("这是旧格式（.xls）。请在 Excel 或 WPS 里另存为 .xlsx，或者直接复制粘贴。"),
    "other_format": _("这种表格格式读不了。请另存为 .xlsx 或 CSV，或者直接复制粘贴。"),
    "entities": _("这个文件里有不安全的内容，没有打开。请从表格里复制后直接粘贴。"),
    "damaged": _("这个文件打不开，可能损坏了。请在 Excel 或 WPS 里另存为 .xlsx，或者直接复制粘贴。"),
    "encoding": _("文字的编码认不出来。请在 Excel 里另存为 .xlsx，或者直接复制粘贴。"),
}


class SheetRefused(Invalid):
    """`reason` is a key of SENTENCES."""

    def __init__(self, reason: str) -> None:
        super().__init__("file", SENTENCES[reason])
        self.reason = reason


@dataclass(frozen=True)
class Sheet:
    """The cells of one sheet as text: stripped, merged ones filled from their first, dates as ISO, formulas by their value.

    Blank rows are kept, so that `rows[6]` is what Excel shows as row 7. `others` are further sheets that were not read.
    """

    rows: list[list[str]]
    title: str = ""
    others: list[str] = field(default_factory=list)


def cell_name(row: int, column: int) -> str:
    """A cell as Excel names it: row 3, column 2 is B3.

    Args:
        row: from 1.
        column: from 1.
    """
    return f"{get_column_letter(column)}{row}"


def read(data: bytes, name: str = "") -> Sheet:
    """Read a sheet; what it is, its content tells and never its name.

    Args:
        data: the upload, or pasted text in UTF-8.
        name: the file's name, kept as the title where the sheet itself has none.
    Returns:
        the first sheet that is shown and has anything in it.
    Raises:
        SheetRefused: no sheet, too much, locked, of an old kind, or empty.
    """
    if len(data) > MAX_BYTES:
        raise SheetRefused("too_large")
    if data.startswith(b"PK"):
        sheet = _workbook(data)
    elif data.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        # A workbook with a password is an envelope of the old format around the new one.
        raise SheetRefused("encrypted" if "EncryptedPackage".encode("utf-16-le") in data else "old_format")
    elif data.startswith(_NO_SHEET_STARTS):
        raise SheetRefused("not_a_sheet")
    else:
        sheet = _text(data, name)
    if not any(any(row) for row in sheet.rows):
        raise SheetRefused("empty")
    return sheet


def _workbook(data: bytes) -> Sheet:
    try:
        written = work_apart(_CHILD, io.BytesIO(data), CHILD_SECONDS, most=MOST_WRITTEN)
    except TooSlow as error:
        raise SheetRefused("too_large") from error
    if written is None:
        raise SheetRefused("damaged")
    said = json.loads(written)
    if "refused" in said:
        raise SheetRefused(said["refused"])
    return Sheet([[clean(cell) for cell in row] for row in breathing(said["rows"])], said["title"], said["others"])


def _text(data: bytes, name: str) -> Sheet:
    try:
        return Sheet(text_rows(data), name)
    except Unread as unread:
        raise SheetRefused(unread.reason) from unread


def xlsx(title: str, rows: Iterable[Sequence[object]]) -> bytes:
    """A workbook of one sheet; its first row is bold and stays in sight. A text is a text, never a formula.

    Args:
        title: the sheet's name.
        rows: the heading first; cells are text, numbers, dates or None.
    """
    book = Workbook(write_only=True)
    sheet = book.create_sheet(re.sub(r"[\\/*?:\[\]]", " ", title)[:31] or "1")
    sheet.freeze_panes = "A2"
    bold = Font(bold=True)
    written = [list(row) for row in breathing(rows)]
    for column in range(max((len(row) for row in written), default=0)):
        widest = max((_width(row[column]) for row in written if column < len(row)), default=0)
        sheet.column_dimensions[get_column_letter(column + 1)].width = min(max(widest + 2, 8), 60)
    for number, row in enumerate(breathing(written)):
        cells = []
        for value in row:
            cell = WriteOnlyCell(sheet, _writable(value) if isinstance(value, str) else value)
            if isinstance(value, str):
                cell.data_type = "s"
            if number == 0:
                cell.font = bold
            cells.append(cell)
        sheet.append(cells)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _writable(text: str) -> str:
    return _LIKE_AN_ESCAPE.sub("_x005F_", _UNWRITABLE.sub("", text))[:CELL_MOST]


def _width(value: object) -> int:
    """In half characters: Chinese ones are twice as wide."""
    return sum(1 if character.isascii() else 2 for character in str(value if value is not None else ""))


def csv_bytes(rows: Iterable[Sequence[object]]) -> bytes:
    """CSV that Excel opens as it is meant: UTF-8 with its mark, and no text that it would take for a formula.

    Args:
        rows: cells are text, numbers, dates or None.
    """
    lines = [",".join(map(_csv_cell, row)) for row in breathing(rows)]
    return "".join(f"{line}\r\n" for line in lines).encode("utf-8-sig", "replace")


def _csv_cell(value: object) -> str:
    """In quotation marks not only where a comma stands in it: who looks for what separates must find nothing else."""
    text = str("" if value is None else value)
    if isinstance(value, str):
        text = _UNWRITABLE.sub("", text)
        text = f"'{text}" if LIKE_A_FORMULA.match(text) else text
    return '"' + text.replace('"', '""') + '"' if _IN_QUOTES.search(text) else text

"""The rows of a text: CSV, TSV or what is pasted; which encoding and which delimiter, the text itself tells."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence

from dispatch.core.breathing import breathing

MOST_ROWS = 20_000
MOST_COLUMNS = 100
MOST_CHARACTERS = 8_000_000
#: What separates cells; where several separate as well, the first here.
DELIMITERS = "\t,;|，"
#: How many lines with a text are looked at to find the delimiter.
_SNIFFED = 50
#: What no sheet holds.
CONTROLS = "\0-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff"
_CONTROLS = re.compile(f"[{CONTROLS}]")
_UNSEEN = re.compile("[\u200b-\u200f\u2060\ufeff\u202a-\u202e]")
#: What Excel, WPS and Numbers take for a formula begins like this; the full-width ones too. An apostrophe before it makes it
#: a text, and of a text that begins so itself the first one is ours.
LIKE_A_FORMULA = re.compile(r"'*[=+\-@\t\r＝＋－＠]")
_MADE_HARMLESS = re.compile(rf"'(?={LIKE_A_FORMULA.pattern})")
#: A cell in quotation marks: within it nothing separates.
_QUOTED = re.compile(rf'(?<![^\r\n{DELIMITERS}])"(?:[^"]|"")*"')


class Unread(Exception):
    """`reason` is a key of `sheets.SENTENCES`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def text_rows(data: bytes) -> list[list[str]]:
    """The cells, cleaned; blank rows are kept but for those at the end.

    Raises:
        Unread: not a text, or too much.
    """
    return _rows(_decoded(data))


def clean(cell: str) -> str:
    """A cell without what nobody sees; a line's end within a cell is one character."""
    if cell.isascii() and cell.isprintable():
        return cell.strip()
    plain = _UNSEEN.sub("", _CONTROLS.sub("", cell.replace("\r\n", "\n").replace("\r", "\n")))
    # Half of a character is kept by no database.
    return plain.encode("utf-8", "replace").decode("utf-8").strip()


def _decoded(data: bytes) -> str:
    """UTF-8, UTF-16 or GB18030, by their marks and by what fits."""
    fitting = [encoding for encoding in _encodings(data) if _fits(data, encoding)]
    if not fitting:
        raise Unread("not_a_sheet" if b"\0" in data else "encoding")
    # Old systems end a text file with Ctrl-Z.
    text = data.decode(fitting[0]).removesuffix("\x1a")
    if _CONTROLS.search(text):
        raise Unread("not_a_sheet")
    if re.match(r"\s*<(\?xml|!doctype|html|table|meta|head)\b", text, re.IGNORECASE):
        # Systems that “export to Excel” often write a web page and call it .xls.
        raise Unread("other_format")
    return text


def _encodings(data: bytes) -> Sequence[str]:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return ("utf-16",)
    if b"\0" in data:
        # The zero bytes of Latin letters stand behind them, or before them.
        return ("utf-16-le",) if data[1::2].count(0) >= data[::2].count(0) else ("utf-16-be",)
    return ("utf-8-sig", "gb18030")


def _fits(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _rows(text: str) -> list[list[str]]:
    delimiter = _delimiter(text[: _SNIFFED * 400])
    try:
        return _parsed(text, delimiter, csv.QUOTE_MINIMAL)
    except csv.Error:
        # A lone quotation mark at the front of a pasted cell is a quotation mark, and must not swallow the rows below.
        try:
            return _parsed(text, delimiter, csv.QUOTE_NONE)
        except csv.Error as error:
            raise Unread("damaged") from error


def _delimiter(text: str) -> str:
    """What separates most in the usual line, of equals the first; within quotation marks nothing separates, if they are such."""
    for looked_at in (_QUOTED.sub("", text), text):
        lines = [line for line in looked_at.splitlines() if line.strip()][:_SNIFFED]
        best = max(DELIMITERS, key=lambda mark: _usual_width(lines, mark))
        if _usual_width(lines, best):
            return best
    return DELIMITERS[0]


def _usual_width(lines: list[str], delimiter: str) -> int:
    """Of half of the lines."""
    widths = sorted(line.count(delimiter) for line in lines)
    return widths[len(widths) // 2] if widths else 0


def _parsed(text: str, delimiter: str, quoting: int) -> list[list[str]]:
    rows: list[list[str]] = []
    left = MOST_CHARACTERS
    read = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, quoting=quoting, strict=True)
    for number, cells in enumerate(breathing(read), start=1):
        row = [clean(cell[1:] if _MADE_HARMLESS.match(cell) else cell) for cell in cells]
        while row and not row[-1]:
            row.pop()
        left -= sum(len(cell) + 1 for cell in row)
        if not row:
            continue
        if number > MOST_ROWS:
            raise Unread("too_many_rows")
        if len(row) > MOST_COLUMNS:
            raise Unread("too_many_columns")
        if left < 0:
            raise Unread("too_large")
        rows += [[] for _ in range(number - len(rows) - 1)]
        rows.append(row)
    return rows

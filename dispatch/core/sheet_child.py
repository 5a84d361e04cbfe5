"""The child process that reads one workbook from its input and writes its rows to its output as JSON, within limits."""

import io
import json
import re
import resource
import sys
import zipfile
from datetime import date, datetime, time, timedelta
from typing import Any

import defusedxml
from defusedxml import ElementTree
from openpyxl.reader.excel import ExcelReader
from openpyxl.styles.stylesheet import apply_stylesheet
from openpyxl.utils import range_boundaries

MEMORY_BYTES = 512 * 1024 * 1024
CPU_SECONDS = 15
MOST_UNPACKED = 64 * 1024 * 1024
MOST_PARTS = 2_000
MOST_ROWS = 20_000
MOST_COLUMNS = 100
#: In all cells together: one long text may stand behind each of a million cells, and a merged one fill them all.
MOST_CHARACTERS = 8_000_000
#: No sheet of Excel's has more rows; a gap that is longer is made up.
LAST_ROW = 1_048_576
CHUNK = 1024 * 1024
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


class Refused(Exception):
    pass


class Reader(ExcelReader):  # type: ignore[misc]
    """openpyxl's, reading no more than cells need: what else there is in a workbook can be broken, and is not looked at."""

    def read(self) -> None:
        self.read_manifest()
        self.read_strings()
        self.read_workbook()
        try:
            apply_stylesheet(self.archive, self.wb)
        except (TypeError, ValueError, KeyError, IndexError, AttributeError):
            # Other programs write styles that openpyxl does not understand: then a date is Excel's number for it.
            self.wb._date_formats, self.wb._timedelta_formats = set(), set()
        self.read_worksheets()

    def read_chartsheet(self, *_arguments: Any) -> None:
        """Has no cells."""


def check_parts(data: bytes) -> None:
    """No more than can be carried: by what the directory says, and by what comes out."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = archive.infolist()
        if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
            raise Refused("too_large")
        names = {part.filename for part in parts}
        if "xl/workbook.bin" in names or "mimetype" in names or "content.xml" in names:
            raise Refused("other_format")
        if "[Content_Types].xml" not in names or not any(name.startswith("xl/") for name in names):
            raise Refused("not_a_sheet")
        left = MOST_UNPACKED
        for part in parts:
            if part.flag_bits & 1:
                raise Refused("encrypted")
            if part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise Refused("damaged")
            with archive.open(part) as file:
                while chunk := file.read(CHUNK):
                    left -= len(chunk)
                    if left < 0:
                        raise Refused("too_large")


def text_of(cell: Any) -> str:
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, datetime):
        midnight = (value.hour, value.minute, value.second) == (0, 0, 0)
        return value.date().isoformat() if midnight else value.isoformat(" ", "seconds" if value.second else "minutes")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return value.isoformat("seconds" if value.second else "minutes")
    if isinstance(value, timedelta):
        minutes = round(value.total_seconds() / 60)
        return f"{minutes // 60:02d}:{minutes % 60:02d}"
    if isinstance(value, float):
        value = int(value) if value.is_integer() and abs(value) < 1e15 else float(f"{value:.15g}")
    if isinstance(value, int):
        # A door 0301 is kept as the number 301 and shown with its zero.
        return str(value).zfill(zeros_shown(cell))
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), str(value))


def zeros_shown(cell: Any) -> int:
    try:
        shown = cell.number_format or ""
    except IndexError:
        # Of styles that were not understood.
        return 0
    return len(shown) if re.fullmatch("0+", shown) else 0


def merged_ranges(archive: zipfile.ZipFile, path: str) -> list[Any]:
    found = []
    with archive.open(path) as file:
        for _event, element in ElementTree.iterparse(file, forbid_dtd=True):
            if element.tag.endswith("}mergeCell"):
                found.append(range_boundaries(element.get("ref")))
            # Keeps the tree of what has been read from growing.
            element.clear()
    return found


class Rows:
    """The rows of one sheet, and how much has been taken in of all."""

    def __init__(self) -> None:
        self.rows: list[list[str]] = []
        self.left = MOST_CHARACTERS

    def count(self, text: str) -> str:
        self.left -= len(text) + 1
        if self.left < 0:
            raise Refused("too_large")
        return text

    def read(self, sheet: Any) -> None:
        sheet.reset_dimensions()
        for number, cells in enumerate(sheet.iter_rows(), start=1):
            if number > LAST_ROW:
                raise Refused("damaged")
            texts = [text_of(cell).strip() for cell in cells[:MOST_COLUMNS]]
            if any(cell.value not in (None, "") for cell in cells[MOST_COLUMNS:]):
                raise Refused("too_many_columns")
            while texts and not texts[-1]:
                texts.pop()
            if not texts:
                continue
            if number > MOST_ROWS:
                raise Refused("too_many_rows")
            # Blank rows keep their numbers; those after the last one with a text are not there.
            self.rows += [[] for _ in range(number - len(self.rows) - 1)]
            self.rows.append([self.count(text) for text in texts])

    def fill(self, ranges: list[Any]) -> None:
        """Each cell of a merged range says what its first says, but for rows that have nothing of their own."""
        own = [bool(row) for row in self.rows]
        for left, top, right, bottom in ranges:
            if top > len(self.rows) or left > len(self.rows[top - 1]):
                continue
            text = self.rows[top - 1][left - 1]
            for number in range(top, min(bottom, len(self.rows)) + 1):
                row = self.rows[number - 1]
                if not text or not own[number - 1]:
                    continue
                last = min(right, MOST_COLUMNS)
                row += [""] * (last - len(row))
                row[left - 1 : last] = [self.count(text) for _ in range(left, last + 1)]


def has_something(sheet: Any) -> bool:
    return any(cell.value not in (None, "") for cells in sheet.iter_rows(max_row=50) for cell in cells)


def main() -> dict[str, Any]:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    data = sys.stdin.buffer.read()
    check_parts(data)
    reader = Reader(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
    reader.read()
    book = reader.wb
    shown = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
    said: dict[str, Any] = {"title": "", "others": [], "rows": []}
    for sheet in shown:
        if said["rows"]:
            said["others"] += [sheet.title] if has_something(sheet) else []
            continue
        rows = Rows()
        rows.read(sheet)
        rows.fill(merged_ranges(book._archive, sheet._worksheet_path))
        said.update(title=sheet.title, rows=rows.rows)
    return said


def answered() -> dict[str, Any]:
    try:
        return main()
    except Refused as refused:
        return {"refused": str(refused)}
    except defusedxml.DefusedXmlException:
        return {"refused": "entities"}


sys.stdout.write(json.dumps(answered()))

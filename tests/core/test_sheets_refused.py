"""What is no sheet, or too much of one, is refused with a sentence, within bounds of time and memory."""

from __future__ import annotations

import io
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from dispatch.core import sheet_texts, sheets
from dispatch.core.sheet_texts import MOST_COLUMNS, MOST_ROWS
from dispatch.core.sheets import MAX_BYTES, SheetRefused, read
from tests.core.workbooks import plain, rezipped, saved, workbook
from tests.house import ROOT

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)


def bomb() -> bytes:
    """Ten gigabytes' worth of nothing, said by its directory."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("[Content_Types].xml", "<Types/>")
        with made.open("xl/workbook.xml", "w", force_zip64=True) as part:
            for _ in range(200):
                part.write(bytes(1024 * 1024))
    return out.getvalue()


def lying_bomb() -> bytes:
    """The same, but its directory says that it is small."""
    data = bytearray(bomb())
    at = data.rfind(b"PK\x01\x02")
    data[at + 24 : at + 28] = (1000).to_bytes(4, "little")
    return bytes(data)


def entities() -> bytes:
    bad = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b SYSTEM "file:///etc/passwd">]>'
    return rezipped(plain(["x"]), lambda name, data: data.replace(b"<worksheet", bad + b"<worksheet", 1) if "sheet1" in name else data)


def locked() -> bytes:
    data = bytearray(plain(["x"]))
    at = 0
    while (at := data.find(b"PK\x01\x02", at)) >= 0:
        data[at + 8] |= 1
        at += 4
    return bytes(data)


def far_cell(reference: bytes) -> bytes:
    row = re.sub(rb"\D", b"", reference)
    far = b'<row r="' + row + b'"><c r="' + reference + b'" t="inlineStr"><is><t>x</t></is></c></row></sheetData>'
    return rezipped(plain(["x"]), lambda name, data: data.replace(b"</sheetData>", far) if "sheet1" in name else data)


REFUSED: list[tuple[str, Callable[[], bytes], str]] = [
    ("nothing", lambda: b"", "empty"),
    ("blank", lambda: b" \n,,\n", "empty"),
    ("blank-workbook", lambda: saved(Workbook()), "empty"),
    ("pdf", lambda: b"%PDF-1.7\n1 0 obj", "not_a_sheet"),
    ("picture", lambda: b"\x89PNG\r\n\x1a\n" + bytes(100), "not_a_sheet"),
    ("binary", lambda: bytes(range(256)) * 9, "not_a_sheet"),
    ("binary-with-nul", lambda: b"MZ\0\1\2\3" * 90, "not_a_sheet"),
    ("broken-text", lambda: "姓名,电话".encode() + b"\xff\xff\xff", "encoding"),
    ("web-page-called-xls", "<html><table><tr><td>陈桂兰</td></tr></table></html>".encode, "other_format"),
    ("old-xls", lambda: OLE + "Workbook".encode("utf-16-le"), "old_format"),
    ("password", lambda: OLE + "EncryptedPackage".encode("utf-16-le"), "encrypted"),
    ("locked-zip", locked, "encrypted"),
    ("some-zip", lambda: rezipped(plain(["x"]), lambda _n, _d: None, {"a.txt": b"x"}), "not_a_sheet"),
    ("word", lambda: rezipped(plain(["x"]), lambda n, d: d if n.startswith("[") else None, {"word/document.xml": b"<a/>"}), "not_a_sheet"),
    ("open-document", lambda: rezipped(plain(["x"]), lambda _n, _d: None, {"mimetype": b"x", "content.xml": b"<a/>"}), "other_format"),
    ("xlsb", lambda: rezipped(plain(["x"]), lambda _n, d: d, {"xl/workbook.bin": b"x"}), "other_format"),
    ("half", lambda: plain(["x"] * 50)[:900], "damaged"),
    ("no-xml", lambda: rezipped(plain(["x"]), lambda n, d: b"<<<" if "sheet1" in n else d), "damaged"),
    ("no-sheet", lambda: rezipped(plain(["x"]), lambda n, d: None if "sheet1" in n else d), "empty"),
    ("entities", entities, "entities"),
    ("bomb", bomb, "too_large"),
    ("many-parts", lambda: rezipped(plain(["x"]), lambda _n, d: d, {f"xl/{n}": b"" for n in range(2_001)}), "too_large"),
    ("large", lambda: b"a," * (MAX_BYTES // 2 + 1), "too_large"),
    ("long-csv", lambda: b"a,b\n" * (MOST_ROWS + 1), "too_many_rows"),
    ("wide-csv", lambda: b"a," * MOST_COLUMNS + b"a", "too_many_columns"),
    ("far-down", lambda: far_cell(b"A20001"), "too_many_rows"),
    ("far-right", lambda: far_cell(b"CW2"), "too_many_columns"),
    ("beyond-excel", lambda: far_cell(b"A99999999999"), "damaged"),
]  # fmt: skip


@pytest.mark.parametrize(("make", "reason"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_what_is_no_sheet_or_too_much_is_refused_with_a_sentence(make: Callable[[], bytes], reason: str) -> None:
    with pytest.raises(SheetRefused) as refused:
        read(make(), "台账.xlsx")
    assert refused.value.reason == reason
    assert (refused.value.status, refused.value.code, refused.value.extra) == (422, "invalid", {"field": "file"})


def test_a_directory_that_lies_is_found_out() -> None:
    with pytest.raises(SheetRefused):
        read(lying_bomb())


def test_the_edges_are_inside() -> None:
    assert len(read(far_cell(b"A20000")).rows) == MOST_ROWS
    assert len(read(far_cell(b"CV2")).rows[1]) == MOST_COLUMNS
    assert len(read(b"a,b\n" * MOST_ROWS).rows) == MOST_ROWS


def test_parent_and_child_hold_the_same_bounds() -> None:
    program = sheets._CHILD.read_text()
    for name in ("MOST_ROWS", "MOST_COLUMNS", "MOST_CHARACTERS"):
        assert int(re.search(rf"^{name} = ([\d_]+)$", program, re.MULTILINE)[1]) == getattr(sheet_texts, name)  # type: ignore[index]


def test_a_reader_that_never_ends_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "CHILD_SECONDS", 0.01)
    with pytest.raises(SheetRefused):
        read(plain(["x"]))


def amplified() -> bytes:
    """A text of 30,000 characters behind each of 200,000 cells: half a megabyte that says six gigabytes."""
    cells = b"".join(b'<row r="%d">%s</row>' % (n, b'<c t="s"><v>0</v></c>' * 10) for n in range(2, 20_000))

    def fill(sheet: Any) -> None:
        sheet["A1"] = "长" * 30_000

    return rezipped(workbook(fill), lambda name, data: data.replace(b"</sheetData>", cells + b"</sheetData>") if "sheet1" in name else data)


def hollow() -> bytes:
    """Sixty megabytes of empty rows."""
    rows = b"<row/>" * 10_000_000
    return rezipped(plain(["x"]), lambda name, data: data.replace(b"</sheetData>", rows + b"</sheetData>") if "sheet1" in name else data)


@pytest.mark.slow
@pytest.mark.parametrize("make", [bomb, lying_bomb, amplified, hollow], ids=lambda make: make.__name__)
def test_memory_is_bounded_whatever_comes(make: Callable[[], bytes], tmp_path: Path) -> None:
    """Measured in a process of its own: what the house itself takes, and what its child takes."""
    file = tmp_path / "bomb.xlsx"
    file.write_bytes(make())
    program = f"""
import resource, pathlib
from dispatch.core.sheets import SheetRefused, read
data = pathlib.Path({str(file)!r}).read_bytes()
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    read(data)
    print("read")
except SheetRefused as refused:
    print(refused.reason)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60)
    reason, (grown, child) = done.stdout.split()[0], map(int, done.stdout.split()[1:])
    assert reason in ("too_large", "damaged")
    assert grown < 40 * 1024
    assert child < 512 * 1024

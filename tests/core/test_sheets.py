"""What a sheet may be, what its cells say as text, and that nothing else is read, followed, or carried in memory."""

from __future__ import annotations

import io
import re
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from openpyxl.drawing.image import Image as Drawing
from PIL import Image

from dispatch.core import sheets
from dispatch.core.sheets import SheetRefused, cell_name, csv_bytes, read, xlsx
from tests.core.workbooks import rezipped, saved, workbook


def test_each_kind_of_cell_is_text_as_a_person_reads_it() -> None:
    def fill(sheet: Any) -> None:
        sheet.append([13900001234, 1.5, 2.0, True, None, "  陈桂兰\u3000", "两\r\n行"])
        sheet.append([datetime(2026, 11, 24), datetime(2026, 11, 24, 15, 0), date(2026, 11, 4), time(9, 5), timedelta(hours=9, minutes=30)])
        sheet.append([301, 0.1 + 0.2, "\ufeff\u200b3号楼", "_x000D_x"])
        sheet["A3"].number_format = "0000"

    assert read(workbook(fill)).rows == [
        ["13900001234", "1.5", "2", "TRUE", "", "陈桂兰", "两\n行"],
        ["2026-11-24", "2026-11-24 15:00", "2026-11-04", "09:05", "09:30"],
        ["0301", "0.3", "3号楼", "x"],
    ]


def test_merged_cells_say_what_their_first_says_but_make_no_row_of_a_blank_one() -> None:
    def fill(sheet: Any) -> None:
        sheet["A1"] = "11月需求台账"
        sheet.merge_cells("A1:C1")
        sheet["A2"], sheet["B2"], sheet["B4"] = "3号楼", "陈桂兰", "孙秀英"
        sheet.merge_cells("A2:A5")

    assert read(workbook(fill)).rows == [["11月需求台账"] * 3, ["3号楼", "陈桂兰"], [], ["3号楼", "孙秀英"]]


def test_a_merged_range_as_large_as_the_sheet_is_too_much() -> None:
    def fill(sheet: Any) -> None:
        sheet["A1"] = "长" * 30_000
        for row in range(2, 9):
            sheet.cell(row, 1, "x")

    made = workbook(fill)
    wide = b'<mergeCells count="1"><mergeCell ref="A1:XFD1048576"/></mergeCells></worksheet>'
    with pytest.raises(SheetRefused):
        read(rezipped(made, lambda name, data: data.replace(b"</worksheet>", wide) if "sheet1" in name else data))


def test_blank_rows_keep_their_numbers_and_those_at_the_end_are_not_there() -> None:
    def fill(sheet: Any) -> None:
        sheet["B3"], sheet["A7"] = "x", "y"
        sheet["A900"] = "  "

    assert read(workbook(fill)).rows == [[], [], ["", "x"], [], [], [], ["y"]]
    assert read(b"\n\n,x\n\n\n\ny\n\n").rows == [[], [], ["", "x"], [], [], [], ["y"]]


@pytest.mark.parametrize(("row", "column", "name"), [(1, 1, "A1"), (3, 2, "B3"), (7, 5, "E7"), (20_000, 28, "AB20000")])
def test_cells_are_named_as_excel_names_them(row: int, column: int, name: str) -> None:
    assert cell_name(row, column) == name


def test_a_formula_is_its_kept_value_and_a_picture_is_not_looked_at() -> None:
    picture = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(picture, "PNG")

    def fill(sheet: Any) -> None:
        sheet["A1"], sheet["B1"] = "x", "=1+1"
        sheet.add_image(Drawing(picture), "D4")

    with_value = rezipped(
        workbook(fill),
        lambda _n, data: data.replace(b"<f>1+1</f><v></v>", b"<f>1+1</f><v>2</v>").replace(b"<f>1+1</f><v />", b"<f>1+1</f><v>2</v>"),
    )
    assert read(with_value).rows == [["x", "2"]]


def test_the_first_sheet_that_is_shown_and_has_anything_is_read_and_the_others_are_named() -> None:
    book = Workbook()
    book.active.title = "空的"
    for title, text, state in (
        ("旧的", "old", "hidden"),
        ("更旧", "older", "veryHidden"),
        ("十一月", "x", "visible"),
        ("十二月", "y", "visible"),
    ):
        sheet = book.create_sheet(title)
        sheet["A1"], sheet.sheet_state = text, state
    book.create_sheet("也是空的")
    book.create_chartsheet("图")
    sheet = read(saved(book))
    assert (sheet.title, sheet.rows, sheet.others) == ("十一月", [["x"]], ["十二月"])


def test_styles_and_properties_that_other_programs_write_wrong_do_not_stand_in_the_way() -> None:
    def broken(name: str, data: bytes) -> bytes:
        if "styles" in name:
            return re.sub(rb"<fill>.*?</fill>", b"<fill/>", data)
        return data.replace(b"<dcterms:created", b"<wrong") if "docProps" in name else data

    def fill(sheet: Any) -> None:
        sheet["A1"], sheet["B1"] = datetime(2026, 11, 24), "x"

    assert read(rezipped(workbook(fill), broken)).rows == [["46350", "x"]]


ROWS = [["姓名", "电话", "备注"], ["陈桂兰", "13900001234", "门铃坏了，请敲门"], ["孙秀英", "", "3,5 都行"]]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("delimiter", ["\t", ",", ";", "|"])
def test_text_is_read_in_each_usual_encoding_with_each_usual_delimiter(encoding: str, delimiter: str) -> None:
    quoted = [[f'"{cell}"' if delimiter in cell else cell for cell in row] for row in ROWS]
    assert read("\r\n".join(delimiter.join(row) for row in quoted).encode(encoding)).rows == ROWS


def test_the_commas_people_type_in_chinese_separate_too() -> None:
    assert read("陈桂兰，13900001234，3号楼\n孙秀英，13900005678，5号楼".encode()).rows[1] == ["孙秀英", "13900005678", "5号楼"]


def test_a_lone_quotation_mark_does_not_swallow_the_rows_below() -> None:
    assert read('陈桂兰\t"急，请快\n孙秀英\t买菜\n'.encode()).rows == [["陈桂兰", '"急，请快'], ["孙秀英", "买菜"]]
    assert read('陈桂兰\t"两\n行"\n孙秀英\t买菜\n'.encode()).rows == [["陈桂兰", "两\n行"], ["孙秀英", "买菜"]]


CELLS = st.text(st.characters(blacklist_categories=("Cs", "Cc", "Cf", "Zs", "Zl", "Zp", "Cn", "Co")), max_size=12)
TABLE = st.lists(st.lists(CELLS, min_size=2, max_size=4), min_size=1, max_size=6)


def trimmed(rows: list[list[str]]) -> list[list[str]]:
    kept = [row[: max((n + 1 for n, cell in enumerate(row) if cell), default=0)] for row in rows]
    while kept and not kept[-1]:
        kept.pop()
    return kept


@given(TABLE)
@settings(max_examples=200, deadline=None)
def test_what_is_written_as_csv_is_read_as_it_was(rows: list[list[str]]) -> None:
    wanted = trimmed([["姓名", "电话", "备注"], *rows])
    assert read(csv_bytes([["姓名", "电话", "备注"], *rows])).rows == wanted


def read_or_refused(data: bytes) -> str:
    try:
        return "read" if any(any(row) for row in read(data).rows) else "nothing"
    except SheetRefused as refused:
        return refused.reason


@given(st.binary(max_size=300) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace")))
@settings(max_examples=500, deadline=None)
def test_anything_at_all_is_a_sheet_or_refused(data: bytes) -> None:
    assert read_or_refused(data) in ("read", *sheets.SENTENCES)


DANGEROUS = ["=1+1", "+1", "-1", "@SUM(1)", "\t=1", "\r=1", "＝1+1", "＋1", "－1", "＠x"]


@pytest.mark.parametrize("text", DANGEROUS)
def test_no_text_that_we_write_is_a_formula(text: str) -> None:
    cell = load_workbook(io.BytesIO(xlsx("表", [["x"], [text]]))).active["A2"]
    assert cell.data_type == "s"
    assert csv_bytes([[text]]).decode("utf-8-sig").strip('"\r\n').startswith("'")
    assert csv_bytes([[-5, 1.5, None]]) == b"\xef\xbb\xbf-5,1.5,\r\n"


def test_what_we_write_as_a_workbook_is_read_as_it_was_whatever_is_in_it() -> None:
    rows = [["姓名", "出生", "数"], ["陈桂兰\x00\x0b", date(1941, 5, 3), 3], ["=cmd", None, 1.5]]
    assert read(xlsx("表/格:*" * 20, rows)).rows == [["姓名", "出生", "数"], ["陈桂兰", "1941-05-03", "3"], ["=cmd", "", "1.5"]]

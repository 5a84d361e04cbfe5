"""What we write into a sheet is read back as it was, whatever it looks like; and the child that reads has our own limits."""

# ruff: noqa: E501 - cells as they come
from __future__ import annotations

import ast
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.core import sheet_texts, sheets
from dispatch.core.breathing import breathing, in_parts
from dispatch.core.sheet_texts import clean
from dispatch.core.sheets import csv_bytes, read, xlsx

HEAD = ["姓名", "电话", "备注"]
ODD = ["=1+1", "'=1+1", "''=1", "'tis", "'tis a '=x", "+86 139", "-", "@王", "＝", "\t=1", "'\t=1", "a\nb", "a\r\nb", "\n=1", '"', '""', 'a"b', "，，，，，", ",;|\t",
       "_x0041_", "_x005F_", "__x000D__", "\u200b=1", "'\u200b=1", "\x07铃", "\x7f", "0301", "1E5", "TRUE", "2026-11-24", "#N/A", "长" * 500, "😀", "无"]  # fmt: skip


@pytest.mark.parametrize("write", [lambda rows: xlsx("名单", rows), csv_bytes], ids=["xlsx", "csv"])
def test_every_odd_cell_is_read_back_as_it_was(write: object) -> None:
    rows = [HEAD, *[[f"王{n}", odd, odd] for n, odd in enumerate(ODD)]]
    assert read(write(rows)).rows == [[clean(cell) for cell in row] for row in trimmed(rows)]  # type: ignore[operator]


def trimmed(rows: list[list[str]]) -> list[list[str]]:
    return [row[: max(n + 1 for n, cell in enumerate(row) if clean(cell))] for row in rows]


CELLS = st.text(st.sampled_from("王兰a0='\"+-@,，;；|\t\n _x41"), max_size=12)


@given(st.lists(st.lists(CELLS, min_size=2, max_size=2), max_size=8))
@settings(max_examples=300, deadline=None)
def test_and_so_is_any_mixture_of_what_means_something(rows: list[list[str]]) -> None:
    written = [HEAD, *[[f"王{n}", *row] for n, row in enumerate(rows)]]
    assert read(csv_bytes(written)).rows == [[clean(cell) for cell in row] for row in trimmed(written)]


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ('姓名\t备注\n陈桂兰\t5" 水管\n李德福\t6" 水管', [["姓名", "备注"], ["陈桂兰", '5" 水管'], ["李德福", '6" 水管']]),
        ('姓名\t备注\n陈桂兰\t"门铃坏\n李德福\t"门铃好', [["姓名", "备注"], ["陈桂兰", '"门铃坏'], ["李德福", '"门铃好']]),
        ('姓名,备注\n陈桂兰,"一，二，三\n四，五，六"\n李德福,"甲，乙，丙"', [["姓名", "备注"], ["陈桂兰", "一，二，三\n四，五，六"], ["李德福", "甲，乙，丙"]]),
    ],
)  # fmt: skip
def test_quotation_marks_hide_what_separates_and_lone_ones_hide_nothing(text: str, rows: list[list[str]]) -> None:
    assert read(text.encode()).rows == rows


def test_the_childs_limits_are_those_of_texts() -> None:
    """It sees nothing of this house, and says them again."""
    program = ast.parse(Path(sheets.__file__).with_name("sheet_child.py").read_text())
    said = {target.id: node.value.value for node in program.body if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
            for target in node.targets if isinstance(target, ast.Name)}  # fmt: skip
    for name in ("MOST_ROWS", "MOST_COLUMNS", "MOST_CHARACTERS"):
        assert said[name] == getattr(sheet_texts, name)


def test_others_have_their_turn_after_so_many(monkeypatch: pytest.MonkeyPatch) -> None:
    breaths: list[float] = []
    monkeypatch.setattr("dispatch.core.breathing.time.sleep", breaths.append)
    assert list(breathing(range(100), 25)) == list(range(100))
    assert breaths == [0] * 4
    assert [list(some) for some in in_parts(range(5), 2)] == [[0, 1], [2, 3], [4]]
    assert list(in_parts([])) == []

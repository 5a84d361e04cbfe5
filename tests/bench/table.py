"""The figures as a table: for the screen, and for docs/performance.md."""

from __future__ import annotations

import platform
from pathlib import Path

from tests.bench.measures import Figure

BEGIN, END = "<!-- figures -->", "<!-- /figures -->"
HEADINGS = ("measure", "value", "ratio", "target", "")


def cells(figure: Figure) -> tuple[str, ...]:
    """One line of the table."""
    ratio = "" if figure.ratio is None else f"{figure.ratio:g}"
    target = f"{figure.target[0]} {figure.target[1:]}" if figure.target else ""
    return figure.what, figure.value, ratio, target, figure.verdict


def print_table(figures: list[Figure]) -> None:
    rows = [HEADINGS, *map(cells, figures)]
    widths = [max(len(row[n]) for row in rows) for n in range(len(HEADINGS))]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def as_markdown(figures: list[Figure], cores: int) -> str:
    lines = ["| " + " | ".join(row) + " |" for row in [HEADINGS, *map(cells, figures)]]
    lines.insert(1, "|---|---|---:|---:|---|")
    return "\n".join([f"{cores} cores, Python {platform.python_version()}.", "", *lines])


def write_into(page: Path, markdown: str) -> None:
    """Put the figures where the page keeps them."""
    before, _, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    page.write_text(f"{before}{BEGIN}\n{markdown}\n{END}{after}", encoding="utf-8")

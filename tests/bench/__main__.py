"""`python -m tests.bench [--quick] [--only a,b,c,d,e,f,g,h,p]`: measure, print the table, and write it into docs/performance.md."""

from __future__ import annotations

import argparse
import os
import tempfile
from pathlib import Path

from tests.bench import choosing, desks, finding, measures, pattern
from tests.bench.grounds import Grounds
from tests.bench.table import as_markdown, print_table, write_into

PARTS = "abcdefghp"


def main() -> None:
    """Figures, not a test: ends well whatever they are."""
    options = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    options.add_argument("--quick", action="store_true", help="less of everything; nothing is written into docs/performance.md")
    options.add_argument(
        "--only",
        default=",".join(PARTS),
        help="a acknowledgements, b claims, c losers, d memory, e past orders, f finding, g desks, h alerts, p hazards",
    )
    options.add_argument("--no-postgresql", action="store_true", help="SQLite alone")
    options.add_argument("--folder", type=Path, help="where the databases lie, if not in the system's temporary folder")
    asked = options.parse_args()
    only = asked.only.replace(",", "")
    scale = measures.QUICK if asked.quick else measures.FULL
    figures = []
    with Grounds(Path(tempfile.mkdtemp(prefix="lastmetre-bench-", dir=asked.folder))) as grounds:
        if set(only) & set("abc"):
            figures += measures.rates(grounds, scale, only)
        if set(only) & set("bc") and not asked.no_postgresql:
            figures += measures.rates(grounds, scale, only, postgresql=True)
        if "d" in only:
            figures += measures.memory(grounds)
        if "e" in only:
            figures += measures.flat(grounds, scale)
        if "f" in only:
            figures += finding.figures(grounds)
        if "g" in only:
            figures += desks.figures(grounds, postgresql=not asked.no_postgresql)
        if "p" in only:
            figures += pattern.figures(grounds, postgresql=not asked.no_postgresql)
        if "h" in only:
            figures += choosing.figures(grounds, postgresql=not asked.no_postgresql)
    print_table(figures)
    if not asked.quick and set(only) == set(PARTS):
        write_into(Path("docs/performance.md"), as_markdown(figures, os.cpu_count() or 1))


if __name__ == "__main__":
    main()

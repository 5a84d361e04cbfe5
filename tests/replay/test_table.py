"""What people get to see of a replay: the table, the CSV, the plot."""

from __future__ import annotations

import csv
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from tests.replay.plot import svg
from tests.replay.table import COLUMNS, as_comparison, as_curve, as_markdown, write_csv, write_into

FIGURES = {name: 0.5 for _, name, _ in COLUMNS}
RESULTS = {("S1 normal", "", "product"): [FIGURES, FIGURES | {"in 5 min": 1.0}]}


def test_the_table_holds_means_over_seeds() -> None:
    heading, rule, line = as_markdown(RESULTS).splitlines()
    assert heading.count("|") == rule.count("|") == line.count("|")
    assert "| S1 normal | product | 0.750 | 0.500 |" in line


def test_the_comparison_has_a_column_for_each_policy() -> None:
    by_policy = {
        ("S1", assumed, policy): [{"U": worth}] for assumed in ("", "busy ½") for policy, worth in (("rings", 0.1), ("product", 0.2))
    }
    by_policy["S1", "busy ½", "rings"] = [{"U": 0.3}]
    assert as_comparison(by_policy).splitlines()[0] == "| | assumed | rings | product | ahead |"
    said = ["| S1 | as stated | 0.100 | 0.200 | 1 of 1 |", "| S1 | busy ½ | 0.300 | 0.200 | 0 of 1 |"]
    assert as_comparison(by_policy).splitlines()[2:] == said
    del by_policy["S1", "busy ½", "rings"]
    assert as_comparison(by_policy).splitlines()[3] == "| S1 | busy ½ | – | 0.200 | 0 of 1 |"


def test_the_curve_has_a_row_for_each_world_and_variant() -> None:
    heading, rule, *lines = as_curve(
        {("S2", "", name): [FIGURES, FIGURES | {"Gini": 0.7}] for name in ("price ×1", "price ×2")}
    ).splitlines()
    assert heading.count("|") == rule.count("|") == lines[0].count("|")
    assert lines[1] == "| S2 | price ×2 | 0.500 | 0.500 | 0.5 | 0.600 | 0.500 | 0.500 |"


def test_the_csv_holds_each_run_by_itself(tmp_path: Path) -> None:
    write_csv(tmp_path / "replay.csv", RESULTS, [11, 12])
    rows = list(csv.DictReader((tmp_path / "replay.csv").read_text(encoding="utf-8").splitlines()))
    assert [(row["policy"], row["seed"], row["in 5 min"]) for row in rows] == [("product", "11", "0.5"), ("product", "12", "1")]


def test_a_page_keeps_what_stands_around_the_figures(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("before\n<!-- figures -->\nold\n<!-- /figures -->\nafter\n", encoding="utf-8")
    write_into(page, "new")
    assert page.read_text(encoding="utf-8") == "before\n<!-- figures -->\nnew\n<!-- /figures -->\nafter\n"
    page.write_text("nothing to fill", encoding="utf-8")
    with pytest.raises(ValueError, match="has no"):
        write_into(page, "new")


def test_the_plot_is_an_image_with_a_line_per_policy_and_a_panel_per_world() -> None:
    drawn = ElementTree.fromstring(svg({"S1 <normal>": {"product": [60.0, None], "rings": [900.0, 90.0]}, "S2": {"product": [1.0]}}))
    texts = [one.text for one in drawn.iter("{http://www.w3.org/2000/svg}text")]
    assert {"S1 <normal>", "S2", "product", "rings", "100%"} <= set(texts)
    lines = [one for one in drawn.iter("{http://www.w3.org/2000/svg}path") if one.get("fill") == "none"]
    assert len(lines) == 3


@pytest.mark.slow
def test_the_command_writes_table_csv_and_plot_the_same_each_time(tmp_path: Path) -> None:
    said = []
    for folder in (tmp_path / "one", tmp_path / "two"):
        command = [
            sys.executable,
            "-m",
            "tests.replay",
            "--scenarios",
            "S3",
            "--days",
            "1",
            "--policies",
            "nearest-7,product",
            "--out",
            folder,
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=300)
        assert "S3 rain" in done.stdout
        assert (folder / "replay.svg").read_text(encoding="utf-8").startswith("<svg")
        said.append((done.stdout, (folder / "replay.csv").read_text(encoding="utf-8")))
    assert said[0] == said[1]


@pytest.mark.slow
def test_a_wrong_file_is_a_sentence_and_no_traceback(tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text("order_id\n1\n", encoding="utf-8")
    command = [sys.executable, "-m", "tests.replay", "--orders", tmp_path / "orders.csv", "--couriers", tmp_path / "orders.csv"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 1
    assert "has no column pick_up_lat" in done.stderr
    assert "Traceback" not in done.stderr

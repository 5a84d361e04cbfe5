"""The figures for people: on the screen, as CSV, and in docs/replay.md."""

from __future__ import annotations

import csv
from collections.abc import Container, Mapping
from math import isfinite
from pathlib import Path
from statistics import fmean

from tests.replay.figures import Figures, mean_of

BEGIN, END = "<!-- figures -->", "<!-- /figures -->"
#: (heading, figure, form)
COLUMNS = (
    ("≤5 min", "in 5 min", "{:.3f}"),
    ("≤15 min", "in 15 min", "{:.3f}"),
    ("≤30 min", "in 30 min", "{:.3f}"),
    ("median", "median s", "{:.0f} s"),
    ("p95", "p95 s", "{:.0f} s"),
    ("alerts/claim", "alerts a claim", "{:.1f}"),
    ("alerts/courier·day", "alerts a courier and day", "{:.1f}"),
    ("lost races", "lost races", "{:.2f}"),
    ("km", "km", "{:.2f}"),
    ("Gini", "Gini", "{:.2f}"),
    ("gap", "gap", "{:.2f}"),
    ("urgent ≤5", "urgent in 5 min", "{:.3f}"),
    ("urgent ≤30", "urgent in 30 min", "{:.3f}"),
    ("U", "U", "{:.3f}"),
    ("U/bound", "U / bound", "{:.2f}"),
)
#: What marks are missed in, and what is paid for it.
CURVED = {
    "in 30 min": ("≤30 min", "{:.3f}"),
    "urgent in 5 min": ("urgent ≤5", "{:.3f}"),
    "alerts a claim": ("alerts/claim", "{:.1f}"),
    "Gini": ("Gini", "{:.3f}"),
    "gap": ("gap", "{:.3f}"),
    "U / bound": ("U/bound", "{:.3f}"),
}
#: What one run is known by: world, what is assumed, policy.
Key = tuple[str, str, str]


def rows(results: Mapping[Key, list[Figures]]) -> list[tuple[str, ...]]:
    """Means over seeds, a row per world and policy."""
    lines = [("", "", *(heading for heading, _, _ in COLUMNS))]
    for (world, assumed, policy), many in results.items():
        mean = mean_of(many)
        lines.append(
            (f"{world} {assumed}".strip(), policy, *(form.format(mean[name]) if isfinite(mean[name]) else "–" for _, name, form in COLUMNS))
        )
    return lines


def print_table(results: Mapping[Key, list[Figures]]) -> None:
    lines = rows(results)
    widths = [max(len(line[n]) for line in lines) for n in range(len(lines[0]))]
    for line in lines:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


def as_markdown(results: Mapping[Key, list[Figures]]) -> str:
    lines = ["| " + " | ".join(line) + " |" for line in rows(results)]
    lines.insert(1, "|---|---|" + "---:|" * len(COLUMNS))
    return "\n".join(lines)


def as_comparison(results: Mapping[Key, list[Figures]], product: str = "product", learns: Container[str] = ("decay",)) -> str:
    """U by world and what is assumed, a column per policy, and in how many runs the product is ahead of every one that does not learn."""
    policies = list(dict.fromkeys(policy for _, _, policy in results))
    lines = ["| | assumed | " + " | ".join(policies) + " | ahead |", "|---|---|" + "---:|" * (len(policies) + 1)]
    for world, assumed in dict.fromkeys((world, assumed) for world, assumed, _ in results):
        runs = {policy: [one["U"] for one in results.get((world, assumed, policy), ())] for policy in policies}
        worth = [f"{fmean(runs[policy]):.3f}" if runs[policy] else "–" for policy in policies]
        simple = zip(*(runs[policy] for policy in policies if policy != product and policy not in learns and runs[policy]), strict=True)
        ahead = sum(mine > max(others) for mine, others in zip(runs.get(product, ()), simple, strict=False))
        cells = [*worth, f"{ahead} of {len(runs.get(product, ()))}"]
        lines.append(f"| {world} | {assumed or 'as stated'} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def as_curve(results: Mapping[Key, list[Figures]]) -> str:
    """What is given for what: a row for each world and variant of the product."""
    lines = ["| | | " + " | ".join(heading for heading, _ in CURVED.values()) + " |", "|---|---|" + "---:|" * len(CURVED)]
    for (world, _, variant), many in results.items():
        mean = mean_of(many)
        lines.append(f"| {world} | {variant} | " + " | ".join(form.format(mean[name]) for name, (_, form) in CURVED.items()) + " |")
    return "\n".join(lines)


def write_csv(path: Path, results: Mapping[Key, list[Figures]], seeds: list[int]) -> None:
    """Each run by itself, with every figure."""
    with path.open("w", encoding="utf-8", newline="") as file:
        out, begun = csv.writer(file), False
        for (world, assumed, policy), many in results.items():
            for seed, figures in zip(seeds, many, strict=True):
                if not begun:
                    out.writerow(["world", "assumed", "policy", "seed", *figures])
                    begun = True
                out.writerow([world, assumed, policy, seed, *(f"{value:.6g}" for value in figures.values())])


def write_into(page: Path, text: str, begin: str = BEGIN, end: str = END) -> None:
    """Put it where the page keeps it."""
    before, found, rest = page.read_text(encoding="utf-8").partition(begin)
    _, closed, after = rest.partition(end)
    if not (found and closed):
        raise ValueError(f"{page} has no {begin} … {end}.")
    page.write_text(f"{before}{begin}\n{text}\n{end}{after}", encoding="utf-8")

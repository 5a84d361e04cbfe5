"""How many orders were claimed by when, a line per policy, a panel per world: an SVG written by hand."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from html import escape

from tests.replay.simulating import MISSED_S

#: Told apart by dashes too: never by colour alone.
_LINES = (
    ("#6b7280", "2 3"),
    ("#b45309", "8 3"),
    ("#7c3aed", "5 2 1 2"),
    ("#1d4ed8", "12 3"),
    ("#0f766e", "4 4"),
    ("#b91c1c", ""),
)
_WIDTH, _HEIGHT, _LEFT, _TOP, _STEP_S = 420, 260, 48, 40, 15


def svg(curves: Mapping[str, Mapping[str, list[float | None]]]) -> str:
    """By world and policy, after how many seconds each order was taken, or None."""
    policies = list(dict.fromkeys(policy for world in curves.values() for policy in world))
    columns = 2 if len(curves) > 1 else 1
    tall = (len(curves) + columns - 1) // columns * (_HEIGHT + 70) + 50
    wide = columns * (_WIDTH + 80) + 20
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {tall}" font-family="sans-serif" font-size="12" role="img">',
        f'<title>Share of orders claimed by minutes after posting</title><rect width="{wide}" height="{tall}" fill="#fff"/>',
    ]
    for number, (world, by_policy) in enumerate(curves.items()):
        left, top = number % columns * (_WIDTH + 80) + _LEFT, number // columns * (_HEIGHT + 70) + _TOP
        parts += [f'<g transform="translate({left} {top})">', *_axes(world)]
        parts += [_line(by_policy[policy], *_LINES[policies.index(policy) % len(_LINES)]) for policy in by_policy]
        parts.append("</g>")
    for number, policy in enumerate(policies):
        colour, dashes = _LINES[number % len(_LINES)]
        x, y = _LEFT + number % 6 * 140, tall - 20
        parts.append(f'<path d="M{x} {y}h34" stroke="{colour}" stroke-width="2.5" stroke-dasharray="{dashes}"/>')
        parts.append(f'<text x="{x + 40}" y="{y + 4}">{escape(policy)}</text>')
    return "\n".join([*parts, "</svg>", ""])


def _axes(world: str) -> list[str]:
    parts = [f'<text x="0" y="-12" font-weight="bold">{escape(world)}</text>']
    for tenth in range(0, 11, 2):
        y = _HEIGHT - tenth / 10 * _HEIGHT
        parts.append(f'<path d="M0 {y:.0f}H{_WIDTH}" stroke="#e5e7eb"/><text x="-8" y="{y + 4:.0f}" text-anchor="end">{tenth * 10}%</text>')
    for minutes in range(0, 31, 5):
        x = minutes * 60 / MISSED_S * _WIDTH
        parts.append(f'<text x="{x:.0f}" y="{_HEIGHT + 18}" text-anchor="middle">{minutes}</text>')
    return [*parts, f'<text x="{_WIDTH / 2:.0f}" y="{_HEIGHT + 36}" text-anchor="middle">minutes after posting</text>']


def _line(taken: list[float | None], colour: str, dashes: str) -> str:
    times = sorted(one for one in taken if one is not None)
    points = []
    for second in range(0, int(MISSED_S) + 1, _STEP_S):
        share = bisect_right(times, second) / len(taken)
        points.append(f"{second / MISSED_S * _WIDTH:.1f} {_HEIGHT - share * _HEIGHT:.1f}")
    return f'<path d="M{"L".join(points)}" fill="none" stroke="{colour}" stroke-width="2" stroke-dasharray="{dashes}"/>'

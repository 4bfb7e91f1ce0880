"""Draws how talks converge: `python -m benchmarks.convergence FILE.svg`, and prints the table.

Left the residual of the heat balance by round for 3, 30, 300 and 1,000 groups, right the wall
time by number of groups, both axes of the latter logarithmic.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import log10
from pathlib import Path
from sys import argv

from benchmarks.negotiation import SIZES, Talks, talks

_COLOURS = ("#8c95a0", "#e0a100", "#2f78b7", "#2e9e6b")
_WIDTH, _HEIGHT, _LEFT, _TOP = 330, 230, 60, 30


def drawing(found: Sequence[Talks]) -> str:
    """An SVG of both panels."""
    most = max(t.rounds for t in found)
    parts = [
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 860 320" '
        'font-family="sans-serif" font-size="12">',
        '<rect width="860" height="320" fill="#ffffff"/>',
    ]
    error = _log(1e-4, 1.0, _HEIGHT)
    parts += _frame(_LEFT, "round", "residual, share of the load")
    for value in (1e-4, 1e-3, 1e-2, 1e-1, 1.0):
        parts.append(_tick(_LEFT, error(value), f"{value:g}"))
    for k in range(0, most + 1, 5):
        parts.append(_below(_LEFT + _WIDTH * k / most, str(k)))
    for t, colour in zip(found, _COLOURS, strict=True):
        points = [
            (_LEFT + _WIDTH * (k + 1) / most, error(max(r, 1e-4)))
            for k, r in enumerate(t.residuals)
        ]
        parts.append(_line(points, colour))
        parts.append(_text(points[-1][0] + 4, points[-1][1], f"{t.groups:,}", colour))
    left = _LEFT + _WIDTH + 100
    seconds = _log(0.1, 100.0, _HEIGHT)
    groups = _log(1.0, 1e4, _WIDTH)
    parts += _frame(left, "groups", "wall time, s")
    for value in (0.1, 1.0, 10.0, 100.0):
        parts.append(_tick(left, seconds(value), f"{value:g}"))
    for value in (1, 10, 100, 1000, 10_000):
        parts.append(_below(left + _WIDTH + _TOP - groups(value), f"{value:,}"))
    points = [(left + _WIDTH + _TOP - groups(t.groups), seconds(t.seconds)) for t in found]
    parts.append(_line(points, _COLOURS[2]))
    for (x, y), t in zip(points, found, strict=True):
        parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{_COLOURS[2]}"/>')
        parts.append(_text(x + 6, y + 14, f"{t.seconds:.1f} s, {t.rounds} rounds", "#333333"))
    return "\n".join([*parts, "</svg>", ""])


def _log(low: float, high: float, length: float) -> Callable[[float], float]:
    span = log10(high / low)
    return lambda value: _TOP + length * (1 - log10(value / low) / span)


def _frame(left: float, below: str, above: str) -> list[str]:
    return [
        f'<rect x="{left}" y="{_TOP}" width="{_WIDTH}" height="{_HEIGHT}" fill="none" '
        'stroke="#8c95a0"/>',
        _text(left + _WIDTH / 2 - 20, _TOP + _HEIGHT + 40, below, "#333333"),
        _text(left - 20, _TOP - 10, above, "#333333"),
    ]


def _tick(left: float, y: float, words: str) -> str:
    line = f'<path d="M{left} {y:.1f}h{_WIDTH}" stroke="#e4e7ea"/>'
    return line + f'<text x="{left - 6}" y="{y + 4:.1f}" text-anchor="end">{words}</text>'


def _below(x: float, words: str) -> str:
    return f'<text x="{x:.1f}" y="{_TOP + _HEIGHT + 18}" text-anchor="middle">{words}</text>'


def _text(x: float, y: float, words: str, colour: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" fill="{colour}">{words}</text>'


def _line(points: Sequence[tuple[float, float]], colour: str) -> str:
    told = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return f'<polyline points="{told}" fill="none" stroke="{colour}" stroke-width="2"/>'


if __name__ == "__main__":
    measured = [talks(size) for size in SIZES]
    print("| groups | rounds | wall time, s | gap to the dual bound, % |\n|---|---|---|---|")
    for t in measured:
        print(f"| {t.groups:,} | {t.rounds} | {t.seconds:.1f} | {t.gap:.1f} |")
    if len(argv) > 1:
        Path(argv[1]).write_text(drawing(measured), encoding="utf-8")

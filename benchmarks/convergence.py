"""Draws how talks converge: `python -m benchmarks.convergence FILE.svg`, and prints the table.

Left the residual of the heat balance by round for 3, 30, 300 and 1,000 groups, right the wall
time by number of groups.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from math import ceil, log10
from pathlib import Path
from sys import argv

from benchmarks.negotiation import SIZES, Talks, talks

_COLOURS = ("#8c95a0", "#e0a100", "#2f78b7", "#2e9e6b")
_INK, _GRID, _FRAME = "#333333", "#e4e7ea", "#8c95a0"
_WIDTH, _HEIGHT, _LEFT, _TOP, _APART = 350, 230, 60, 44, 90
#: residual at which talks have settled, share of the load
_SETTLED = 1e-3


def drawing(found: Sequence[Talks]) -> str:
    """An SVG of both panels."""
    left = _LEFT + _WIDTH + _APART
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {left + _WIDTH + 24} 330" '
        'font-family="sans-serif" font-size="12">',
        '<rect width="100%" height="100%" fill="#ffffff"/>',
        *_residuals(found, _LEFT),
        *_seconds(found, left),
        "</svg>\n",
    ])  # fmt: skip


def _residuals(found: Sequence[Talks], left: float) -> Iterator[str]:
    most = 5 * ceil(max(t.rounds for t in found) / 5)
    error = _log(1e-4, 0.1, _HEIGHT)
    yield from _frame(left, "Residual of the heat balance, share of the load", "round")
    for value in (1e-4, 1e-3, 1e-2, 1e-1):
        yield _tick(left, _TOP + _HEIGHT - error(value), f"{value:g}")
    for k in range(0, most + 1, 5):
        yield _below(left + _WIDTH * k / most, str(k))
    settled = _TOP + _HEIGHT - error(_SETTLED)
    yield f'<path d="M{left} {settled:.1f}h{_WIDTH}" stroke="{_INK}" stroke-dasharray="4 3"/>'
    yield _text(left + 6, settled + 15, "settled below", _INK)
    for t, colour in zip(found, _COLOURS, strict=True):
        points = [
            (left + _WIDTH * (k + 1) / most, _TOP + _HEIGHT - error(max(r, 1e-4)))
            for k, r in enumerate(t.residuals)
        ]
        yield _line(points, colour)
        yield _dot(*points[-1], colour)
    for place, (t, colour) in enumerate(zip(found, _COLOURS, strict=True)):
        x, y = left + _WIDTH - 112, _TOP + 18 + 18 * place
        yield _line([(x, y - 4), (x + 18, y - 4)], colour)
        yield _text(x + 26, y, f"{t.groups:,} groups", _INK)


def _seconds(found: Sequence[Talks], left: float) -> Iterator[str]:
    seconds, groups = _log(1.0, 100.0, _HEIGHT), _log(1.0, 1e4, _WIDTH)
    yield from _frame(left, "Wall time of one day's talks, s", "groups")
    for value in (1, 10, 100):
        yield _tick(left, _TOP + _HEIGHT - seconds(value), f"{value:g}")
    for value in (1, 10, 100, 1000, 10_000):
        yield _below(left + groups(value), f"{value:,}")
    points = [(left + groups(t.groups), _TOP + _HEIGHT - seconds(t.seconds)) for t in found]
    yield _line(points, _INK)
    for (x, y), t, colour in zip(points, found, _COLOURS, strict=True):
        yield _dot(x, y, colour)
        yield _text(x + 6, y + 18, f"{t.seconds:.1f} s", _INK)
        yield _text(x + 6, y + 33, f"{t.rounds} rounds", _INK)


def _log(low: float, high: float, length: float) -> Callable[[float], float]:
    span = log10(high / low)
    return lambda value: length * log10(max(value, low) / low) / span


def _frame(left: float, above: str, below: str) -> Iterator[str]:
    yield (
        f'<rect x="{left}" y="{_TOP}" width="{_WIDTH}" height="{_HEIGHT}" fill="none" '
        f'stroke="{_FRAME}"/>'
    )
    yield _text(left, _TOP - 16, above, _INK, weight="bold")
    yield _text(left + _WIDTH / 2, _TOP + _HEIGHT + 40, below, _INK, "middle")


def _tick(left: float, y: float, words: str) -> str:
    line = f'<path d="M{left} {y:.1f}h{_WIDTH}" stroke="{_GRID}"/>'
    return line + _text(left - 8, y + 4, words, _INK, "end")


def _below(x: float, words: str) -> str:
    return _text(x, _TOP + _HEIGHT + 18, words, _INK, "middle")


def _text(
    x: float, y: float, words: str, colour: str, anchor: str = "start", weight: str = "normal"
) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" fill="{colour}" text-anchor="{anchor}" '
        f'font-weight="{weight}">{words}</text>'
    )


def _line(points: Sequence[tuple[float, float]], colour: str) -> str:
    told = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return f'<polyline points="{told}" fill="none" stroke="{colour}" stroke-width="2"/>'


def _dot(x: float, y: float, colour: str) -> str:
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{colour}" stroke="#ffffff"/>'


if __name__ == "__main__":
    measured = [talks(size) for size in SIZES]
    print("| groups | rounds | wall time, s | gap to the dual bound, % |\n|---|---|---|---|")
    for t in measured:
        print(f"| {t.groups:,} | {t.rounds} | {t.seconds:.1f} | {t.gap:.1f} |")
    if len(argv) > 1:
        Path(argv[1]).write_text(drawing(measured), encoding="utf-8")

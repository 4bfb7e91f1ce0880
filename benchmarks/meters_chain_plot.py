"""The curve of the chain of meters as SVG: seconds by stage, memory, by number of meters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

_W, _H, _LEFT, _TOP, _WIDE, _HIGH = 760, 360, 60, 40, 400, 260
_COLOURS = {
    "ingest": "#2f78b7", "quality": "#2e9e6b", "aggregate": "#e0a100", "forecast": "#b7472f",
    "plan": "#7a5cc0", "start": "#8c95a0",
}  # fmt: skip
_WORDS = {"start": "start of processes, messages"}


def picture(found: Sequence[dict[str, Any]]) -> str:
    """Stacked areas of seconds on the left, a line of GB on the right."""
    most = max(one["meters"] for one in found)
    seconds = _round_up(max(one["wall"] for one in found))
    memory = _round_up(max(one["gb"] for one in found))
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_W} {_H}" '
        'font-family="sans-serif" font-size="12">',
        f'<rect width="{_W}" height="{_H}" fill="white"/>',
        *_frame(_LEFT, _WIDE, seconds, most, "seconds for a day of data"),
        *_areas(found, seconds, most),
        *_frame(_LEFT + _WIDE + 70, 200, memory, most, "GB, all processes"),
    ]
    points = " ".join(
        f"{_LEFT + _WIDE + 70 + 200 * one['meters'] / most:.1f},"
        f"{_TOP + _HIGH * (1 - one['gb'] / memory):.1f}"
        for one in found
    )
    parts.append(f'<polyline points="{points}" fill="none" stroke="#2f78b7" stroke-width="2"/>')
    parts.append("</svg>\n")
    return "\n".join(parts)


def _frame(left: float, wide: float, top: float, most: int, title: str) -> list[str]:
    out = [
        f'<text x="{left}" y="{_TOP - 14}" font-weight="bold">{title}</text>',
        f'<rect x="{left}" y="{_TOP}" width="{wide}" height="{_HIGH}" fill="none" stroke="#888"/>',
    ]
    for i in range(5):
        y = _TOP + _HIGH * (1 - i / 4)
        out.append(f'<text x="{left - 6}" y="{y + 4:.1f}" text-anchor="end">{top * i / 4:g}</text>')
    for share in (1 / 3, 2 / 3, 1.0):
        x = left + wide * share
        y = _TOP + _HIGH + 18
        out.append(f'<text x="{x:.1f}" y="{y}" text-anchor="middle">{most * share:,.0f}</text>')
    y = _TOP + _HIGH + 36
    out.append(f'<text x="{left + wide / 2}" y="{y}" text-anchor="middle">meters</text>')
    return out


def _areas(found: Sequence[dict[str, Any]], top: float, most: int) -> list[str]:
    out: list[str] = []
    base = [0.0] * len(found)
    for number, (stage, colour) in enumerate(_COLOURS.items()):
        upper = [b + one["stages"][stage] for b, one in zip(base, found, strict=True)]
        xs = [_LEFT + _WIDE * one["meters"] / most for one in found]
        over = [(x, _TOP + _HIGH * (1 - v / top)) for x, v in zip(xs, upper, strict=True)]
        under = [(x, _TOP + _HIGH * (1 - v / top)) for x, v in zip(xs, base, strict=True)]
        points = " ".join(f"{x:.1f},{y:.1f}" for x, y in [*over, *reversed(under)])
        out.append(f'<polygon points="{points}" fill="{colour}"/>')
        y = _TOP + 14 + 18 * number
        out.append(f'<rect x="{_LEFT + 12}" y="{y - 9}" width="10" height="10" fill="{colour}"/>')
        out.append(f'<text x="{_LEFT + 28}" y="{y}">{_WORDS.get(stage, stage)}</text>')
        base = upper
    return out


def _round_up(value: float) -> float:
    """To 1, 2, 4 or 8 times a power of ten, or a fourth of it."""
    step = 1.0
    while step * 10 < value:
        step *= 10
    while step > value:
        step /= 10
    return next(step * k for k in (1, 2, 4, 6, 8, 10) if step * k >= value)

"""Rows of one signal, as many as are wanted, however long the time asked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from rami.core.frame import Frame
from rami.core.historian import Aggregation, StoreStats
from rami.core.signal import Rows, Signal
from rami.core.timegrid import NS, TimeGrid

_EVER = -(2**63)
#: first window that is looked at, and the longest: rows of a window are in memory at once
_FIRST, _LONGEST = 60 * NS, 8 * 86_400 * NS


class Past(Protocol):
    """What is asked of a historian's store; see `rami.core.historian.Store`."""

    def signals(self, pattern: str = "*") -> tuple[Signal, ...]:
        """Signals whose name fits a shell pattern."""

    def last(self, names: Sequence[str]) -> Rows:
        """The latest row of each signal that has any."""

    def rows(self, names: Sequence[str], start_ns: int, end_ns: int) -> Rows:
        """Rows in [start, end) by time."""

    def read(self, names: Sequence[str], grid: TimeGrid, how: Aggregation) -> Frame:
        """Signals on a grid."""

    def stats(self) -> StoreStats:
        """What it holds."""

    def close(self) -> None:
        """Let go of it."""


def forward(past: Past, name: str, start_ns: int, end_ns: int, most: int) -> Rows:
    """The first rows in [start, end)."""
    return _gathered(past, name, start_ns, end_ns, most, backward=False)


def backward(past: Past, name: str, start_ns: int, end_ns: int, most: int) -> Rows:
    """The last rows in [start, end), the latest first."""
    return _gathered(past, name, start_ns, end_ns, most, backward=True)


def _gathered(
    past: Past, name: str, start_ns: int, end_ns: int, most: int, *, backward: bool
) -> Rows:
    parts: list[Rows] = []
    low, high = max(start_ns, first_ns(past)), min(end_ns, last_ns(past, name) + 1)
    count, width = 0, _FIRST
    while low < high and count < most:
        if backward:
            here, low_, high_ = max(low, high - width), low, max(low, high - width)
            part = past.rows([name], here, high)
            part = part.where(np.arange(len(part))[::-1])
        else:
            here, low_, high_ = min(high, low + width), min(high, low + width), high
            part = past.rows([name], low, here)
        low, high = low_, high_
        if len(part):
            parts.append(part)
            count += len(part)
        if len(part) < most // 2 + 1:
            width = min(2 * width, _LONGEST)
    return _joined(name, parts, most)


def _joined(name: str, parts: list[Rows], most: int) -> Rows:
    if not parts:
        return Rows.none((name,))
    columns = ("times", "values", "status")
    times, values, status = (np.concatenate([getattr(p, c) for p in parts])[:most] for c in columns)
    return Rows.of_series(name, times, values, status)


def at_or_before(past: Past, name: str, ns: int) -> Rows:
    """The latest row up to an instant, or none."""
    return backward(past, name, _EVER, ns + 1, 1)


def at_or_after(past: Past, name: str, ns: int) -> Rows:
    """The first row from an instant on, or none."""
    return forward(past, name, ns, -_EVER, 1)


def first_ns(past: Past) -> int:
    """Of anything that is kept; 0 where nothing is."""
    return past.stats().first_ns or 0


def last_ns(past: Past, name: str) -> int:
    """Of the latest row of a signal; 0 where there is none."""
    last = past.last([name])
    return int(last.times[0]) if len(last) else 0

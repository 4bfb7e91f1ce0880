"""What a historian or a file would give, and the clock that a recording is played by."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from adapters.assets.replay.backend import ReplayBackend
from rami.core.points import Direction, Point, PointIndex
from rami.core.quality import Family, Reason, quality
from rami.core.signal import Rows, Signal
from rami.core.timegrid import NS, instant

T0 = instant("2023-05-02T08:00Z")
NOW = instant("2026-01-05T10:00Z")
MINUTE = 60 * NS
INPUTS = PointIndex([Point("hx.u", "share", Direction.ACTUATED, start=0.3)])
OUTPUTS = PointIndex(
    [Point("hx.T", "temperature"), Point("hx.P", "power"), Point("hx.E", "energy", cumulative=True)]
)
BAD = quality(Family.BAD, Reason.RANGE)
DOUBTFUL = quality(Family.UNCERTAIN, Reason.FILLED)


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> int:
        return self.now


class Kept:
    """Rows as a historian or a file would give them: {series: (quantity, [(minute, value, q)])}."""

    def __init__(
        self, series: Mapping[str, tuple[str, Sequence[tuple[float, float, int]]]]
    ) -> None:
        self._series = series
        self.asked: list[Any] = []

    def of_file(self, path: Path, form: Mapping[str, Any]) -> tuple[tuple[Signal, ...], Rows]:
        self.asked.append((path.name, form))
        return self._rows(self._series)

    def of_history(
        self, run: str, names: Sequence[str], start_ns: int, end_ns: int
    ) -> tuple[tuple[Signal, ...], Rows]:
        self.asked.append((run, tuple(names)))
        return self._rows({n: s for n, s in self._series.items() if n in names})

    @staticmethod
    def _rows(series: Mapping[str, Any]) -> tuple[tuple[Signal, ...], Rows]:
        names = tuple(series)
        rows = [(p, *r) for p, n in enumerate(names) for r in series[n][1]]
        return tuple(Signal(n, series[n][0]) for n in names), Rows(
            names,
            np.array([r[0] for r in rows], np.int32),
            np.array([T0 + round(r[1] * MINUTE) for r in rows], np.int64),
            np.array([r[2] for r in rows], np.float64),
            np.array([r[3] for r in rows], np.uint32),
        )


PLAIN = {
    "hx.T": ("temperature", [(0, 50.0, 0), (1, 51.0, 0), (2, 52.0, 0), (3, 53.0, 0)]),
    "hx.P": ("power", [(0, 10.0, 0), (1, 20.0, 0), (2, 30.0, DOUBTFUL), (3, 40.0, BAD)]),
    "hx.E": ("energy", [(0, 100.0, 0), (1, 101.0, 0), (2, 102.0, 0), (3, 103.0, 0)]),
}
Opened = Callable[..., ReplayBackend]

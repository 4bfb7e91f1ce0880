"""Shares of good, uncertain and bad values of twins' points, step by step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from rami.core.quality import Qualities as Marks
from rami.core.quality import is_bad, is_good


class Qualities:
    """Counts marks of points by twin; `shares` begins anew each time."""

    def __init__(self, points: Mapping[str, Sequence[str]]) -> None:
        self._points, self._steps = dict(points), 0
        self._counts = {t: np.zeros((len(n), 2)) for t, n in self._points.items()}

    def look(self, marks: Mapping[str, Marks]) -> None:
        """After a step."""
        self._steps += 1
        for twin, counts in self._counts.items():
            counts[:, 0] += is_good(marks[twin])
            counts[:, 1] += is_bad(marks[twin])

    def shares(self) -> dict[str, dict[str, float]]:
        """By point; empty before the first step."""
        found = {}
        for twin, names in self._points.items() if self._steps else ():
            counts = self._counts[twin] / self._steps
            for name, (good, bad) in zip(names, counts.tolist(), strict=True):
                found[f"{twin}.{name}"] = {"good": good, "uncertain": 1 - good - bad, "bad": bad}
            self._counts[twin][:] = 0.0
        self._steps = 0
        return found

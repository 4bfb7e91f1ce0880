"""The last steps of an estimator: what the gate judges."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]


@dataclass(frozen=True)
class Step:
    """One step of `seconds`: measured, measured less the model's output at the estimate, and less
    that of the model left alone; the innovation squared, its count, and whether it was too high."""

    seconds: float
    measured: Vector
    at_estimate: Vector
    alone: Vector
    nis: float
    count: int
    too_high: bool


class Window:
    """Steps of at most the last `length` seconds."""

    def __init__(self, length: float, points: int) -> None:
        self.length, self._points = length, points
        self._steps: deque[Step] = deque()
        self.seconds = 0.0

    def add(self, step: Step) -> None:
        """Append a step and forget those that are too old."""
        self._steps.append(step)
        self.seconds += step.seconds
        while self.seconds - self._steps[0].seconds >= self.length:
            self.seconds -= self._steps.popleft().seconds

    def clear(self) -> None:
        """Begin anew."""
        self._steps.clear()
        self.seconds = 0.0

    def __len__(self) -> int:
        return len(self._steps)

    def column(self, name: str) -> Matrix:
        """One of the vectors of all steps, shape (steps, points)."""
        rows = [getattr(step, name) for step in self._steps]
        return np.array(rows, np.float64).reshape(len(rows), self._points)

    @property
    def lengths(self) -> Vector:
        """Seconds of all steps."""
        return np.array([step.seconds for step in self._steps])

    @property
    def told(self) -> tuple[int, int]:
        """Steps with measurements, and those whose innovation was too high."""
        counted = [step for step in self._steps if step.count]
        return len(counted), sum(step.too_high for step in counted)

    def table(self) -> Matrix:
        """All of it as one table."""
        rows = [
            np.concatenate(
                [[s.seconds, s.nis, s.count, s.too_high], s.measured, s.at_estimate, s.alone]
            )
            for s in self._steps
        ]
        return np.array(rows, np.float64).reshape(len(rows), 4 + 3 * self._points)

    def fill(self, table: Matrix) -> None:
        """Go back to what `table` gave."""
        self.clear()
        n = self._points
        for row in table:
            one, two, three = row[4 : 4 + n], row[4 + n : 4 + 2 * n], row[4 + 2 * n :]
            self.add(Step(row[0], one, two, three, row[1], int(row[2]), bool(row[3])))

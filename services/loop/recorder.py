"""What a closed-loop run keeps: interval means, meter registers, and minute samples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from rami.asset.capability import STORED, Vector
from rami.core.frame import Frame
from rami.core.points import PointIndex
from rami.core.quality import Reason, good
from rami.core.timegrid import TimeGrid

Table = NDArray[np.float64]


class TwinRecorder:
    """Records one twin on a grid of intervals, each sampled `samples` times.

    Registers, and the stored energy of the twin's balance, are read at the intervals' ends.

    `watched` names points that are kept at every sample.
    """

    def __init__(
        self, twin: str, grid: TimeGrid, samples: int, outputs: PointIndex, watched: Sequence[str]
    ) -> None:
        self.twin, self.grid, self.samples, self.outputs = twin, grid, samples, outputs
        self.watched = tuple(watched)
        self._register = np.flatnonzero([p.cumulative or p.name == STORED for p in outputs.points])
        self._watched = outputs.places(self.watched)
        self._sum = np.zeros(len(outputs))
        self.means: Table = np.full((grid.count, len(outputs)), np.nan)
        self.registers: Table = np.full((grid.count + 1, len(self._register)), np.nan)
        self.watch: Table = np.full((grid.count * samples, len(self.watched)), np.nan)

    def start(self, outputs: Vector) -> None:
        """Registers at the start of the run."""
        self.registers[0] = outputs[self._register]

    def begun(self) -> list[tuple[int, float]]:
        """Places of the registers in `outputs`, and what each showed when the run began."""
        return list(zip(self._register.tolist(), self.registers[0].tolist(), strict=True))

    def sample(self, number: int, outputs: Vector) -> None:
        """Sample `number` (counted from 0) of the run, at the end of its exchange step."""
        self._sum += outputs
        self.watch[number] = outputs[self._watched]
        if (number + 1) % self.samples == 0:
            interval = number // self.samples
            np.divide(self._sum, self.samples, out=self.means[interval])
            self.registers[interval + 1] = outputs[self._register]
            self._sum[:] = 0.0

    def save(self) -> bytes:
        """The sums of the interval that is not over yet."""
        return self._sum.tobytes()

    def restore(self, state: bytes) -> None:
        """Go back to a saved state; its rows are given to `refill`."""
        self._sum[:] = np.frombuffer(state)

    def rows(self, first: int, last: int, samples: int) -> dict[str, Table]:
        """What intervals `first` to `last` recorded, with watched samples up to `samples`.

        Registers at both ends of each interval.
        """
        return {
            "means": self.means[first:last],
            "registers": self.registers[first : last + 1],
            "watch": self.watch[first * self.samples : samples],
        }

    def refill(self, first: int, rows: Mapping[str, Table]) -> None:
        """Put rows back that `rows` gave from interval `first` on."""
        for name, at in (("means", first), ("registers", first), ("watch", first * self.samples)):
            table: Table = getattr(self, name)
            table[at : at + len(rows[name])] = rows[name]

    def _names(self, places: NDArray[np.intp]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        chosen = [self.outputs.points[i] for i in places]
        return tuple(f"{self.twin}.{p.name}" for p in chosen), tuple(p.unit for p in chosen)

    def mean_frame(self) -> Frame:
        """Interval means of every point that is no register, by site path."""
        places = np.setdiff1d(np.arange(len(self.outputs)), self._register)
        names, units = self._names(places)
        table = self.means[:, places]
        return Frame(self.grid, names, units, table, good(table.shape, Reason.SIMULATED))

    def meter_frame(self) -> Frame:
        """Metered energy per interval (differences of the registers), kWh, by site path."""
        names, units = self._names(self._register)
        table = np.diff(self.registers, axis=0)
        return Frame(self.grid, names, units, table, good(table.shape, Reason.SIMULATED))

    def watch_frame(self) -> Frame:
        """Samples of the watched points, by site path."""
        names, units = self._names(self._watched)
        grid = self.grid.with_step(self.grid.step_s / self.samples)
        return Frame(grid, names, units, self.watch, good(self.watch.shape, Reason.SIMULATED))


def join(frames: Mapping[str, Frame]) -> Frame:
    """The twins' frames side by side, in the order given."""
    first, *others = frames.values()
    return first.joined(others)

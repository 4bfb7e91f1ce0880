"""Model and plant side by side: how far apart they were over a window."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from rami.asset.live import Vector
from rami.core.points import PointIndex
from rami.core.snapshot import Snapshot, array_bytes
from rami.core.timegrid import NS
from rami.integration.gates import Verdict
from rami.integration.tolerance import Tolerance, judged, written
from services.loop.cosimulation import PlantBackend
from services.runtime.plant_side import PlantSide

_KIND, _VERSION = "comparison", 1


class Comparison:
    """Root mean square of plant less model by point over windows, against declared fidelity.

    A point counts where it was known in at least half of the window.
    """

    def __init__(
        self,
        twin: str,
        outputs: PointIndex,
        fidelity: tuple[Tolerance, ...],
        window_s: float,
        clock: Callable[[], int],
    ) -> None:
        """`fidelity` holds for `judged(outputs.points)`, in that order."""
        self._twin, self._clock, self._window_s = twin, clock, window_s
        self._points = judged(outputs.points)
        self._places = outputs.places([p.name for p in self._points])
        self._amount = np.array([t.amount for t in fidelity])
        self._share = np.array([t.share for t in fidelity])
        self.verdict = Verdict()
        self._last = np.full(len(self._points), np.nan)
        self.restart()

    def restart(self) -> None:
        """Begin a window anew."""
        self._square, self._known, self._level = np.zeros((3, len(self._points)))
        self._seconds = 0.0

    def step(self, inputs: Vector, plant: PlantSide, told: Vector, seconds: float) -> None:
        """One step of both."""
        shown = plant.values[self._places]
        np.subtract(shown, told[self._places], out=self._last)
        known = np.isfinite(self._last)
        self._square[known] += self._last[known] ** 2 * seconds
        self._level[known] += np.abs(shown[known]) * seconds
        self._known[known] += seconds
        self._seconds += seconds
        if self._seconds >= self._window_s:
            self._judge()
            self.restart()

    def _judge(self) -> None:
        counts = self._known >= 0.5 * self._seconds
        known = np.where(counts, self._known, np.nan)
        rms, level = np.sqrt(self._square / known), self._level / known
        allowed = np.maximum(self._amount, self._share * level)
        reasons = []
        for place in np.flatnonzero(counts & (rms > allowed)):
            point = self._points[place]
            reasons.append(
                f"{self._twin}.{point.name} by {written(float(rms[place]), point.quantity)} over "
                f"{self._seconds / 60.0:.0f} min, "
                f"declared {written(float(allowed[place]), point.quantity)}"
            )
        self.verdict = Verdict(self._clock(), tuple(reasons))

    def model_trouble(self) -> str:
        """The model runs on the plant's inputs; it stands where they have brought it."""
        return ""

    def settle(self, model: PlantBackend) -> None:
        """Leave the model where it is."""

    def residuals(self) -> dict[str, float]:
        """Plant less model in the last step, where both are known."""
        known = np.flatnonzero(np.isfinite(self._last))
        return {self._points[i].name: float(self._last[i]) for i in known}

    def found(self) -> tuple[str, ...]:
        """None."""
        return ()

    def save(self) -> bytes:
        """The window so far and the last verdict."""
        table = np.array([self._square, self._known, self._level, self._last])
        plain = {
            "seconds": self._seconds,
            "at_ns": self.verdict.at_ns,
            "reasons": self.verdict.reasons,
            "window_ns": round(self._window_s * NS),
        }
        return Snapshot(_KIND, _VERSION, plain, {"table": array_bytes(table)}).to_bytes()

    def restore(self, state: bytes) -> None:
        """Go back; DataError."""
        saved = Snapshot.from_bytes(state, _KIND, _VERSION)
        self._square, self._known, self._level, self._last = saved.array("table")
        self._seconds = float(saved.plain["seconds"])
        self.verdict = Verdict(int(saved.plain["at_ns"]), tuple(saved.plain["reasons"]))

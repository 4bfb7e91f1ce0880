"""The model beside the plant: residuals by point, judged by window against declared fidelity."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from rami.asset.capability import Steppable, Vector
from rami.asset.live import Observation
from rami.core.errors import DataError
from rami.core.points import Point, PointIndex
from rami.core.quality import Family, Qualities, Reason, is_bad, quality, worst
from rami.core.signal import Rows, Signal
from rami.core.snapshot import Snapshot, array_bytes
from rami.core.timegrid import NS
from rami.integration.fidelity_settings import Fidelity
from rami.integration.gates import Verdict
from rami.integration.shadow.inputs import HeldInputs
from rami.integration.shadow.window import ResidualWindow, Windowed
from rami.integration.tolerance import judged, tolerances_of, written_at

_KIND, _VERSION = "shadow", 1
#: share of the tolerance below which a point is within fidelity again
_BACK = 0.8
_UNJUDGED = np.uint32(quality(Family.BAD, Reason.MISSING))
_OLD = np.uint32(quality(Family.BAD, Reason.STALE))


@dataclass(frozen=True)
class Passed:
    """A point left its fidelity (`out`) or came back, over the window that ended at `ns`; root
    mean square and mean of plant less model, and what is declared, in the point's unit."""

    ns: int
    point: Point
    out: bool
    rms: float
    mean: float
    allowed: float

    def __str__(self) -> str:
        """In words."""
        rms = written_at(self.rms, self.point)
        allowed = written_at(self.allowed, self.point)
        if self.out:
            return f"{self.point.name} is {rms} off its model, declared {allowed}"
        return f"{self.point.name} is within {allowed} of its model again ({rms})"


class Shadow:
    """Compares a plant (points `seen`) with a model (points `outputs`) of one twin.

    Residuals are plant less model. A point is judged where the plant tells it, not Bad, not
    older than `stale_s`, and while no input of the model has been unknown for longer than it is
    held, nor within a window after that: the model is elsewhere then. Registers are not judged.
    `on_passed` is told of points that leave their fidelity, and of those that come back.
    """

    def __init__(
        self,
        twin: str,
        outputs: PointIndex,
        seen: PointIndex,
        settings: Fidelity | None = None,
        on_passed: Callable[[Passed], None] = lambda passed: None,
        stale_s: float = 60.0,
    ) -> None:
        settings = settings or Fidelity()
        self.twin, self._on_passed = twin, on_passed
        self.compared = PointIndex(judged(p for p in outputs.points if p.name in seen))
        names = self.compared.names
        self._from, self._told = seen.places(names), outputs.places(names)
        tolerances = tolerances_of(self.compared.points, settings).fidelity
        self._amount = np.array([t.amount for t in tolerances])
        self._share = np.array([t.share for t in tolerances])
        self._window_s, self._stale_ns = settings.window, round(stale_s * NS)
        self.signals = tuple(
            Signal(f"{twin}.{p.name}", p.quantity).derived("residual") for p in self.compared.points
        )
        self._names = tuple(s.name for s in self.signals)
        count = len(names)
        self.residual, self.quality = np.full(count, np.nan), np.full(count, _UNJUDGED, np.uint32)
        self.out = np.zeros(count, np.bool_)
        self.verdict = Verdict()
        self.last: Windowed | None = None
        self._window = ResidualWindow(count)
        self._ns, self._poisoned_s = 0, 0.0

    def step(
        self,
        model: Steppable,
        inputs: HeldInputs,
        seen: Observation,
        read_back: Observation,
        now_ns: int,
        seconds: float,
    ) -> Vector:
        """Step the model on the plant's inputs for the `seconds` that end now, and compare; what
        the model tells. Raises ModelError."""
        told = model.step(inputs.take(now_ns, seen, read_back), seconds)
        self.compare(told, seen, now_ns, seconds, unknown=bool(inputs.unknown.any()))
        return told

    def compare(
        self,
        told: Vector,
        seen: Observation,
        now_ns: int,
        seconds: float,
        unknown: bool = False,
    ) -> None:
        """A model that was stepped elsewhere; `unknown`: some of its inputs were not known."""
        self._ns = now_ns
        marks: Qualities = seen.quality[self._from]
        shown = seen.values[self._from]
        old = now_ns - seen.times_ns[self._from] > self._stale_ns
        self._poisoned_s = self._window_s if unknown else max(self._poisoned_s - seconds, 0.0)
        usable = np.isfinite(shown) & ~is_bad(marks) & ~old
        if unknown or self._poisoned_s > 0.0:
            usable[:] = False
        self.residual = np.where(usable, shown - told[self._told], np.nan)
        why = np.where(old, _OLD, _UNJUDGED).astype(np.uint32)
        self.quality = np.where(usable, marks, worst(marks, why)).astype(np.uint32)
        self._window.add(self.residual, shown, seconds)
        if self._window.seconds >= self._window_s - 1e-9:
            self._judge(self._window.close())

    def restart(self) -> None:
        """The model was set anew, or the plant was away: begin a window anew."""
        self._window.clear()
        self._poisoned_s = 0.0

    def residuals(self) -> dict[str, float]:
        """Plant less model after the last step, by point, where judged."""
        known = np.flatnonzero(np.isfinite(self.residual))
        return {self.compared.names[i]: float(self.residual[i]) for i in known}

    def rows(self) -> Rows:
        """The last step for the historian: `<twin>.<point>@residual`."""
        return Rows.at(self._names, self._ns, self.residual, self.quality)

    def window_rows(self) -> Rows:
        """Means of the last whole window for the historian, at its end."""
        if self.last is None:
            return Rows.none(self._names)
        known = np.isfinite(self.last.mean)
        marks = np.where(known, 0, _UNJUDGED).astype(np.uint32)
        return Rows.at(self._names, self.verdict.at_ns, self.last.mean, marks)

    def _judge(self, window: Windowed) -> None:
        self.last = window
        allowed = np.maximum(self._amount, self._share * window.level)
        was = self.out.copy()
        with np.errstate(invalid="ignore"):
            self.out |= window.rms > allowed
            self.out &= ~(window.rms < _BACK * allowed)
        reasons = []
        for i in np.flatnonzero(self.out | was):
            point = self.compared.points[i]
            passed = Passed(
                self._ns,
                point,
                bool(self.out[i]),
                float(window.rms[i]),
                float(window.mean[i]),
                float(allowed[i]),
            )
            if was[i] != self.out[i]:
                self._on_passed(passed)
            if self.out[i] and np.isfinite(window.rms[i]):
                reasons.append(f"{self.twin}.{passed}")
        if np.isfinite(window.rms).any():
            self.verdict = Verdict(self._ns, tuple(reasons))

    def save(self) -> bytes:
        """The whole state; restored, the same observations give the same future."""
        last = self.last
        plain = {
            "points": self.compared.names,
            "ns": self._ns,
            "seconds": self._window.seconds,
            "poisoned_s": self._poisoned_s,
            "at_ns": self.verdict.at_ns,
            "reasons": self.verdict.reasons,
            "last_s": None if last is None else last.seconds,
        }
        parts = {
            "residual": self.residual,
            "quality": self.quality,
            "out": self.out,
            "sums": self._window.sums,
        }
        if last is not None:
            parts["last"] = np.array([last.mean, last.rms, last.level])
        arrays = {name: array_bytes(part) for name, part in parts.items()}
        return Snapshot(_KIND, _VERSION, plain, arrays).to_bytes()

    def restore(self, state: bytes) -> None:
        """Go back to a saved state; DataError when it is damaged or of other points."""
        saved = Snapshot.from_bytes(state, _KIND, _VERSION)
        plain = saved.plain
        if plain["points"] != list(self.compared.names):
            raise DataError(f"{self.twin}: the saved shadow compares other points")
        self.residual, self.quality = saved.array("residual").copy(), saved.array("quality").copy()
        self.out = saved.array("out").copy()
        self._window.sums = saved.array("sums").copy()
        self._window.seconds = float(plain["seconds"])
        self._ns, self._poisoned_s = int(plain["ns"]), float(plain["poisoned_s"])
        self.verdict = Verdict(int(plain["at_ns"]), tuple(plain["reasons"]))
        if plain["last_s"] is not None:
            mean, rms, level = saved.array("last").copy()
            self.last = Windowed(mean, rms, level, float(plain["last_s"]))

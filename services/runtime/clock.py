"""How a run keeps time: as fast as it goes, at a multiple of the wall clock, or with it."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from rami.core.timegrid import NS

#: steps whose lateness is kept for percentiles
_KEPT = 8640


@dataclass
class Lateness:
    """Steps that ended after their time; a step is `late` beyond a tenth of its length, and
    `missed` beyond all of it. Seconds of the wall clock."""

    steps: int = 0
    late: int = 0
    missed: int = 0
    most_s: float = 0.0
    latest: deque[float] = field(default_factory=lambda: deque(maxlen=_KEPT))

    def note(self, late_s: float, length_s: float) -> None:
        """One step of that length on the wall clock."""
        self.steps += 1
        self.late += late_s > 0.1 * length_s
        self.missed += late_s > length_s
        self.most_s = max(self.most_s, late_s)
        self.latest.append(late_s)

    def p99_s(self) -> float:
        """99th percentile of the latest steps."""
        return float(np.percentile(list(self.latest), 99)) if self.latest else 0.0


class RunClock(Protocol):
    """The loop's time, UTC ns. `kind` is simulated, scaled or real."""

    kind: str
    speed: float
    lateness: Lateness

    def __call__(self) -> int:
        """Now."""

    def begin(self, ns: int) -> None:
        """The run is at `ns` now."""

    def until(self, ns: int) -> float:
        """Let the time come; returns how late that was, in seconds of the wall clock."""

    def behind(self, ns: int) -> bool:
        """Whether a step that begins at `ns` is one of those that are only made up for."""


class SimulatedClock:
    """Passes when told; never waits."""

    kind, speed = "simulated", 0.0

    def __init__(self, start_ns: int) -> None:
        self._now = start_ns
        self.lateness = Lateness()

    def __call__(self) -> int:
        """Now."""
        return self._now

    def begin(self, ns: int) -> None:
        """The run is at `ns` now."""
        self._now = ns

    def until(self, ns: int) -> float:
        """At once."""
        self._now = ns
        self.lateness.steps += 1
        return 0.0

    def behind(self, ns: int) -> bool:
        """Never."""
        return False


class PacedClock:
    """The site's time at `speed` times the wall clock's pace, from where the run begins.

    A step that is late is not made up for by shorter ones after it beyond its own length: what
    is missed is let go, and the run's time stands still for it (`scaled`). With `real` the
    run's time is the wall clock's, whatever is missed; where that is set back, time goes on
    slower by a tenth until the wall has caught up.
    """

    def __init__(self, start_ns: int, speed: float = 1.0, *, real: bool = False) -> None:
        self.kind, self.speed = ("real", 1.0) if real else ("scaled", speed)
        self.lateness = Lateness()
        self._real = real
        #: how to wait; may be replaced by something that looks up meanwhile
        self.wait: Callable[[float], None] = time.sleep
        self._at = start_ns
        self._ahead_ns = 0
        self._wall_ns, self._beat_ns = time.time_ns(), time.monotonic_ns()
        self.begin(start_ns)

    def __call__(self) -> int:
        """Now; never runs back, and (`scaled`) never further than a step beyond what is due: a
        process that was held up finds its plants where it left them."""
        if self._real:
            now = self._wall()
        else:
            now = self._start + round((time.monotonic_ns() - self._begun) * self.speed)
            now = min(now, self._due + self._step_ns)
        self._at = max(self._at, now)
        return self._at

    def begin(self, ns: int) -> None:
        """The run is at `ns` now."""
        self._start, self._begun = ns, time.monotonic_ns()
        self._at = self._due = ns
        self._step_ns = NS

    def until(self, ns: int) -> float:
        """Wait for it."""
        self._step_ns = max(ns - self._due, 1)
        step_s = self._step_ns / NS / self.speed
        self._due = ns
        left_s = (ns - self()) / NS / self.speed
        if left_s > 0.0:
            self.wait(left_s)
        late_s = self._late_s(ns)
        self.lateness.note(late_s, step_s)
        if not self._real and late_s > step_s:
            self._start, self._begun = self(), time.monotonic_ns()
        return late_s

    def behind(self, ns: int) -> bool:
        """With `real` after a loss of more than a step; else nothing is made up for."""
        return self._real and self() - ns > self._step_ns

    def _wall(self) -> int:
        """The wall clock, and what is left of that by which it was set back."""
        wall, beat = time.time_ns(), time.monotonic_ns()
        passed = beat - self._beat_ns
        ahead = self._ahead_ns - passed // 10
        back = self._wall_ns + passed - wall
        if abs(back) > NS:
            ahead += back
        self._ahead_ns = max(ahead, 0)
        self._wall_ns, self._beat_ns = wall, beat
        return wall + self._ahead_ns

    def _late_s(self, ns: int) -> float:
        if self._real:
            return max((self() - ns) / NS, 0.0)
        run_s = (time.monotonic_ns() - self._begun) / NS
        return max(run_s - (ns - self._start) / NS / self.speed, 0.0)

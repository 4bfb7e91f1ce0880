"""When a run ends that is to stop: after its exchange step, or in its midst where that lasts."""

from __future__ import annotations

#: a step that lasts longer on the wall clock is not waited for, s
_PATIENCE_S = 1.0


class BrokenOff(Exception):
    """The present exchange step is left in its midst; the last checkpoint stands."""


class Stopping:
    """Whether a run is to stop, and `why`; empty while it is not. `step_s` is the length of an
    exchange step on the wall clock, 0 where nothing is waited for."""

    def __init__(self, step_s: float) -> None:
        self.why = ""
        self._lasts = step_s > _PATIENCE_S

    def stop(self, why: str) -> None:
        """End the run; the first reason counts. From any thread, and from a signal."""
        self.why = self.why or why

    def look(self) -> None:
        """Raises BrokenOff where the rest of the step is not waited for."""
        if self.why and self._lasts:
            raise BrokenOff

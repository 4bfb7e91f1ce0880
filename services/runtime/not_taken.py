"""Commands that a plant does not take, told as a condition."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rami.asset.live import Taken
from rami.core.event import EventKind, Severity
from rami.core.timegrid import NS
from rami.integration.guard_step import Stepped
from services.runtime.beside import Happened

#: it is over once nothing failed for so long, and something was taken
_OVER_NS = 60 * NS


class NotTaken:
    """Looks at what became of a guard's writes in `control`.

    What a lost link took away is not told: that is an alarm of its own.
    """

    def __init__(self, twin: str, clock: Callable[[], int], happened: Happened) -> None:
        self._twin, self._clock, self._happened = twin, clock, happened
        self._active, self._failed_ns = False, 0

    def look(self, stepped: Stepped, names: Sequence[str]) -> None:
        """After a cycle; `names` of the guard's inputs."""
        now = self._clock()
        failed = [answer for answer in stepped.failed if answer.taken is not Taken.LOST]
        if failed:
            self._failed_ns = now
            if not self._active:
                first, more = failed[0], len(failed) - 1
                others = f" nor {more} more" if more else ""
                why = first.why or first.taken.value
                what = f"the plant does not take {names[first.place]}{others}: {why}"
                self._tell(what, active=True)
        elif self._active and stepped.written.any() and now - self._failed_ns >= _OVER_NS:
            self._tell("the plant takes commands again", active=False)

    def over(self) -> None:
        """The mode changes: what it did not take counts no more."""
        if self._active:
            self._tell("the mode has changed", active=False)

    def _tell(self, text: str, *, active: bool) -> None:
        self._active = active
        severity = Severity.ALARM if active else Severity.NOTE
        self._happened(
            EventKind.GUARD, self._twin, severity, text, condition="not taken", active=active
        )

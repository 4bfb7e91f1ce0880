"""Steps that are missed, told once as a condition and not one by one."""

from __future__ import annotations

from rami.core.event import EventKind, Severity
from services.runtime.beside import Happened
from services.runtime.clock import Lateness

#: steps in a row, none of them missed, after which the loop keeps time again
CALM = 60


class LateWatch:
    """Looks at a clock's lateness after every step."""

    def __init__(self, lateness: Lateness, happened: Happened) -> None:
        self._lateness, self._happened = lateness, happened
        self._seen = self._first = 0
        self._calm_since: int | None = None

    def look(self) -> None:
        """Tell of the first missed step, and when there are none any more."""
        late = self._lateness
        if late.missed > self._seen:
            if self._calm_since is None:
                self._first = self._seen
                self._tell(
                    Severity.WARNING, f"the loop is late: a step ended {late.latest[-1]:.3g} s "
                    "after its time", active=True,
                )  # fmt: skip
            self._seen, self._calm_since = late.missed, late.steps
        elif self._calm_since is not None and late.steps - self._calm_since >= CALM:
            self._calm_since = None
            missed = late.missed - self._first
            self._tell(
                Severity.NOTE, f"the loop keeps time again; steps missed: {missed}", active=False
            )

    def _tell(self, severity: Severity, text: str, *, active: bool) -> None:
        late = self._lateness
        self._happened(
            EventKind.LATE, "", severity, text, condition="late", active=active,
            missed=late.missed, late_most_s=late.most_s,
        )  # fmt: skip

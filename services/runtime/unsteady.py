"""A link that comes and goes too fast to count as lost, told once as a condition."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from rami.asset.live import Link
from rami.core.event import EventKind, Severity
from rami.core.timegrid import NS
from services.runtime.beside import Happened

#: so many losses within the time make it unsteady; without one for the time it is steady again
_LOSSES, _WITHIN_NS = 3, 300 * NS


class Unsteady:
    """Looks at a link after every step."""

    def __init__(self, twin: str, clock: Callable[[], int], happened: Happened) -> None:
        self._twin, self._clock, self._happened = twin, clock, happened
        self._seen: int | None = None
        self._at: deque[int] = deque(maxlen=_LOSSES)
        self._since = 0
        self._active = False

    def look(self, link: Link) -> None:
        """Count losses; several between two looks count each."""
        now, before = self._clock(), self._seen
        self._seen = link.losses
        new = 0 if before is None else max(link.losses - before, 0)
        self._since += new
        self._at.extend([now] * min(new, _LOSSES))
        recent = bool(self._at) and now - self._at[-1] < _WITHIN_NS
        often = len(self._at) == _LOSSES and now - self._at[0] < _WITHIN_NS
        if often and not self._active:
            self._active = True
            self._tell(
                Severity.WARNING, f"the link comes and goes: {_LOSSES} losses within "
                f"{_WITHIN_NS // NS // 60} min", active=True,
            )  # fmt: skip
        elif self._active and not recent:
            self._active = False
            text = f"the link is steady again after {self._since} losses"
            self._tell(Severity.NOTE, text, active=False)
        if not recent:
            self._at.clear()
            self._since = 0

    def _tell(self, severity: Severity, text: str, *, active: bool) -> None:
        self._happened(
            EventKind.LINK, self._twin, severity, text, condition="unsteady", active=active,
            losses=self._since,
        )  # fmt: skip

"""Requests that are refused before the loop sees them, each with its row of the audit."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from rami.communication.live_site import Request
from rami.core.audit import Audit, AuditEntry
from rami.core.timegrid import NS
from rami.integration.ledger import Ledger

#: equal ones within this time become one row
_REPEATS_NS = 60 * NS
#: between two steps; of more only how many is kept
_MOST = 256
_KEPT = 200
#: arguments that name what a request is about
_ABOUT = ("point", "twin", "source")


class RefusedRequests:
    """`take` from any thread, `record` in the loop between two steps."""

    def __init__(self, site: str, audit: Audit, clock: Callable[[], int]) -> None:
        self._clock, self._left_out = clock, 0
        self._ledger = Ledger(site, audit, _REPEATS_NS, lambda _: None)
        self._new: deque[AuditEntry] = deque()

    def take(self, request: Request, why: tuple[str, ...]) -> None:
        """One more, and why it was refused."""
        if len(self._new) >= _MOST:
            self._left_out += 1
            return
        about = next((request.arguments[n] for n in _ABOUT if n in request.arguments), "")
        what = f"{request.verb.value} {about}".strip() if isinstance(about, str) else request.verb
        wanted = request.arguments.get("value")
        number = isinstance(wanted, int | float) and abs(wanted) < 1e300
        self._new.append(
            AuditEntry(
                self._clock(), _printable(str(request.who)), _printable(str(what)), None,
                float(wanted) if number and wanted is not None else None, None,
                _printable("; ".join(why)), "refused",
            )
        )  # fmt: skip

    def record(self, *, all_: bool = False) -> None:
        """Put them into the audit, as far as it can be written; what cannot be waits."""
        ledger, now = self._ledger, self._clock()
        left_out, self._left_out = self._left_out, 0
        while self._new:
            entry = self._new.popleft()
            ledger.repeats.add((entry.who, entry.what, entry.why), entry)
        if left_out:
            why = "more requests with wrong arguments than are kept apart"
            more = AuditEntry(now, "", ledger.twin, None, None, None, why, "refused", left_out)
            ledger.repeats.add(("left out",), more)
        ledger.record(ledger.batch(now, [], all_=all_), now)


def _printable(text: str) -> str:
    short = text[:_KEPT]
    return "".join(c if c.isprintable() else "?" for c in short)

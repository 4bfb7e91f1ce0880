"""The guard's side of the audit: what is recorded before anything is written, and what when the
audit fails."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass

from rami.core.audit import Audit, AuditEntry
from rami.core.errors import RunError
from rami.integration.refusal import Refusal
from rami.integration.repeats import Repeats

#: in whose name the guard itself acts
GUARD = "guard"
#: characters of a name or reason from outside that are kept
_KEPT = 200


@dataclass(frozen=True)
class Batch:
    """Entries of one step in order, and which of them stand for repeated ones."""

    entries: tuple[AuditEntry, ...]
    repeated: list[tuple[Hashable, AuditEntry]]


class Ledger:
    """Collects entries of one twin; `refused` counts requests, or inputs of them, refused so far.

    `trouble` says why the audit cannot be written, empty while it can; it is told once.
    """

    def __init__(
        self, twin: str, audit: Audit, repeats_ns: int, tell: Callable[[str], None]
    ) -> None:
        self.twin = twin
        self.refused = 0
        self.trouble = ""
        self.repeats = Repeats(repeats_ns)
        self._audit = audit
        self._tell = tell
        self._unrecorded = 0
        self._since = 0

    def refuse(self, now: int, who: str, name: str, wanted: float | None, why: Refusal) -> Refusal:
        """One refusal; `name` is the input's, or empty for a request as a whole."""
        self.refused += 1
        self.repeat((who, name, why.reason), now, who, self.what(name), wanted, str(why), "refused")
        return why

    def repeat(
        self, key: Hashable, now: int, who: str, what: str, wanted: float | None, why: str,
        outcome: str, new: float | None = None, old: float | None = None,
    ) -> None:  # fmt: skip
        """An entry that may come again and again."""
        entry = AuditEntry(now, who[:_KEPT], what[:_KEPT], old, wanted, new, why[:_KEPT], outcome)
        self.repeats.add((key, outcome), entry)

    def what(self, name: str) -> str:
        """Site path of an input, or of the twin."""
        return f"{self.twin}.{name}" if name else self.twin

    def batch(self, now: int, acts: list[AuditEntry], *, all_: bool = False) -> Batch:
        """What is to be recorded now: what waited, then `acts`. While there is trouble always
        something: that the audit can be written again is found by writing it."""
        repeated = self.repeats.due(now, all_=all_)
        waited = [entry for _, entry in repeated]
        if self.trouble:
            why = f"nothing was written while the audit could not be: {self.trouble}"
            waited.append(
                AuditEntry(
                    self._since, GUARD, self.twin, None, None, None, why[:_KEPT], "withheld",
                    max(self._unrecorded, 1), now,
                )
            )  # fmt: skip
        return Batch((*waited, *acts), repeated)

    def put(self, batch: Batch) -> str:
        """Make a batch durable; the trouble if that cannot be done. `kept` or `void` follows."""
        try:
            self._audit.record(batch.entries)
        except RunError as error:
            return str(error)
        return ""

    def record(self, batch: Batch, now: int) -> bool:
        """Make a batch durable; whether that could be done."""
        trouble = self.put(batch)
        if trouble:
            self.void(batch, now, trouble)
        else:
            self.kept(batch)
        return not trouble

    def kept(self, batch: Batch) -> None:
        """The batch is durable."""
        if self.trouble and batch.entries:
            self._tell(f"{self.twin}: the audit is written again")
            self.trouble, self._unrecorded = "", 0

    def void(self, batch: Batch, now: int, trouble: str) -> None:
        """The batch could not be recorded: what may repeat waits, its acts must not be done."""
        self.repeats.give_back(batch.repeated)
        self._unrecorded += 1
        if not self.trouble:
            self._since = now
            self._tell(f"{self.twin}: nothing is written to the plant: {trouble}")
        self.trouble = trouble

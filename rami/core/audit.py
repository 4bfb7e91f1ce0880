"""Audit: every write towards a plant and every refusal, in a chain that shows tampering."""

from __future__ import annotations

from typing import NamedTuple, Protocol, runtime_checkable


class AuditEntry(NamedTuple):
    """One act: when (UTC ns), who (role and name), what (site path of the input), the value held
    before and the one wanted and written (canonical unit; None where there is none), why, and
    the outcome in a word (`written`, `clamped`, `refused`, `failed`, ...).

    A row may stand for `times` equal ones, the first at `at_ns`, the last at `until_ns`.
    """

    at_ns: int
    who: str
    what: str
    old: float | None
    wanted: float | None
    new: float | None
    why: str
    outcome: str
    times: int = 1
    until_ns: int | None = None


@runtime_checkable
class Audit(Protocol):
    """Keeps entries for good, in order."""

    def record(self, entries: tuple[AuditEntry, ...]) -> None:
        """Durable on return. Raises RunError where it cannot be written; then nothing may be
        written to the plant."""

    def head(self) -> str:
        """Hash of the chain's last row, for checkpoints."""

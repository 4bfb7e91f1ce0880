"""Why a request, or one input of it, is refused."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Reason(StrEnum):
    """In the words of the audit."""

    TYPE = "wrong type"
    NOT_FINITE = "not finite"
    UNKNOWN = "unknown input"
    FORBIDDEN = "forbidden role"
    UNIT = "wrong unit"
    STALE = "stale request"
    LEASE = "no lease"
    HELD = "held by another"
    MODE = "mode"
    STOP = "emergency stop"
    MEASUREMENT = "measurement"
    POSITION = "position unknown"
    LINK = "no link"


@dataclass(frozen=True)
class Refusal:
    """A reason and what it was in this case."""

    reason: Reason
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.reason.value}: {self.detail}" if self.detail else self.reason.value

"""Diagnosis: the component that has a fault, what it is, how large, since when, and why."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp

from rami.functional.diagnosis.relation import FaultKind

#: larger than a pump can be worn and still run, %
_NO_WEAR = 40.0
#: belief from which on a rival is told with the diagnosis
_RIVAL = 0.2


@dataclass(frozen=True)
class Diagnosis:
    """`size` in `unit`: % lost, or K and % that a sensor tells too much; `since_ns` is when the
    deviation began, `detected_ns` when it was sure. `confidence` is that of the component;
    `ranked` are this fault and its rivals, each with its own. `point` is the sensor of a drift,
    else empty."""

    component: str
    kind: FaultKind
    point: str
    size: float
    unit: str
    since_ns: int
    detected_ns: int
    confidence: float
    evidence: tuple[str, ...]
    ranked: tuple[tuple[str, float], ...] = ()

    @property
    def condition(self) -> str:
        """Names the alarm at the component."""
        return f"{self.kind} {self.point}".strip()

    def __str__(self) -> str:
        """`hex_hnlt: fouling, 15 % (confidence 97 %)`, and rivals that are nearly as likely."""
        where = f" of {self.point}" if self.point else ""
        size = f"{self.size:+.2g}" if self.kind is FaultKind.DRIFT else f"{self.size:.0f}"
        rivals = [name for name, belief in self.ranked[1:] if belief > _RIVAL]
        either = f", or {', or '.join(rivals)}" if rivals else ""
        return (
            f"{self.component}: {self.kind}{where}, {size} {self.unit}{either} "
            f"(confidence {100 * self.confidence:.0f} %)"
        )


def sized(
    kind: FaultKind, size: float, unit: str, before: FaultKind | None = None
) -> tuple[FaultKind, float]:
    """The fault as a person would call it: losses in % of what was; a pump that gives far too
    little is stuck, not worn, and stays so (`before`: what it was called)."""
    if kind is FaultKind.DRIFT:
        return kind, size if unit == "K" else 100.0 * (exp(min(size, 500.0) / 100.0) - 1.0)
    lost = 100.0 * (1.0 - exp(-size / 100.0))
    stuck = lost > _NO_WEAR or before is FaultKind.STUCK
    return (FaultKind.STUCK if kind is FaultKind.WEAR and stuck else kind), lost

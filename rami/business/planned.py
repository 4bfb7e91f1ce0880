"""Planned against realised: a chain of benefits, each with one more piece of reality in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class PlanGap:
    """How a planned benefit became the realised one; EUR.

    `causes` are (name, EUR) in the order of the chain; they sum to realised - planned.
    """

    planned: float
    causes: tuple[tuple[str, float], ...]
    realised: float

    def plain(self) -> dict[str, object]:
        """For results.json; units in the key names."""
        return {
            "planned_EUR": self.planned,
            "causes_EUR": dict(self.causes),
            "realised_EUR": self.realised,
        }


def decompose(planned: float, chain: Sequence[tuple[str, float]]) -> PlanGap:
    """From the plan's own benefit through ever more real evaluations of it.

    Each entry of `chain` is (cause, benefit in EUR once that cause is in), the last one the
    realised benefit. Example: the schedule settled by merit order (`cost basis`), the
    executed powers settled by merit order (`temperature and tracking`), the run's meters
    (`dynamics and losses`). Raises ValueError for an empty chain or a cause named twice.
    """
    names = [name for name, _ in chain]
    if not chain or len(set(names)) != len(names):
        raise ValueError(f"wanted at least one cause, each named once, got {names}")
    causes, before = [], planned
    for name, benefit in chain:
        causes.append((name, benefit - before))
        before = benefit
    return PlanGap(planned, tuple(causes), before)

"""Energy balance of a twin: which registers count what crosses its boundary."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from rami.asset.capability import STORED


@dataclass(frozen=True)
class BoundaryFlow:
    """Energy that a component sends to the outside `carrier`.

    `registers` maps outputs in kWh to +1 or -1; their signed sum is what has left the twin
    that way since the start.
    """

    component: str
    carrier: str
    registers: Mapping[str, int]


def energy_balance(boundaries: Iterable[BoundaryFlow]) -> dict[str, int]:
    """Output names and factors whose sum is constant: stored energy plus all that has left."""
    factors = {STORED: 1}
    for flow in boundaries:
        for register, sign in flow.registers.items():
            factors[register] = factors.get(register, 0) + sign
    return factors

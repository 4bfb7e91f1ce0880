"""First law of a model, proven in the symbols of its heat flows before anything is put in.

Guards the assembler: every flow must leave one balance and enter another, and the registers
must count every flow across the boundary. The sums have whole coefficients, so zero is exact.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import sympy as sp
from sympy import Expr, Symbol

from models.balance import BoundaryFlow, energy_balance
from rami.asset.capability import STORED
from rami.core.errors import ModelError


def residual(
    balances: Iterable[Expr], meters: Mapping[str, Expr], boundaries: Iterable[BoundaryFlow]
) -> Expr:
    """Rate of stored energy plus all that leaves; zero when energy is conserved.

    `balances` are the heat flows into each store, `meters` the rate of each register, all
    in kW and in the symbols of the flows.
    """
    factors = energy_balance(boundaries)
    leaving = [factor * meters[name] for name, factor in factors.items() if name != STORED]
    return sp.expand(sp.Add(*balances, *leaving))


def prove(
    twin: str,
    balances: Mapping[Symbol, Expr],
    meters: Mapping[str, Expr],
    boundaries: Iterable[BoundaryFlow],
) -> None:
    """ModelError naming the flows that are not conserved, when there are any."""
    left = residual(balances.values(), meters, boundaries)
    if left != 0:
        raise ModelError(
            f"{twin}: the first law does not hold: {left} is neither stored nor metered; "
            f"let every heat flow have two ends and a register where it leaves the twin"
        )

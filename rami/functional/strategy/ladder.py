"""The ladder: from the best plan to one that always exists; each rung is named in the schedule.

milp       the mixed-integer programme, solved to its gap
incumbent  its best solution at the deadline, or after so many nodes of the search
rounded    the linear programme, whole numbers rounded, the linear programme again
shifted    the schedule before, moved on and made feasible
rules      the station rests

The last two need no solver; `shift` and `rules` make them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rami.core.errors import ControlError
from rami.functional.strategy.build import Compiled
from rami.functional.strategy.compiler.term import Array
from rami.functional.strategy.rounding import rounded_bounds
from rami.functional.strategy.settings import Rung, StrategySettings
from rami.functional.strategy.solver import NoSolution, Solution, solve_linear, solve_whole


@dataclass(frozen=True)
class Climb:
    """What the solver's rungs gave: a solution, or none; and why better ones were left."""

    solution: Solution | None
    rung: Rung | None
    reasons: tuple[str, ...]


def climb(plan: Compiled, settings: StrategySettings) -> Climb:
    """The best of the rungs milp, incumbent, rounded that `settings.rungs` allows.

    The linear relaxation comes first: its turnover gives the gap in money, its cost a bound.
    """
    program, allowed = plan.program, settings.rungs
    reasons: list[str] = []
    bounds = program.arrays["lower"], program.arrays["upper"]
    try:
        linear = solve_linear(program, *bounds)
        if not program.integrality.any():
            return Climb(linear, "milp", ())
        if "milp" in allowed or "incumbent" in allowed:
            gap = max(settings.gap * turnover(program.arrays["cost"], linear.x), 1e-9)
            try:
                whole = _bounded(solve_whole(program, gap, settings.deadline), linear.bound)
                rung: Rung = "milp" if whole.complete else "incumbent"
                if not whole.complete:
                    left = whole.objective - whole.bound
                    reasons.append(f"milp: ended early, at most {left:.2f} EUR from the best")
                if rung in allowed:
                    return Climb(whole, rung, tuple(reasons))
                reasons.append(f"{rung}: not allowed by the settings")
            except NoSolution as e:
                reasons.append(f"milp: {e}")
        if "rounded" in allowed:
            rounded = solve_linear(program, *rounded_bounds(plan, linear.x))
            better = Solution(rounded.x, rounded.objective, linear.objective)
            return Climb(better, "rounded", tuple(reasons))
    except (NoSolution, ControlError) as e:
        reasons.append(f"linear programme: {e}")
    return Climb(None, None, tuple(reasons))


def turnover(cost: Array, x: Array) -> float:
    """Sum of |cost x| over all columns, EUR: what a gap in money is measured against.

    Net cost would not do: it passes near zero.
    """
    return float(np.abs(cost * x).sum())


def _bounded(solution: Solution, bound: float) -> Solution:
    best = max(solution.bound, bound)
    return Solution(solution.x, solution.objective, best, solution.complete)

"""The compiled plan against Pyomo's appsi_highs on the same model: objective at gap 0."""

from __future__ import annotations

from collections.abc import Callable

import pyomo.environ as pe
import pytest
from pyomo.contrib.appsi.solvers import Highs

from rami.functional.strategy.build import Compiled, model_of
from rami.functional.strategy.compiler import CompiledProgram
from rami.functional.strategy.ladder import turnover
from rami.functional.strategy.solver import solve_linear, solve_whole
from tests.functional.strategy.planning import STARTS, Planning
from tests.functional.strategy.test_compiler import set_pyomo


@pytest.mark.parametrize("basis", ["marginal", "average"])
@pytest.mark.parametrize(
    "name", [n if n == "winter" else pytest.param(n, marks=pytest.mark.soak) for n in STARTS]
)
def test_objective_equals_appsi_at_gap_zero(
    season: Callable[..., Planning], name: str, basis: str
) -> None:
    """Eight days: the ninth of each season planned by marginal, the third by average cost."""
    setup = season(name, cost_basis=basis)
    layout = setup.controller.site.layout(96, basis == "marginal")
    plan, terms = model_of(layout)
    compiled = Compiled(layout, CompiledProgram(plan.model, terms), tuple(plan.slacks))
    program = compiled.program
    program.set(setup.values(compiled, first=(8 if basis == "marginal" else 2) * 96))
    program.update()
    ours = solve_whole(program, 0.0, None)
    set_pyomo(program)
    solver = Highs()
    solver.highs_options = {"mip_rel_gap": 0.0, "mip_abs_gap": 0.0, "threads": 1}
    solver.config.load_solution = False
    found = solver.solve(plan.model)
    bounds = program.arrays["lower"], program.arrays["upper"]
    scale = turnover(program.arrays["cost"], solve_linear(program, *bounds).x)
    assert abs(ours.objective - found.best_feasible_objective) <= 1e-7 * scale
    found.solution_loader.load_vars()
    assert pe.value(plan.model.objective) == pytest.approx(ours.objective, abs=1e-6 * scale)

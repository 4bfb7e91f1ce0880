"""A re-plan beside bare HiGHS and beside Pyomo's persistent interface, on 100 rolling windows.

All three solve the same programme to the same gap on one thread and take turns in each window.
Bare HiGHS is `run` alone on a model already passed: what no way of planning can undercut.
"""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median
from time import process_time
from typing import Any

import highspy
import numpy as np
from pyomo.contrib.appsi.solvers import Highs as PersistentHighs

from benchmarks.row import Measured, Row, below
from benchmarks.windows import Window, Windows
from rami.functional.strategy.build import model_of
from rami.functional.strategy.compiler import CompiledProgram
from rami.functional.strategy.ladder import turnover
from rami.functional.strategy.solver import solve_linear


def _highs(gap: float) -> Any:
    highs = highspy.Highs()
    highs.setOptionValue("output_flag", False)
    highs.setOptionValue("threads", 1)
    highs.setOptionValue("mip_rel_gap", 0.0)
    highs.setOptionValue("mip_abs_gap", gap)
    return highs


class _Persistent:
    """`appsi_highs` that looks for nothing but changed parameters."""

    def __init__(self, program: CompiledProgram) -> None:
        self.model = program.model
        self._params = {n: list(self.model.find_component(n).values()) for n in program.parameters}
        self.solver = PersistentHighs()
        for name in self.solver.update_config:
            self.solver.update_config[name] = name == "update_params"
        self.solver.config.load_solution = False
        self.solver.highs_options = {"threads": 1, "mip_rel_gap": 0.0}

    def solve(self, values: dict[str, Any], gap: float) -> float:
        for name, value in values.items():
            params = self._params[name]
            for data, number in zip(params, np.broadcast_to(value, len(params)), strict=True):
                data.set_value(float(number))
        self.solver.highs_options["mip_abs_gap"] = gap
        return float(self.solver.solve(self.model).best_feasible_objective)


class _Race:
    """CPU seconds of one window in each way."""

    def __init__(self, windows: Windows) -> None:
        plan, terms = model_of(windows.layout)
        self.windows = windows
        self.program = CompiledProgram(plan.model, terms)
        self.persistent: _Persistent | None = None

    def run(self, window: Window, turn: int) -> dict[str, float]:
        begun = process_time()
        values = dict(self.windows.parameters(window))
        prepared = process_time() - begun
        self.program.set(values)
        self.program.update()
        arrays = self.program.arrays
        linear = solve_linear(self.program, arrays["lower"], arrays["upper"])
        gap = self.windows.settings.gap * turnover(arrays["cost"], linear.x)
        if self.persistent is None:  # it wants values when it first sees the model
            self.persistent = _Persistent(self.program)
            self.persistent.solve(values, gap)
        ways = [self._ours, self._bare, self._appsi]
        taken = {"parameters": prepared}
        for k in range(len(ways)):
            taken |= ways[(k + turn) % len(ways)](window, values, gap)
        costs = [taken.pop(f"{name} cost") for name in ("ours", "bare", "appsi")]
        if max(costs) - min(costs) > 2 * gap + 1e-6:
            raise RuntimeError(f"the three ways disagree by more than the gap: {costs}, gap {gap}")
        return taken

    def _ours(self, _: Window, values: dict[str, Any], gap: float) -> dict[str, float]:
        begun = process_time()
        self.program.set(values)
        self.program.update()
        updated = process_time()
        highs = _highs(gap)
        self.program.load(highs)
        loaded = process_time()
        highs.run()
        np.array(highs.getSolution().col_value)
        ended = process_time()
        cost = highs.getInfo().objective_function_value
        return {
            "update": updated - begun,
            "load": loaded - updated,
            "ours": ended - begun,
            "ours cost": cost,
        }

    def _bare(self, _: Window, values: dict[str, Any], gap: float) -> dict[str, float]:
        self.program.set(values)
        self.program.update()
        highs = _highs(gap)
        self.program.load(highs)
        begun = process_time()
        highs.run()
        taken = process_time() - begun
        return {"bare": taken, "bare cost": highs.getInfo().objective_function_value}

    def _appsi(self, _: Window, values: dict[str, Any], gap: float) -> dict[str, float]:
        assert self.persistent is not None
        begun = process_time()
        cost = self.persistent.solve(values, gap)
        return {"appsi": process_time() - begun, "appsi cost": cost}


def rows(quick: bool = False) -> Iterator[Row]:
    """Total / bare HiGHS (goal 1.1), the persistent peer, update + load (goal 2 ms)."""
    windows = Windows()
    race = _Race(windows)
    race.run(windows.all[0], 0)
    chosen = windows.all[::10] if quick else windows.all
    taken = [race.run(window, turn) for turn, window in enumerate(chosen)]

    bare = f"HiGHS run alone, {len(taken)} windows"
    for name, what, goal in (
        ("ours", "re-plan: update, load, solve", 1.1),
        ("appsi", "re-plan by Pyomo's persistent appsi_highs", None),
    ):
        measured = Measured(
            tuple(t[name] * 1e3 for t in taken), tuple(t["bare"] * 1e3 for t in taken)
        )
        yield measured.at_most(what, "ms", bare, goal)
    both = median(t["update"] + t["load"] for t in taken) * 1e3
    yield below("re-plan: update + load", both, "ms", 2.0)
    prepared = median(t["parameters"] for t in taken) * 1e3
    yield Row("re-plan: parameters from forecast, prices and state", prepared, "ms")

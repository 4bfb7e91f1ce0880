"""Solves a compiled program with HiGHS: a fresh instance, one thread, the gap in money."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import Any

import highspy
import numpy as np

from rami.core.errors import ControlError
from rami.functional.strategy.compiler import CompiledProgram
from rami.functional.strategy.compiler.term import Array

#: branch-and-bound nodes after which the best plan so far is taken: plans of usual sites need a
#: few, those with nearly equal choices never end; counted, not timed, so the same everywhere
NODES_MAX = 500


class NoSolution(Exception):
    """The solver found none; says why."""


@dataclass(frozen=True)
class Solution:
    """Columns `x`, their cost, and what is proven about it (EUR)."""

    x: Array
    objective: float
    bound: float
    complete: bool = True


def solve_linear(program: CompiledProgram, lower: Array, upper: Array) -> Solution:
    """The linear programme without whole numbers, columns between `lower` and `upper`.

    Raises NoSolution when it has none.
    """
    highs = _instance()
    program.load_with(highs, lower, upper, relaxed=True)
    highs.run()
    return _finished(highs)


def solve_whole(program: CompiledProgram, gap: float, deadline: float | None) -> Solution:
    """The mixed-integer programme to an absolute `gap` in EUR, or to `NODES_MAX` nodes.

    At that limit the best solution so far is returned, not `complete`.
    With a `deadline` (seconds) the search runs in a thread of its own, which is never joined:
    when time is up the best solution so far (our own copy of it) is returned, not `complete`.
    Raises NoSolution when there is none, or none in time.
    """
    highs = _instance()
    highs.setOptionValue("mip_rel_gap", 0.0)
    highs.setOptionValue("mip_abs_gap", gap)
    highs.setOptionValue("mip_max_nodes", NODES_MAX)
    # sub-MIP heuristics: half of the time and no better plan on these models
    for heuristic in ("rins", "rens", "root_reduced_cost"):
        highs.setOptionValue(f"mip_heuristic_run_{heuristic}", False)
    program.load(highs)
    if deadline is None:
        highs.run()
        return _finished(highs)
    return Search(highs).wait(deadline)


@dataclass
class Search:
    """A search in a thread of its own, with a copy of the best solution so far."""

    highs: Any
    done: threading.Event = field(default_factory=threading.Event)
    improved: threading.Event = field(default_factory=threading.Event)
    _stop: bool = False
    _best: tuple[Array, float] | None = None
    _bound: float = -np.inf
    _failure: str | None = None

    def wait(self, deadline: float) -> Solution:
        """Start, wait at most `deadline` seconds, take what there is."""
        self.highs.cbMipImprovingSolution += self._improve
        self.highs.cbMipInterrupt += self._interrupt
        threading.Thread(target=self._run, name="strategy-search", daemon=True).start()
        if self.expired(deadline):
            self._stop = True
            best = self._best
            if best is None:
                raise NoSolution(f"no solution within {deadline:g} s")
            return Solution(best[0], best[1], self._bound, complete=False)
        if self._failure:
            raise ControlError(f"the solver failed: {self._failure}")
        return _finished(self.highs)

    def expired(self, deadline: float) -> bool:
        """Whether the search is still running when its time is up."""
        return not self.done.wait(deadline)

    def _run(self) -> None:
        try:
            self.highs.run()
        except RuntimeError as e:
            self._failure = str(e)
        finally:
            self.done.set()

    def _improve(self, event: Any) -> None:
        data = event.data_out
        self._best = (np.array(data.mip_solution, float), float(data.objective_function_value))
        self._bound = max(self._bound, float(data.mip_dual_bound))
        self.improved.set()

    def _interrupt(self, event: Any) -> None:
        event.interrupt(self._stop)


def _instance() -> Any:
    highs = highspy.Highs()
    highs.setOptionValue("output_flag", False)
    highs.setOptionValue("threads", 1)
    return highs


def _finished(highs: Any) -> Solution:
    status, info = highs.getModelStatus(), highs.getInfo()
    limited = status == highspy.HighsModelStatus.kSolutionLimit
    feasible = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    if status != highspy.HighsModelStatus.kOptimal and not (limited and feasible):
        raise NoSolution(f"the solver says {highs.modelStatusToString(status).lower()}")
    x = np.array(highs.getSolution().col_value, float)
    objective = float(info.objective_function_value)
    is_linear = not np.isfinite(info.mip_dual_bound) or info.mip_node_count < 0
    bound = objective if is_linear else float(info.mip_dual_bound)
    return Solution(x, objective, bound, complete=not limited)

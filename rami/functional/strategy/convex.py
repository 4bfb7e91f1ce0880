"""Linear programmes as sparse rows, and several joined to one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import highspy
import numpy as np
from numpy.typing import NDArray

from rami.core.errors import InfeasibleError
from rami.functional.strategy.compiler import CompiledProgram
from rami.functional.strategy.compiler.term import Array

Places = NDArray[np.intp]


@dataclass(frozen=True)
class Programme:
    """min cost x + offset with row_lower <= A x <= row_upper and lower <= x <= upper; A by
    triples (row, column, value). `whole` marks whole numbers."""

    cost: Array
    lower: Array
    upper: Array
    row: Places
    column: Places
    value: Array
    row_lower: Array
    row_upper: Array
    whole: NDArray[np.bool_]
    offset: float = 0.0


@dataclass(frozen=True)
class Found:
    """Columns, their cost, the bound that is proven for it."""

    x: Array
    cost: float
    bound: float


def programme_of(program: CompiledProgram) -> Programme:
    """A compiled programme at its present parameters (after `update`)."""
    a = program.arrays
    counts = np.diff(program.start)
    if len(counts) < len(a["row_lower"]):
        counts = np.append(counts, len(program.index) - program.start[-1])
    return Programme(
        a["cost"].copy(), a["lower"].copy(), a["upper"].copy(),
        np.repeat(np.arange(len(counts)), counts), np.asarray(program.index, np.intp),
        a["matrix"].copy(), a["row_lower"].copy(), a["row_upper"].copy(),
        program.integrality != 0, float(a["offset"][0]),
    )  # fmt: skip


def joined(parts: Sequence[Programme]) -> tuple[Programme, list[slice]]:
    """Side by side, nothing shared; and where each one's columns are."""
    columns = np.cumsum([0, *(len(p.cost) for p in parts)])
    rows = np.cumsum([0, *(len(p.row_lower) for p in parts)])

    def all_of(name: str) -> Array:
        return np.concatenate([getattr(p, name) for p in parts])

    return (
        Programme(
            all_of("cost"), all_of("lower"), all_of("upper"),
            np.concatenate([p.row + r for p, r in zip(parts, rows, strict=False)]),
            np.concatenate([p.column + c for p, c in zip(parts, columns, strict=False)]),
            all_of("value"), all_of("row_lower"), all_of("row_upper"),
            np.concatenate([p.whole for p in parts]), sum(p.offset for p in parts),
        ),
        [slice(int(a), int(b)) for a, b in pairwise(columns)],
    )  # fmt: skip


def with_rows(
    programme: Programme, row: Places, column: Places, value: Array, lower: Array, upper: Array
) -> Programme:
    """The same with further rows, counted from 0."""
    first = len(programme.row_lower)
    return Programme(
        programme.cost, programme.lower, programme.upper,
        np.concatenate([programme.row, row + first]),
        np.concatenate([programme.column, column]),
        np.concatenate([programme.value, value]),
        np.concatenate([programme.row_lower, lower]),
        np.concatenate([programme.row_upper, upper]),
        programme.whole, programme.offset,
    )  # fmt: skip


def solve(
    programme: Programme,
    relaxed: bool = False,
    gap: float = 1e-3,
    interior: bool = False,
) -> Found:
    """The best columns; `relaxed` drops the whole numbers.

    `gap` is relative, `interior` asks for an interior-point method (large linear ones). Raises
    InfeasibleError with what the solver says.
    """
    highs = highspy.Highs()
    highs.setOptionValue("output_flag", False)
    highs.setOptionValue("threads", 1)
    highs.setOptionValue("mip_rel_gap", gap)
    if interior:
        highs.setOptionValue("solver", "ipm")
        highs.setOptionValue("run_crossover", "off")
    order = np.lexsort((programme.column, programme.row))
    starts = np.searchsorted(programme.row[order], np.arange(len(programme.row_lower)))
    whole = programme.whole & (not relaxed)
    highs.passModel(
        len(programme.cost), len(programme.row_lower), len(order), 2, 1, programme.offset,
        programme.cost, programme.lower, programme.upper, programme.row_lower,
        programme.row_upper, starts.astype(np.int32), programme.column[order].astype(np.int32),
        programme.value[order], whole.astype(np.int32),
    )  # fmt: skip
    highs.run()
    status = highs.getModelStatus()
    if status != highspy.HighsModelStatus.kOptimal:
        said = highs.modelStatusToString(status).lower()
        raise InfeasibleError(f"a plan of the district has no solution: the solver says {said}")
    info = highs.getInfo()
    cost = float(info.objective_function_value)
    bound = float(info.mip_dual_bound) if whole.any() else cost
    return Found(np.array(highs.getSolution().col_value, float), cost, bound)

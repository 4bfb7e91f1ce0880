"""A mixed-integer linear program whose every number is a function of one parameter vector."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rami.core.errors import ControlError, DataError, Problem
from rami.core.wording import did_you_mean
from rami.functional.strategy.compiler.assembly import Assembly
from rami.functional.strategy.compiler.term import Array

#: most parameters named one by one in an error
_NAMED = 20


class CompiledProgram:
    """min offset + c x, row_lower <= A x <= row_upper, lower <= x <= upper, some x whole.

    Made once from a Pyomo model (`parts` are named Expressions that a solution is reported
    by). A plan then does `set`, `update`, `load`. `columns` gives the places of a variable
    (`hts.hp.P_el`) in x, `parameters` those of a Param in theta. Linear models only;
    ControlError names what is not.
    """

    def __init__(self, model: Any, parts: Mapping[str, Any] | None = None) -> None:
        assembly = Assembly(model, parts or {})
        self.model = model  # Pyomo's data refer weakly to their parents: keep them alive
        self.parameters: Mapping[str, slice] = assembly.parameters
        self.columns: Mapping[str, NDArray[np.intp]] = assembly.columns
        self.column_names: tuple[str, ...] = assembly.column_names
        self.row_names: tuple[str, ...] = assembly.row_names
        self.integrality: NDArray[np.int32] = assembly.integrality
        self.start, self.index = assembly.start, assembly.index
        self.theta = assembly.theta
        self._count = assembly.count
        self.arrays = assembly.arrays
        self._sweeps = assembly.sweeps
        self._parts = assembly.parts
        self._part_sweeps = assembly.part_sweeps

    def replica(self) -> CompiledProgram:
        """The same program with parameters of its own (structure and compilation are shared)."""
        twin = copy(self)
        twin.theta = self.theta.copy()
        twin.arrays = {name: a.copy() for name, a in self.arrays.items()}
        return twin

    def set(self, values: Mapping[str, ArrayLike]) -> None:
        """Set Params by name, each a scalar or of its full length; DataError lists all misfits."""
        problems = []
        theta, parameters = self.theta, self.parameters
        for name, value in values.items():
            place = parameters.get(name)
            if place is None:
                hint = did_you_mean(name, parameters)
                problems.append(Problem(name, "the plan has no such parameter", hint))
                continue
            try:
                theta[place] = value
            except (TypeError, ValueError):
                wanted = place.stop - place.start
                got = f"shape {np.shape(value)}"
                problems.append(Problem(name, f"wanted one or {wanted} numbers, got {got}"))
        if problems:
            raise DataError(problems)

    def update(self) -> None:
        """Evaluate all arrays at the present parameters.

        Raises DataError by name for parameters that are not finite (or were never set) and
        for bounds that cross: the solver would take both without a word.
        """
        theta, arrays = self.theta, self.arrays
        if not np.isfinite(theta[: self._count]).all():
            raise DataError(self._not_finite())
        for sweep in self._sweeps:
            arrays[sweep.target][sweep.where] = sweep.function(theta[sweep.leaves])
        crossed = (arrays["lower"] > arrays["upper"]).any()
        if crossed or (arrays["row_lower"] > arrays["row_upper"]).any():
            raise DataError(self._crossed())

    def load(self, highs: Any, relaxed: bool = False) -> None:
        """Pass the program to a fresh highspy instance; `relaxed` drops the whole numbers.

        Raises ControlError when the solver refuses it.
        """
        self.load_with(highs, self.arrays["lower"], self.arrays["upper"], relaxed)

    def load_with(self, highs: Any, lower: Array, upper: Array, relaxed: bool) -> None:
        """As `load`, with other bounds of the columns."""
        a = self.arrays
        kinds = np.zeros_like(self.integrality) if relaxed else self.integrality
        status = highs.passModel(
            len(self.column_names),
            len(self.row_names),
            len(self.index),
            2,  # row-wise
            1,  # minimise
            float(a["offset"][0]),
            a["cost"],
            lower,
            upper,
            a["row_lower"],
            a["row_upper"],
            self.start,
            self.index,
            a["matrix"],
            kinds,
        )
        if "kError" in str(status):
            raise ControlError("the solver refused the programme: kError from passModel")

    def solution(self, name: str, x: Array) -> Array:
        """The values of one variable in a solution."""
        return x[self.columns[name]]

    def parts(self, x: Array) -> dict[str, float]:
        """The named Expressions at a solution and the present parameters."""
        values = {name: np.zeros(len(index)) for name, index in self._parts.items()}
        for sweep in self._part_sweeps:
            values[sweep.target][sweep.where] = sweep.function(self.theta[sweep.leaves])
        extended = np.append(x, 1.0)  # the constant's place is -1
        return {name: float(v @ extended[self._parts[name]]) for name, v in values.items()}

    def _not_finite(self) -> list[Problem]:
        problems = []
        for name, place in self.parameters.items():
            bad = np.flatnonzero(~np.isfinite(self.theta[place]))
            if bad.size:
                first = float(self.theta[place][bad[0]])
                count = place.stop - place.start
                where = f"{name}[{bad[0]}]" if count > 1 else name
                more = f" ({bad.size} of {count} steps)" if bad.size > 1 else ""
                problems.append(Problem(where, f"wanted a finite number, got {first}{more}"))
        return problems

    def _crossed(self) -> list[Problem]:
        a, problems = self.arrays, []
        for kind, names in (("", self.column_names), ("row_", self.row_names)):
            low, high = a[f"{kind}lower"], a[f"{kind}upper"]
            for i in np.flatnonzero(low > high):
                what = f"lower limit {low[i]:g} above upper limit {high[i]:g}"
                problems.append(Problem(names[i], what, "check the parameters of this component"))
        if len(problems) > _NAMED:
            rest = len(problems) - _NAMED
            problems = [*problems[:_NAMED], Problem("", f"and {rest} more")]
        return problems

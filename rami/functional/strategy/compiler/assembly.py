"""Walks a Pyomo model once and sorts all its numbers into groups of equal shape."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
import pyomo.environ as pe
from numpy.typing import NDArray
from pyomo.common.gc_manager import PauseGC

from rami.core.errors import ControlError
from rami.functional.strategy.compiler.linear import CONSTANT, LinearReader
from rami.functional.strategy.compiler.term import (
    Array,
    Place,
    Shape,
    Term,
    apart,
    evaluator,
    times,
    total,
)


class Sweep(NamedTuple):
    """One evaluation: target[where] = function(theta[leaves])."""

    target: str
    where: NDArray[np.intp]
    function: Callable[[Array], Array]
    leaves: NDArray[np.intp]


class _Collector:
    """Terms by target and shape; literals become entries of theta behind the parameters."""

    def __init__(self, parameters: int) -> None:
        self.parameters = parameters
        self.literals: dict[float, int] = {}
        self.groups: dict[tuple[str, Shape], tuple[list[int], list[list[int]]]] = {}

    def put(self, target: str, where: int, term: Term) -> None:
        leaves: list[Term] = []
        shape = apart(term, leaves)
        places, rows = self.groups.setdefault((target, shape), ([], []))
        places.append(where)
        rows.append([self._leaf(leaf) for leaf in leaves])

    def _leaf(self, leaf: Term) -> int:
        if isinstance(leaf, Place):
            return leaf.at
        assert isinstance(leaf, float)
        return self.parameters + self.literals.setdefault(leaf, len(self.literals))

    def sweeps(self, theta: Array, arrays: Mapping[str, Array]) -> list[Sweep]:
        """What depends on parameters; what depends on literals only is written at once."""
        work = []
        for (target, shape), (places, rows) in self.groups.items():
            where, leaves = np.array(places, np.intp), np.array(rows, np.intp).T
            function = evaluator(shape)
            fixed = (leaves >= self.parameters).all(axis=0)
            if fixed.any():
                arrays[target][where[fixed]] = function(theta[leaves[:, fixed]])
            if not fixed.all():
                work.append(Sweep(target, where[~fixed], function, leaves[:, ~fixed]))
        return work


class Assembly:
    """The compilation itself; attributes as `CompiledProgram` documents them."""

    def __init__(self, model: Any, parts: Mapping[str, Any]) -> None:
        with PauseGC():
            self._compile(model, parts)

    def _compile(self, model: Any, parts: Mapping[str, Any]) -> None:
        self.parameters: dict[str, slice] = {}
        variables = list(model.component_data_objects(pe.Var, active=True, descend_into=True))
        reader = LinearReader(
            self._place_parameters(model), {id(v): j for j, v in enumerate(variables)}
        )
        collector = _Collector(self.count)
        self._objective(model, reader, collector)
        nonzeros = self._constraints(model, reader, collector)
        self._variables(variables, reader, collector)
        report = _Collector(self.count)
        report.literals = collector.literals
        self.parts: dict[str, NDArray[np.intp]] = {}
        for name, expression in parts.items():
            form = reader.form(expression, name)
            self.parts[name] = np.array(list(form), np.intp)
            for k, term in enumerate(form.values()):
                report.put(name, k, term)
        n, m = len(variables), len(self.row_names)
        sizes = {"cost": n, "offset": 1, "lower": n, "upper": n, "matrix": nonzeros}
        sizes |= {"row_lower": m, "row_upper": m}
        self.arrays = {name: np.zeros(size) for name, size in sizes.items()}
        # parameters start as NaN: one that a plan forgets is noticed by name
        self.theta = np.concatenate([np.full(self.count, np.nan), list(collector.literals)])
        self.sweeps = collector.sweeps(self.theta, self.arrays)
        self.part_sweeps = [
            Sweep(t, np.array(w, np.intp), evaluator(s), np.array(rows, np.intp).T)
            for (t, s), (w, rows) in report.groups.items()
        ]

    def _place_parameters(self, model: Any) -> dict[int, int]:
        places: dict[int, int] = {}
        for parameter in model.component_objects(pe.Param, descend_into=True):
            if not parameter.mutable:
                continue
            first = len(places)
            places.update({id(d): first + i for i, d in enumerate(parameter.values())})
            self.parameters[parameter.name] = slice(first, len(places))
        self.count = len(places)
        return places

    def _objective(self, model: Any, reader: LinearReader, collector: _Collector) -> None:
        found = list(model.component_data_objects(pe.Objective, active=True, descend_into=True))
        if len(found) != 1 or not found[0].is_minimizing():
            raise ControlError("a plan's model needs exactly one objective, to be minimised")
        form = reader.form(found[0].expr, "objective")
        collector.put("offset", 0, form.pop(CONSTANT, 0.0))
        for column, term in form.items():
            collector.put("cost", column, term)

    def _constraints(self, model: Any, reader: LinearReader, collector: _Collector) -> int:
        names: list[str] = []
        start, index = [0], list[int]()
        for row in model.component_data_objects(pe.Constraint, active=True, descend_into=True):
            lower, body, upper = row.to_bounded_expression()
            form = reader.form(body, row.name)
            constant = times(-1.0, form.pop(CONSTANT, 0.0))
            for target, limit, open_end in (
                ("row_lower", lower, -np.inf),
                ("row_upper", upper, np.inf),
            ):
                term: Term = open_end
                if limit is not None:
                    term = total([reader.constant(limit, row.name), constant])
                collector.put(target, len(names), term)
            for column, term in form.items():
                collector.put("matrix", len(index), term)
                index.append(column)
            start.append(len(index))
            names.append(row.name)
        self.row_names = tuple(names)
        self.start, self.index = np.array(start, np.int32), np.array(index, np.int32)
        return len(index)

    def _variables(self, variables: list[Any], reader: LinearReader, collector: _Collector) -> None:
        self.column_names = tuple(v.name for v in variables)
        self.integrality = np.array([not v.is_continuous() for v in variables], np.int32)
        columns: dict[str, list[int]] = {}
        for j, v in enumerate(variables):
            if v.fixed:
                raise ControlError(f"{v.name} is fixed in the model; bound it by Params instead")
            for target, limit, open_end in (
                ("lower", v.lower, -np.inf),
                ("upper", v.upper, np.inf),
            ):
                term = open_end if limit is None else reader.constant(limit, v.name)
                collector.put(target, j, term)
            columns.setdefault(v.parent_component().name, []).append(j)
        self.columns = {name: np.array(js, np.intp) for name, js in columns.items()}

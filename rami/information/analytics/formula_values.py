"""A checked formula over the intervals of a frame, with quality."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rami.core.dimension import of_quantity, written
from rami.core.quality import Family, Qualities, Reason, good, is_bad, quality, worst
from rami.core.timegrid import TimeGrid
from rami.information.analytics.formula import Formula, dotted

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Column:
    """Values of a name on the grid, (count,), in base units, and their quality."""

    values: Array
    quality: Qualities

    @classmethod
    def of(cls, values: Array, quality: Qualities, kind: str) -> Column:
        """From the canonical unit of a quantity."""
        return cls(values * of_quantity(kind)[1], quality)


@dataclass(frozen=True)
class Figure:
    """A key figure: `values` (count,) in `unit` with `quality`.

    A figure over the whole period (`total`, `mean`) is the same in every interval.
    """

    values: Array
    quality: Qualities
    unit: str


def evaluate(formula: Formula, columns: Mapping[str, Column], grid: TimeGrid) -> Figure:
    """The figure per interval. An interval with a bad input is bad; a division by nothing is
    bad with NO_DEMAND; `total` and `mean` leave bad intervals out and are uncertain then."""
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        made = _Evaluator(columns, grid).of(formula.tree)
    values = np.broadcast_to(made.values, (grid.count,))
    values = (values - formula.offset) / formula.factor
    grade = np.broadcast_to(made.quality, (grid.count,)).copy()
    undefined = ~np.isfinite(values)
    bad = np.uint32(quality(Family.BAD, Reason.NO_DEMAND))
    grade[undefined & ~is_bad(grade)] |= bad
    return Figure(np.where(undefined, np.nan, values), grade, formula.unit)


class _Evaluator:
    def __init__(self, columns: Mapping[str, Column], grid: TimeGrid) -> None:
        self._columns, self._grid = columns, grid

    def of(self, node: ast.expr) -> Column:
        name = dotted(node)
        if name is not None:
            column = self._columns[name]
            missing = ~np.isfinite(column.values) & ~is_bad(column.quality)
            marked = np.where(missing, quality(Family.BAD, Reason.MISSING), column.quality)
            return Column(column.values, marked.astype(np.uint32))
        if isinstance(node, ast.Constant):
            value = written(node.value)[1] if isinstance(node.value, str) else float(node.value)  # type: ignore[arg-type]
            return Column(np.array([value]), good(1))
        if isinstance(node, ast.UnaryOp):
            inner = self.of(node.operand)
            sign = -1.0 if isinstance(node.op, ast.USub) else 1.0
            return Column(sign * inner.values, inner.quality)
        if isinstance(node, ast.BinOp):
            return self._operation(node)
        assert isinstance(node, ast.Call)
        return self._call(node)

    def _operation(self, node: ast.BinOp) -> Column:
        left, right = self.of(node.left), self.of(node.right)
        return Column(
            _OPERATIONS[type(node.op)](left.values, right.values),
            worst(left.quality, right.quality),
        )

    def _call(self, node: ast.Call) -> Column:
        name = dotted(node.func)
        if name == "where":
            return self._where(node)
        parts = [self.of(a) for a in node.args]
        if name in ("min", "max"):
            pick = np.minimum if name == "min" else np.maximum
            values = parts[0].values
            for part in parts[1:]:
                values = pick(values, part.values)
            return Column(values, worst(*np.broadcast_arrays(*[p.quality for p in parts])))
        inner = parts[0]
        if name == "abs":
            return Column(np.abs(inner.values), inner.quality)
        if name == "integral":
            return Column(inner.values * self._grid.step_s, inner.quality)
        return self._over_period(inner, np.sum if name == "total" else np.mean)

    def _over_period(self, inner: Column, how: Callable[..., np.floating]) -> Column:
        values = np.broadcast_to(inner.values, (self._grid.count,))
        grade = np.broadcast_to(inner.quality, (self._grid.count,))
        known = np.isfinite(values) & ~is_bad(grade)
        if not known.any():
            bad = quality(Family.BAD, Reason.MISSING)
            return Column(np.array([np.nan]), np.array([bad], np.uint32))
        code = worst(*[np.array([q], np.uint32) for q in np.unique(grade[known])])
        if not known.all():
            some = np.array([quality(Family.UNCERTAIN, Reason.MISSING)], np.uint32)
            code = worst(code, some)
        return Column(np.array([float(how(values[known]))]), code)

    def _where(self, node: ast.Call) -> Column:
        chosen, grade = self._condition(node.args[0])
        then, otherwise = self.of(node.args[1]), self.of(node.args[2])
        values = np.where(chosen, then.values, otherwise.values)
        branch = np.where(chosen, then.quality, otherwise.quality).astype(np.uint32)
        return Column(values, worst(*np.broadcast_arrays(branch, grade)))

    def _condition(self, node: ast.expr) -> tuple[NDArray[np.bool_], Qualities]:
        if isinstance(node, ast.BoolOp):
            parts = [self._condition(v) for v in node.values]
            combine = np.logical_and if isinstance(node.op, ast.And) else np.logical_or
            held = parts[0][0]
            for part in parts[1:]:
                held = combine(held, part[0])
            return held, worst(*np.broadcast_arrays(*[p[1] for p in parts]))
        assert isinstance(node, ast.Compare)
        columns = [self.of(n) for n in (node.left, *node.comparators)]
        result: NDArray[np.bool_] = np.array([True])
        for operator, a, b in zip(node.ops, columns, columns[1:], strict=False):
            result = result & _COMPARISONS[type(operator)](a.values, b.values)
        return result, worst(*np.broadcast_arrays(*[c.quality for c in columns]))


_OPERATIONS: Mapping[type[ast.operator], Callable[[Array, Array], Array]] = {
    ast.Add: np.add,
    ast.Sub: np.subtract,
    ast.Mult: np.multiply,
    ast.Div: np.divide,
    ast.Pow: np.power,
}
_COMPARISONS: Mapping[type[ast.cmpop], Callable[[Array, Array], NDArray[np.bool_]]] = {
    ast.Lt: np.less,
    ast.LtE: np.less_equal,
    ast.Gt: np.greater,
    ast.GtE: np.greater_equal,
    ast.Eq: np.equal,
    ast.NotEq: np.not_equal,
}

"""Terms: what a coefficient is as a function of the parameters.

A term is a literal (float), a `Place` in the parameter vector theta, or an operation on terms.
Zero is folded away only where it is a literal: a parameter that happens to be zero today keeps
its place, so the sparsity of a program never depends on values.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


class Place(NamedTuple):
    """A parameter: where it stands in theta."""

    at: int


class Apply(NamedTuple):
    """An operation of `OPERATIONS` on terms."""

    operation: str
    operands: tuple[Any, ...]


Term = float | Place | Apply
#: a term without its leaves; terms of equal shape are evaluated together
Shape = tuple[Any, ...] | None


def _sum(*values: Array) -> Array:
    return reduce(np.add, values)


#: names are those of Pyomo's expression nodes (`getname()`) where it has one
OPERATIONS: dict[str, Callable[..., Array]] = {
    "sum": _sum,
    "mul": np.multiply,
    "div": np.divide,
    "pow": np.power,
    "abs": np.abs,
    "min": lambda *v: reduce(np.minimum, v),
    "max": lambda *v: reduce(np.maximum, v),
    "exp": np.exp,
    "log": np.log,
    "log10": np.log10,
    "sqrt": np.sqrt,
    "sin": np.sin,
    "cos": np.cos,
    "tan": np.tan,
    "ceil": np.ceil,
    "floor": np.floor,
}


def times(a: Term, b: Term) -> Term:
    """Product, literals folded."""
    for x, y in ((a, b), (b, a)):
        if isinstance(x, float):
            if isinstance(y, float):
                return x * y
            if x == 1.0:
                return y
            if x == 0.0:
                return 0.0
    return Apply("mul", (a, b))


def total(terms: list[Term]) -> Term:
    """Sum, literals folded."""
    fixed = sum(t for t in terms if isinstance(t, float))
    rest: list[Term] = [t for t in terms if not isinstance(t, float)]
    if fixed or not rest:
        rest.append(float(fixed))
    return rest[0] if len(rest) == 1 else Apply("sum", tuple(rest))


def apart(term: Term, leaves: list[Term]) -> Shape:
    """The shape of a term; its leaves are appended in the order of the shape."""
    if isinstance(term, Apply):
        return (term.operation, *(apart(t, leaves) for t in term.operands))
    leaves.append(term)
    return None


def evaluator(shape: Shape) -> Callable[[Array], Array]:
    """A function from leaves, shape (leaves of one term, terms), to values, shape (terms,)."""
    return _evaluator(shape, iter(range(1_000_000)))


def _evaluator(shape: Shape, row: Any) -> Callable[[Array], Array]:
    if shape is None:
        i = next(row)
        return lambda leaves: leaves[i]
    operation = OPERATIONS[shape[0]]
    parts = [_evaluator(s, row) for s in shape[1:]]
    if len(parts) == 1:
        (one,) = parts
        return lambda leaves: operation(one(leaves))
    if len(parts) == 2:
        left, right = parts
        return lambda leaves: operation(left(leaves), right(leaves))
    return lambda leaves: operation(*(p(leaves) for p in parts))

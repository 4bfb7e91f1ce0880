"""Reads Pyomo expressions as linear forms whose coefficients are terms of the parameters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pyomo.common.numeric_types import native_numeric_types
from pyomo.core.expr import numeric_expr as nodes

from rami.core.errors import ControlError
from rami.functional.strategy.compiler.term import OPERATIONS, Apply, Place, Term, times, total

#: the key of a linear form's constant
CONSTANT = -1
#: column (or CONSTANT) -> coefficient
Linear = dict[int, Term]
_Parts = dict[int, list[Term]]

_NAMES = {
    nodes.PowExpression: "pow",
    nodes.AbsExpression: "abs",
    nodes.MinExpression: "min",
    nodes.MaxExpression: "max",
}


class LinearReader:
    """`parameters` and `columns` map the ids of Pyomo's Param and Var data to their places."""

    def __init__(self, parameters: Mapping[int, int], columns: Mapping[int, int]) -> None:
        self._parameters = parameters
        self._columns = columns

    def form(self, expression: Any, owner: str) -> Linear:
        """The linear form of an expression; ControlError naming `owner` when there is none."""
        try:
            return _closed(self._read(expression))
        except _NotLinear as e:
            raise ControlError(f"{owner}: {e}; a plan's blocks must be linear in variables") from e

    def constant(self, expression: Any, owner: str) -> Term:
        """The term of an expression without variables; ControlError as in `form`."""
        form = self.form(expression, owner)
        if form.keys() - {CONSTANT}:
            raise ControlError(f"{owner}: a variable where a constant is needed: {expression}")
        return form.get(CONSTANT, 0.0)

    def _read(self, e: Any) -> _Parts:
        if e.__class__ in native_numeric_types:
            return {CONSTANT: [float(e)]}
        if id(e) in self._parameters:
            return {CONSTANT: [Place(self._parameters[id(e)])]}
        if id(e) in self._columns:
            return {self._columns[id(e)]: [1.0]}
        if not e.is_expression_type():
            raise _NotLinear(f"{e} is neither a value, an initialised Param nor a Var of the model")
        if e.is_named_expression_type():
            return self._read(e.expr)
        if isinstance(e, nodes.SumExpression):
            parts: _Parts = {}
            for argument in e.args:
                for column, terms in self._read(argument).items():
                    parts.setdefault(column, []).extend(terms)
            return parts
        if isinstance(e, nodes.NegationExpression):
            return _scaled(self._read(e.args[0]), -1.0)
        if isinstance(e, nodes.ProductExpression):
            return self._product(e)
        if isinstance(e, nodes.DivisionExpression):
            divisor = self._number(e.args[1])
            return _scaled(self._read(e.args[0]), Apply("div", (1.0, divisor)))
        return {CONSTANT: [self._function(e)]}

    def _product(self, e: Any) -> _Parts:
        a, b = (self._read(x) for x in e.args)
        if b.keys() <= {CONSTANT}:
            a, b = b, a
        if not a.keys() <= {CONSTANT}:
            raise _NotLinear(f"product of variables: {e}")
        return _scaled(b, _closed(a).get(CONSTANT, 0.0))

    def _number(self, e: Any) -> Term:
        form = _closed(self._read(e))
        if form.keys() - {CONSTANT}:
            raise _NotLinear(f"a variable in a divisor or a function: {e}")
        return form.get(CONSTANT, 0.0)

    def _function(self, e: Any) -> Term:
        name = next((n for kind, n in _NAMES.items() if isinstance(e, kind)), None)
        if name is None and isinstance(e, nodes.UnaryFunctionExpression):
            name = e.getname()
        if name not in OPERATIONS:
            raise _NotLinear(f"no rule for {type(e).__name__}: {e}")
        return Apply(name, tuple(self._number(a) for a in e.args))


class _NotLinear(Exception):
    """An expression that is no linear form."""


def _scaled(parts: _Parts, factor: Term) -> _Parts:
    return {column: [times(factor, t) for t in terms] for column, terms in parts.items()}


def _closed(parts: _Parts) -> Linear:
    """One term per column; columns whose coefficient is the literal zero vanish."""
    form = {column: total(terms) for column, terms in parts.items()}
    return {c: t for c, t in form.items() if not (isinstance(t, float) and t == 0.0)}

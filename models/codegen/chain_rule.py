"""Exact derivatives of a model by the chain rule over its signals, as straight-line code."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import sympy as sp
from sympy import Expr, Symbol

from models.codegen.printing import number, text
from models.kernel.ordering import needs

#: derivatives by column; the value is the text of a name or a number
Row = dict[int, str]


class ChainRule:
    """Collects `lines` (name, text) that compute derivatives by the symbols in `columns`.

    `names` says how symbols print. Signals must be given in their order.
    """

    def __init__(self, names: Mapping[Symbol, str], columns: Iterable[Symbol]) -> None:
        self._names = names
        self._rows: dict[Symbol, Row] = {s: {j: "1.0"} for j, s in enumerate(columns)}
        self.lines: list[tuple[str, str]] = []

    def signal(self, symbol: Symbol, expression: Expr) -> None:
        """Remember the derivatives of a signal for those that use it."""
        self._rows[symbol] = self.row(expression)

    def row(self, expression: Expr) -> Row:
        """Derivatives of an expression, without those that are zero throughout."""
        terms: dict[int, list[str]] = {}
        for symbol in needs(expression):
            inner = self._rows.get(symbol)
            if not inner:
                continue
            outer = sp.diff(expression, symbol)
            if outer == 0:
                continue
            factor = self._value(outer)
            for column, value in inner.items():
                terms.setdefault(column, []).append(_times(factor, value))
        return {column: self._sum(parts) for column, parts in terms.items()}

    def _value(self, expression: Expr) -> str:
        if expression.is_Number:
            return number(float(expression))
        return self._line(text(expression, self._names))

    def _sum(self, parts: list[str]) -> str:
        if len(parts) == 1 and "*" not in parts[0]:
            return parts[0]
        return self._line(" + ".join(parts))

    def _line(self, value: str) -> str:
        name = f"q{len(self.lines)}"
        self.lines.append((name, value))
        return name


def _times(a: str, b: str) -> str:
    if a == "1.0":
        return b
    if b == "1.0":
        return a
    return f"{a} * {b}"

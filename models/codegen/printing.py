"""Prints expressions as text that is both C99 and Python, so that both run the same arithmetic.

Only what the equations use is known: sums, products, powers and the functions of
`models.kernel.functions`.
"""

from __future__ import annotations

from collections.abc import Mapping

import sympy as sp
from sympy import Expr, Symbol


def text(expression: Expr, names: Mapping[Symbol, str]) -> str:
    """An expression with each symbol under its name; KeyError for an unknown symbol."""
    if isinstance(expression, Symbol):
        return names[expression]
    if expression.is_Number:
        return number(float(expression))
    arguments = expression.args
    if isinstance(expression, sp.Add):
        return "(" + " + ".join(text(a, names) for a in arguments) + ")"
    if isinstance(expression, sp.Mul):
        return _product(arguments, names)
    if isinstance(expression, sp.Pow):
        return _power(arguments[0], float(arguments[1]), names)
    inner = ", ".join(text(a, names) for a in arguments)
    return f"{type(expression).__name__}({inner})"


def number(value: float) -> str:
    """A literal that reads back as the same double; a negative one in brackets."""
    return repr(value) if value >= 0 else f"({value!r})"


def _product(factors: tuple[Expr, ...], names: Mapping[Symbol, str]) -> str:
    above, below, sign = [], [], ""
    for factor in factors:
        if factor == -1:
            sign = "-"
        elif isinstance(factor, sp.Pow) and factor.args[1].is_Number and factor.args[1] < 0:
            below.append(_power(factor.args[0], -float(factor.args[1]), names))
        else:
            above.append(text(factor, names))
    top = " * ".join(above) or "1.0"
    if below:
        return f"({sign}{top} / ({' * '.join(below)}))"
    return f"({sign}{top})"


def _power(base: Expr, exponent: float, names: Mapping[Symbol, str]) -> str:
    if exponent < 0:
        return f"(1.0 / {_power(base, -exponent, names)})"
    inner = text(base, names)
    if exponent in (1.0, 2.0, 3.0) and (exponent == 1.0 or isinstance(base, Symbol)):
        return "(" + " * ".join([inner] * int(exponent)) + ")"
    return f"pow({inner}, {number(exponent)})"

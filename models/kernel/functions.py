"""The awkward functions of the equations, opaque to sympy, with declared derivatives.

No Piecewise: `pos(x) = max(x, 0)` and `phi1(x) = (1 - exp(-x)) / x` are everything the
equations need; minimum, maximum and clipping are made of `pos`.
"""

from __future__ import annotations

from typing import TypeAlias

import sympy as sp
from sympy import Expr

Number: TypeAlias = Expr | float | int


class pos(sp.Function):  # type: ignore[misc]  # noqa: N801
    """max(x, 0)."""

    nargs = 1

    @classmethod
    def eval(cls, x: Expr) -> Expr | None:
        """A number is evaluated at once."""
        return sp.Max(x, 0) if x.is_Number else None

    def fdiff(self, argindex: int = 1) -> Expr:
        """Derivative: `unit`."""
        return unit(self.args[0])


class unit(sp.Function):  # type: ignore[misc]  # noqa: N801
    """1 where x > 0, else 0; flat."""

    nargs = 1

    def fdiff(self, argindex: int = 1) -> Expr:
        """Derivative: none."""
        return sp.S.Zero


class phi1(sp.Function):  # type: ignore[misc]  # noqa: N801
    """(1 - exp(-x)) / x, 1 at 0: the exponential of a counterflow exchanger without its 0/0."""

    nargs = 1

    def fdiff(self, argindex: int = 1) -> Expr:
        """Derivative: `dphi1`."""
        return dphi1(self.args[0])


class dphi1(sp.Function):  # type: ignore[misc]  # noqa: N801
    """Derivative of `phi1`."""

    nargs = 1


def lower(a: Number, b: Number) -> Expr:
    """The smaller of two."""
    return sp.sympify(a) - pos(sp.sympify(a) - b)


def higher(a: Number, b: Number) -> Expr:
    """The greater of two."""
    return sp.sympify(a) + pos(sp.sympify(b) - a)


def clip(x: Number, low: float = 0.0, high: float = 1.0) -> Expr:
    """The value within [low, high]."""
    return low + pos(sp.sympify(x) - low) - pos(sp.sympify(x) - high)


def fade(x: Number, full: float, none: float) -> Expr:
    """1 up to `full` (or down to it, when `none` lies below), falling linearly to 0 at `none`."""
    return clip((none - sp.sympify(x)) / (none - full))

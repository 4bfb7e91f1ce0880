"""Printing, chain rule, elimination: each against an independent way."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st

from models.codegen.chain_rule import ChainRule
from models.codegen.elimination import Elimination
from models.codegen.printing import number, text
from models.codegen.python_source import dphi1, phi1, pos, unit
from models.kernel import functions as f
from models.kernel.ordering import ordered, without_aliases
from rami.core.errors import ModelError

X, Y, Z = sp.symbols("x y z")
NAMES = {X: "x", Y: "y", Z: "z"}
RUN: dict[str, Any] = {"pos": pos, "unit": unit, "phi1": phi1, "dphi1": dphi1, "pow": pow}

EXPRESSIONS = [
    3 * X - Y / 7,
    X**2 * Y / (Z * (X + 1) ** 3),
    X**0.6 / Y**0.4,
    -X / (Y * Z),
    (X + Y) ** 2 - 1 / X,
    f.clip(X, 0.2, 0.9) * f.lower(Y, Z),
    f.phi1(X * Y) / (1 + f.phi1(X)),
    f.fade(Y, 80, 85) + f.fade(Z, 25, 20),
    sp.Float(2.5e-9) * X - 1.0e12,
]


@pytest.mark.parametrize("expression", EXPRESSIONS, ids=str)
def test_printed_text_computes_the_expression(expression: sp.Expr) -> None:
    values = {X: 0.7, Y: 1.9, Z: 2.3}
    exact = {f.pos: pos, f.phi1: phi1}
    expected = expression.subs(values)
    for symbolic, numeric in exact.items():
        expected = expected.replace(symbolic, lambda x, g=numeric: sp.Float(g(float(x))))
    got = eval(text(expression, NAMES), RUN, {str(s): v for s, v in values.items()})
    assert got == pytest.approx(float(expected), rel=1e-14)


def test_an_unknown_symbol_is_an_error() -> None:
    with pytest.raises(KeyError):
        text(X + sp.Symbol("nowhere"), NAMES)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_literals_read_back_as_the_same_double(value: float) -> None:
    assert eval(number(value)) == value


@pytest.mark.parametrize("x", [0.0, 1e-9, 1e-6, 9.9e-6, 1.1e-5, 1e-3, 0.0011, 0.5, 30.0, 2000.0])
def test_phi1_and_its_derivative(x: float) -> None:
    exact = sp.Float(x, 40)
    if x:
        assert phi1(x) == pytest.approx(float((1 - sp.exp(-exact)) / exact), rel=1e-12)
        slope = (sp.exp(-exact) * (1 + exact) - 1) / exact**2
        assert dphi1(x) == pytest.approx(float(slope), rel=1e-8)
    else:
        assert (phi1(x), dphi1(x)) == (1.0, -0.5)


def test_chain_rule_equals_differentiation_of_the_whole() -> None:
    signals = {sp.Symbol("s"): X * Y, sp.Symbol("t"): sp.Symbol("s") ** 2 + f.phi1(X)}
    s, t = signals
    goal = t / (1 + s) + 3 * Z
    rule = ChainRule({**NAMES, s: "s", t: "t"}, [X, Y])
    for symbol, expression in signals.items():
        rule.signal(symbol, expression)
    row = rule.row(goal)
    place: dict[str, Any] = {"x": 0.7, "y": 1.9, "z": 2.3}
    place["s"] = 0.7 * 1.9
    place["t"] = place["s"] ** 2 + phi1(0.7)
    for name, value in rule.lines:
        place[name] = eval(value, RUN, place)
    got = {column: eval(value, RUN, place) for column, value in row.items()}
    h = 1e-6

    def whole(x: float, y: float) -> float:
        product = x * y
        return (product**2 + phi1(x)) / (1 + product) + 3 * 2.3

    assert got[0] == pytest.approx((whole(0.7 + h, 1.9) - whole(0.7 - h, 1.9)) / 2 / h, rel=1e-8)
    assert got[1] == pytest.approx((whole(0.7, 1.9 + h) - whole(0.7, 1.9 - h)) / 2 / h, rel=1e-8)
    assert set(got) == {0, 1}


@given(
    n=st.integers(1, 9),
    places=st.sets(st.tuples(st.integers(0, 8), st.integers(0, 8)), max_size=30),
    seed=st.integers(0, 2**16),
)
def test_elimination_solves_any_pattern(n: int, places: set[tuple[int, int]], seed: int) -> None:
    rng = np.random.default_rng(seed)
    pattern = {(i, j) for i, j in places if i < n and j < n}
    matrix = np.diag(10 + rng.random(n))
    for i, j in pattern:
        matrix[i, j] += rng.uniform(-1, 1)
    wanted = rng.random(n)
    elimination = Elimination(n, pattern)
    a = [0.0] * len(elimination.place)
    for (i, j), k in elimination.place.items():
        a[k] = matrix[i, j]
    b = (matrix @ wanted).tolist()
    code = [line.rstrip(";") for line in (*elimination.factorise, *elimination.substitute)]
    exec("\n".join(code), {"a": a, "b": b})
    assert b == pytest.approx(wanted.tolist(), abs=1e-10)


def test_signals_are_sorted_by_need() -> None:
    signals = {X: Y + 1, Y: 2 * Z}
    assert ordered([X], signals) == [Y, X]


def test_a_closed_loop_of_signals_is_named() -> None:
    with pytest.raises(ModelError, match="algebraic loop: x <- y <- x; put a store"):
        ordered([X], {X: Y + 1, Y: 2 * X})
    with pytest.raises(ModelError, match="algebraic loop"):
        without_aliases({X: Y, Y: X})


def test_other_names_of_a_quantity_cost_nothing() -> None:
    real, aliases = without_aliases({X: Y, Y: 2 * Z, sp.Symbol("v"): X + 1})
    assert aliases == {X: Y}
    assert real[sp.Symbol("v")] == Y + 1


def test_opaque_functions_in_c_and_python_are_the_same() -> None:
    assert [pos(-1.0), pos(2.0), unit(0.0), unit(3.0)] == [0.0, 2.0, 0.0, 1.0]
    assert math.isclose(phi1(1.0), 1 - math.exp(-1))

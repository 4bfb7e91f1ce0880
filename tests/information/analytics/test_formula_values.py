"""Values of formulas equal the arithmetic done by hand, with quality."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rami.core.dimension import of_quantity
from rami.core.frame import Frame
from rami.core.quality import Family, Reason, is_bad, is_good, quality
from rami.core.timegrid import TimeGrid
from rami.information.analytics.declared import read_declared
from rami.information.analytics.figures import declared_figures
from rami.information.analytics.formula import read_formula
from rami.information.analytics.formula_values import Column, evaluate
from rami.information.analytics.settings import KpiDeclaration

GRID = TimeGrid.of("2019-01-14T00:00+01:00", 900, 4)
QUANTITIES = {"a.P": "power", "b.P": "power", "a.E": "energy", "a.T": "temperature"}
FRAME = Frame(
    GRID,
    ("a.P", "b.P", "a.E", "a.T"),
    ("kW", "kW", "kWh", "degC"),
    np.array(
        [[8.0, 2.0, 1.0, 50.0], [0.0, 0.0, 3.0, 60.0], [9.0, 3.0, np.nan, 70.0], [4, 1, 5, 80]]
    ),
)


def value(text: str, unit: str) -> tuple[np.ndarray, np.ndarray]:
    declared = {"x": KpiDeclaration(formula=text, unit=unit)}
    figure = declared_figures(read_declared(declared, QUANTITIES), GRID, FRAME, QUANTITIES)["x"]
    return figure.values, figure.quality


def test_by_hand() -> None:
    assert value("a.P / b.P", "1")[0] == pytest.approx([4.0, np.nan, 3.0, 4.0], nan_ok=True)
    assert value("integral(a.P)", "kWh")[0] == pytest.approx([2.0, 0.0, 2.25, 1.0])
    assert value("total(integral(a.P)) / total(integral(b.P))", "1")[0] == pytest.approx([3.5] * 4)
    assert value("total(a.E)", "MWh")[0] == pytest.approx([0.009] * 4)
    assert value("mean(a.T)", "degC")[0] == pytest.approx([65.0] * 4)
    assert value("a.T - mean(a.T)", "K")[0] == pytest.approx([-15.0, -5.0, 5.0, 15.0])
    assert value("max(a.P, b.P * 4, '1 kW')", "W")[0] == pytest.approx([8e3, 1e3, 12e3, 4e3])
    assert value("where(a.P > 0 and b.P < '2.5 kW', a.P, 0)", "kW")[0] == pytest.approx(
        [8.0, 0.0, 0.0, 4.0]
    )
    assert value("a.E * '50 EUR/MWh'", "EUR")[0] == pytest.approx(
        [0.05, 0.15, np.nan, 0.25], nan_ok=True
    )


def test_quality_follows_the_inputs() -> None:
    _, grade = value("a.P / b.P", "1")
    assert is_good(grade).tolist() == [True, False, True, True]
    assert grade[1] == quality(Family.BAD, Reason.NO_DEMAND)
    _, grade = value("a.E", "kWh")
    assert grade[2] == quality(Family.BAD, Reason.MISSING)
    _, grade = value("total(a.E)", "kWh")
    assert np.all(grade == quality(Family.UNCERTAIN, Reason.MISSING))


def test_a_period_without_any_value_is_bad() -> None:
    formula = read_formula("total(a.E)", "kWh", {"a.E": of_quantity("energy")[0]})
    nothing = Column(np.full(4, np.nan), np.zeros(4, np.uint32))
    figure = evaluate(formula, {"a.E": nothing}, GRID)
    assert is_bad(figure.quality).all()
    assert np.isnan(figure.values).all()


def test_figures_may_use_figures() -> None:
    declared = {
        "double": KpiDeclaration(formula="2 * kpi.ratio", unit="%"),
        "ratio": KpiDeclaration(formula="a.P / b.P", unit="1"),
    }
    formulas = read_declared(declared, QUANTITIES)
    assert list(formulas) == ["ratio", "double"]
    figures = declared_figures(formulas, GRID, FRAME, QUANTITIES)
    assert figures["double"].values[0] == pytest.approx(800.0)
    assert figures["double"].unit == "%"


_numbers = st.floats(-1e3, 1e3, allow_nan=False).map(lambda x: round(x, 3))


@st.composite
def expressions(draw: st.DrawFn, depth: int = 3) -> str:
    """Formulas of powers and numbers whose result is a power."""
    if depth == 0:
        return draw(st.sampled_from(["a.P", "b.P", "'3 kW'"]))
    one = draw(expressions(depth - 1))
    other = draw(expressions(depth - 1))
    number = draw(st.sampled_from(["2", "0.5", "-3"]))
    return draw(
        st.sampled_from(
            [
                f"({one} + {other})",
                f"({one} - {other})",
                f"({number} * {one})",
                f"max({one}, {other})",
                f"min({one}, {other})",
                f"abs({one})",
                f"where({one} > {other}, {one}, {other} / {number})",
            ]
        )
    )


@given(expressions(), st.lists(st.tuples(_numbers, _numbers), min_size=4, max_size=4))
def test_equal_to_plain_python(text: str, rows: list[tuple[float, float]]) -> None:
    dimensions = {n: of_quantity("power")[0] for n in ("a.P", "b.P")}
    formula = read_formula(text, "kW", dimensions)
    table = np.array(rows)
    columns = {n: Column(table[:, i], np.zeros(4, np.uint32)) for i, n in enumerate(("a.P", "b.P"))}
    found = evaluate(formula, columns, GRID).values
    plain = text.replace("'3 kW'", "3.0").replace("a.P", "a").replace("b.P", "b")

    def where(condition: bool, then: float, otherwise: float) -> float:
        return then if condition else otherwise

    for i, (a, b) in enumerate(rows):
        scope = {"a": a, "b": b, "max": max, "min": min, "abs": abs, "where": where}
        assert found[i] == pytest.approx(eval(plain, {"__builtins__": {}}, scope), abs=1e-9)

"""The compiler against Pyomo's own standard form, and what it refuses."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyomo.environ as pe
import pytest
from pyomo.repn.plugins.standard_form import LinearStandardFormCompiler

from rami.core.errors import ControlError, DataError
from rami.functional.strategy.build import Compiled, model_of
from rami.functional.strategy.compiler import CompiledProgram
from tests.functional.strategy.planning import Planning

STEPS = 6


def fresh(setup: Planning) -> Compiled:
    """A program with a Pyomo model of its own, so that its Params may be set."""
    s = setup.settings
    layout = setup.controller.site.layout(STEPS, s.cost_basis == "marginal")
    plan, terms = model_of(layout)
    return Compiled(layout, CompiledProgram(plan.model, terms), tuple(plan.slacks))


def drawn(rng: np.random.Generator, size: int) -> np.ndarray:
    """Values of either sign, with zeros and ones (switches) among them."""
    values = rng.normal(0, 10 ** rng.uniform(-3, 3), size)
    kind = rng.integers(0, 6, size)
    values[kind == 0] = 0.0
    values[kind == 1] = 1.0
    return values


def set_pyomo(program: CompiledProgram) -> None:
    """Give Pyomo's Params the values of theta."""
    for parameter in program.model.component_objects(pe.Param, descend_into=True):
        values = program.theta[program.parameters[parameter.name]]
        for data, value in zip(parameter.values(), values, strict=True):
            data.set_value(float(value))


def evaluate(program: CompiledProgram) -> None:
    """Update; drawn bounds may cross, which is no matter here."""
    for sweep in program._sweeps:
        program.arrays[sweep.target][sweep.where] = sweep.function(program.theta[sweep.leaves])


def dense(program: CompiledProgram) -> np.ndarray:
    matrix = np.zeros((len(program.row_names), len(program.column_names)))
    for i in range(len(program.row_names)):
        for k in range(program.start[i], program.start[i + 1]):
            matrix[i, program.index[k]] += program.arrays["matrix"][k]
    return matrix


def standard_form(program: CompiledProgram) -> dict[str, np.ndarray]:
    """The same arrays by Pyomo's compiler, in our order of rows and columns."""
    form = LinearStandardFormCompiler().write(program.model, mixed_form=True)
    column = {name: j for j, name in enumerate(program.column_names)}
    row = {name: i for i, name in enumerate(program.row_names)}
    places = [column[v.name] for v in form.columns]
    m, n = len(row), len(column)
    matrix, low, high = np.zeros((m, n)), np.full(m, -np.inf), np.full(m, np.inf)
    theirs = form.A.toarray()
    for k, (constraint, sense) in enumerate(form.rows):
        i = row[constraint.name]
        matrix[i, places] = theirs[k]
        if sense <= 0:
            low[i] = form.rhs[k]
        if sense >= 0:
            high[i] = form.rhs[k]
    cost = np.zeros(n)
    cost[places] = form.c.toarray()[0]
    return {"matrix": matrix, "cost": cost, "row_lower": low, "row_upper": high}


@pytest.mark.parametrize("basis", ["marginal", "average"])
def test_arrays_equal_pyomos_standard_form(basis: str, request: pytest.FixtureRequest) -> None:
    """100 drawn parameter sets in all, entry by entry."""
    program = fresh(request.getfixturevalue(basis)).program
    rng = np.random.default_rng(len(basis))
    variables = {v.name: v for v in program.model.component_data_objects(pe.Var)}
    empty = np.zeros(len(program.row_names))
    for _ in range(50):
        for place in program.parameters.values():
            program.theta[place] = drawn(rng, place.stop - place.start)
        for name in ("eta_th", "eta"):  # divisors
            for key, place in program.parameters.items():
                if key.endswith(f".{name}"):
                    program.theta[place] = np.abs(program.theta[place]) + 0.1
        set_pyomo(program)
        evaluate(program)
        theirs, ours = standard_form(program), {**program.arrays, "matrix": dense(program)}
        for name, wanted in theirs.items():
            got = ours[name]
            if name.startswith("row_"):
                # Pyomo drops rows that today's values leave empty
                kept = np.abs(theirs["matrix"]).sum(axis=1) > 0
                got, wanted = np.where(kept, got, empty), np.where(kept, wanted, empty)
            np.testing.assert_allclose(got, wanted, rtol=1e-12, atol=1e-12, err_msg=name)
        for j, name in enumerate(program.column_names):
            low, high = variables[name].bounds
            assert program.arrays["lower"][j] == (-np.inf if low is None else low)
            assert program.arrays["upper"][j] == (np.inf if high is None else high)
            assert bool(program.integrality[j]) == (not variables[name].is_continuous())


def test_sparsity_does_not_depend_on_values(average: Planning) -> None:
    """A COP of zero today must not drop the heat pump's coefficient for good."""
    program = fresh(average).program
    program.theta[: program._count] = 0.0
    evaluate(program)
    program.set({"hts.hp.cop": 3.0})
    evaluate(program)
    row = program.row_names.index("hts.hp.eq6[2]")
    entries = slice(program.start[row], program.start[row + 1])
    assert sorted(program.arrays["matrix"][entries]) == [-3.0, 1.0]


def model(**parts: Any) -> pe.ConcreteModel:
    m = pe.ConcreteModel()
    m.p = pe.Param(initialize=2.0, mutable=True)
    m.x, m.y = pe.Var(bounds=(0, 5)), pe.Var(bounds=(0, 5))
    m.objective = pe.Objective(expr=m.x + m.y)
    for name, expression in parts.items():
        m.add_component(name, pe.Constraint(expr=expression(m)))
    return m


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        (lambda m: m.x * m.y <= 1, r"eq99: product of variables: .*must be linear"),
        (lambda m: pe.exp(m.x) <= 1, r"eq99: a variable in a divisor or a function"),
        (lambda m: m.p / m.x <= 1, r"eq99: a variable in a divisor"),
        (lambda m: abs(m.x) <= 1, r"eq99: a variable in a divisor or a function"),
    ],
)
def test_what_is_not_linear_names_the_constraint(expression: Any, message: str) -> None:
    with pytest.raises(ControlError, match=message):
        CompiledProgram(model(eq99=expression))


def test_functions_of_parameters_are_evaluated() -> None:
    m = model(row=lambda m: pe.exp(-m.p) * m.x + m.y / m.p**2 <= abs(-m.p) + pe.sqrt(m.p))
    program = CompiledProgram(m, {"both": m.objective.expr})
    program.set({"p": 4.0})
    program.update()
    assert dense(program)[0] == pytest.approx([np.exp(-4), 1 / 16])
    assert program.arrays["row_upper"][0] == pytest.approx(6.0)
    assert program.parts(np.array([1.0, 2.5])) == {"both": 3.5}


def test_input_is_refused_by_name(marginal: Planning) -> None:
    compiled = fresh(marginal)
    program, values = compiled.program, marginal.values(compiled)
    with pytest.raises(DataError) as caught:
        program.update()
    assert "hts.hp.cop[0]: wanted a finite number, got nan (6 of 6 steps)" in str(caught.value)
    bad = {
        **values,
        "hts.hp.cop": np.array([3, 3, np.nan, 3, np.inf, 3]),
        "owner.iess.peak": np.nan,
    }
    program.set(bad)
    with pytest.raises(DataError) as caught:
        program.update()
    assert [p.where for p in caught.value.problems] == ["hts.hp.cop[2]", "owner.iess.peak"]
    program.set({**values, "hts.hex_hnlt.p_max": -1.0})
    with pytest.raises(DataError, match=r"hts.hex_hnlt.P\[0\]: lower limit 0 above upper limit -1"):
        program.update()
    with pytest.raises(DataError) as caught:
        program.set({"hts.hp.cpo": 3.0, "hts.hp.cop": np.ones(5)})
    assert "hts.hp.cpo: the plan has no such parameter; hint: did you mean" in str(caught.value)
    assert "hts.hp.cop: wanted one or 6 numbers, got shape (5,)" in str(caught.value)
    program.set(values)
    program.update()


def test_replicas_share_nothing_that_changes(marginal: Planning) -> None:
    compiled = fresh(marginal)
    one, other = compiled.program.replica(), compiled.program.replica()
    one.set(marginal.values(compiled))
    other.set({**marginal.values(compiled), "hts.hp.cop": 2.0})
    one.update()
    other.update()
    assert not np.array_equal(one.arrays["matrix"], other.arrays["matrix"])
    assert np.isnan(compiled.program.theta[: compiled.program._count]).all()

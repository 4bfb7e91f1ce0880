"""The linear model against differences of the nonlinear one."""

from __future__ import annotations

import numpy as np
import pytest

from models import linearise
from tests.models.held_inputs import drawn_inputs
from tests.models.wired import Bench, station


@pytest.fixture(scope="module")
def bench() -> Bench:
    topology = station().twins["station"]
    made = Bench(topology)
    held = drawn_inputs(topology, made.plant.inputs, 8, seed=1).max(axis=0)
    for _ in range(30):
        made.plant.step(held, 60)
    made.inputs[:] = held
    return made


def test_matrices_are_the_derivatives(bench: Bench) -> None:
    plant = bench.plant
    linear = linearise(bench.model, bench.inputs, plant.states)
    n = len(linear.states)
    assert linear.a.shape == (n, n)
    assert linear.d.shape == (len(plant.outputs), len(plant.inputs))
    point = plant.states.copy()
    rates = np.empty((n, n))
    outputs = np.empty((len(plant.outputs), n))
    for j in range(n):
        step = 1e-5 if point[j] < 1.5 else 1e-3
        sides = []
        for sign in (1, -1):
            plant.states = point.copy()
            plant.states[j] += sign * step
            sides.append((plant.rates(plant.states)[:n], plant.read()))
        rates[:, j] = (sides[0][0] - sides[1][0]) / (2 * step)
        outputs[:, j] = (sides[0][1] - sides[1][1]) / (2 * step)
    plant.states = point
    assert linear.a == pytest.approx(rates, rel=1e-4, abs=1e-6)
    assert linear.c == pytest.approx(outputs, rel=1e-4, abs=1e-4)


def test_inputs_act_as_they_do_on_the_plant(bench: Bench) -> None:
    plant = bench.plant
    linear = linearise(bench.model, bench.inputs, plant.states)
    n = len(linear.states)
    for j, name in enumerate(plant.inputs.names):
        sides = []
        for sign in (1, -1):
            changed = bench.inputs.copy()
            changed[j] += sign * 1e-4
            plant.write(changed)
            sides.append((plant.rates(plant.states)[:n], plant.read()))
        plant.write(bench.inputs)
        rate = (sides[0][0] - sides[1][0]) / 2e-4
        if not np.isclose(bench.inputs[j], 1.0):  # at full speed the input saturates
            assert linear.b[:, j] == pytest.approx(rate, rel=1e-4, abs=1e-6), name
            output = (sides[0][1] - sides[1][1]) / 2e-4
            assert linear.d[:, j] == pytest.approx(output, rel=1e-4, abs=1e-4), name


def test_the_plant_is_stable(bench: Bench) -> None:
    linear = linearise(bench.model, bench.inputs, bench.plant.states)
    assert np.linalg.eigvals(linear.a).real.max() < 1e-9

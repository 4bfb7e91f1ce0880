"""Energy: proven in symbols, closed in numbers, and the proof can fail."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.assets.fmu.backend import FmuBackend
from models import Model, assemble, boundaries_of, energy_balance, points_of
from models.balance import BoundaryFlow
from models.kernel.first_law import prove, residual
from models.kernel.functions import phi1, pos
from models.kernel.model import StateKind
from rami.asset.capability import STORED
from rami.asset.topology import SiteTopology
from rami.core.errors import ModelError
from tests.models.conftest import TWINS
from tests.models.held_inputs import drawn_inputs
from tests.models.wired import Bench, station

A, B = sp.symbols("a b")


def test_a_flow_between_two_stores_is_conserved() -> None:
    prove("t", {sp.Symbol("x"): -A, sp.Symbol("y"): A}, {}, [])


def test_a_flow_in_one_balance_alone_is_noticed() -> None:
    with pytest.raises(ModelError, match="first law does not hold: a is neither stored"):
        prove("t", {sp.Symbol("x"): A}, {}, [])


@pytest.mark.parametrize("sign", [-1, 1])
def test_a_register_of_the_wrong_sign_is_noticed(sign: int) -> None:
    left = residual(
        [A - B],
        {"gas": A, "loss": B},
        [BoundaryFlow("c", "gas", {"gas": sign}), BoundaryFlow("c", "air", {"loss": 1})],
    )
    assert (left == 0) == (sign == -1)


@pytest.mark.parametrize("name", TWINS)
def test_every_flow_across_the_boundary_is_metered(
    name: str, reference_models: Mapping[str, Model]
) -> None:
    """The derivatives as generated cancel in the symbols of the flows."""
    model = reference_models[name]
    rates = {str(s.symbol): s.derivative for s in model.states}
    capacity = sp.Poly(
        dict(model.signals)[sp.Symbol(STORED)],
        *(s.symbol for s in model.states if s.kind is StateKind.TEMPERATURE),
    )
    stored = sum(
        capacity.coeff_monomial(s.symbol) * s.derivative
        for s in model.states
        if s.kind is StateKind.TEMPERATURE
    )
    total = stored + sum(
        factor * rates[n] for n, factor in energy_balance(model.boundaries).items() if n != STORED
    )
    left = sp.expand(total).as_coefficients_dict()
    assert all(abs(float(coefficient)) < 1e-12 for coefficient in left.values())


@pytest.mark.parametrize("name", TWINS)
def test_energy_closes_in_the_fmu(
    name: str, reference: SiteTopology, reference_fmus: Mapping[str, Path]
) -> None:
    path, topology = reference_fmus[name], reference.twins[name]
    boundaries = boundaries_of(path)
    inputs, outputs = points_of(topology, boundaries)
    fmu = FmuBackend.load(path, inputs, outputs, name=name)
    factors = np.zeros(len(outputs))
    for register, factor in energy_balance(boundaries).items():
        factors[outputs[register]] = factor
    start = fmu.read().copy()
    for held in drawn_inputs(topology, inputs, 96, seed=5):
        for _ in range(15):
            end = fmu.step(held, 60)
    registers = np.array([p.cumulative for p in outputs.points])
    turnover = np.abs(end[registers]).sum()
    assert turnover > 10_000
    assert abs(factors @ (end - start)) < 1e-11 * turnover
    for place in np.flatnonzero(registers & (factors != 0) & (np.abs(end - start) > 1)):
        dropped = factors.copy()
        dropped[place] = 0
        assert abs(dropped @ (end - start)) > 1e-6 * turnover


@settings(max_examples=10)
@given(
    sources=st.integers(1, 3),
    sinks=st.integers(1, 3),
    heat_pumps=st.integers(0, 2),
    storage=st.booleans(),
    heater=st.booleans(),
    seed=st.integers(0, 1000),
)
def test_any_station_assembles_and_closes(
    sources: int, sinks: int, heat_pumps: int, storage: bool, heater: bool, seed: int
) -> None:
    topology = station(sources, sinks, heat_pumps, storage, heater, 3).twins["station"]
    bench = Bench(topology)
    balance = energy_balance(bench.model.boundaries)
    before = {name: bench[name] for name in balance}
    for held in drawn_inputs(topology, bench.plant.inputs, 3, seed):
        bench.plant.step(held, 60.0)
        bench.plant.step(held, 300.0)
    moved = {name: bench[name] - before[name] for name in balance}
    turnover = sum(abs(v) for v in moved.values())
    assert turnover > 1
    assert abs(sum(balance[n] * moved[n] for n in balance)) < 1e-11 * max(turnover, 1e4)
    temperatures = [
        v
        for v, p in zip(bench.plant.read(), bench.plant.outputs.points, strict=True)
        if p.quantity == "temperature"
    ]
    assert all(10 < t < 130 for t in temperatures)


def test_networks_of_other_twins_assemble() -> None:
    """A supply system without converters: the lines, the exchanges, a bypass."""
    for topology in station(2, 2, 2).twins.values():
        assert assemble(topology).boundaries


def test_derivatives_of_the_opaque_functions() -> None:
    x = sp.Symbol("x")
    assert str(pos(2 * x).diff(x)) == "2*unit(2*x)"
    assert str(phi1(x).diff(x)) == "dphi1(x)"
    assert pos(sp.Float(-2)) == 0

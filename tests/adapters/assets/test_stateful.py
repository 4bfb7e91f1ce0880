"""The state of a model told and set: what follows is the same, and registers stay."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from adapters.assets.fmu.backend import FmuBackend
from adapters.assets.native.backend import NativeBackend, placed
from models import NativePlant, assemble, build_fmu, points_of
from rami.asset.capability import Stateful
from rami.asset.topology import TwinTopology
from rami.core.errors import ModelError
from tests.models.held_inputs import drawn_inputs
from tests.models.wired import station

KINDS = ("fmu", "native", "native behind points")


@pytest.fixture(scope="module")
def topology() -> TwinTopology:
    return station(1, 1, 1).twins["station"]


@pytest.fixture(params=KINDS)
def backend(request: pytest.FixtureRequest, topology: TwinTopology, fmu_cache: Path) -> Any:
    inputs, outputs = points_of(topology)
    if request.param == "fmu":
        return FmuBackend.load(build_fmu(topology, fmu_cache), inputs, outputs)
    plant = NativePlant(assemble(topology))
    return plant if request.param == "native" else placed(plant, inputs, outputs)


def test_a_state_set_goes_on_as_the_one_told(backend: Any, topology: TwinTopology) -> None:
    assert isinstance(backend, Stateful)
    _goes_on(backend, topology)


def _goes_on(backend: Any, topology: TwinTopology) -> None:
    rows = drawn_inputs(topology, backend.inputs, 6, seed=3)
    for row in rows[:3]:
        backend.step(row, 60.0)
    told = backend.state()
    assert told.shape == (len(backend.state_points),)
    registers = [i for i, p in enumerate(backend.outputs.points) if p.cumulative]
    before = np.array(backend.read())[registers]
    first = [np.array(backend.step(row, 60.0)) for row in rows[3:]]
    moved = first[-1][registers] - before
    backend.set_state(told)
    assert np.array_equal(backend.state(), told)
    between = np.array(backend.read())[registers]
    assert np.array_equal(between, first[-1][registers])
    again = [np.array(backend.step(row, 60.0)) for row in rows[3:]]
    others = [i for i in range(len(backend.outputs)) if i not in registers]
    for one, other in zip(first, again, strict=True):
        assert np.array_equal(one[others], other[others])
    assert again[-1][registers] - between == pytest.approx(moved, rel=1e-9, abs=1e-9)


def test_states_that_are_outputs_read_as_they_were_set(backend: Any) -> None:
    state = backend.state() + np.linspace(0.1, 3.0, len(backend.state_points))
    backend.set_state(state)
    outputs = dict(zip(backend.outputs.names, np.array(backend.read()).tolist(), strict=True))
    both = [n for n in backend.state_points.names if n in outputs]
    assert len(both) > 5
    for name in both:
        assert outputs[name] == state[backend.state_points[name]]


def test_states_begin_within_their_ranges(backend: Any) -> None:
    points = backend.state_points
    assert np.array_equal(backend.state(), points.starts())
    assert all(p.low <= p.start <= p.high for p in points.points)
    assert {p.quantity for p in points.points} == {"temperature", "share"}


def test_what_is_not_finite_is_refused(backend: Any) -> None:
    state = backend.state()
    wrong = state.copy()
    wrong[2] = np.nan
    with pytest.raises(ModelError, match=backend.state_points.names[2]):
        backend.set_state(wrong)
    assert np.array_equal(backend.state(), state)


def test_a_model_that_tells_no_state_is_not_stateful(topology: TwinTopology) -> None:
    class Plain:
        def __init__(self) -> None:
            self.inputs, self.outputs = points_of(topology)

        def read(self) -> Any: ...

        def step(self, inputs: Any, seconds: float) -> Any: ...

    backend = placed(Plain(), *points_of(topology))
    assert isinstance(backend, NativeBackend) and not isinstance(backend, Stateful)

"""States that the measurements do not tell, by name."""

from __future__ import annotations

import numpy as np
import pytest

from models import Linearise, NativePlant, assemble
from rami.functional.estimation import unobservable
from rami.functional.estimation.observability import gramian
from tests.models.wired import station

LAYERS = tuple(f"hs.T_{i}" for i in range(1, 5))


@pytest.fixture(scope="module")
def plant() -> NativePlant:
    made = NativePlant(assemble(station(1, 1, 0, layers=4).twins["station"]))
    inputs = made.inputs.starts()
    for _ in range(10):
        made.step(inputs, 60.0)
    return made


def _found(plant: NativePlant, measured: tuple[str, ...], **inputs: float) -> tuple[str, ...]:
    u = plant.inputs.starts()
    for name, value in inputs.items():
        u[plant.inputs[name.replace("__", ".")]] = value
    state = plant.state()
    for i, name in enumerate(plant.state_points.names):
        if plant.state_points.points[i].quantity == "share":
            drive = next((n for n in plant.inputs.names if n == f"{name.partition('.')[0]}.u"), "")
            state[i] = u[plant.inputs[drive]] if drive else state[i]
    return unobservable(Linearise(plant.model), measured, u, state)


def _all(plant: NativePlant) -> tuple[str, ...]:
    return plant.outputs.names


def test_with_everything_measured_nothing_is_unknown(plant: NativePlant) -> None:
    assert _found(plant, _all(plant)) == ()


def test_layers_at_rest_are_told_by_nobody(plant: NativePlant) -> None:
    rest = tuple(n for n in _all(plant) if n not in LAYERS and not n.startswith("hs."))
    found = _found(plant, rest)
    assert set(LAYERS[1:3]) <= set(found)
    assert set(found) <= {*LAYERS, *(n for n in plant.state_points.names if "." in n)}


def test_one_sensor_tells_its_own_layer(plant: NativePlant) -> None:
    rest = tuple(n for n in _all(plant) if n not in LAYERS and not n.startswith("hs."))
    assert "hs.T_2" not in _found(plant, (*rest, "hs.T_2"))
    assert "hs.T_3" in _found(plant, (*rest, "hs.T_2"))


def test_the_gramian_is_the_sum() -> None:
    rng = np.random.default_rng(3)
    step, h = rng.normal(size=(4, 4)) * 0.4, rng.normal(size=(2, 4))
    exact = sum(
        np.linalg.matrix_power(step, k).T @ h.T @ h @ np.linalg.matrix_power(step, k)
        for k in range(8)
    )
    assert gramian(step, h, 3) == pytest.approx(exact)

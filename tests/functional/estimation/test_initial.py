"""Where a filter starts."""

from __future__ import annotations

import numpy as np
import pytest

from models import NativePlant, assemble
from rami.functional.estimation.initial import Start, first_guess
from tests.models.wired import station

LAYERS = 8


@pytest.fixture(scope="module")
def plant() -> NativePlant:
    return NativePlant(assemble(station(1, 1, 1, layers=LAYERS).twins["station"]))


def _guess(plant: NativePlant, told: dict[str, float]) -> Start:
    inputs = plant.inputs.starts()
    inputs[plant.inputs["hp_0.u"]] = 0.4
    scale = np.full(len(plant.state_points), 2.0)
    return first_guess(plant, inputs, {n: (v, 0.1) for n, v in told.items()}, scale)


def _layers(plant: NativePlant) -> list[int]:
    return [plant.state_points[f"hs.T_{i + 1}"] for i in range(LAYERS)]


def test_what_is_told_is_taken_and_layers_lie_between(plant: NativePlant) -> None:
    start = _guess(plant, {"hs.T_2": 90.0, "hs.T_5": 60.0, "hs.T_7": 58.0, "circuit_flow.T": 93.0})
    assert start.state[_layers(plant)] == pytest.approx([90, 90, 80, 70, 60, 59, 58, 58])
    assert start.state[plant.state_points["circuit_flow.T"]] == 93.0
    std = np.sqrt(np.diagonal(start.covariance))[_layers(plant)]
    assert std[1] == std[4] == std[6] == pytest.approx(0.1)
    assert std[2] > 5.0 and std[5] < 2.0
    assert std[0] == std[7] == 4.0


def test_a_sharp_thermocline_anywhere_between_is_expected(plant: NativePlant) -> None:
    start = _guess(plant, {"hs.T_1": 90.0, "hs.T_8": 60.0})
    block = start.covariance[np.ix_(_layers(plant), _layers(plant))]
    jumps = [np.where(np.arange(LAYERS) < k, 90.0, 60.0) for k in range(1, LAYERS)]
    mean = np.mean(jumps, axis=0)
    assert start.state[_layers(plant)][1:-1] == pytest.approx(np.linspace(90, 60, LAYERS)[1:-1])
    assert start.state[_layers(plant)] == pytest.approx(mean, abs=30 / 7 + 1e-9)
    spread = np.cov(np.array(jumps).T, bias=True)[1:-1, 1:-1] / 4.0
    assert block[1:-1, 1:-1] == pytest.approx(spread, abs=0.15 * 15.0**2)
    assert np.linalg.eigvalsh(start.covariance).min() > 0.0


def test_actuators_are_where_their_inputs_lead_them(plant: NativePlant) -> None:
    start = _guess(plant, {})
    place = plant.state_points["hp_0.speed"]
    assert start.state[place] == pytest.approx(0.4, abs=0.01)
    assert np.sqrt(start.covariance[place, place]) == 4.0


def test_the_rest_is_as_the_model_starts_and_hardly_known(plant: NativePlant) -> None:
    start = _guess(plant, {})
    starts = plant.state_points.starts()
    assert np.array_equal(start.state[_layers(plant)], starts[_layers(plant)])
    assert np.sqrt(np.diagonal(start.covariance))[_layers(plant)] == pytest.approx(8.0)

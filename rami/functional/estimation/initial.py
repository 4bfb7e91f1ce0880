"""Where a filter starts: from what is measured, what lies between, and the model's start."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from rami.asset.capability import Vector
from rami.core.points import PointIndex
from rami.functional.estimation.linearised import EstimatedModel

Matrix = NDArray[np.float64]
Places = NDArray[np.intp]

#: standard deviations in units of the declared fidelity: of what is known only from the
#: declaration, of actuators that may still move, of layers beyond the last sensor, and between
#: two sensors that tell the same
_NOMINAL, _MOVING, _BEYOND, _BETWEEN = 8.0, 4.0, 4.0, 1.0
#: time in which actuators have reached what they are told, s
_SETTLED = 300.0
#: names of layers: `hs.T_1`, `hs.T_2`, ...
_NUMBERED = re.compile(r"^(.*_)(\d+)$")


@dataclass(frozen=True)
class Start:
    """First guess with its covariance in units of the declared fidelity."""

    state: Vector
    covariance: Matrix


def first_guess(
    model: EstimatedModel, inputs: Vector, told: dict[str, tuple[float, float]], scale: Vector
) -> Start:
    """States named in `told` (value, standard deviation in units of fidelity) as told; layers
    between told layers by straight lines, layers beyond as the nearest told one; actuators where
    `inputs` lead them; all else as the model starts. `scale` is the fidelity of the states.
    Raises ModelError.
    """
    points = model.state_points
    state, std = points.starts(), np.full(len(points), _NOMINAL)
    lags = np.array([p.quantity == "share" for p in points.points], np.bool_)
    model.set_state(state)
    model.step(inputs, _SETTLED)
    state[lags] = model.state()[lags]
    std[lags] = _MOVING
    for name, (value, deviation) in told.items():
        state[points[name]], std[points[name]] = value, deviation
    covariance = np.diag(std**2)
    for layers in _layers(points):
        known = [k for k, i in enumerate(layers) if points.names[i] in told]
        if known:
            _interpolate(state, covariance, np.array(layers), np.array(known), scale)
    low = np.array([p.low for p in points.points])
    high = np.array([p.high for p in points.points])
    return Start(np.clip(state, low, high), covariance)


def _layers(points: PointIndex) -> list[list[int]]:
    """Places of states that are numbered alike, in order of their numbers."""
    found: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for place, name in enumerate(points.names):
        numbered = _NUMBERED.match(name)
        if numbered:
            found[numbered[1]].append((int(numbered[2]), place))
    return [[place for _, place in sorted(some)] for some in found.values()]


def _interpolate(
    state: Vector, covariance: Matrix, layers: Places, known: Places, scale: Vector
) -> None:
    """Fill in the layers that are not `known` (their numbers within `layers`).

    Between two sensors lies a sharp thermocline, as likely at one layer as at another: the mean
    is a straight line, the covariance that of a Brownian bridge, and neighbours err together.
    """
    rest = np.setdiff1d(np.arange(len(layers)), known)
    state[layers[rest]] = np.interp(rest, known, state[layers[known]])
    outside = layers[rest[(rest < known[0]) | (rest > known[-1])]]
    covariance[outside, outside] = _BEYOND**2
    for left, right in pairwise(known):
        between = layers[left + 1 : right]
        part = np.arange(1, right - left) / (right - left)
        gap = (state[layers[right]] - state[layers[left]]) / scale[between]
        bridge = np.minimum.outer(part, part) * (1.0 - np.maximum.outer(part, part))
        covariance[np.ix_(between, between)] = bridge * np.outer(gap, gap)
        covariance[between, between] += _BETWEEN**2

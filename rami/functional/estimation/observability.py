"""Which states measurements say something about."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rami.asset.capability import Vector
from rami.functional.estimation.linearised import Linearised
from rami.functional.estimation.noise import Bounds, intensities, state_scale, variances
from rami.functional.estimation.transition import discretise
from rami.integration.fidelity_settings import Fidelity
from rami.integration.tolerance import judged, tolerances_of

Matrix = NDArray[np.float64]

#: part of a state's direction that measurements leave unknown, at which it is called unobservable
_UNSEEN = 0.5


def gramian(transition: Matrix, h: Matrix, doublings: int) -> Matrix:
    """Sum over k < 2^doublings of (h transition^k)^T (h transition^k)."""
    total, power = h.T @ h, transition
    for _ in range(doublings):
        total = total + power.T @ total @ power
        power = power @ power
    return total


def unobservable(
    linearised: Linearised,
    measured: tuple[str, ...],
    inputs: Vector,
    states: Vector,
    settings: Fidelity | None = None,
    step_s: float = 10.0,
) -> tuple[str, ...]:
    """Names of states that points `measured` do not tell within the window of `settings`.

    The model is taken as linear around `inputs` and `states`: what flows there matters, as a
    layer that nothing flows through is told by nobody. A state counts as unobservable when at
    least half of it lies in directions about which the measurements know less than the declared
    fidelity, and the plant does not forget it within the window by itself.
    """
    settings = settings or Fidelity()
    points = linearised.state_points.points
    scale = state_scale(points, settings)
    compared = judged(p for p in linearised.outputs.points if p.name in measured)
    places = linearised.outputs.places([p.name for p in compared])
    tolerances = tolerances_of(compared, settings)
    matrices = linearised(inputs, states)
    c, d = matrices.c[places], matrices.d[places]
    at = np.zeros(len(places))
    fidelity, noise = Bounds.of(tolerances.fidelity).at(at), Bounds.of(tolerances.noise).at(at)
    a = matrices.a * scale / scale[:, None]
    rows = c * scale / np.sqrt(variances(c, d, noise, fidelity))[:, None]
    transition, _ = discretise(a, intensities(a), step_s)
    doublings = max(0, int(np.ceil(np.log2(max(1.0, settings.window / step_s)))))
    values, directions = np.linalg.eigh(gramian(transition, rows, doublings))
    unseen = (directions[:, values < 1.0] ** 2).sum(axis=1)
    kept = np.abs(np.diagonal(a)) * settings.window < 1.0
    return tuple(points[i].name for i in np.flatnonzero((unseen >= _UNSEEN) & kept))

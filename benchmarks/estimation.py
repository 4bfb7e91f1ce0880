"""One update of the reference station's state estimate beside a plain step of its model.

An update steps the model twice (from the estimate, and left alone), linearises it, and takes in
every point of the station that is no register.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from benchmarks.row import Row, below, cpu, in_turns
from benchmarks.windows import REFERENCE
from rami.asset.live import Observation
from rami.core.points import PointIndex
from rami.core.quality import good
from rami.core.timegrid import NS
from services.assemble.estimation import state_estimator
from services.assemble.plant import build_fmus, open_backend
from twins.site import load_site

_TWIN, _SECONDS, _UPDATES = "hts", 10.0, 50


def rows(quick: bool = False) -> Iterator[Row]:
    """CPU of an update (goal 2 ms), the model's own step beside it."""
    site = load_site(REFERENCE)
    fmus = build_fmus(site)
    plant = open_backend(site, _TWIN, site.topology.twins[_TWIN], fmus)
    measured = PointIndex(p for p in plant.outputs.points if not p.cumulative)
    places = plant.outputs.places(measured.names)
    inputs = plant.inputs.starts()
    for place, point in enumerate(plant.inputs.points):
        if point.name.endswith(".u"):
            inputs[place] = 0.4
    seen = []
    noise = np.random.default_rng(1)
    for count in range(1, _UPDATES + 1):
        values = plant.step(inputs, _SECONDS)[places] + 0.1 * noise.standard_normal(len(places))
        times = np.full(len(places), round(count * _SECONDS * NS), np.int64)
        seen.append(Observation(values, good(len(places)), times))
    estimator = state_estimator(site, _TWIN, fmus, measured)
    if estimator is None:
        raise RuntimeError("the reference station's model tells no state")
    estimator.start(seen[0], inputs)

    def update() -> None:
        for observation in seen:
            estimator.update(inputs, observation, _SECONDS)

    def step() -> None:
        for _ in seen:
            plant.step(inputs, _SECONDS)

    turns = in_turns(
        lambda: cpu(update), lambda: cpu(step), 5 if quick else 21, scale=1e3 / _UPDATES
    )
    states, points = len(estimator.state_points), len(estimator.compared)
    name = f"state estimate: update, {states} states, {points} points"
    yield below(name, float(np.median(turns.ours)), "ms", 2.0)
    yield turns.at_most("state estimate: update beside the model", "ms", "its step of 10 s", None)

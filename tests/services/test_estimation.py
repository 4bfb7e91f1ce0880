"""State estimates of an emulated plant: parameters off, noise, lag, stiction, few sensors."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from adapters.assets.fmu.configuration import FmuConfiguration
from rami.asset.capability import Stateful
from rami.asset.live import Observation
from rami.core.points import PointIndex
from rami.core.quality import good
from rami.core.timegrid import NS
from rami.functional.estimation import StateEstimator
from rami.functional.estimation.noise import Bounds
from rami.functional.technical import StationController, tune_station
from rami.integration.fidelity_settings import Fidelity
from rami.integration.tolerance import tolerances_of
from services.assemble.estimation import state_estimator, why_not_estimated
from services.assemble.plant import build_fmus, open_backend
from services.emulate.backend import EmulatedBackend
from services.emulate.settings import Settings
from tests.functional.technical.benches import Station
from twins.site import load_site
from twins.site.schema.twin import Backends
from twins.site.site import Site

Vector = NDArray[np.float64]
Record = tuple[Vector, Vector, float]

SENSORS = tuple(f"hs.T_{i}" for i in (1, 5, 9, 13, 17, 21, 24))
HOUR = 360
#: what the model of a plant with 10 % on all parameters, equal-percentage valves and stiction may
#: be off when it is left alone for an hour
WIDE = Fidelity(
    points={
        "*.T*": "10 K",
        "*.m*": "20 % or 2 kg/s",
        "*.P*": "20 % or 150 kW",
        "hs.m": "6 kg/s",
        "hs.P": "700 kW",
        "hp.COP": "20 %",
    }
)


@pytest.fixture(scope="module")
def site(reference_site_file: Path) -> Site:
    return load_site(reference_site_file)


@pytest.fixture(scope="module")
def fmus(
    site: Site, fmu_cache: Path, once: Callable[[str], AbstractContextManager[None]]
) -> Mapping[str, Path]:
    with once("reference_fmus"):
        return build_fmus(site, fmu_cache)


class Watched:
    """An emulated station under its controller; `told` is what its sensors say, in the order of
    `points`."""

    def __init__(self, site: Site, fmus: Mapping[str, Path], seed: int) -> None:
        topology = site.topology.twins["hts"]
        tuning = tune_station(topology, open_backend(site, "hts", topology, fmus))
        self.plant = EmulatedBackend(topology, Settings(seed=seed))
        self.station = Station(self.plant, StationController(topology, tuning))
        self.points = PointIndex(
            p
            for p in self.plant.outputs.points
            if not p.name.startswith("hs.") or p.name in SENSORS or p.name in ("hs.m", "hs.P")
        )
        self._places = self.plant.outputs.places(self.points.names)
        self._rng = np.random.default_rng(seed)
        self._count = 0

    def run(self, count: int = HOUR) -> list[Record]:
        """Steps of 10 s under new targets: inputs held, values told, seconds."""
        source = self._rng.uniform(1500.0, 4000.0)
        row = self.station.targets(
            hex_hnht__P=source,
            hex_hnlt__P=source + self._rng.uniform(-900.0, 900.0),
            hp__P_el=self._rng.uniform(50.0, 300.0),
        )
        self.station.controller.set_targets(row, row)
        found = []
        for _ in range(count):
            self.station.run(10.0)
            self._count += 1
            told = self.station.values[self._places]
            found.append((self.station.inputs.copy(), told, 10.0 * self._count))
        return found

    @property
    def truth(self) -> Mapping[str, float]:
        return self.plant.plc.truth()


def seen(record: Record) -> Observation:
    _, values, seconds = record
    times = np.full(len(values), round(seconds * NS), np.int64)
    return Observation(values, good(len(values)), times)


def follow(estimator: StateEstimator, records: list[Record]) -> None:
    for record in records:
        estimator.update(record[0], seen(record), 10.0)


def worst(estimator: StateEstimator, truth: Mapping[str, float]) -> float:
    """Largest error of a temperature that the plant knows the truth of, K."""
    names = [n for n in estimator.state_points.names if n in truth]
    state = dict(zip(estimator.state_points.names, estimator.state().tolist(), strict=True))
    return float(max(abs(state[n] - truth[n]) for n in names))


@pytest.mark.parametrize(
    "seed", [2, *(pytest.param(n, marks=pytest.mark.soak) for n in (1, 3, 4, 5))]
)
def test_from_a_cold_start_the_model_comes_to_where_the_plant_is(
    site: Site, fmus: Mapping[str, Path], seed: int
) -> None:
    plant = Watched(site, fmus, seed)
    plant.run(30)
    begin = plant.run(1)[0]
    estimator = state_estimator(widened(site), "hts", fmus, plant.points)
    assert estimator is not None
    estimator.start(seen(begin), begin[0])
    assert worst(estimator, plant.truth) > 10.0
    follow(estimator, plant.run() + plant.run(HOUR // 2))
    assert worst(estimator, plant.truth) < 4.0
    verdict = estimator.mismatch()
    assert verdict.holds, verdict.reasons
    ahead = plant.run()
    warm = _apart(site, fmus, estimator, estimator.state(), plant, ahead)
    cold = _apart(site, fmus, estimator, estimator.state_points.starts(), plant, ahead)
    assert warm <= 1.0
    assert cold > 1.2 * warm


def _apart(
    site: Site,
    fmus: Mapping[str, Path],
    estimator: StateEstimator,
    state: Vector,
    plant: Watched,
    ahead: list[Record],
) -> float:
    """Root mean square of a model that runs from `state` on the plant's inputs, less the plant, as
    a multiple of what was declared: the worst of all points."""
    model = open_backend(site, "hts", site.topology.twins["hts"], fmus)
    assert isinstance(model, Stateful)
    model.set_state(state)
    names = estimator.compared.names
    told = np.array([values for _, values, _ in ahead])[:, plant.points.places(names)]
    places = model.outputs.places(names)
    rows = np.array([model.step(inputs, 10.0)[places] for inputs, _, _ in ahead])
    fidelity = Bounds.of(tolerances_of(estimator.compared.points, WIDE).fidelity)
    declared = fidelity.at(np.abs(told).mean(axis=0))
    return float(np.max(np.sqrt(np.mean((rows - told) ** 2, axis=0)) / declared))


def widened(site: Site) -> Site:
    """The site with wider fidelity of its station."""
    twins = dict(site.twins)
    twins["hts"] = twins["hts"].model_copy(update={"fidelity": WIDE})
    return replace(site, declaration=site.declaration.model_copy(update={"twins": twins}))


def test_only_models_that_tell_their_equations_are_estimated(
    site: Site, fmus: Mapping[str, Path]
) -> None:
    assert [why_not_estimated(site, twin) for twin in site.twins] == ["", "", ""]
    twins = dict(site.twins)
    elsewhere = FmuConfiguration(path=Path("plant.fmu"))
    twins["dhs"] = twins["dhs"].model_copy(update={"backends": Backends(model=elsewhere)})
    other = replace(site, declaration=site.declaration.model_copy(update={"twins": twins}))
    assert why_not_estimated(other, "dhs") == (
        "dhs: an FMU from elsewhere (plant.fmu) does not tell its equations"
    )
    assert state_estimator(other, "dhs", fmus, PointIndex([])) is None

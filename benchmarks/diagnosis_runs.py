"""Weeks of the reference site with all three plants emulated, under the site's own controllers.

A run is made once per plant seed up to the end of the reference time; every fault goes on from
its saved state.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache, partial

import numpy as np
from numpy.typing import NDArray

from benchmarks.windows import REFERENCE
from rami.asset.capability import Vector
from rami.asset.topology import TwinTopology
from rami.core.timegrid import NS
from services import assemble
from services.emulate.backend import EmulatedBackend
from services.emulate.fault import parse_fault
from services.emulate.settings import Settings
from services.loop.closed_loop import ClosedLoop
from services.loop.cosimulation import Cosimulation
from services.planning.planner import InProcessPlanner
from services.study.job import Job, prepared
from services.study.season_data import DataOptions
from twins.site import load_site
from twins.site.site import Site

Table = NDArray[np.float32]
#: by twin: window means of its outputs, then of its inputs
Recording = Mapping[str, Table]

WINDOW_S, EXCHANGE_S, DAY = 300.0, 60.0, 96
STARTS = {
    "winter": "2019-01-14T00:00+01:00",
    "spring": "2019-04-01T00:00+02:00",
    "summer": "2019-07-08T00:00+02:00",
    "fall": "2019-10-07T00:00+02:00",
}


class Listening(EmulatedBackend):
    """An emulated plant that keeps the means of all its points by window."""

    def __init__(self, topology: TwinTopology, settings: Settings) -> None:
        super().__init__(topology, settings)
        self.listen()

    def listen(self) -> None:
        """From now on."""
        self.means: list[Table] = []
        self._sum = np.zeros(len(self.outputs) + len(self.inputs))
        self._heard_s = 0.0

    def step(self, inputs: Vector, seconds: float) -> Vector:
        """As any plant."""
        outputs = super().step(inputs, seconds)
        self._sum += seconds * np.concatenate([outputs, inputs])
        self._heard_s += seconds
        if self._heard_s >= WINDOW_S - 1e-6:
            self.means.append((self._sum / self._heard_s).astype(np.float32))
            self._sum[:] = 0.0
            self._heard_s = 0.0
        return outputs


@lru_cache(maxsize=1)
def reference_site() -> Site:
    """The site of all runs."""
    return load_site(REFERENCE)


def start_ns(season: str) -> int:
    """Where a run begins."""
    return round(datetime.fromisoformat(STARTS[season]).timestamp()) * NS


class EmulatedRun:
    """A site of plants drawn from `seed`, with data for so many days."""

    def __init__(self, seed: int, season: str, days: int) -> None:
        site = reference_site()
        self.plants = {
            name: Listening(
                twin,
                Settings(
                    seed=seed,
                    scan_s=site.clock.control_step if twin.kind == "hts" else EXCHANGE_S,
                ),
            )
            for name, twin in site.topology.twins.items()
        }
        fmus = assemble.build_fmus(site)
        job = Job(
            REFERENCE,
            season,
            start_ns(season),
            days * DAY,
            "marginal",
            DataOptions(),
            fmus,
            assemble.tune(site, fmus),
            EXCHANGE_S,
        )
        self.run = prepared(
            site,
            job,
            partial(ClosedLoop, Cosimulation(site.topology, self.plants)),
            lambda basis: InProcessPlanner(assemble.strategy(site, cost_basis=basis)),
        )

    def put_on(self, twin: str, fault: str) -> None:
        """A fault in the words of `rami emulate`, from now on."""
        plc = self.plants[twin].plc
        plc.faults.add(parse_fault(fault), plc.elapsed_s)

    def days(self, count: int) -> Recording:
        """Run for so many days; what was measured in them."""
        for plant in self.plants.values():
            plant.listen()
        for interval in range(self.run.interval, self.run.interval + count * DAY):
            self.run.begin_interval(interval)
            self.run.loop.run_interval(interval)
            self.run.end_interval(interval)
        return {twin: np.array(plant.means) for twin, plant in self.plants.items()}

    def save(self) -> bytes:
        """The state between two days."""
        return self.run.save()

    def restore(self, state: bytes) -> None:
        """Go back to it."""
        self.run.restore(state)

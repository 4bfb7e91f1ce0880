"""A winter day of the reference site in closed loop, and the inputs its FMUs were given."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

import numpy as np

from benchmarks.bare_fmu import BareFmu, Table
from benchmarks.row import cpu
from benchmarks.windows import REFERENCE
from rami.asset.capability import Vector
from rami.business.ownership import owner_of_twins
from rami.business.pricing import site_prices
from rami.core.timegrid import TimeGrid
from rami.functional.strategy.plant_state import PlantState
from services import assemble
from services.loop.closed_loop import ClosedLoop, LoopSteps
from services.loop.cosimulation import Cosimulation, PlantBackend
from services.study.limits_seen import LoopLimits
from services.study.season_data import DataOptions, read_season
from services.study.season_run import SeasonRun
from twins.site import load_site

INTERVALS, INTERVAL_S = 96, 900.0


class _Listening:
    """A backend that notes every step's inputs and outputs."""

    def __init__(self, backend: PlantBackend) -> None:
        self.inputs, self.outputs, self.read = backend.inputs, backend.outputs, backend.read
        self.write, self.save, self.restore = backend.write, backend.save, backend.restore
        self._step = backend.step
        self.given: list[Vector] = []
        self.taken: list[Vector] = []
        self.seconds = 0.0

    def step(self, inputs: Vector, seconds: float) -> Vector:
        self.given.append(inputs.copy())
        self.seconds = seconds
        outputs = self._step(inputs, seconds)
        self.taken.append(outputs.copy())
        return outputs


class OwnDay:
    """The day's schedule is made once; each run follows it on plants at their start."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._site = load_site(REFERENCE)
        assert self._site.study is not None
        start = self._site.study.seasons["winter"]
        grid = TimeGrid.of(start, INTERVAL_S, INTERVALS)
        self._data = read_season(self._site, "winter", grid, DataOptions())
        topology, business = self._site.topology, self._site.business
        self._prices = site_prices(business, topology, self._data)
        self.fmus = assemble.build_fmus(self._site)
        self._tunings = assemble.tune(self._site, self.fmus)
        planner = assemble.strategy(self._site)
        state = PlantState.nominal(topology)
        self._schedule = planner.plan(grid, self._data, self._prices, state)

    def _run(self, plant: Cosimulation) -> SeasonRun:
        site, exchange = self._site, self._site.clock.step
        control = assemble.controllers(site, self._tunings)
        loop = ClosedLoop(
            plant,
            control,
            assemble.automation(site, exchange),
            LoopSteps(site.clock.control_step, exchange, INTERVAL_S),
            self._data,
            {},
        )
        owners = owner_of_twins(site.topology, site.business.owners)
        limits = {t: LoopLimits(c, INTERVALS) for t, c in control.items()}
        return SeasonRun(
            loop, self._data, self._prices, owners, fixed=self._schedule, limits=limits
        )

    @property
    def minutes(self) -> int:
        """Exchange steps of the day."""
        return int(INTERVALS * INTERVAL_S / self._site.clock.step)

    def closed_loop(self) -> float:
        """CPU seconds of the day in closed loop: control, exchange, FMUs, recorder."""
        run = self._run(assemble.open_plant(self._site, self.fmus))
        return cpu(run.run)

    @cached_property
    def heard(self) -> Mapping[str, _Listening]:
        """Inputs and outputs of each twin's FMU over the day."""
        backends = assemble.open_backends(self._site, self.fmus)
        heard = {twin: _Listening(backend) for twin, backend in backends.items()}
        self._run(Cosimulation(self._site.topology, heard)).run()
        return heard

    def adapter(self, twin: str) -> float:
        """CPU seconds of a twin's steps through the adapter, on the day's inputs."""
        backend = assemble.open_backends(self._site, self.fmus)[twin]
        given, seconds = self.heard[twin].given, self.heard[twin].seconds

        def steps() -> None:
            step = backend.step
            for inputs in given:
                step(inputs, seconds)

        return cpu(steps)

    def bare(self, twin: str, loop: Path) -> float:
        """CPU seconds of a twin's steps in a C loop; the outputs must be those of the run."""
        heard = self.heard[twin]
        given: Table = np.array(heard.given)
        taken = np.empty((len(given), len(heard.outputs)))
        unzipped = self._folder / twin
        fmu = BareFmu(self.fmus[twin], unzipped, [*heard.inputs.names], [*heard.outputs.names])
        spent = cpu(lambda: fmu.c_loop(loop, given, taken, heard.seconds))
        fmu.close()
        if not np.array_equal(taken, np.array(heard.taken)):
            raise RuntimeError(f"{twin}: the C loop does not give what the closed loop gave")
        return spent

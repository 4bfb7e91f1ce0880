"""One closed-loop run of one season: plan, control, step, record."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np

from rami.asset.heat_storage import HeatStorage
from rami.asset.topology import SiteTopology
from rami.core.frame import Frame
from rami.core.timegrid import TimeGrid
from rami.functional.strategy import PlantState, content_of
from services.loop.base_dispatch import MeritOrder
from services.loop.closed_loop import ClosedLoop
from services.loop.import_peak import ImportPeak
from services.study.foresight import Foresight
from services.study.limits_seen import LoopLimits
from services.study.schedules import ExecutedSchedules

if TYPE_CHECKING:
    from rami.functional.schedule import Schedule
    from rami.functional.strategy import StrategyController
    from rami.information.prices import Prices


@dataclass
class RunTimings:
    """Seconds spent per phase of a run."""

    plan: float = 0.0
    loop: float = 0.0
    plans: int = 0

    def plain(self) -> dict[str, float]:
        """For timings.json."""
        return {"plan_s": self.plan, "loop_s": self.loop, "plans": float(self.plans)}


@dataclass
class SeasonRun:
    """A run of `data.grid`; without `planner` the stations rest.

    `period` is the number of intervals between plans, `horizon` the intervals of a plan.
    `outlook` are data and prices that reach further than the run, for plans that look past
    its end. `owner_of` maps twins to owners. `fixed` is a schedule to follow instead of plans.
    """

    loop: ClosedLoop
    data: Frame
    prices: Prices
    owner_of: Mapping[str, str]
    planner: StrategyController | None = None
    fixed: Schedule | None = None
    period: int = 96
    horizon: int = 96
    on_share: Callable[[float], None] = lambda share: None
    limits: Mapping[str, LoopLimits] = field(default_factory=dict)
    outlook: tuple[Frame, Prices] | None = None
    foresight: Foresight | None = None
    timings: RunTimings = field(default_factory=RunTimings)

    def __post_init__(self) -> None:
        site = self.loop.site
        self.schedules = ExecutedSchedules(self.data.grid)
        self._orders = {
            twin: MeritOrder(
                site,
                twin,
                self.owner_of[twin],
                self.loop.converters(twin),
                self.data,
                self.prices,
            )
            for twin in self.loop.supplies
        }
        self._peak = ImportPeak(self.loop, self.owner_of, self.data, self.prices)

    def run(self) -> None:
        """Run to the end of the data."""
        begun = perf_counter()
        grid = self.data.grid
        schedule = self.fixed
        if schedule is not None:
            self._adopt(schedule, 0, grid.count)
        for interval in range(grid.count):
            if self.planner is not None and interval % self.period == 0:
                schedule = self._plan(interval, schedule)
            if schedule is not None:
                self.loop.follow(schedule, grid.start_ns + interval * grid.step_ns)
            for twin, order in self._orders.items():
                self.loop.commit(twin, order.costs[interval], order.engines[interval], interval)
            self.loop.run_interval(interval)
            for limits in self.limits.values():
                limits.close(interval)
            if (interval + 1) % 24 == 0 or interval + 1 == grid.count:
                self.on_share((interval + 1) / grid.count)
        self.timings.loop = perf_counter() - begun - self.timings.plan

    def _plan(self, interval: int, previous: Schedule | None) -> Schedule:
        assert self.planner is not None
        begun = perf_counter()
        if self.foresight is not None:
            forecast, prices = self.foresight.at(interval, self.horizon, self.period)
        else:
            known, priced = self.outlook or (self.data, self.prices)
            forecast = known.part(interval, self.horizon)
            prices = priced.part(interval, self.horizon)
        state = plant_state(self.loop, self._peak.so_far(interval, self.horizon))
        schedule = self.planner.plan(forecast.grid, forecast, prices, state, previous)
        self.timings.plan += perf_counter() - begun
        self.timings.plans += 1
        idle = self.planner.idle_cost(forecast.grid, forecast, prices, state)
        self._adopt(schedule, interval, self.period, idle["objective"] - idle.get("slack", 0.0))
        return schedule

    def _adopt(
        self, schedule: Schedule, interval: int, count: int, idle: float = float("nan")
    ) -> None:
        """Note a schedule and tell the supply systems what to expect."""
        self.schedules.add(schedule, interval, count, idle)
        powers = Frame(
            TimeGrid(schedule.grid.start_ns, schedule.grid.step_ns, schedule.grid.count),
            schedule.columns,
            ("1",) * len(schedule.columns),
            schedule.values,
        )
        part = self.data.part(interval, schedule.grid.count)
        prices = self.prices.part(interval, schedule.grid.count)
        for order in self._orders.values():
            order.expect(interval, part, prices, powers)


def plant_state(loop: ClosedLoop, peak: Mapping[str, float]) -> PlantState:
    """What the strategy controller must know of the present plant."""
    site = loop.site
    content, hot = {}, {}
    for twin, name, storage in site.of(HeatStorage):
        outputs = loop.plant.outputs[twin]
        index = loop.plant.backends[twin].outputs
        content[f"{twin}.{name}"] = float(outputs[index[f"{name}.Q"]])
        layers = [float(outputs[index[f"{name}.T_{i + 1}"]]) for i in range(storage.layers)]
        hottest = hottest_demand(site, twin)
        if hottest is not None:
            hot[f"{twin}.{name}"] = content_of(storage, layers, above=hottest - 1.0)
    return PlantState(content, hot, peak)


def hottest_demand(site: SiteTopology, twin: str) -> float | None:
    """Hottest inlet any sink exchanger of a station asks for above its circuit's own, degC."""
    from rami.asset.heat_exchanger import HeatExchanger

    topology = site.twins[twin]
    usual = max(n.flow for n in topology.networks.values())
    wanted = [
        h.design.hot[0]
        for h in topology.of(HeatExchanger).values()
        if h.primary.removeprefix(f"{twin}.") in topology.networks
    ]
    return max(wanted) if wanted and np.max(wanted) > usual else None

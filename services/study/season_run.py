"""One closed-loop run of one season: plan, control, step, record."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from math import inf
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
from services.planning.job import PlanJob, Planned
from services.study import run_state
from services.study.foresight import Foresight
from services.study.limits_seen import LoopLimits
from services.study.schedules import ExecutedSchedules

if TYPE_CHECKING:
    from rami.functional.schedule import Schedule
    from rami.information.prices import Array, Prices
    from services.planning.planner import Planner


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
    `told` lays what others tell (at an instant, UTC ns) over what a plan knows without
    `foresight`; `services` is called before every exchange step.

    `run` goes to the end; who drives it step by step calls per interval `begin_interval`,
    `loop.run_samples` (telling `sample`) and `end_interval`. `interval` is the one that runs or
    is next, `begun` whether it runs, `sample` how many of its exchange steps are over.
    """

    loop: ClosedLoop
    data: Frame
    prices: Prices
    owner_of: Mapping[str, str]
    planner: Planner | None = None
    fixed: Schedule | None = None
    period: int = 96
    horizon: int = 96
    on_share: Callable[[float], None] = lambda share: None
    limits: Mapping[str, LoopLimits] = field(default_factory=dict)
    outlook: tuple[Frame, Prices] | None = None
    foresight: Foresight | None = None
    told: Callable[[int, Frame, Prices], tuple[Frame, Prices]] | None = None
    services: Callable[[], None] | None = None
    timings: RunTimings = field(default_factory=RunTimings)

    def __post_init__(self) -> None:
        site = self.loop.site
        self.schedules = ExecutedSchedules(self.data.grid)
        self.schedule: Schedule | None = None
        self.interval, self.sample, self.begun = 0, 0, False
        #: intervals that any schedule reached so far
        self.reach = 0
        self.orders = {
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
        """Run to the end of the data, from where it is."""
        begun = perf_counter()
        count, samples = self.data.grid.count, self.loop.steps.samples
        while self.interval < count:
            interval = self.interval
            if self.services is not None:
                self.services()
            if not self.begun:
                self.begin_interval(interval)
            last = samples if self.services is None else self.sample + 1
            self.loop.run_samples(interval, self.sample, last)
            self.sample = last
            if last < samples:
                continue
            self.end_interval(interval)
            if (interval + 1) % 24 == 0 or interval + 1 == count:
                self.on_share((interval + 1) / count)
        self.timings.loop = perf_counter() - begun - self.timings.plan

    def due(self, interval: int) -> bool:
        """Whether a plan is to be made at the start of an interval."""
        return self.planner is not None and interval % self.period == 0

    def begin_interval(self, interval: int, *, plan: bool = True) -> None:
        """Plan if one is due, follow the schedule, commit the supply systems.

        With `plan=False` somebody else asks for plans (`job`) and gives them (`take`).
        """
        if interval == 0 and self.fixed is not None:
            self._adopt(self.fixed, 0, self.data.grid.count)
        if plan and self.due(interval):
            assert self.planner is not None
            self.take(self.planner.planned(self.job(interval)), interval)
        self.follow(interval)
        self.interval, self.sample, self.begun = interval, 0, True

    def follow(self, interval: int) -> None:
        """Give stations and supply systems what they are to do in an interval."""
        grid, schedule = self.data.grid, self.schedule
        ns = grid.start_ns + interval * grid.step_ns
        if schedule is not None and ns < schedule.grid.end_ns:
            self.loop.follow(schedule, ns)
        for twin, order in self.orders.items():
            self.loop.commit(twin, order.costs[interval], order.engines[interval], interval)

    def end_interval(self, interval: int) -> None:
        """Close an interval whose last exchange step is over."""
        for limits in self.limits.values():
            limits.close(interval)
        self.interval, self.sample, self.begun = interval + 1, 0, False

    def job(
        self,
        interval: int,
        override: Mapping[str, Array | float] | None = None,
        unavailable: Collection[str] = (),
        unavailable_h: float = inf,
    ) -> PlanJob:
        """What a plan from the start of `interval` on is made from, as the plant is now.

        Without the twins and components that are `unavailable` for so many hours.
        """
        if self.foresight is not None:
            forecast, prices = self.foresight.at(interval, self.horizon, self.period)
        else:
            known, priced = self.outlook or (self.data, self.prices)
            forecast = known.part(interval, self.horizon)
            prices = priced.part(interval, self.horizon)
            if self.told is not None:
                forecast, prices = self.told(forecast.grid.start_ns, forecast, prices)
        state = plant_state(self.loop, self._peak.so_far(interval, self.horizon))
        state = replace(state, unavailable=frozenset(unavailable), unavailable_h=unavailable_h)
        return PlanJob(interval, forecast, prices, state, self.schedule, override)

    def take(self, planned: Planned, interval: int | None = None) -> None:
        """Adopt a plan from `interval` on (default: where its job began).

        A plan that comes late was not followed before; `follow` makes it known at once.
        """
        skip = 0 if interval is None else interval - planned.interval
        self._adopt(planned.schedule, planned.interval, self.period, planned.idle_eur, skip)
        self.timings.plan += planned.seconds
        self.timings.plans += 1

    def save(self, since: int = 0) -> bytes:
        """The whole state at the end of an exchange step, as `run_state` has it."""
        return run_state.save(self, since)

    def restore(self, state: bytes) -> None:
        """Go back to a saved state of a run that was set up the same."""
        run_state.restore(self, state)

    def _adopt(
        self,
        schedule: Schedule,
        interval: int,
        count: int,
        idle: float = float("nan"),
        skip: int = 0,
    ) -> None:
        """Note a schedule and tell the supply systems what to expect."""
        self.schedule = schedule
        self.schedules.add(schedule, interval, count, idle, skip)
        self.reach = min(max(self.reach, interval + schedule.grid.count), self.data.grid.count)
        powers = Frame(
            TimeGrid(schedule.grid.start_ns, schedule.grid.step_ns, schedule.grid.count),
            schedule.columns,
            ("1",) * len(schedule.columns),
            schedule.values,
        )
        part = self.data.part(interval, schedule.grid.count)
        prices = self.prices.part(interval, schedule.grid.count)
        for order in self.orders.values():
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

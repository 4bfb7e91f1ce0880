"""One run of a study as a worker process does it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Protocol

from rami.core.frame import Frame
from rami.core.timegrid import TimeGrid
from rami.information.prices import Prices
from services import assemble
from services.loop.closed_loop import ClosedLoop, LoopSteps
from services.planning.planner import InProcessPlanner, Planner
from services.study.check_calculation import Basis
from services.study.check_ladder import PlannedRungs, planned_rungs
from services.study.evaluation import Evaluation, evaluate
from services.study.flow_temperature import watched
from services.study.foresight import Foresight, with_wet_bulb
from services.study.limits_seen import LoopLimits
from services.study.outcome import Mode
from services.study.pool import tick
from services.study.season_data import DataOptions, open_source, read_outlook, read_season
from services.study.season_run import SeasonRun
from services.study.told import Told, laid_over

if TYPE_CHECKING:
    from rami.functional.schedule import Schedule
    from rami.functional.technical import BaseAutomation, StationController, Tuning
    from twins.site.site import Site
    from twins.twin import CostBasis


@dataclass(frozen=True)
class Job:
    """What a worker needs; everything in it can be sent to another process."""

    site_file: Path
    season: str
    start_ns: int
    intervals: int
    mode: Mode
    data: DataOptions
    fmus: Mapping[str, Path]
    tunings: Mapping[str, Tuning]
    exchange_s: float


@dataclass(frozen=True)
class JobResult:
    """A finished run: its frames and figures, and what its plans promised."""

    season: str
    mode: Mode
    data: Frame
    prices: Prices
    evaluation: Evaluation
    planned_eur: float
    planned: Mapping[str, float]
    rungs: Mapping[str, int]
    gaps: tuple[float, ...]
    notes: tuple[str, ...]
    timings: Mapping[str, float]
    forecast: Frame | None = None


@lru_cache(maxsize=2)
def _site(file: Path) -> Site:
    from twins.site.loading import load_site

    return load_site(file)


@dataclass(frozen=True)
class CheckJob:
    """The check calculation of one season and its rungs up to the run."""

    site_file: Path
    season: str
    start_ns: int
    intervals: int
    mode: Basis
    data: DataOptions


def run_job(number: int, job: Job | CheckJob) -> JobResult | PlannedRungs:
    """One piece of a study; tells the parent how far it is."""
    site = _site(job.site_file)
    if isinstance(job, Job):
        return run_season(site, job, lambda share: tick(number, share))
    grid = TimeGrid(job.start_ns, round(site.strategy.step * 1e9), job.intervals)
    return planned_rungs(site, read_season(site, job.season, grid, job.data), job.mode)


class Beside(Protocol):
    """Services that run beside; `told` is what plans take from them."""

    told: Told

    def joined(self, run: SeasonRun) -> Callable[[], None]:
        """What is called before every exchange step."""


class LoopMaker(Protocol):
    """Makes the loop that a run goes through."""

    def __call__(
        self,
        controllers: Mapping[str, StationController],
        automation: Mapping[str, BaseAutomation],
        steps: LoopSteps,
        data: Frame,
        watched: Mapping[str, Sequence[str]],
    ) -> ClosedLoop:
        """The loop over all twins; `data` stands on the recording grid."""


def run_season(
    site: Site,
    job: Job,
    on_share: Callable[[float], None] = lambda share: None,
    beside: Beside | None = None,
) -> JobResult:
    """The run itself, with services `beside`. Raises RamiError of whatever fails."""
    begun = perf_counter()
    plant = assemble.open_plant(site, job.fmus)

    def planner(basis: CostBasis) -> InProcessPlanner:
        return InProcessPlanner(assemble.strategy(site, cost_basis=basis))

    told = beside.told if beside is not None else None
    run = prepared(site, job, partial(ClosedLoop, plant), planner, on_share, told)
    if beside is not None:
        run.services = beside.joined(run)
    ready = perf_counter()
    run.run()
    return job_result(site, job, run, ready - begun)


def prepared(
    site: Site,
    job: Job,
    make_loop: LoopMaker,
    make_planner: Callable[[CostBasis], Planner],
    on_share: Callable[[float], None] = lambda share: None,
    told: Told | None = None,
) -> SeasonRun:
    """A run at its start; raises as its data, its controllers and its loop do.

    `told` are series of services, which plans take before own ones.
    """
    from rami.business.ownership import owner_of_twins
    from rami.business.pricing import site_prices

    topology, strategy = site.topology, site.strategy
    grid = TimeGrid(job.start_ns, round(strategy.step * 1e9), job.intervals)
    data = read_season(site, job.season, grid, job.data)
    prices = site_prices(site.business, topology, data)
    fixed = _constant(site, grid) if job.mode == "baseline" else None
    steered = job.mode != "baseline" or fixed is not None
    control = assemble.controllers(site, job.tunings) if steered else {}
    loop = make_loop(
        control,
        assemble.automation(site, job.exchange_s),
        LoopSteps(site.clock.control_step, job.exchange_s, strategy.step),
        data,
        watched(topology),
    )
    planner = None
    if job.mode != "baseline":
        planner = make_planner("marginal" if job.mode == "forecast" else job.mode)
    run = SeasonRun(
        loop,
        data,
        prices,
        owner_of_twins(topology, site.business.owners),
        planner,
        fixed,
        round(site.clock.strategy_period / strategy.step),
        round(strategy.horizon / strategy.step),
        on_share,
        {t: LoopLimits(c, grid.count) for t, c in control.items()},
    )
    forecasts = site.declaration.forecasts
    others = told is not None and forecasts is not None and bool(forecasts.from_)
    if planner is not None and (job.mode == "forecast" or others):
        source = open_source(site, job.season, job.data)
        run.foresight = Foresight(site, source, grid, told)
    elif planner is not None and run.period < run.horizon:
        further = read_outlook(site, job.season, data, run.horizon, job.data)
        run.outlook = (further, site_prices(site.business, topology, further))
    if told is not None and run.foresight is None:

        def laid(at_ns: int, known: Frame, prices: Prices) -> tuple[Frame, Prices]:
            there = told(at_ns, known.grid)
            if not there.names:
                return known, prices
            frame = with_wet_bulb(laid_over(known, there))
            return frame, site_prices(site.business, topology, frame)

        run.told = laid
    return run


def job_result(site: Site, job: Job, run: SeasonRun, prepare_s: float = 0.0) -> JobResult:
    """The frames and figures of a run that is over."""
    begun = perf_counter()
    evaluation = evaluate(site, run, run.prices, dict(run.limits))
    schedules = run.schedules
    timings = {
        "prepare_s": prepare_s,
        **run.timings.plain(),
        "evaluate_s": perf_counter() - begun,
    }
    return JobResult(
        job.season,
        job.mode,
        run.data,
        run.prices,
        evaluation,
        schedules.planned_eur,
        dict(schedules.terms),
        dict(schedules.rungs),
        tuple(schedules.gaps),
        tuple(schedules.notes),
        timings,
        run.foresight.executed if run.foresight is not None else None,
    )


def _constant(site: Site, grid: TimeGrid) -> Schedule | None:
    """The schedule of a constant feed-in, None for a baseline without exchange."""
    if site.business.baseline != "constant_feed_in" or site.business.baseline_feed_in is None:
        return None
    from services.study.constant_schedule import constant_schedule

    return constant_schedule(site, grid)

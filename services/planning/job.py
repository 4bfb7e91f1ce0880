"""What a plan is made from, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING

from rami.core.frame import Frame
from rami.functional.schedule import Schedule
from rami.functional.strategy.plant_state import PlantState
from rami.information.prices import Array, Prices

if TYPE_CHECKING:
    from rami.functional.strategy import StrategyController


@dataclass(frozen=True)
class PlanJob:
    """A plan over the grid of `forecast`, which begins with the run's `interval`.

    The rest as `StrategyController.plan` takes it.
    """

    interval: int
    forecast: Frame
    prices: Prices
    state: PlantState
    previous: Schedule | None = None
    override: Mapping[str, Array | float] | None = None


@dataclass(frozen=True)
class Planned:
    """The schedule of a job, and the cost of the same horizon with the station at rest.

    `idle_eur` is in EUR without slacks; `seconds` of the wall clock went into both.
    """

    interval: int
    schedule: Schedule
    idle_eur: float
    seconds: float = 0.0


def plan(controller: StrategyController, job: PlanJob) -> Planned:
    """Do a job. Raises as `StrategyController.plan`."""
    begun = perf_counter()
    grid = job.forecast.grid
    schedule = controller.plan(
        grid, job.forecast, job.prices, job.state, job.previous, job.override
    )
    idle = controller.idle_cost(grid, job.forecast, job.prices, job.state)
    eur = idle["objective"] - idle.get("slack", 0.0)
    return Planned(job.interval, schedule, eur, perf_counter() - begun)

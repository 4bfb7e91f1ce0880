"""From a finished run to its figures: settlement, closure, tracking."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rami.asset.capability import STORED
from rami.business.closure import Closure, check_closure
from rami.business.meters import with_electric_loads
from rami.business.settlement import Settlement, settle
from rami.core.frame import Frame
from rami.information.prices import Prices
from services.loop.recorder import join
from services.study.flow_temperature import flow_temperature_rms
from services.study.limits_seen import LoopLimits, causes_seen, limited_exchangers
from services.study.season_run import SeasonRun
from services.study.tracking import Tracking, track

if TYPE_CHECKING:
    from twins.site.site import Site


@dataclass(frozen=True)
class Evaluation:
    """A run's frames and what was made of them."""

    means: Frame
    metered: Frame
    watch: Frame
    scheduled: Frame | None
    settlement: Settlement
    closure: Closure
    tracking: Tracking | None


def evaluate(
    site: Site, run: SeasonRun, prices: Prices, limits: dict[str, LoopLimits]
) -> Evaluation:
    """Settle, check and measure one run; all from its meters."""
    loop, topology, data = run.loop, site.topology, run.data
    means = join({t: r.mean_frame() for t, r in loop.recorders.items()})
    registers = join({t: r.meter_frame() for t, r in loop.recorders.items()})
    watch = join({t: r.watch_frame() for t, r in loop.recorders.items()})
    metered = with_electric_loads(topology, registers, data)
    owners = site.business.owners
    settlement = settle(topology, owners, prices, metered, site.business.heat_transfer)
    stored = {t: metered[f"{t}.{STORED}"] for t in topology.twins if f"{t}.{STORED}" in metered}
    closure = check_closure(topology, prices, metered, settlement, stored)
    scheduled = run.schedules.frame()
    temperatures = flow_temperature_rms(topology, watch, data, scheduled)
    tracking = None
    if scheduled is not None:
        limited = limited_exchangers(topology, means)
        causes = causes_seen(topology, limits, limited, data.grid.step_s)
        tracking = track(topology, scheduled, means, limited, causes, temperatures, watch)
    return Evaluation(means, metered, watch, scheduled, settlement, closure, tracking)


def executed_powers(scheduled: Frame, means: Frame) -> Frame:
    """The executed means of what was scheduled, for a settlement by merit order."""
    paths = [c for c in scheduled.names if c in means]
    return means.select(paths)

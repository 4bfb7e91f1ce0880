"""Tracking: what was executed against what was scheduled, per exchanger and day.

Goals (each exceedance is listed): energy of a day within the larger of 5 % and 50 kWh on at
least 95 % of exchanger-days; RMS of the interval means within 10 % of the design power; flow
temperature within 2 K RMS from 3 min after a schedule step.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rami.asset.heat_exchanger import HeatExchanger
from rami.asset.topology import SiteTopology
from rami.core.frame import Frame
from rami.core.timegrid import iso

Mask = NDArray[np.bool_]

SHARE, FLOOR_KWH, RMS_SHARE, RMS_K = 0.05, 50.0, 0.10, 2.0


@dataclass(frozen=True)
class Exceedance:
    """One exchanger-day outside its tolerance, energies in kWh."""

    exchanger: str
    day: str
    scheduled: float
    executed: float
    cause: str


@dataclass(frozen=True)
class Tracking:
    """Tracking figures of one run."""

    days: int
    days_within: int
    excluded_hours: float
    hours: float
    rms_power: Mapping[str, float]
    rms_temperature: Mapping[str, float]
    both_ways: int
    exceedances: tuple[Exceedance, ...]

    def plain(self) -> dict[str, object]:
        """For results.json, units in the keys."""
        return {
            "hex_days": self.days,
            "hex_days_within": self.days_within,
            "share_within": self.days_within / self.days if self.days else 1.0,
            "excluded_hours_share": self.excluded_hours / self.hours if self.hours else 0.0,
            "rms_share_of_design_power": dict(self.rms_power),
            "rms_flow_temperature_K": dict(self.rms_temperature),
            "samples_in_and_out_at_once": self.both_ways,
            "exceedances": [
                {
                    "exchanger": e.exchanger,
                    "day": e.day,
                    "scheduled_kWh": e.scheduled,
                    "executed_kWh": e.executed,
                    "cause": e.cause,
                }
                for e in self.exceedances
            ],
        }


def track(
    site: SiteTopology,
    scheduled: Frame,
    means: Frame,
    limited: Mapping[str, Mask],
    causes: Mapping[str, Sequence[str]],
    rms_temperature: Mapping[str, float],
    watch: Frame,
) -> Tracking:
    """Compare executed means with the schedule.

    `scheduled` has `<twin>.<hex>.P` in kW, `means` the executed means of the same paths.
    `limited[path]` marks intervals in which every declared converter behind an exchanger
    stands at its limit (excluded). `causes[path]` names the limit seen per interval. `watch`
    has the exchangers' powers at every exchange step.
    """
    hours = scheduled.grid.step_h
    per_day = round(24 / hours)
    days = within = 0
    excluded = 0.0
    rms: dict[str, float] = {}
    exceed: list[Exceedance] = []
    for twin, name, hex_ in site.of(HeatExchanger):
        path = f"{twin}.{name}"
        plan, real = scheduled[f"{path}.P"], means[f"{path}.P"]
        use = ~limited[path]
        excluded += float((~use).sum()) * hours
        rms[path] = float(np.sqrt(np.mean((real - plan)[use] ** 2))) / hex_.design.power
        for first in range(0, len(plan), per_day):
            span = slice(first, first + per_day)
            pick = use[span]
            planned = float(plan[span][pick].sum()) * hours
            executed = float(real[span][pick].sum()) * hours
            days += 1
            if abs(executed - planned) <= max(SHARE * abs(planned), FLOOR_KWH):
                within += 1
                continue
            # local days are named by the date of their middle, in UTC
            middle = first + per_day // 2
            day = iso(scheduled.grid.start_ns + middle * scheduled.grid.step_ns)[:10]
            exceed.append(Exceedance(path, day, planned, executed, _cause(causes[path][span])))
    count = sum(1 for _ in site.of(HeatExchanger))
    return Tracking(
        days,
        within,
        excluded,
        scheduled.grid.count * hours * count,
        rms,
        rms_temperature,
        _both_ways(site, watch),
        tuple(exceed),
    )


def _cause(seen: Sequence[str]) -> str:
    named = [c for c in seen if c]
    return max(sorted(set(named)), key=named.count) if named else "dynamics"


def _both_ways(site: SiteTopology, watch: Frame) -> int:
    """Samples in which a network both gives and takes heat through the same station."""
    gives: dict[str, NDArray[np.float64]] = {}
    takes: dict[str, NDArray[np.float64]] = {}
    for twin, name, hex_ in site.of(HeatExchanger):
        power = watch[f"{twin}.{name}.P"]
        source = "." in hex_.primary
        network = f"{twin}:{hex_.primary if source else hex_.secondary}"
        table = gives if source else takes
        table[network] = table.get(network, np.zeros(len(power))) + power
    floor = 0.01 * max((h.design.power for _, _, h in site.of(HeatExchanger)), default=0.0)
    return sum(
        int(np.sum((gives[n] > floor) & (takes[n] > floor))) for n in gives.keys() & takes.keys()
    )


def temperature_rms(
    temperature: NDArray[np.float64],
    set_point: NDArray[np.float64],
    demand: NDArray[np.float64],
    nominal: float,
    stepped: Mask,
    per_interval: int,
    settle: int,
) -> float:
    """RMS deviation in K over the samples that count, 0 where none does.

    `temperature` is sampled `per_interval` times per interval; `set_point`, `demand` and
    `stepped` (schedule changed at the interval's start) are per interval. Samples up to
    `settle` after a schedule step, and intervals with demand under 5 % of nominal, do not count.
    """
    use = np.repeat(demand > 0.05 * nominal, per_interval)
    within = np.tile(np.arange(per_interval), len(stepped))
    use &= ~(np.repeat(stepped, per_interval) & (within < settle))
    if not use.any():
        return 0.0
    deviation = (temperature - np.repeat(set_point, per_interval))[use]
    return float(np.sqrt(np.mean(deviation**2)))

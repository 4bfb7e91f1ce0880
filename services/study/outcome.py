"""What a study hands to its writers: the outcome of each run and of each season."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from rami.core.frame import Frame
from rami.information.prices import Prices
from services.study.tracking import Tracking

Mode = Literal["baseline", "average", "marginal", "forecast", "ems"]
#: what every study runs; with `cost_basis: ems` that one too, and with a section `forecasts` a
#: run that plans by marginal cost on forecasts
MODES: tuple[Mode, ...] = ("baseline", "average", "marginal")


@dataclass(frozen=True)
class RunOutcome:
    """One closed-loop run of one season; all frames stand on the plan's grid (15 min).

    `data`: external series (price_da, temp_air, demands). `means`: interval means of every
    point by site path (`hts.hex_hnht.P` in kW, `iess.hnht_flow.T` in degC). `meters`: metered
    kWh per interval (`iess.chp.E_fuel`). `watch`: minute samples of flow temperatures.
    `scheduled`: the executed parts of the schedules (empty for the baseline), columns as in
    `rami.functional.schedule.Schedule`. `planned`: parts of eq. 21 in EUR, summed over the
    executed plans. `planned_benefit_eur` is what those plans promised their owner against
    the station at rest. `kpi`: the site's declared figures (`kpi.<name>`), if any.
    `prices`: what owners pay and get. `forecast`: what the plans followed took the data for,
    in a run on forecasts. `settlement`: plain figures per owner from
    `rami.business`.
    """

    season: str
    mode: Mode
    data: Frame
    means: Frame
    meters: Frame
    watch: Frame
    scheduled: Frame | None
    planned: Mapping[str, float]
    rungs: Mapping[str, int]
    plan_gaps_eur: tuple[float, ...]
    notes: tuple[str, ...]
    settlement: Mapping[str, Any]
    closure: Mapping[str, float]
    tracking: Tracking | None
    timings: Mapping[str, float] = field(default_factory=dict)
    planned_benefit_eur: float = 0.0
    kpi: Frame | None = None
    prices: Prices | None = None
    forecast: Frame | None = None


@dataclass(frozen=True)
class SeasonOutcome:
    """The three runs of a season and what follows from comparing them.

    `figures[mode]` is the block of results.json for `average` and `marginal`: `planned_eur`,
    `delta` (`scope1_t`, `scope2_t`, `benefit_eur`, each `iess`, `dhs`, `total`), `relative`,
    `tracking`, `schedule`. `decomposition[mode]` maps a named cause to EUR between the planned
    and the realised benefit of the planning owner; its values sum to the gap.
    """

    season: str
    runs: Mapping[Mode, RunOutcome]
    figures: Mapping[str, Mapping[str, Any]]
    closure: Mapping[str, float]
    decomposition: Mapping[str, Mapping[str, float]]


@dataclass(frozen=True)
class StudyOutcome:
    """All seasons that are finished, with the provenance of every figure."""

    site: str
    seasons: Mapping[str, SeasonOutcome]
    provenance: Mapping[str, Any]
    tuning: Mapping[str, Any]
    timings: Mapping[str, float]

"""What a season's runs come to when compared with its baseline."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rami.business.benefit import TOTAL, compare
from rami.business.closure import Closure
from rami.business.planned import PlanGap, decompose
from rami.business.settlement import Settlement, settle
from rami.business.static_run import static_run
from rami.core.frame import Frame
from services.study.check_calculation import Basis
from services.study.check_ladder import Check, benefits_without_peak, differences
from services.study.evaluation import executed_powers
from services.study.job import JobResult
from services.study.key_figures import key_figures
from services.study.outcome import Mode, RunOutcome, SeasonOutcome
from services.study.station_account import station_account
from services.study.unserved import unserved

if TYPE_CHECKING:
    from twins.site.site import Site


def station_owner(site: Site) -> str:
    """The owner whom the stations are credited to."""
    stations = [t for t, topology in site.topology.twins.items() if topology.kind == "hts"]
    for owner, twins in site.business.owners.items():
        if stations and stations[0] in twins:
            return str(owner)
    return str(next(iter(site.business.owners)))


def season_outcome(
    site: Site,
    season: str,
    results: Mapping[Mode, JobResult],
    checks: Mapping[Basis, Check],
) -> SeasonOutcome:
    """Figures, closure and decomposition of the runs; `checks` may be empty."""
    runs = {mode: run_outcome(site, r) for mode, r in results.items()}
    baseline = results.get("baseline")
    figures: dict[str, dict[str, Any]] = {}
    gaps: dict[str, Mapping[str, float]] = {}
    for mode, result in results.items():
        if mode == "baseline" or baseline is None:
            continue
        gap, static = _plan_gap(site, baseline, result)
        figures[mode] = _figures(site, baseline, result, gap, static)
        check = next((c for basis, c in checks.items() if basis == mode), None)
        if check is not None:
            realised = figures[mode]["delta"]["benefit_eur"]
            metered = (baseline.evaluation.settlement, result.evaluation.settlement)
            figures[mode]["check"] = differences(
                check, static, benefits_without_peak(*metered), realised
            )
        gaps[mode] = dict(gap.causes)
    return SeasonOutcome(season, runs, figures, _worst(results), gaps)


def _worst(results: Mapping[Mode, JobResult]) -> dict[str, float]:
    closures: list[Closure] = [r.evaluation.closure for r in results.values()]
    return {
        "energy_rel": max(c.energy_rel for c in closures),
        "money_eur": max(c.money_eur for c in closures),
        "emissions_rel": max(c.emissions_rel for c in closures),
    }


def _figures(
    site: Site, baseline: JobResult, result: JobResult, gap: PlanGap, static: Mapping[str, float]
) -> dict[str, Any]:
    benefit = compare(baseline.evaluation.settlement, result.evaluation.settlement)
    tracking = result.evaluation.tracking
    owner = station_owner(site)
    planned = {o: eur for o, eur in static.items() if o != TOTAL}
    planned[owner] = result.planned_eur
    return {
        "planned_eur": {**planned, TOTAL: sum(planned.values())},
        "delta": benefit.plain(),
        "relative": benefit.plain_relative(),
        "plan_gap": gap.plain(),
        "tracking": tracking.plain() if tracking else {},
        "schedule": {
            "rungs": dict(result.rungs),
            "worst_gap_eur": max(result.gaps, default=0.0),
            "terms_eur": dict(result.planned),
            "notes": list(result.notes),
        },
        "unserved": unserved(
            site.topology,
            result.evaluation.metered,
            baseline.evaluation.metered,
            result.data,
        ),
        "station": station_account(site, result),
        "settlement": result.evaluation.settlement.plain(),
        "baseline_settlement": baseline.evaluation.settlement.plain(),
    }


def _plan_gap(
    site: Site, baseline: JobResult, result: JobResult
) -> tuple[PlanGap, dict[str, float]]:
    """Planned to realised benefit of the stations' owner; static benefits of every owner.

    The peak charge is the last link: one step may make it, so it belongs to no other cause.
    """
    owner = station_owner(site)
    scheduled = result.evaluation.scheduled
    assert scheduled is not None
    resting = _static(site, baseline, None)
    # a plan's benefit is against a resting station, whatever the baseline does
    rest = _static(site, baseline, baseline.evaluation.scheduled)
    feeding = benefits_without_peak(resting, rest)[owner]
    by_plan = benefits_without_peak(rest, _static(site, result, scheduled))
    executed = executed_powers(scheduled, result.evaluation.means)
    tracked = benefits_without_peak(rest, _static(site, result, executed))[owner]
    before, after = baseline.evaluation.settlement, result.evaluation.settlement
    pumps = _pump_cost(site, result) - _pump_cost(site, baseline)
    other_baseline = baseline.evaluation.scheduled is not None
    gap = decompose(
        result.planned_eur,
        [
            *([("baseline with feed-in", result.planned_eur - feeding)] if other_baseline else []),
            ("cost basis", by_plan[owner] if result.forecast is None else result.planned_eur),
            ("forecast error", by_plan[owner]),
            ("temperature and tracking", tracked),
            ("electricity of pumps", tracked - pumps),
            ("dynamics, minimum load and losses", benefits_without_peak(before, after)[owner]),
            ("peak charge", compare(before, after).benefit[owner].delta),
        ],
    )
    return gap, dict(by_plan)


def _static(site: Site, result: JobResult, powers: Frame | None) -> Settlement:
    owners = dict(site.business.owners)
    run = static_run(site.topology, owners, result.prices, result.data, powers)
    return settle(site.topology, owners, result.prices, run.metered, site.business.heat_transfer)


def _pump_cost(site: Site, result: JobResult) -> float:
    """What the owner of the stations paid for the electricity of pumps, EUR."""
    from rami.asset.pump import Pump

    owner = station_owner(site)
    metered, buy = result.evaluation.metered, result.prices.owner(owner).el_buy
    total = 0.0
    for twin in site.business.owners[owner]:
        for name in site.topology.twins[twin].of(Pump):
            total += float((metered[f"{twin}.{name}.E_el"] * buy).sum())
    return total


def run_outcome(site: Site, r: JobResult) -> RunOutcome:
    """A worker's result in the shape the writers read."""
    e = r.evaluation
    return RunOutcome(
        season=r.season,
        mode=r.mode,
        data=r.data,
        means=e.means,
        meters=e.metered,
        watch=e.watch,
        scheduled=e.scheduled,
        planned=r.planned,
        planned_benefit_eur=r.planned_eur,
        rungs=r.rungs,
        plan_gaps_eur=r.gaps,
        notes=r.notes,
        settlement={**e.settlement.plain(), "station": station_account(site, r)},
        closure=e.closure.plain(),
        tracking=e.tracking,
        timings=r.timings,
        forecast=r.forecast,
        kpi=key_figures(site, e.means, e.metered, r.data, r.prices),
        prices=r.prices,
    )

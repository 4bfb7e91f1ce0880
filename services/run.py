"""One closed-loop run of a site over the span of its clock."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rami.business.reported import period_balances
from rami.core.timegrid import instant
from services import assemble
from services.balances import tell
from services.services_beside import services_beside
from services.study.comparison import run_outcome
from services.study.folder import make_folder
from services.study.job import Job, run_season
from services.study.outcome import Mode, SeasonOutcome, StudyOutcome
from services.study.recording import check_historian, record_run
from services.study.season_data import DataOptions, origins
from services.study.unserved import unserved

if TYPE_CHECKING:
    from rami.information.source import Receiving
    from services.study.job import JobResult
    from twins.site.site import Site

Report = Callable[[str, float], None]


def run_site(site: Site, out: Path, report: Report) -> Mapping[str, Any]:
    """Run with the declared cost basis; returns the main figures, units in the names.

    Writes `timeseries.csv.gz` and `figures.json` into `out`, the series into the site's historian
    where it declares one, and delivers the balances of each
    strategy period to whoever takes them; those that cannot be delivered wait on disk, and a
    figure says so. Raises RamiError.
    """
    mode: Mode = site.strategy.cost_basis
    receivers = assemble.receivers(site)
    make_folder(out)
    check_historian(site)
    names = {t.name: f"model of {t.name}" for t in assemble.generated(site)}
    for name in names.values():
        report(name, 0.0)
    fmus = assemble.build_fmus(site, progress=lambda name: report(names[name], 1.0))
    report("tuning", 0.0)
    tunings = assemble.tune(site, fmus)
    report("tuning", 1.0)
    intervals = round(site.clock.duration / site.strategy.step)
    start, step = instant(site.clock.start), float(site.clock.step)
    job = Job(site.file, "run", start, intervals, mode, DataOptions(), fmus, tunings, step)
    report("run", 0.0)
    with services_beside(site, out / "services", start) as beside:
        result = run_season(site, job, lambda share: report("run", share), beside)
        faults = beside.counts() if beside is not None else {}
    return concluded(site, result, receivers, out, faults=faults)


def concluded(
    site: Site,
    result: JobResult,
    receivers: Mapping[str, Receiving],
    out: Path,
    *,
    recorded: bool = False,
    faults: Mapping[str, int] | None = None,
) -> Mapping[str, Any]:
    """Figures of a finished run; writes the files, fills the historian, delivers balances.

    `recorded`: the historian has the points of every step already. `faults` of services are
    among the figures.
    """
    outcome = run_outcome(site, result)
    figures: dict[str, Any] = {
        "planned_benefit_EUR": outcome.planned_benefit_eur,
        **{
            f"{owner}_{name}": value
            for owner, account in outcome.settlement["owners"].items()
            for name, value in account.items()
        },
        **{f"closure_{name}": value for name, value in outcome.closure.items()},
        **{f"plans_{rung}": count for rung, count in outcome.rungs.items()},
    }
    for path, found in unserved(site.topology, outcome.meters, None, outcome.data).items():
        figures[f"missing_share_{path}"] = found["missing_share"]
    if outcome.tracking is not None:
        plain = outcome.tracking.plain()
        figures["hex_days"] = plain["hex_days"]
        figures["hex_days_within"] = plain["hex_days_within"]
    for name, whence in origins(site, result.data).items():
        figures[f"own_share_{name}"] = whence["own_share"]
        figures[f"source_{name}"] = whence["source"]
    figures |= faults or {}
    per_period = round(site.clock.strategy_period / site.strategy.step)
    balances = period_balances(result.evaluation.settlement, per_period)
    for name, why in tell(receivers, balances).items():
        figures[f"balances_waiting_{name}"] = why
    _write(site, StudyOutcome(site.name, {"run": _season(outcome)}, {}, {}, {}), figures, out)
    record_run(site, outcome, points=not recorded)
    return figures


def _season(outcome: Any) -> SeasonOutcome:
    return SeasonOutcome("run", {outcome.mode: outcome}, {}, outcome.closure, {})


def _write(site: Site, outcome: StudyOutcome, figures: Mapping[str, Any], out: Path) -> None:
    from services.report import write_timeseries
    from services.report.results import plain
    from services.report.whole_file import write_whole

    write_timeseries(outcome, site.topology, out / "timeseries.csv.gz")
    text = json.dumps(plain(figures), indent=2, sort_keys=True, ensure_ascii=False)
    write_whole(out / "figures.json", text + "\n")

"""The study: all runs on all cores, then figures, report, results and time series."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, get_args

from rami.core.errors import ConfigurationError, Interrupted, Problem, RunError
from rami.core.timegrid import NS, instant
from services import assemble
from services.study.check_calculation import Basis
from services.study.check_ladder import Check, PlannedRungs
from services.study.check_published import published
from services.study.comparison import season_outcome
from services.study.folder import make_folder
from services.study.job import CheckJob, Job, JobResult, run_job
from services.study.outcome import MODES, Mode, SeasonOutcome, StudyOutcome
from services.study.pool import run_jobs
from services.study.provenance import provenance, tuning_table
from services.study.recording import check_historian, record_study
from services.study.season_data import DataOptions, Origins, origins, read_season, season_path

if TYPE_CHECKING:
    from twins.site.site import Site

#: told a piece of work and how much of it is done (0 to 1)
Report = Callable[[str, float], None]

BASES: tuple[Basis, ...] = ("marginal", "average")
DAY_S = 86400.0
TIME_SERIES = "timeseries.csv.gz"
#: share of a run that is over but whose result is not in
_NEARLY = 0.99


def run_study(
    site: Site,
    out: Path,
    report: Report,
    *,
    seasons: tuple[str, ...] | None = None,
    days: int | None = None,
    data: Path | None = None,
    prices: Path | None = None,
    step_s: float | None = None,
) -> StudyOutcome:
    """Seasons x {baseline, average, marginal}; None means as the site file says.

    Writes `report.html`, `results.json`, `timings.json` and the time series into `out`, and the
    series into the site's historian where it declares one.
    `data` is a folder of season files, `prices` a file of day-ahead prices, `step_s` the step
    of networks and exchange. Data are read and checked before anything is run. Raises
    RamiError, and Interrupted after Ctrl-C, when the finished seasons are written.
    """
    begun = perf_counter()
    if site.study is None:
        raise ConfigurationError(f"{site.file}: no study is declared; add duration and seasons")
    chosen = seasons or tuple(site.study.seasons)
    span = site.study.duration if days is None else days * DAY_S
    exchange_s = _exchange_step(site, step_s)
    options = DataOptions(data, prices)
    sources, external = _check_data(site, chosen, span, options)
    make_folder(out)
    check_historian(site)
    marks = {"data_s": perf_counter() - begun}

    names = {t.name: f"model of {t.name}" for t in assemble.generated(site)}
    for name in names.values():
        report(name, 0.0)
    fmus = assemble.build_fmus(site, progress=lambda name: report(names[name], 1.0))
    marks["fmu_s"] = perf_counter() - begun - sum(marks.values())
    report("tuning", 0.0)
    tunings = assemble.tune(site, fmus)
    report("tuning", 1.0)
    marks["tuning_s"] = perf_counter() - begun - sum(marks.values())

    modes = _modes(site)
    jobs: list[Job | CheckJob] = []
    for season in chosen:
        file, start = site.file, instant(site.study.seasons[season])
        count = round(span / site.strategy.step)
        jobs += [
            Job(file, season, start, count, mode, options, fmus, tunings, exchange_s)
            for mode in reversed(modes)
        ]
        if data is not None:
            jobs += [CheckJob(file, season, start, count, basis, options) for basis in BASES]
    done: dict[str, SeasonOutcome] = {}
    stopped: BaseException | None = None
    try:
        _run(site, jobs, done, report)
    except (KeyboardInterrupt, RunError) as error:
        stopped = error
    if stopped is not None and not done:
        if isinstance(stopped, KeyboardInterrupt):
            raise Interrupted("stopped; no season was finished and nothing is written")
        raise stopped
    marks["runs_s"] = perf_counter() - begun - sum(marks.values())
    outcome = StudyOutcome(
        site.name,
        {name: done[name] for name in chosen if name in done},
        {**provenance(site, options, sources, chosen, span, exchange_s), "external": external},
        tuning_table(tunings),
        marks,
    )
    _write(site, outcome, out, report, begun)
    record_study(site, outcome, report)
    if stopped is not None:
        kept = f"{len(done)} of {len(chosen)} seasons were finished and are in {out}"
        if isinstance(stopped, KeyboardInterrupt):
            raise Interrupted(f"stopped; {kept}")
        raise RunError(f"{stopped}; {kept}") from stopped
    return outcome


def _modes(site: Site) -> tuple[Mode, ...]:
    """The runs of each season."""
    more: list[Mode] = []
    if site.declaration.forecasts is not None:
        more.append("forecast")
    if site.strategy.cost_basis == "ems":
        more.append("ems")
    return (*MODES, *more)


def _name(job: Job | CheckJob) -> str:
    return f"{job.season} {job.mode}{'' if isinstance(job, Job) else ' check'}"


def _run(
    site: Site, jobs: list[Job | CheckJob], done: dict[str, SeasonOutcome], report: Report
) -> None:
    """Run all jobs; a season goes to `done` when its last piece is in."""
    results: dict[str, dict[Mode, JobResult]] = {}
    checks: dict[str, dict[Basis, PlannedRungs]] = {}
    waiting = Counter(job.season for job in jobs)
    for job in jobs:
        report(_name(job), 0.0)

    def on_tick(number: int, share: float) -> None:
        report(_name(jobs[number]), min(share, _NEARLY))

    for number, result in run_jobs(run_job, jobs, on_tick):
        job = jobs[number]
        if isinstance(result, JobResult):
            results.setdefault(job.season, {})[result.mode] = result
        elif isinstance(job, CheckJob):
            checks.setdefault(job.season, {})[job.mode] = result
        waiting[job.season] -= 1
        if not waiting[job.season]:
            mine = results.pop(job.season)
            ordered = {mode: mine[mode] for mode in get_args(Mode) if mode in mine}
            compared = _compared(site, job, checks.pop(job.season, {}))
            done[job.season] = season_outcome(site, job.season, ordered, compared)
        report(_name(job), 1.0)


def _compared(
    site: Site, job: Job | CheckJob, rungs: Mapping[Basis, PlannedRungs]
) -> dict[Basis, Check]:
    """The check calculations of a season with what was published for its file."""
    if job.data.folder is None:
        return {}
    span = job.intervals * float(site.strategy.step)
    file = season_path(job.data.folder, job.season)
    owners = site.business.owners
    unchanged = job.data.prices is None
    return {
        basis: Check(found, published(file, basis, span, owners) if unchanged else None)
        for basis, found in rungs.items()
    }


def _exchange_step(site: Site, step_s: float | None) -> float:
    step = float(site.clock.step if step_s is None else step_s)
    control, plan = float(site.clock.control_step), float(site.strategy.step)
    if abs(step / control - round(step / control)) > 1e-9 or round(step / control) < 1:
        raise ConfigurationError(
            [Problem("--step", f"{step:g} s is no multiple of the control step {control:g} s")]
        )
    if abs(plan / step - round(plan / step)) > 1e-9 or round(plan / step) < 1:
        raise ConfigurationError(
            [Problem("--step", f"{step:g} s does not divide the plan's step {plan:g} s")]
        )
    return step


def _check_data(
    site: Site, seasons: tuple[str, ...], span: float, options: DataOptions
) -> tuple[dict[str, str], dict[str, Origins]]:
    """Read every season once: sources by column, and origins of what may come from outside.

    DataError with the problems of all seasons.
    """
    from rami.core.errors import DataError
    from rami.core.timegrid import TimeGrid

    assert site.study is not None
    problems: list[Problem] = []
    sources: dict[str, str] = {}
    external: dict[str, Origins] = {}
    for season in seasons:
        start = instant(site.study.seasons[season])
        step = round(site.strategy.step * NS)
        grid = TimeGrid(start, step, round(span / site.strategy.step))
        try:
            frame = read_season(site, season, grid, options)
        except DataError as error:
            problems += [p for p in error.problems if p not in problems]
            continue
        found = origins(site, frame)
        sources.update({f"{season}.{n}": s for n, s in frame.sources.items() if n not in found})
        if found:
            external[season] = found
    if problems:
        raise DataError(problems)
    return sources, external


def _write(site: Site, outcome: StudyOutcome, out: Path, report: Report, begun: float) -> None:
    from services.report import write_report, write_results, write_timeseries, write_timings

    report("report", 0.0)
    at = perf_counter()
    write_results(outcome, out / "results.json")
    write_timeseries(outcome, site.topology, out / TIME_SERIES)
    report("report", 0.5)
    write_report(outcome, site.topology, out / "report.html")
    report("report", 1.0)
    now = perf_counter()
    timings = {**outcome.timings, "report_s": now - at, "total_s": now - begun}
    write_timings(replace(outcome, timings=timings), out / "timings.json")

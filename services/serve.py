"""A site run live, until its span is over or somebody stops it."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rami.core.errors import RamiError
from rami.core.event import EventKind, Severity
from rami.core.promptness import prompt
from rami.core.timegrid import instant, iso
from rami.integration.mode import Mode
from services import assemble
from services.preflight import check_start
from services.study.folder import make_folder
from services.study.job import Job, job_result
from services.study.recording import check_historian
from services.study.season_data import DataOptions

if TYPE_CHECKING:
    from services.runtime.live_run import LiveRun
    from twins.site.site import Site

Report = Callable[[str, float], None]


@dataclass(frozen=True)
class ServeOptions:
    """`clock` and `speed`: None as the site file says. `who` is the operator in whose name
    declared modes are entered. `rehearsals` are control ports of emulators by twin. `approve`:
    schedules wait for an operator. `duration_s`: None as the site's clock says."""

    clock: str | None = None
    speed: float | None = None
    who: str = ""
    rehearsals: Mapping[str, int] = field(default_factory=dict)
    approve: bool = False
    resume: bool = False
    duration_s: float | None = None
    ready: Callable[[Path], None] = lambda folder: None


def serve_site(
    site: Site, out: Path, options: ServeOptions, report: Report
) -> tuple[Mapping[str, Any], str]:
    """Run in `out`; the figures of a run that ended, and why it was stopped before that.

    Checkpoints, events and the audit are in `out`, at the end also what `run_site` writes.
    Raises RamiError; the last checkpoint stands, and `resume` goes on from it.
    """
    check_start(site, out, options.who, options.rehearsals, resume=options.resume)
    with _Signals() as signals:
        return _served(site, out, options, report, signals)


def _served(
    site: Site, out: Path, options: ServeOptions, report: Report, signals: _Signals
) -> tuple[Mapping[str, Any], str]:
    from services.assemble.runtime import open_run, run_clock
    from services.control.server import ControlServer
    from services.run import concluded
    from services.runtime.live_run import LiveOptions
    from services.runtime.resuming import keep_declared

    kind = options.clock or site.clock.mode
    resumed = _resumed(site, out, kind) if options.resume else None
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
    clock = run_clock(site, kind, options.speed or site.clock.speed)
    start, intervals = resumed or _span(site, options, clock.kind)
    job = Job(
        site.file, "run", start, intervals, site.strategy.cost_basis, DataOptions(), fmus,
        tunings, float(site.clock.step),
    )  # fmt: skip
    aims = {t: Mode(d.mode) for t, d in site.twins.items() if d.mode != "simulate"}
    live = LiveOptions(site.hash, options.who, aims, options.approve)
    opened = open_run(
        site, out, job, clock, live, rehearsals=options.rehearsals, resume=options.resume
    )
    run, published = opened.run, opened.published
    opened.season.on_share = lambda share: report("run", share)
    with opened.stack, ControlServer(published, out):
        report("run", 0.0)
        options.ready(out)
        if not options.resume:
            keep_declared(out, site.meant)
            published.happened(EventKind.START, "", Severity.NOTE, f"begins at {iso(start)}")
        if clock.kind != "simulated":
            prompt()
        try:
            with signals.stopping(run):
                run.go()
        except RamiError as error:
            run.failed(error)
            raise
        finally:
            published.end(run.stopped or "the run has ended")
    if run.stopped:
        return {}, run.stopped
    report("run", 1.0)
    result = job_result(site, job, opened.season)
    faults = run.services.counts() if run.services is not None else {}
    return concluded(site, result, receivers, out, recorded=True, faults=faults), ""


def _resumed(site: Site, out: Path, kind: str) -> tuple[int, int] | None:
    """Begin, UTC ns, and number of intervals of the run that a folder holds. RunError, DataError
    where it is another one."""
    from services.runtime.checkpoints import Checkpoints
    from services.runtime.live_run import KIND, VERSION
    from services.runtime.resuming import changes, check_same

    found = Checkpoints(out).last(KIND, VERSION)
    if found is None:
        return None
    file, plain = found[0], found[1].plain
    check_same(file, plain, kind, site.hash, changes(out, site.meant))
    return plain["start_ns"], plain["intervals"]


def _span(site: Site, options: ServeOptions, kind: str) -> tuple[int, int]:
    """Those of a new run."""
    from services.assemble.runtime import begin_ns

    span = site.clock.duration if options.duration_s is None else options.duration_s
    start = begin_ns(site) if kind == "real" else instant(site.clock.start)
    return start, round(span / site.strategy.step)


class _Signals:
    """Ctrl-C and SIGTERM: the first ends a run that goes in order; a second one, or one when none
    goes, all at once."""

    def __init__(self) -> None:
        self._run: LiveRun | None = None
        self._former: dict[signal.Signals, Any] = {}

    def __enter__(self) -> _Signals:
        for number in (signal.SIGINT, signal.SIGTERM):
            self._former[number] = signal.signal(number, self._came)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._former.items():
            signal.signal(number, handler)

    @contextmanager
    def stopping(self, run: LiveRun) -> Iterator[None]:
        """While it goes."""
        self._run = run
        try:
            yield
        finally:
            self._run = None

    def _came(self, number: int, _: object) -> None:
        if self._run is None or self._run.stopped:
            raise KeyboardInterrupt
        self._run.stop("by Ctrl-C" if number == signal.SIGINT else "by SIGTERM")

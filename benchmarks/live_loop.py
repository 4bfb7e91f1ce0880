"""Lateness of a live run's loop while HiGHS plans in its process, in turns with none planning.

The reference site as `rami serve --speed 500` runs it: control steps of 20 ms, each with the FMUs,
controllers and guards of the site, views and checkpoints. Lateness is that of `rami status`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import numpy as np

from benchmarks.row import Row
from benchmarks.windows import REFERENCE
from rami.core.timegrid import instant
from services import assemble
from services.assemble.runtime import Opened, open_run
from services.runtime.clock import PacedClock
from services.runtime.live_run import LiveOptions
from services.study.job import Job
from services.study.season_data import DataOptions
from twins.site import load_site

SPEED = 500.0
#: exchange steps of a turn
TURN = 60


def rows(quick: bool = False) -> Iterator[Row]:
    """p99 of lateness in ms, and how many plans were made meanwhile."""
    site = load_site(REFERENCE)
    fmus = assemble.build_fmus(site)
    start = instant(site.clock.start)
    job = Job(
        site.file, "run", start, 480, site.strategy.cost_basis, DataOptions(), fmus,
        assemble.tune(site, fmus), float(site.clock.step),
    )  # fmt: skip
    clock = PacedClock(start, SPEED)
    turns = 1 if quick else 5
    found: dict[bool, list[float]] = {False: [], True: []}
    plans = 0
    with TemporaryDirectory() as folder:
        opened = open_run(site, Path(folder), job, clock, LiveOptions(site.hash))
        with opened.stack:
            opened.run.exchange_step()
            clock.begin(opened.run.loop.now_ns)
            for _ in range(turns):
                for planning in (False, True):
                    before = opened.season.timings.plans
                    found[planning].append(_turn(opened, clock, planning=planning))
                    plans += (opened.season.timings.plans - before) * planning
    idle, busy = median(found[False]), median(found[True])
    yield Row("plans made while the live loop ran", float(plans), "")
    yield Row(
        "live loop: lateness p99 while HiGHS plans in its process", busy, "ms",
        "the same loop, nothing planned", idle, busy / idle,
    )  # fmt: skip


def _turn(opened: Opened, clock: PacedClock, *, planning: bool) -> float:
    """99th percentile of one turn, ms."""
    run = opened.run
    while run.planning.busy and not planning:
        run.exchange_step()
    steps = clock.lateness.steps
    for _ in range(TURN):
        if planning and not run.planning.busy:
            run.planning.want("the benchmark")
        run.exchange_step()
    latest = list(clock.lateness.latest)[-(clock.lateness.steps - steps) :]
    return float(np.percentile(latest, 99)) * 1e3

"""Jitter of a control loop while HiGHS solves: in the loop, in a thread, in its own process.

A loop of 10 ms steps does what a station controller does in one; meanwhile one plan after the
other is made. Lateness is the begin of a step after its time; in turns, against the idle loop.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import median
from threading import Event, Thread
from time import perf_counter, sleep

import numpy as np

from benchmarks.row import Row, below
from benchmarks.windows import REFERENCE, STEPS, Windows
from rami.functional.strategy import StrategyController
from rami.functional.technical import StationController
from rami.functional.technical.step_test import open_loop
from services.planning.job import PlanJob, plan
from services.planning.process import ProcessPlanner
from services.planning.worker import Planning

PERIOD_S = 0.01
#: steps between two plans that are made in the loop
APART = 125


class _Solving:
    """Plans of the reference site, one window after the other."""

    def __init__(self) -> None:
        windows = Windows()
        self.topology = windows.topology
        self._controller = StrategyController(windows.topology, windows.settings, windows.owners)
        self.jobs = [PlanJob(0, w.forecast, w.prices, w.state) for w in windows.all]
        self.count = 0
        self.one()

    def next(self) -> PlanJob:
        self.count += 1
        return self.jobs[self.count * 7 % len(self.jobs)]

    def one(self) -> None:
        """A plan, here and now."""
        plan(self._controller, self.next())

    @contextmanager
    def thread(self) -> Iterator[Callable[[], None]]:
        """Plans in a thread of this process, without a pause."""
        stop = Event()

        def work() -> None:
            while not stop.is_set():
                self.one()

        thread = Thread(target=work)
        thread.start()
        try:
            yield lambda: None
        finally:
            stop.set()
            thread.join()

    @contextmanager
    def process(self) -> Iterator[Callable[[], None]]:
        """Plans in a process of their own, without a pause; the loop asks and polls."""
        with ProcessPlanner(Planning(REFERENCE, STEPS)) as planner:
            planner.planned(self.next())
            planner.ask(self.next())

            def look() -> None:
                if planner.poll() is not None:
                    planner.ask(self.next())

            yield look

    @contextmanager
    def inside(self) -> Iterator[Callable[[], None]]:
        """A plan in the loop itself, every so many steps."""
        steps = iter(range(10**9))

        def look() -> None:
            if next(steps) % APART == APART // 2:
                self.one()

        yield look


def _lateness(controller: StationController, look: Callable[[], None], steps: int) -> float:
    """99th percentile in ms of how late steps begin."""
    measured = controller.inputs.starts()
    late = np.empty(steps)
    begun = perf_counter()
    for k in range(steps):
        due = begun + (k + 1) * PERIOD_S
        left = due - perf_counter()
        if left > 0.0:
            sleep(left)
        late[k] = perf_counter() - due
        controller.step(measured)
        look()
    return float(np.percentile(late, 99)) * 1e3


def rows(quick: bool = False) -> Iterator[Row]:
    """p99 of lateness in ms beside the idle loop's; own process at most 5 ms above it."""
    solving = _Solving()
    topology = solving.topology.twins["hts"]
    controller = StationController(topology, open_loop(topology, 10.0))
    steps, turns = (300, 1) if quick else (500, 3)
    found: dict[str, list[float]] = {"idle": [], "process": [], "thread": [], "inside": []}
    for _ in range(turns):
        found["idle"].append(_lateness(controller, lambda: None, steps))
        for name in ("process", "thread", "inside"):
            with getattr(solving, name)() as look:
                found[name].append(_lateness(controller, look, steps))
    idle = median(found["idle"])
    begun = perf_counter()
    solving.one()
    yield Row("a plan of 24 h with its resting cost", (perf_counter() - begun) * 1e3, "ms")
    for name, what in (
        ("process", "loop jitter p99 while HiGHS solves: own process"),
        ("thread", "loop jitter p99 while HiGHS solves: a thread"),
        ("inside", f"loop jitter p99 while HiGHS solves: in the loop, every {APART} steps"),
    ):
        value = median(found[name])
        yield Row(what, value, "ms", "the loop alone", idle, value / idle)
    above = median(a - b for a, b in zip(found["process"], found["idle"], strict=True))
    yield below("loop jitter p99: what the planner's process adds", above, "ms", 5.0)

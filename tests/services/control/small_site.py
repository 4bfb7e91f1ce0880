"""A small site and a loop that runs it, for tests of what is made known of it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Event as Flag
from threading import Thread

import numpy as np

from rami.asset.live import Observation
from rami.communication.live_site import Pace, PlanView, Reply, SiteView, TwinView, Verb
from rami.core.event import EventKind, Severity
from rami.core.points import Direction, Point, PointIndex
from rami.core.quality import good
from rami.core.timegrid import TimeGrid
from rami.integration.mode import Mode
from services.control import EVENTS_FILE, EventJournal, Published

START_NS = 1_547_424_000_000_000_000
STEP_NS = 10_000_000_000
POINTS = PointIndex(
    [
        Point("hp.P_el", "power", low=0.0, high=600.0, description="electric power"),
        Point("hp.T_out", "temperature"),
        Point("hp.T_in", "temperature", Direction.DISTURBANCE),
        Point("hp.P_set", "power", Direction.ACTUATED),
    ]
)


def twin_view(step: int, mode: Mode = Mode.SHADOW, points: PointIndex = POINTS) -> TwinView:
    n = len(points)
    times = np.full(n, START_NS + step * STEP_NS - 1_000_000_000, np.int64)
    values = step + np.arange(n, dtype=np.float64)
    return TwinView(
        mode,
        mode,
        "model" if mode is Mode.SIMULATE else "plant",
        ("model", "plant"),
        "open",
        "",
        Observation(values, good(n), times),
        {points.names[0]: -12.5, points.names[1]: float("nan")},
        {points.names[-1]: 77.0},
    )


def site_view(step: int, mode: Mode = Mode.SHADOW, points: PointIndex = POINTS) -> SiteView:
    return SiteView(
        step,
        START_NS + step * STEP_NS,
        {"hts": twin_view(step, mode, points), "iess": twin_view(step, Mode.SIMULATE, points)},
        Pace("scaled", 60.0, step, 1, 0, 0.002, 0.01),
        {"kpi.cop": (3.4, "1"), "balance.iess.C_gas": (12.0, "EUR")},
    )


def plan_view(made: int = 1, proposed: bool = False) -> PlanView:
    grid = TimeGrid(START_NS, 900_000_000_000, 2)
    return PlanView(
        grid, ("hts.hp.P_el",), ("kW",), ((1.0,), (2.0,)), "milp", 1e-4, -3.5, made, (), proposed
    )


def published(folder: Path | None = None, points: PointIndex = POINTS) -> Published:
    journal = EventJournal(folder / EVENTS_FILE) if folder is not None else None
    return Published("demo", {"hts": points, "iess": points}, lambda: START_NS, journal)


class SmallLoop:
    """Steps until asked to stop; answers what a loop would, with what it was asked in `asked`."""

    def __init__(self, site: Published, pause_s: float = 0.005) -> None:
        self.site, self.asked = site, []
        self.mode, self.steps = Mode.SHADOW, 0
        self._pause_s, self._stop = pause_s, Flag()
        self._thread = Thread(target=self._run, name="small loop")

    def __enter__(self) -> SmallLoop:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(10.0)
        self.site.end()

    def _run(self) -> None:
        points = self.site.points("hts")
        while not self._stop.is_set():
            for waiting in self.site.requests():
                self.asked.append(waiting.request)
                waiting.answer(self._answer(waiting.request))
            if self._stop.is_set():
                return
            self.steps += 1
            self.site.publish(site_view(self.steps, self.mode, points))
            self.site.wait_for_request(self._pause_s)

    def _answer(self, request: object) -> Reply:
        verb, given = request.verb, request.arguments
        if verb is Verb.MODE and given["mode"] == "control":
            return Reply(False, ("guard is not armed", "hp.P_el is 12.5 kW off its model"))
        if verb is Verb.MODE:
            self.mode = Mode(given["mode"])
            self.site.happened(
                EventKind.MODE, given["twin"], Severity.NOTE, f"mode {self.mode}", who=request.who
            )
        if verb is Verb.STOP:
            self._stop.set()
            self.site.end("stopped by operator")
        return Reply(True, (), {"step": self.steps})


def eventually(holds: Callable[[], bool], what: str, seconds: float = 20.0) -> None:
    """Wait for a condition with a deadline."""
    from time import monotonic

    deadline, pause = monotonic() + seconds, Flag()
    while not holds():
        assert monotonic() < deadline, f"not within {seconds} s: {what}"
        with suppress(TimeoutError):
            pause.wait(0.005)

"""A live run of the reference site in this process, with plants that are not the models."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from rami.communication.live_site import Reply, Request, Verb
from rami.core.event import Event
from rami.core.timegrid import instant
from rami.integration.live_model import LiveModel
from services.assemble.live import live_points
from services.assemble.runtime import MakePlant, Opened, open_run
from services.emulate.backend import EmulatedBackend
from services.emulate.settings import Settings
from services.runtime.clock import RunClock, SimulatedClock
from services.runtime.live_run import LiveOptions
from services.study.job import Job
from services.study.season_data import DataOptions
from tests.services.conftest import ReadySite

#: fidelity that plants off by a tenth stay within
WIDE = {
    "hts": {"*.T*": "30 K", "*.P*": "50 % or 1 MW", "*.m*": "50 % or 10 kg/s", "hp.COP": "900 %"},
}


def emulated(ready: ReadySite, twin: str, seed: int = 3, deviation: float = 0.1) -> MakePlant:
    """A plant off its declaration by up to `deviation`, with sensors and valves of its own."""
    inputs, outputs = live_points(ready.site, twin)
    topology = ready.site.topology.twins[twin]
    settings = Settings(seed=seed, deviation=deviation, scan_s=10.0)

    def make(clock: Callable[[], int]) -> LiveModel:
        return LiveModel(lambda: EmulatedBackend(topology, settings), inputs, outputs, clock, 60.0)

    return make


@dataclass
class Rig:
    """A run that is driven exchange step by exchange step."""

    opened: Opened
    clock: RunClock
    #: called before every exchange step with its number
    script: Mapping[int, Callable[[Rig], object]] = field(default_factory=dict)
    steps: int = 0

    def run(self, minutes: int) -> None:
        """So many exchange steps of a minute."""
        for _ in range(minutes):
            what = self.script.get(self.steps)
            if what is not None:
                what(self)
            self.opened.run.exchange_step()
            self.steps += 1

    def ask(self, verb: Verb, **arguments: object) -> Reply:
        """As an operator named tester."""
        return self.opened.run.desk.answer(Request(verb, "tester", {"why": "test", **arguments}))

    def events(self, kind: str = "") -> list[Event]:
        """All, or those of a kind."""
        return [e for e in self.opened.published.events() if not kind or e.kind == kind]

    def output(self, twin: str, point: str) -> float:
        """A point after the last step."""
        switch = self.opened.modes[twin].switch
        return float(switch.told[switch.outputs[point]])


@contextmanager
def live(
    ready: ReadySite,
    folder: Path,
    plants: Mapping[str, MakePlant] | None = None,
    hours: float = 6.0,
    clock: RunClock | None = None,
    *,
    resume: bool = False,
) -> Iterator[Rig]:
    """A run in `folder`, at its start."""
    site = ready.site
    start = instant(site.clock.start)
    clock = clock or SimulatedClock(start)
    job = Job(
        site.file, "run", start, round(hours * 3600 / site.strategy.step),
        site.strategy.cost_basis, DataOptions(), ready.fmus, ready.tunings, float(site.clock.step),
    )  # fmt: skip
    folder.mkdir(parents=True, exist_ok=True)
    options = LiveOptions(site.hash, "tester", checkpoint_s=1e9)
    opened = open_run(site, folder, job, clock, options, plants=plants, resume=resume)
    with opened.stack:
        yield Rig(opened, clock)


def energies(rig: Rig) -> dict[str, float]:
    """What every register of the run counted, kWh."""
    view = rig.opened.published.view()
    return {n: value for n, (value, _) in view.figures.items() if n.startswith("energy.")}


__all__ = ["WIDE", "Rig", "emulated", "energies", "live", "np"]

"""A run whose twin is swapped between plant and model beside one that is not, and what differs.

The twin is hts; its plant is emulated and off by a tenth. What people do (plans asked for,
manual set-points, a link that is cut) is done in both runs; only one is swapped.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from rami.asset.live import Link, LinkState, Vector
from rami.communication.live_site import Verb
from rami.integration.live_model import LiveModel
from rami.integration.mode import Mode
from services.assemble.live import live_points
from services.assemble.runtime import MakePlant
from services.emulate.backend import EmulatedBackend
from services.emulate.settings import Settings
from services.planning.job import Planned
from services.runtime.twin_switch import MODEL
from tests.services.conftest import ReadySite
from tests.services.runtime.planned_before import PlannedBefore
from tests.services.runtime.rig import WIDE, Rig, live
from tests.services.runtime.stays import AWAY, CUT, PATIENCE, Stay, minutes_of

TWIN = "hts"
#: rates of the actuators, as a site would declare them
RATES = {
    "*_valve.u": {"rate": "1 %/s"},
    "*_pump.u": {"rate": "2 %/s"},
    "hp.u": {"rate": "20 %/min"},
    "ih.u": {"rate": "20 %/min"},
}
FLOWS = ("hts.circuit_flow.T", "iess.hnht_flow.T", "iess.hnlt_flow.T", "iess.cn_flow.T",
         "dhs.dhs_flow.T", "hts.hex_hnht.T_cold_out", "hts.hex_hnlt.T_cold_out")  # fmt: skip
_MANUAL = "hts.hex_hnlt_valve.u"


class Cable(LiveModel):
    """A plant whose link can be cut; behind it the plant goes on."""

    cut = False

    def link(self) -> Link:
        """LOST while it is cut."""
        told = super().link()
        return Link(LinkState.LOST, told.since_ns, "cut", told.losses) if self.cut else told


class PlantMaker(Protocol):
    """Makes the plant of the twin and remembers it."""

    made: list[Cable]

    def by_twin(self) -> Mapping[str, MakePlant]:
        """For `live`."""


@dataclass
class Plants:
    """Makes the plant of the twin and remembers it."""

    ready: ReadySite
    deviation: float = 0.1
    seed: int = 3
    made: list[Cable] = field(default_factory=list)

    def __call__(self, clock: Callable[[], int]) -> LiveModel:
        inputs, outputs = live_points(self.ready.site, TWIN)
        topology = self.ready.site.topology.twins[TWIN]
        settings = Settings(seed=self.seed, deviation=self.deviation, scan_s=10.0)
        self.made.append(
            Cable(lambda: EmulatedBackend(topology, settings), inputs, outputs, clock, 60.0)
        )
        return self.made[-1]

    def by_twin(self) -> Mapping[str, MakePlant]:
        """For `live`."""
        return {TWIN: self}


@dataclass
class Swap:
    """One that was made: at which control step, which way, why then; the actuators' change over
    the first control step after it."""

    step: int
    to: str
    why: str
    minutes: int
    jump: Vector


@dataclass
class Course:
    """What a run was: flow temperatures by minute; by control step positions as told and as the
    plant's own actuators stand; by minute the borders' registers, and the networks' of the same
    heat."""

    names: tuple[str, ...]
    flows: NDArray[np.float64]
    positions: NDArray[np.float64]
    own: NDArray[np.float64]
    handed: NDArray[np.float64]
    swaps: list[Swap]
    refused: list[str]
    reached: float
    plans: list[Planned]


def allowed(names: tuple[str, ...], control_s: float) -> Vector:
    """Change of each actuator in one control step at its declared rate."""
    per_s = {"valve": 0.01, "pump": 0.02, "hp": 0.2 / 60.0, "ih": 0.2 / 60.0}
    kinds = [n.removesuffix(".u").rpartition("_")[2] for n in names]
    return np.array([per_s[k] for k in kinds]) * control_s


def course(
    ready: ReadySite,
    folder: Path,
    planned: list[Stay],
    *,
    swapped: bool,
    plants: PlantMaker | None = None,
    begun: Callable[[Rig], object] = lambda rig: None,
    plans: list[Planned] | None = None,
    driven: Vector | None = None,
) -> Course:
    """The run with or without the swaps, on `plans` in their order or its own; `begun` is called
    before it. While the model is in its place the plant is driven to `driven`, positions by
    control step, within the rates; without them it stays where it was left."""
    plants = plants or Plants(ready)
    total = minutes_of(planned)
    with live(ready, folder, plants.by_twin(), total / 60.0 + 1.0) as rig:
        begun(rig)
        planner = rig.opened.run.planning._planner
        desk = PlannedBefore(planner, plans)
        planner.planned = desk  # type: ignore[method-assign]
        driver = _Driver(rig, planned, plants.made[0], swapped=swapped, driven=driven)
        return driver.drive(total, desk.made)


class _Driver:
    def __init__(
        self,
        rig: Rig,
        planned: list[Stay],
        cable: Cable,
        *,
        swapped: bool,
        driven: Vector | None = None,
    ) -> None:
        self.rig, self.planned, self.cable, self.swapped = rig, planned, cable, swapped
        self.driven = driven
        self.switch = rig.opened.modes[TWIN].switch
        self.positions: list[Vector] = []
        self.own: list[Vector] = []
        self.swaps: list[Swap] = []
        self.refused: list[str] = []
        self.back: int | None = None
        self.left = iter(planned)
        self.next: Stay | None = next(self.left)
        self._watch_steps()

    def _watch_steps(self) -> None:
        end = self.switch.end

        def watched(seconds: float) -> Vector:
            before = self.switch.positions().copy() if not self.positions else self.positions[-1]
            own = self._of_plant()
            if self.switch.backend == MODEL and self.driven is not None and self.swaps:
                self._drive_plant(own, seconds)
            told = end(seconds)
            self.positions.append(self.switch.positions().copy())
            self.own.append(self._of_plant())
            if self.swaps and self.swaps[-1].step == len(self.positions) - 1:
                to_model = self.swaps[-1].to == "model"
                self.swaps[-1].jump = self.positions[-1] - (before if to_model else own)
            return told

        self.switch.end = watched  # type: ignore[method-assign]

    def _drive_plant(self, own: Vector, seconds: float) -> None:
        """As its own control would."""
        assert self.driven is not None
        names = self.switch.edge.inputs.names
        most = allowed(names, seconds)
        values = np.empty(len(self.cable.inputs))
        places = self.cable.inputs.places(names)
        values[places] = np.clip(self.driven[len(self.own)], own - most, own + most)
        chosen = np.zeros(len(values), np.bool_)
        chosen[places] = True
        self.cable.command(values, chosen)

    def _of_plant(self) -> Vector:
        plant = self.switch.plant
        assert plant is not None
        return self.cable.read_back().values[
            self.cable.inputs.places(self.switch.edge.inputs.names)
        ]

    def drive(self, total: int, plans: list[Planned]) -> Course:
        """Minute by minute."""
        rig, flows, handed, reached = self.rig, [], [], 0
        up = iter((Mode.SHADOW, Mode.ADVISE, Mode.CONTROL))
        wanted: Mode | None = next(up)
        for minute in range(total):
            if wanted is not None and rig.ask(Verb.MODE, twin=TWIN, mode=wanted.value).done:
                wanted, reached = next(up, None), minute
            self._people(minute)
            if self.swapped:
                self._swap(minute)
            rig.run(1)
            flows.append([rig.output(*f.split(".", 1)) for f in FLOWS])
            handed.append(self._handed())
        names = self.switch.edge.inputs.names
        return Course(
            names, np.array(flows), np.array(self.positions), np.array(self.own),
            np.array(handed), self.swaps, self.refused, reached, plans,
        )  # fmt: skip

    def _handed(self) -> list[list[float]]:
        couplings = self.rig.opened.run.loop.plant.site.couplings
        return [
            [
                self.rig.output(c.twin, f"{c.border}.E"),
                self.rig.output(c.network_twin, f"{c.exchange}.E"),
            ]
            for c in couplings
        ]

    def _people(self, minute: int) -> None:
        """What is done in both runs."""
        rig = self.rig
        self.cable.cut = any(
            stay.at - AWAY <= minute < stay.at - AWAY + CUT
            for stay in self.planned
            if stay.why == "back"
        )
        for stay in self.planned:
            if stay.why == "re-plan" and minute == stay.at:
                rig.ask(Verb.REPLAN)
            if stay.why == "manual" and minute == stay.at - 2:
                rig.ask(Verb.SET_POINT, point=_MANUAL, value=0.35, lease_s=3600.0)
            if stay.why == "manual" and minute == stay.at and not self.swapped:
                rig.ask(Verb.GIVE_BACK, point=_MANUAL)

    def _swap(self, minute: int) -> None:
        stay = self.next
        if stay is None or minute < stay.at:
            return
        if self.back is None:
            late = minute - stay.at
            if (
                stay.why == "saturated"
                and late < PATIENCE
                and not _at_limit(self.switch.positions())
            ):
                return
            if self._ask("model", stay, minute):
                self.back = minute + stay.minutes
        elif minute >= self.back and self._ask("plant", stay, minute):
            self.back, self.next = None, next(self.left, None)

    def _ask(self, backend: str, stay: Stay, minute: int) -> bool:
        reply = self.rig.ask(Verb.SWAP, twin=TWIN, backend=backend)
        if not reply.done:
            self.refused.append(f"{minute} {backend} {stay.why}: {'; '.join(reply.why)}")
            return False
        jump = np.full(len(self.switch.actuated), np.nan)
        self.swaps.append(Swap(len(self.positions), backend, stay.why, stay.minutes, jump))
        return True


def _at_limit(positions: Vector) -> bool:
    return bool((positions >= 0.999).any())


def declared(declaration: Mapping[str, Any]) -> dict[str, Any]:
    """The reference site with rates at the guard and a fidelity that the plant keeps."""
    site = deepcopy(dict(declaration))
    site["twins"][TWIN]["fidelity"] = {"points": {**WIDE[TWIN], "hs.Q": "30 % or 500 kWh"}}
    site["twins"][TWIN]["guard"] = {"inputs": dict(RATES)}
    return site

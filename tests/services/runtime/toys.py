"""A twin of two actuators with a plant that can be hurt in every way; no FMU, no site."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from rami.asset.live import Answer, Link, LinkState, Mask, Observation, Taken, Vector
from rami.core.errors import ModelError, UnreachableError
from rami.core.points import Direction, Point, PointIndex
from rami.core.quality import Family, Reason, good, quality
from rami.integration.gates import Verdict
from rami.integration.guard import Guard
from rami.integration.limits import limits_of
from rami.integration.live_settings import LiveSettings
from rami.integration.mode import Mode
from rami.integration.sealed import sealed
from rami.integration.settings import GuardSettings
from services.loop.cosimulation import PlantBackend
from services.runtime.model_edge import ModelAudit, ModelEdge
from services.runtime.plant_side import PlantPorts, PlantSide
from services.runtime.twin_modes import TwinModes
from services.runtime.twin_switch import TwinSwitch
from tests.integration.bench import HandClock, ListAudit

INPUTS = PointIndex(
    [
        Point("a.u", "share", Direction.ACTUATED, low=0.0, high=1.0),
        Point("b.u", "share", Direction.ACTUATED, low=0.0, high=1.0),
        Point("around.T", "temperature", Direction.DISTURBANCE),
    ]
)
OUTPUTS = PointIndex(
    [Point("x.T", "temperature"), Point("x.P", "power"), Point("x.E", "energy", cumulative=True)]
)
STEP_S = 10.0
_BAD = np.uint32(quality(Family.BAD, Reason.STALE))


class ToyModel:
    """A tank that two heaters warm; `fails` is why it does not step."""

    def __init__(self, gain: float = 1.0) -> None:
        self.inputs, self.outputs, self.gain, self.fails = INPUTS, OUTPUTS, gain, ""
        self.t, self.e, self.p = 20.0, 0.0, 0.0
        self.steps = 0

    def read(self) -> Vector:
        return np.array([self.t, self.p, self.e])

    def write(self, values: Vector) -> None:
        pass

    def step(self, inputs: Vector, seconds: float) -> Vector:
        if self.fails:
            raise ModelError(self.fails)
        self.p = self.gain * (100.0 * float(inputs[0]) + 40.0 * float(inputs[1]))
        self.t += seconds / 600.0 * (0.5 * self.p + float(inputs[2]) - self.t)
        self.e += self.p * seconds / 3600.0
        self.steps += 1
        return self.read()

    def save(self) -> bytes:
        return np.array([self.t, self.e, self.p]).tobytes()

    def restore(self, state: bytes) -> None:
        self.t, self.e, self.p = np.frombuffer(state).tolist()


class ToyPlant:
    """Another tank behind a link; `bad` are points without a usable value."""

    def __init__(self, inputs: PointIndex, outputs: PointIndex, clock: HandClock) -> None:
        self.inputs, self.outputs, self._clock = inputs, outputs, clock
        self.model = ToyModel(1.1)
        self.held = INPUTS.starts()
        self.held[:2] = 0.3, 0.2
        self.bad: set[str] = set()
        self.refuses, self.stands = False, ""
        self.state, self.losses = LinkState.CLOSED, 0
        self.commands: list[tuple[Vector, Mask]] = []

    def open(self) -> None:
        self.state = LinkState.OPEN

    def close(self) -> None:
        self.state = LinkState.CLOSED

    def cut(self) -> None:
        self.state, self.losses = LinkState.LOST, self.losses + 1

    def link(self) -> Link:
        return Link(self.state, 0, "" if self.state is LinkState.OPEN else "cut", self.losses)

    def observe(self) -> Observation:
        told = dict(zip(OUTPUTS.names, self.model.read().tolist(), strict=True))
        told["around.T"] = float(self.held[2])
        return self._observed(self.outputs, told)

    def read_back(self) -> Observation:
        told = dict(zip(INPUTS.names, self.held.tolist(), strict=True))
        return self._observed(self.inputs, told)

    def _observed(self, index: PointIndex, told: Mapping[str, float]) -> Observation:
        off = [n in self.bad or self.state is not LinkState.OPEN for n in index.names]
        values = np.where(off, np.nan, [told[n] for n in index.names])
        marks = np.where(off, _BAD, good(len(index))).astype(np.uint32)
        return Observation(values, marks, np.full(len(index), self._clock(), np.int64))

    def command(self, values: Vector, chosen: Mask) -> tuple[Answer, ...]:
        if self.refuses:
            places = np.flatnonzero(chosen).tolist()
            return tuple(Answer(p, Taken.REFUSED, "not now") for p in places)
        self.commands.append((values.copy(), chosen.copy()))
        for place in np.flatnonzero(chosen).tolist():
            self.held[INPUTS[self.inputs.names[place]]] = values[place]
        return tuple(Answer(p, Taken.DONE) for p in np.flatnonzero(chosen).tolist())

    def advance(self, seconds: float) -> None:
        if self.stands:
            raise UnreachableError(self.stands)
        self.model.step(self.held, seconds)

    def restart(self) -> None:
        """Its registers begin anew."""
        self.model.e = 0.0

    @property
    def sent(self) -> np.ndarray:
        """All values that were ever commanded."""
        return np.concatenate([np.zeros(0), *(v[c] for v, c in self.commands)])


@dataclass
class ToyBeside:
    """A comparison that says what it is told to; `settled` counts how often it set the model."""

    verdict: Verdict = field(default_factory=Verdict)
    against: tuple[str, ...] = ()
    plant: ToyPlant | None = None
    settled: int = 0
    restarts: int = 0
    wrong: str = ""

    def step(self, inputs: Vector, plant: PlantSide, told: Vector, seconds: float) -> None:
        pass

    def restart(self) -> None:
        self.restarts += 1

    def against_model(self) -> tuple[str, ...]:
        return self.against

    def settle(self, model: PlantBackend) -> None:
        if self.wrong:
            raise ModelError(self.wrong)
        self.settled += 1
        if isinstance(model, ToyModel) and self.plant is not None:
            model.t = self.plant.model.t

    def inputs(self, held: Vector) -> Vector:
        return held

    def residuals(self) -> dict[str, float]:
        return {}

    def found(self) -> tuple[str, ...]:
        return ()

    def save(self) -> bytes:
        return b"beside"

    def restore(self, state: bytes) -> None:
        assert state == b"beside"


@dataclass
class Toy:
    """The twin `toy` with everything around it."""

    clock: HandClock
    audit: ListAudit
    model: ToyModel
    plant: ToyPlant | None
    beside: ToyBeside
    switch: TwinSwitch
    modes: TwinModes
    events: list[tuple[str, str, str, bool]]

    def step(self, a: float = 0.5, b: float = 0.5, around: float = 15.0) -> Vector:
        """A control step in which controllers want `a` and `b`."""
        self.switch.held()
        self.clock.pass_(STEP_S)
        self.switch.begin(np.array([a, b, around]))
        told = self.switch.end(STEP_S)
        self.modes.watch()
        return told

    def steps(self, count: int, a: float = 0.5, b: float = 0.5) -> None:
        for _ in range(count):
            self.step(a, b)

    def agree(self) -> None:
        """Model and plant are found to agree now."""
        self.beside.verdict = Verdict(self.clock())

    def change(self, mode: Mode, who: str = "tester", *, at_once: bool = True) -> list[str]:
        return self.modes.change(mode, who, "test", at_once=at_once)

    def happened(self, kind: str) -> list[str]:
        return [text for k, text, _, _ in self.events if k == kind]


def toy(
    *,
    mapped: tuple[str, ...] = ("a.u", "b.u", "x.T", "x.P", "x.E", "around.T"),
    guard: Mapping[str, Any] | None = None,
    with_plant: bool = True,
    operators: tuple[str, ...] = (),
    hold_s: float = 30.0,
) -> Toy:
    """At its start in `simulate`, its plant open; `mapped` are the points that the plant has."""
    clock, audit, model = HandClock(), ListAudit(), ToyModel()
    settings = GuardSettings.model_validate(
        {"operators": list(operators), **(guard or {"inputs": {"*.u": {"safe": "10 %"}}})}
    )
    events: list[tuple[str, str, str, bool]] = []

    def happened(kind: Any, source: str, severity: Any, text: str, **more: Any) -> None:
        events.append((kind.value, text, more.get("condition", ""), more.get("active", False)))

    edge = ModelEdge(INPUTS, OUTPUTS, clock)
    limits = limits_of(edge.inputs, OUTPUTS.points, settings)
    edge_guard = Guard(
        "toy", edge, limits.all, ModelAudit(audit), clock, settings=settings, outputs=OUTPUTS,
        period_s=STEP_S, mode=Mode.CONTROL, automatic=False,
    )  # fmt: skip
    beside = ToyBeside()
    plant, side = None, None
    if with_plant:
        inputs = PointIndex(p for p in edge.inputs.points if p.name in mapped)
        outputs = PointIndex(p for p in [*OUTPUTS.points, INPUTS.points[2]] if p.name in mapped)
        beside.plant = plant = ToyPlant(inputs, outputs, clock)
        plant_guard, watched = sealed(
            "toy", plant, audit, clock, settings, period_s=STEP_S, mode=Mode.SIMULATE
        )
        ports = PlantPorts(plant.open, plant.close, plant.advance)
        side = PlantSide("toy", plant_guard, watched, ports, INPUTS, OUTPUTS, clock, hold_s)
    switch = TwinSwitch(
        "toy", model, edge, edge_guard, clock, happened,
        safe=np.array([one.safe for one in limits.all]), plant=side,
        beside=beside if with_plant else None,
    )  # fmt: skip
    modes = TwinModes(switch, clock, happened, LiveSettings(), operators)
    modes.connect()
    return Toy(clock, audit, model, plant, beside, switch, modes, events)


def in_mode(mode: Mode, **more: object) -> Toy:
    """Brought there; more as for `toy`."""
    t = toy(**more)  # type: ignore[arg-type]
    t.steps(2)
    t.agree()
    assert t.change(mode) == []
    return t

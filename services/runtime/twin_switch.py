"""A twin in a live run: its model, its plant, and which of the two it is now."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from rami.asset.live import Link, LinkState, Observation, Vector
from rami.core.errors import ModelError, UnreachableError
from rami.core.event import EventKind, Severity
from rami.core.points import Direction, PointIndex
from rami.core.quality import Family, Qualities, Reason, good, quality
from rami.core.snapshot import Snapshot, array_bytes
from rami.core.timegrid import NS
from rami.integration.gates import Evidence, Verdict, refusals
from rami.integration.guard import Guard
from rami.integration.guard_step import Stepped
from rami.integration.leases import Lease
from rami.integration.live_settings import LiveSettings
from rami.integration.mode import Mode
from rami.integration.role import Role
from services.loop.cosimulation import PlantBackend
from services.runtime.model_edge import ModelEdge
from services.runtime.plant_side import PlantSide
from services.runtime.registers import Registers

MODEL, PLANT = "model", "plant"
_KIND, _VERSION = "twin", 1
_STANDS_IN = np.uint32(quality(Family.UNCERTAIN, Reason.SIMULATED | Reason.FILLED))


class Happened(Protocol):
    """Takes an event."""

    def __call__(
        self,
        kind: EventKind,
        source: str,
        severity: Severity,
        text: str,
        *,
        condition: str = "",
        active: bool = False,
        **details: float | str | bool,
    ) -> object:
        """It happened."""


class Beside(Protocol):
    """What runs beside a plant: comparison, estimation, diagnosis."""

    verdict: Verdict

    def step(self, inputs: Vector, plant: PlantSide, told: Vector, seconds: float) -> None:
        """The model was stepped with `inputs` and tells `told`; the plant is as it is."""

    def restart(self) -> None:
        """The model was set anew, or the plant was away."""

    def model_trouble(self) -> str:
        """Why the model cannot be set to the plant's state; empty if it can."""

    def settle(self, model: PlantBackend) -> None:
        """Set the model to the plant's estimated state; ModelError."""

    def residuals(self) -> dict[str, float]:
        """Plant less model by point."""

    def found(self) -> tuple[str, ...]:
        """Faults named now."""

    def save(self) -> bytes:
        """The whole state."""

    def restore(self, state: bytes) -> None:
        """Go back."""


@dataclass
class _Standing:
    """What a twin is now; `lost_ns`: since when its plant is away (0: it is not)."""

    mode: Mode = Mode.SIMULATE
    wanted: Mode = Mode.SIMULATE
    lost_ns: int = 0
    unusable_ns: int = 0
    fit_ns: int = 0
    advice: dict[str, float] = field(default_factory=dict)


class TwinSwitch:
    """Readable, Writable, Steppable, Snapshotable: the loop's backend of one twin.

    In `simulate` the model is the plant. In the other modes the plant's points are told, the
    model's where the plant has none, and the model runs beside on the plant's inputs; in
    `control` what the loop writes reaches the plant. Everything goes through the guard of
    whichever of the two it is for. A plant that cannot be used for `alarm_after` is lost: the
    model goes on from where it is, at safe values, and the former mode returns by itself once
    data were good for `recover_after`. Registers count on across every change.
    """

    def __init__(
        self,
        twin: str,
        model: PlantBackend,
        edge: ModelEdge,
        edge_guard: Guard,
        clock: Callable[[], int],
        happened: Happened,
        *,
        plant: PlantSide | None = None,
        beside: Beside | None = None,
        settings: LiveSettings | None = None,
        operators: tuple[str, ...] = (),
        safe: Vector | None = None,
    ) -> None:
        self.twin, self.model, self.plant, self.beside = twin, model, plant, beside
        self.inputs, self.outputs = model.inputs, model.outputs
        self.edge, self._edge_guard = edge, edge_guard
        self._clock, self._happened = clock, happened
        self._settings, self._operators = settings or LiveSettings(), operators
        self._actuated = self.inputs.places(edge.inputs.names)
        self._safe = edge.inputs.starts() if safe is None else safe
        self._registers = Registers(self.outputs, (MODEL, PLANT))
        self._now = _Standing()
        self._leases: dict[str, Lease] = {}
        self._u = self.inputs.starts()
        self._told = np.array(model.read())
        edge.told = self._told.copy()
        edge.held[:] = self._u[self._actuated]
        self._raw = self._told.copy()
        self._landed, self._wanted = edge.held.copy(), edge.held.copy()
        self._others = np.zeros(len(edge.inputs), np.bool_)
        #: the controllers must take the present positions over before they go on
        self._moved = False
        self.model_failed = ""

    # what it is

    @property
    def mode(self) -> Mode:
        """The mode that holds."""
        return self._now.mode

    @property
    def wanted(self) -> Mode:
        """The mode that was asked for; differs while a lost plant is waited for."""
        return self._now.wanted

    @property
    def backend(self) -> str:
        """`model` or `plant`: what the points come from."""
        return MODEL if self._now.mode is Mode.SIMULATE else PLANT

    @property
    def lost(self) -> bool:
        """Whether the plant is waited for."""
        return self._now.lost_ns > 0

    @property
    def driven(self) -> bool:
        """Whether what the controllers want moves anything."""
        return not self.lost and self._now.mode in (Mode.SIMULATE, Mode.CONTROL)

    @property
    def guard(self) -> Guard:
        """The guard of what the twin is now."""
        return self._edge_guard if self.plant is None or self.backend == MODEL else self.plant.guard

    def guards(self) -> tuple[Guard, ...]:
        """All of them."""
        return (self._edge_guard,) if self.plant is None else (self._edge_guard, self.plant.guard)

    @property
    def advice(self) -> dict[str, float]:
        """Set-points that were computed and not written."""
        return self._now.advice

    def positions(self) -> Vector:
        """Where the actuators stand, in the order of the edge's inputs; as far as known."""
        if self.backend == MODEL or self.plant is None:
            return self.edge.held
        found = self.edge.held.copy()
        known = np.isfinite(self.plant.positions)
        places = self.edge.inputs.places(self.plant.guard.inputs.names)
        found[places[known]] = self.plant.positions[known]
        return found

    def seen(self) -> Observation:
        """Outputs, acting inputs, actuated inputs: with quality and time."""
        acting = np.setdiff1d(np.arange(len(self.inputs)), self._actuated)
        values = np.concatenate([self._told, self._u[acting], self.positions()])
        marks = good(len(values), Reason.SIMULATED)
        times = np.full(len(values), self._clock(), np.int64)
        if self.backend == PLANT and self.plant is not None:
            self._mark(marks, times)
        return Observation(values, marks, times)

    def points(self) -> PointIndex:
        """In the order of `seen`."""
        acting = [p for p in self.inputs.points if p.direction is not Direction.ACTUATED]
        return PointIndex([*self.outputs.points, *acting, *self.edge.inputs.points])

    def _mark(self, marks: Qualities, times: NDArray[np.int64]) -> None:
        assert self.plant is not None
        plant, names = self.plant, self.points()
        for index, observed in (
            (plant.watched.outputs, plant.seen), (plant.watched.inputs, plant.read_back),
        ):  # fmt: skip
            at = names.places([n for n in index.names if n in names])
            own = index.places([n for n in index.names if n in names])
            told = observed.times_ns[own] > 0
            marks[at[told]] = observed.quality[own][told]
            times[at[told]] = observed.times_ns[own][told]
        stands_in = ~np.isfinite(plant.values)
        marks[: len(self.outputs)][stands_in] = _STANDS_IN

    # the loop's backend

    def read(self) -> Vector:
        """The present values."""
        return self._told

    def write(self, values: Vector) -> None:
        """Set all inputs for the next step; ModelError when one is not finite."""
        if not np.isfinite(values).all():
            name = self.inputs.names[int(np.argmin(np.isfinite(values)))]
            raise ModelError(f"{self.twin}: {name} is not finite")
        self._u[:] = values

    def step(self, inputs: Vector, seconds: float) -> Vector:
        """Command, let time pass, read."""
        self.begin(inputs)
        return self.end(seconds)

    def held(self) -> tuple[Vector, NDArray[np.bool_]] | None:
        """As in Arbitrated: after a change once, while nothing is written always."""
        mask = self._others
        if self.lost or self._now.mode is Mode.SHADOW or self._moved:
            self._moved = False
            mask = np.ones(len(mask), np.bool_)
        if not mask.any():
            return None
        positions, others = self._u.copy(), np.zeros(len(self._u), np.bool_)
        positions[self._actuated] = self.positions()
        others[self._actuated] = mask
        return positions, others

    def landed(self) -> Vector | None:
        """As in Arbitrated."""
        if np.array_equal(self._landed, self._wanted):
            return None
        found = self._u.copy()
        found[self._actuated] = self._landed
        return found

    def begin(self, inputs: Vector) -> None:
        """Hand over what the controllers want; what acts on the plant is told to a played one."""
        self._u[:] = inputs
        self._wanted[:] = inputs[self._actuated]
        plant = self.plant
        if plant is not None:
            plant.surround(inputs)
        if self.backend == MODEL or plant is None:
            wanted = self._safe if self.lost else self._wanted
            self._ask(self._edge_guard, Role.SAFETY if self.lost else Role.TECHNICAL, wanted, None)
            stepped = self._edge_guard.step(self.edge.observe())
            self._landed[:] = self.edge.held
            self._others[:] = _by_others(stepped)
        elif self._now.mode is Mode.SHADOW:
            self._landed[:] = self.positions()
        else:
            self._ask(plant.guard, Role.TECHNICAL, inputs[plant.actuated], plant.commandable)
            stepped = plant.guard.step(plant.seen)
            self._landed[:] = self.positions()
            places = self.edge.inputs.places(plant.guard.inputs.names)
            if self._now.mode is Mode.ADVISE:
                wanted = inputs[plant.actuated]
                names = plant.guard.inputs.names
                self._now.advice = dict(zip(names, wanted.tolist(), strict=True))
                return
            if plant.ports.beat is not None:
                plant.ports.beat()
            known = np.isfinite(stepped.values)
            self._landed[places[known]] = stepped.values[known]
            self._others[places] = _by_others(stepped)

    def _ask(self, guard: Guard, role: Role, wanted: Vector, chosen: Any) -> None:
        key = f"{'plant' if guard is not self._edge_guard else 'model'} {role.value}"
        lease = self._leases.get(key)
        if lease is None or not guard.beat(lease):
            if lease is not None:
                guard.give_back(lease)
            taken = guard.take(role, "controller")
            if not isinstance(taken, Lease):
                self._leases.pop(key, None)
                return
            lease = self._leases[key] = taken
        mine = np.zeros(len(wanted), np.bool_)
        mine[list(lease.places)] = True
        guard.want(
            lease,
            np.where(np.isfinite(wanted), wanted, 0.0),
            mine if chosen is None else mine & chosen,
        )

    def act_now(self) -> None:
        """Have the guard decide at once, between two steps."""
        seen = self.plant.seen if self.backend == PLANT and self.plant else self.edge.observe()
        self.guard.step(seen)

    def keep(self) -> None:
        """A sign of life between two steps that are far apart."""
        if self._now.mode is Mode.CONTROL and self.plant is not None and not self.lost:
            lease = self._leases.get(f"plant {Role.TECHNICAL.value}")
            if lease is not None:
                self.plant.guard.beat(lease)
            if self.plant.ports.beat is not None:
                self.plant.ports.beat()

    def look(self) -> Vector:
        """The present values, read anew where that costs no time to pass."""
        if self.backend == PLANT and self.plant is not None:
            self.plant.look()
            self._tell(self.plant)
        return self._told

    def end(self, seconds: float) -> Vector:
        """The step is over: the model is stepped, the plant read."""
        plant = self.plant
        if plant is not None:
            plant.advance(seconds)
            plant.look(anew=plant.rehearsal is not None and plant.rehearsal.lockstep)
        self._u[self._actuated] = self.positions()
        if self.backend == MODEL or plant is None:
            raw = self.model.step(self._u, seconds)
            self.edge.told[:] = raw
            self._told[:] = raw
            self._registers.shift(MODEL, self._told)
        else:
            self._shadow(plant, seconds)
        self._raw = self.edge.told
        if plant is not None:
            self._watch(plant)
        return self._told

    def _shadow(self, plant: PlantSide, seconds: float) -> None:
        known = np.isfinite(plant.acting)
        self._u[known] = plant.acting[known]
        if not self.model_failed:
            try:
                raw = self.model.step(self._u, seconds)
            except ModelError as error:
                self._model_fails(error)
            else:
                self.edge.told[:] = raw
                if self.beside is not None:
                    self.beside.step(self._u, plant, self.edge.told, seconds)
        self._tell(plant)

    def _tell(self, plant: PlantSide) -> None:
        told = self.edge.told.copy()
        self._registers.shift(MODEL, told)
        values = plant.values.copy()
        self._registers.shift(PLANT, values)
        self._told[:] = np.where(np.isfinite(values), values, told)

    def _model_fails(self, error: ModelError) -> None:
        self.model_failed = str(error)
        self._happened(
            EventKind.MODEL, self.twin, Severity.ALARM,
            f"the model beside the plant failed: {error}", condition="model", active=True,
        )  # fmt: skip

    def _watch(self, plant: PlantSide) -> None:
        """Loss of the plant, and its return."""
        now, standing = self._clock(), self._now
        link = plant.link()
        usable = (
            link.state is LinkState.OPEN
            and not plant.trouble
            and bool(np.isfinite(plant.values).any())
        )
        why = link.trouble or plant.trouble or f"the link is {link.state.value}"
        if usable:
            standing.unusable_ns = 0
            fit = not plant.unfit() and not plant.blind()
            standing.fit_ns = (standing.fit_ns or now) if fit else 0
        else:
            standing.fit_ns = 0
            standing.unusable_ns = standing.unusable_ns or now
        if self.backend == PLANT:
            away_ns = now - standing.unusable_ns if standing.unusable_ns else -1
            if away_ns >= round(self._settings.alarm_after * NS):
                self._lose(why)
        elif (
            self.lost
            and standing.fit_ns
            and now - standing.fit_ns >= round(self._settings.recover_after * NS)
        ):
            self._return()

    def _lose(self, why: str) -> None:
        standing, former = self._now, self._now.mode
        standing.lost_ns = self._clock()
        self._change(Mode.SIMULATE, "guard", f"the plant is lost: {why}")
        standing.wanted = former
        self._happened(
            EventKind.LINK, self.twin, Severity.ALARM,
            f"the plant is lost ({why}); the model goes on at safe values, {former.value} returns "
            "by itself",
            condition="plant lost", active=True, mode=former.value,
        )  # fmt: skip

    def _return(self) -> None:
        standing = self._now
        mode, away_s = standing.wanted, (self._clock() - standing.lost_ns) / NS
        if mode is Mode.CONTROL and (reason := self._guard_trouble()):
            standing.fit_ns = 0
            self._happened(
                EventKind.GUARD, self.twin, Severity.WARNING, f"the plant is back, but {reason}"
            )
            return
        standing.lost_ns = 0
        self._change(mode, "guard", "the plant is back")
        self._happened(
            EventKind.LINK, self.twin, Severity.NOTE,
            f"the plant is back after {away_s:.0f} s; {mode.value} again",
            condition="plant lost", active=False, mode=mode.value, away_s=away_s,
        )  # fmt: skip

    def connect(self) -> None:
        """Open the plant's link; one that cannot be reached is waited for.

        ConfigurationError where it does not fit.
        """
        assert self.plant is not None
        try:
            self.plant.open()
        except UnreachableError as error:
            self._happened(
                EventKind.LINK, self.twin, Severity.WARNING, f"the plant is not reached: {error}"
            )

    # changes, between two steps

    def evidence(self, who: str) -> Evidence:
        """What the gates look at now."""
        plant, beside = self.plant, self.beside
        closed = Link(LinkState.CLOSED, 0)
        trouble = self.model_failed or (beside.model_trouble() if beside is not None else "")
        return Evidence(
            now_ns=self._clock(),
            who=who,
            plant_declared=plant is not None,
            link=closed if plant is None else plant.link(),
            unfit=() if plant is None else plant.unfit(),
            blind=() if plant is None else plant.blind(),
            verdict=Verdict() if beside is None else beside.verdict,
            verdict_age_ns=round(self._settings.verdict_age * NS),
            guard=self._guard_trouble(),
            operators=self._operators,
            model_trouble=trouble,
        )

    def _guard_trouble(self) -> str:
        if self.plant is None:
            return ""
        guard = self.plant.guard
        return guard.trouble or (f"stopped {guard.stopped}" if guard.stopped else "")

    def change(self, mode: Mode, who: str, why: str, *, at_once: bool = False) -> list[str]:
        """Enter a mode; every reason against it where a gate refuses, and nothing changes.

        A lost plant may be given up for `simulate`; then it is not waited for any more.
        """
        standing = self._now
        if self.lost and mode is Mode.SIMULATE:
            standing.lost_ns, standing.wanted = 0, mode
            self._moved = True
            self._happened(
                EventKind.MODE, self.twin, Severity.NOTE,
                f"{who} gave the lost plant up: {why}", condition="plant lost", active=False,
            )  # fmt: skip
            return []
        found = refusals(standing.mode, mode, self.evidence(who), at_once=at_once)
        if self.lost:
            found.append("the plant is lost; its former mode returns by itself")
        if found or mode is standing.mode:
            return found
        former = standing.mode
        try:
            self._change(mode, who, why)
        except ModelError as error:
            return [f"the model cannot take over: {error}"]
        standing.wanted = mode
        kind = EventKind.SWAP if Mode.SIMULATE in (former, mode) else EventKind.MODE
        self._happened(
            kind, self.twin, Severity.NOTE, f"{former.value} to {mode.value} by {who}: {why}",
            former=former.value, mode=mode.value, who=who,
        )  # fmt: skip
        return []

    def _change(self, mode: Mode, who: str, why: str) -> None:
        """Change over without a jump in registers or actuators."""
        standing, plant = self._now, self.plant
        assert plant is not None
        before, told = self.backend, self._told.copy()
        positions = self.positions().copy()
        to_model = mode is Mode.SIMULATE
        if before == PLANT and to_model and not self.lost and self.beside is not None:
            self.beside.settle(self.model)
            self.edge.told[:] = self.model.read()
        for key in [k for k in self._leases if not k.startswith("model tech") or not to_model]:
            guard = plant.guard if key.startswith("plant") else self._edge_guard
            guard.give_back(self._leases.pop(key))
        standing.mode, standing.advice = mode, {}
        plant.guard.set_mode(mode, who, why)
        if self.backend != before:
            self.edge.held[:] = positions if to_model else self.edge.held
            self._edge_guard.set_mode(Mode.CONTROL if to_model else Mode.SHADOW, who, why)
            raw = self.edge.told if to_model else plant.values
            self._registers.take_over(self.backend, raw, told)
            if not to_model:
                self._registers.take_over(MODEL, self.edge.told, told)
            if self.beside is not None:
                self.beside.restart()
        self._moved = True

    # state

    def save(self) -> bytes:
        """Model, guards, registers, mode: the whole twin but its plant."""
        plain = {
            "mode": self.mode.value,
            "wanted": self.wanted.value,
            "leases": {k: lease.number for k, lease in self._leases.items()},
            "moved": self._moved,
            "model_failed": self.model_failed,
        }
        parts = {
            "model": self.model.save(),
            "edge_guard": self._edge_guard.save(),
            "plant_guard": self.plant.guard.save() if self.plant is not None else b"",
            "registers": self._registers.save(),
            "u": array_bytes(self._u),
            "told": array_bytes(self._told),
            "raw": array_bytes(self.edge.told),
            "held": array_bytes(self.edge.held),
            "beside": self.beside.save() if self.beside is not None else b"",
        }
        return Snapshot(_KIND, _VERSION, plain, parts).to_bytes()

    def restore(self, state: bytes) -> None:
        """Go back; a plant is waited for anew as if it had been lost. DataError, ModelError."""
        saved = Snapshot.from_bytes(state, _KIND, _VERSION)
        self.model.restore(saved.parts["model"])
        self._edge_guard.restore(saved.parts["edge_guard"])
        if self.plant is not None and saved.parts["plant_guard"]:
            self.plant.guard.restore(saved.parts["plant_guard"])
        self._registers.restore(saved.parts["registers"])
        for vector, name in (
            (self._u, "u"), (self._told, "told"), (self.edge.told, "raw"), (self.edge.held, "held"),
        ):  # fmt: skip
            vector[:] = saved.array(name)
        if self.beside is not None and saved.parts["beside"]:
            self.beside.restore(saved.parts["beside"])
        self._moved, self.model_failed = saved.plain["moved"], saved.plain["model_failed"]
        for key, number in saved.plain["leases"].items():
            guard = self._edge_guard if key.startswith(MODEL) else self.guards()[-1]
            for lease in guard.leases():
                if lease.number == number:
                    self._leases[key] = lease
        self._now = _Standing(Mode(saved.plain["mode"]), Mode(saved.plain["wanted"]))
        if self._now.mode is not Mode.SIMULATE:
            self._now.lost_ns = self._clock()
            self._change(Mode.SIMULATE, "guard", "resumed; the plant is waited for")


def _by_others(stepped: Stepped) -> NDArray[np.bool_]:
    """Inputs that people or safety hold."""
    return np.asarray((stepped.holders >= 0) & (stepped.holders < Role.TECHNICAL.rank))

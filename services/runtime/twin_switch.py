"""A twin in a live run: its model, its plant, and which of the two it is now."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from rami.asset.live import Vector
from rami.core.errors import ModelError
from rami.core.event import EventKind, Severity
from rami.core.snapshot import Snapshot, array_bytes
from rami.integration.guard import Guard
from rami.integration.guard_step import Stepped
from rami.integration.mode import Mode
from rami.integration.role import Role
from services.loop.cosimulation import PlantBackend
from services.runtime.beside import Beside, Happened
from services.runtime.claims import Claims
from services.runtime.model_edge import ModelEdge
from services.runtime.plant_side import PlantSide
from services.runtime.registers import Registers

MODEL, PLANT = "model", "plant"
_KIND, _VERSION = "twin", 1


class TwinSwitch:
    """Readable, Writable, Steppable, Snapshotable, Arbitrated: the loop's backend of one twin.

    In `simulate` the model is the plant. In the other modes the plant's points are told, the
    model's where the plant has none, and the model runs beside on the plant's inputs; in
    `control` what the loop writes reaches the plant. Everything goes through the guard of
    whichever of the two it is for. Registers count on across every change.

    `safe` are the actuators' safe values; while the twin is `resting` they are what is wanted.
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
        safe: Vector,
        plant: PlantSide | None = None,
        beside: Beside | None = None,
    ) -> None:
        self.twin, self.model, self.plant, self.beside = twin, model, plant, beside
        self.inputs, self.outputs = model.inputs, model.outputs
        self.edge, self._edge_guard = edge, edge_guard
        self.clock, self._happened = clock, happened
        self.actuated = self.inputs.places(edge.inputs.names)
        self._safe = safe
        self._registers = Registers(self.outputs, (MODEL, PLANT))
        guards = {MODEL: edge_guard} | ({PLANT: plant.guard} if plant is not None else {})
        self._claims = Claims(guards)
        self._commanded = (
            edge.inputs.places(plant.guard.inputs.names)
            if plant is not None
            else np.zeros(0, np.intp)
        )
        self.mode = Mode.SIMULATE
        #: nothing that controllers want is done: the plant is away
        self.resting = False
        self.advice: dict[str, float] = {}
        self.model_failed = ""
        self.u = self.inputs.starts()
        self.told = np.array(model.read())
        edge.told = self.told.copy()
        edge.held[:] = self.u[self.actuated]
        self._landed, self._wanted = edge.held.copy(), edge.held.copy()
        self._others = np.zeros(len(edge.inputs), np.bool_)
        # the controllers must take the present positions over before they go on
        self._moved = False

    @property
    def backend(self) -> str:
        """`model` or `plant`: what the points come from."""
        return MODEL if self.mode is Mode.SIMULATE else PLANT

    @property
    def guard(self) -> Guard:
        """The guard of what the twin is now."""
        return self._edge_guard if self.plant is None or self.backend == MODEL else self.plant.guard

    def guards(self) -> tuple[Guard, ...]:
        """All of them."""
        return (self._edge_guard,) if self.plant is None else (self._edge_guard, self.plant.guard)

    def positions(self) -> Vector:
        """Where the actuators stand, in the order of the edge's inputs; as far as known."""
        if self.backend == MODEL or self.plant is None:
            return self.edge.held
        found = self.edge.held.copy()
        known = np.isfinite(self.plant.positions)
        found[self._commanded[known]] = self.plant.positions[known]
        return found

    def read(self) -> Vector:
        """The present values."""
        return self.told

    def write(self, values: Vector) -> None:
        """Set all inputs for the next step; ModelError when one is not finite."""
        if not np.isfinite(values).all():
            name = self.inputs.names[int(np.argmin(np.isfinite(values)))]
            raise ModelError(f"{self.twin}: {name} is not finite")
        self.u[:] = values

    def step(self, inputs: Vector, seconds: float) -> Vector:
        """Command, let time pass, read."""
        self.begin(inputs)
        return self.end(seconds)

    def held(self) -> tuple[Vector, NDArray[np.bool_]] | None:
        """As in Arbitrated: after a change once, while nothing is written always."""
        mask = self._others
        if self.resting or self.mode is Mode.SHADOW or self._moved:
            self._moved = False
            mask = np.ones(len(mask), np.bool_)
        if not mask.any():
            return None
        positions, others = self.u.copy(), np.zeros(len(self.u), np.bool_)
        positions[self.actuated] = self.positions()
        others[self.actuated] = mask
        return positions, others

    def landed(self) -> Vector | None:
        """As in Arbitrated."""
        if np.array_equal(self._landed, self._wanted):
            return None
        found = self.u.copy()
        found[self.actuated] = self._landed
        return found

    def begin(self, inputs: Vector) -> None:
        """Hand over what the controllers want; what acts on the plant is told to a played one."""
        self.u[:] = inputs
        self._wanted[:] = inputs[self.actuated]
        if self.plant is not None:
            self.plant.surround(inputs)
        if self.backend == MODEL or self.plant is None:
            role = Role.SAFETY if self.resting else Role.TECHNICAL
            self._claims.ask(MODEL, role, self._safe if self.resting else self._wanted)
            stepped = self._edge_guard.step(self.edge.observe())
            self._landed[:] = self.edge.held
            self._others[:] = _by_others(stepped)
        else:
            self._landed[:] = self.positions()
            if self.mode is not Mode.SHADOW:
                self._command(self.plant, inputs[self.plant.actuated])

    def _command(self, plant: PlantSide, wanted: Vector) -> None:
        self._claims.ask(PLANT, Role.TECHNICAL, wanted, plant.commandable)
        stepped = plant.guard.step(plant.seen)
        if self.mode is Mode.ADVISE:
            self.advice = dict(zip(plant.guard.inputs.names, wanted.tolist(), strict=True))
            return
        plant.beat()
        known = np.isfinite(stepped.values)
        self._landed[self._commanded[known]] = stepped.values[known]
        self._others[self._commanded] = _by_others(stepped)

    def act_now(self) -> None:
        """Have the guard decide at once, between two steps."""
        plant = self.plant
        used = self.backend == PLANT and plant is not None
        self.guard.step(plant.seen if used and plant is not None else self.edge.observe())

    def keep(self) -> None:
        """A sign of life between two steps that are far apart."""
        if self.mode is Mode.CONTROL and self.plant is not None:
            self._claims.beat(PLANT, Role.TECHNICAL)
            self.plant.beat()

    def look(self) -> Vector:
        """The present values, read anew where that costs no time to pass."""
        if self.backend == PLANT and self.plant is not None:
            self.plant.look()
            self._tell(self.plant)
        return self.told

    def end(self, seconds: float) -> Vector:
        """The step is over: the model is stepped, the plant read."""
        plant = self.plant
        if plant is not None:
            plant.advance(seconds)
            plant.look(anew=plant.lockstep)
        self.u[self.actuated] = self.positions()
        if self.backend == MODEL or plant is None:
            self.edge.told[:] = self.told[:] = self.model.step(self.u, seconds)
            self._registers.shift(MODEL, self.told)
        else:
            known = np.isfinite(plant.acting)
            self.u[known] = plant.acting[known]
            self._shadow(plant, seconds)
            self._tell(plant)
        return self.told

    def _shadow(self, plant: PlantSide, seconds: float) -> None:
        if self.model_failed:
            return
        try:
            self.edge.told[:] = self.model.step(self.u, seconds)
        except ModelError as error:
            self.model_failed = str(error)
            self._happened(
                EventKind.MODEL, self.twin, Severity.ALARM,
                f"the model beside the plant failed: {error}", condition="model", active=True,
            )  # fmt: skip
            return
        if self.beside is not None:
            self.beside.step(self.u, plant, self.edge.told, seconds)

    def _tell(self, plant: PlantSide) -> None:
        told, values = self.edge.told.copy(), plant.values.copy()
        self._registers.shift(MODEL, told)
        self._registers.shift(PLANT, values)
        self.told[:] = np.where(np.isfinite(values), values, told)

    def turn(self, mode: Mode, who: str, why: str, *, settle: bool = True) -> None:
        """Change over without a jump in registers or actuators.

        Towards the model its state is set to the plant's (`settle`), if that can be estimated;
        its actuators start where the plant's stand. Raises ModelError, nothing being changed.
        """
        plant = self.plant
        assert plant is not None
        before, positions = self.backend, self.positions().copy()
        to_model = mode is Mode.SIMULATE
        if before == PLANT and to_model and settle and self.beside is not None:
            self.beside.settle(self.model)
            self.edge.told[:] = self.model.read()
        self._claims.drop_all()
        self.mode, self.advice = mode, {}
        plant.guard.set_mode(mode, who, why)
        if self.backend != before:
            if to_model:
                self.edge.held[:] = positions
            self._edge_guard.set_mode(Mode.CONTROL if to_model else Mode.SHADOW, who, why)
            self._registers.take_over(MODEL, self.edge.told, self.told)
            if not to_model:
                self._registers.take_over(PLANT, plant.values, self.told)
            if self.beside is not None:
                self.beside.restart()
        self._others[:] = False
        self._moved = True

    def save(self) -> bytes:
        """Model, guards, registers, mode: the whole twin but its plant."""
        plain = {
            "mode": self.mode.value,
            "resting": self.resting,
            "claims": self._claims.plain(),
            "moved": self._moved,
            "others": self._others.tolist(),
            "model_failed": self.model_failed,
        }
        parts = {
            "model": self.model.save(),
            "edge_guard": self._edge_guard.save(),
            "plant_guard": self.plant.guard.save() if self.plant is not None else b"",
            "registers": self._registers.save(),
            "beside": self.beside.save() if self.beside is not None else b"",
            **{name: array_bytes(vector) for name, vector in self._vectors().items()},
        }
        return Snapshot(_KIND, _VERSION, plain, parts).to_bytes()

    def restore(self, state: bytes) -> None:
        """Go back to what it was. DataError, ModelError."""
        saved = Snapshot.from_bytes(state, _KIND, _VERSION)
        self.model.restore(saved.parts["model"])
        self._edge_guard.restore(saved.parts["edge_guard"])
        if self.plant is not None and saved.parts["plant_guard"]:
            self.plant.guard.restore(saved.parts["plant_guard"])
        self._registers.restore(saved.parts["registers"])
        if self.beside is not None and saved.parts["beside"]:
            self.beside.restore(saved.parts["beside"])
        for name, vector in self._vectors().items():
            vector[:] = saved.array(name)
        plain = saved.plain
        self.mode, self.resting = Mode(plain["mode"]), plain["resting"]
        self._moved, self.model_failed = plain["moved"], plain["model_failed"]
        self._others[:] = plain["others"]
        self._claims.restore(plain["claims"])

    def _vectors(self) -> dict[str, Vector]:
        return {
            "u": self.u,
            "told": self.told,
            "raw": self.edge.told,
            "held": self.edge.held,
            "landed": self._landed,
            "wanted": self._wanted,
        }


def _by_others(stepped: Stepped) -> NDArray[np.bool_]:
    """Inputs that people or safety hold."""
    return np.asarray((stepped.holders >= 0) & (stepped.holders < Role.TECHNICAL.rank))

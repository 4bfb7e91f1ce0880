"""A twin in a live run: its model, its plant, and which of the two it is now."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from rami.asset.live import Vector
from rami.core.errors import ModelError
from rami.core.snapshot import Snapshot, array_bytes
from rami.integration.guard import Guard
from rami.integration.mode import Mode
from rami.integration.role import Role
from services.loop.cosimulation import PlantBackend
from services.runtime.beside import Beside, Happened
from services.runtime.claims import Claims, by_others, enter, enter_armed
from services.runtime.model_edge import ModelEdge
from services.runtime.model_side import ModelSide
from services.runtime.not_taken import NotTaken
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
        self.actuated = self.inputs.places(edge.inputs.names)
        self.clock, self._safe = clock, safe
        self._claims = Claims(dict(zip((MODEL, PLANT), self.guards(), strict=False)))
        self._commanded = edge.inputs.places(plant.guard.inputs.names if plant is not None else ())
        self.mode = Mode.SIMULATE
        self.resting = False  #: nothing that controllers want is done: the plant is away
        self.advice: dict[str, float] = {}
        self.u = self.inputs.starts()
        self.told = np.array(model.read())
        edge.told = self.told.copy()
        self._registers = Registers(self.outputs, self.told)
        edge.held[:] = self.u[self.actuated]
        self._side = ModelSide(twin, model, edge.told, happened, beside)
        self._not_taken = NotTaken(twin, clock, happened)
        self._landed, self._wanted = edge.held.copy(), edge.held.copy()
        self._others = np.zeros(len(edge.inputs), np.bool_)
        self.moved = False  #: the controllers must take over what is told now

    @property
    def backend(self) -> str:
        """`model` or `plant`: what the points come from."""
        return MODEL if self.plant is None or self.mode is Mode.SIMULATE else PLANT

    @property
    def guard(self) -> Guard:
        """The guard of what the twin is now."""
        return self._edge_guard if self.plant is None or self.backend == MODEL else self.plant.guard

    @property
    def model_failed(self) -> str:
        """Why the model does not run; empty while it does."""
        return self._side.failed

    def guards(self) -> tuple[Guard, ...]:
        """All of them."""
        return (self._edge_guard,) if self.plant is None else (self._edge_guard, self.plant.guard)

    def positions(self) -> Vector:
        """Where the actuators stand, or stood last, in the order of the edge's inputs."""
        if self.backend == MODEL or self.plant is None:
            return self.edge.held
        found, own = self.edge.held.copy(), self.plant.positions
        found[self._commanded] = np.where(np.isfinite(own), own, found[self._commanded])
        return found

    def read(self) -> Vector:
        """The present values."""
        return self.told

    def write(self, values: Vector) -> None:
        """Set all inputs for the next step; ModelError when one is not finite."""
        finite = np.isfinite(values)
        if not finite.all():
            raise ModelError(f"{self.twin}: {self.inputs.names[finite.argmin()]} is not finite")
        self.u[:] = values

    def step(self, inputs: Vector, seconds: float) -> Vector:
        """Command, let time pass, read."""
        self.begin(inputs)
        return self.end(seconds)

    @property
    def idle(self) -> bool:
        """Whether nothing is done of what controllers want: they track. In `advise` they do not;
        they learn where the actuators stand instead, so that advice is a change from there."""
        guard = self.guard
        return bool(self.resting or self.mode is Mode.SHADOW or guard.stopped or guard.trouble)

    def held(self) -> tuple[Vector, NDArray[np.bool_]] | None:
        """As in Arbitrated: after a change once, while nothing is written always."""
        mask = self._others
        if self.moved or self.idle:
            self.moved = False
            mask = np.ones(len(mask), np.bool_)
        if not mask.any():
            return None
        others = np.zeros(len(self.u), np.bool_)
        others[self.actuated] = mask
        return self._with(self.positions()), others

    def landed(self) -> Vector | None:
        """As in Arbitrated."""
        return None if np.array_equal(self._landed, self._wanted) else self._with(self._landed)

    def _with(self, positions: Vector) -> Vector:
        inputs = self.u.copy()
        inputs[self.actuated] = positions
        return inputs

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
            self._others[:] = by_others(stepped)
        else:
            self._landed[:] = self.positions()
            self._command(self.plant, inputs[self.plant.actuated])

    def _command(self, plant: PlantSide, wanted: Vector) -> None:
        if self.mode.asks:
            self._claims.ask(PLANT, Role.TECHNICAL, wanted, plant.commandable)
        # in `shadow` it only records what was refused
        stepped = plant.guard.step(plant.seen)
        if self.mode is Mode.ADVISE:
            named = zip(plant.guard.inputs.names, wanted.tolist(), plant.commandable, strict=True)
            self.advice = {name: value for name, value, mine in named if mine}
        if self.mode is not Mode.CONTROL:
            return
        plant.beat()
        self._not_taken.look(stepped, plant.guard.inputs.names)
        known = np.isfinite(stepped.values)
        self._landed[self._commanded[known]] = stepped.values[known]
        self._others[self._commanded] = by_others(stepped)

    def act_now(self) -> None:
        """Have the guard decide at once, between two steps."""
        if self.backend == PLANT and self.plant is not None:
            self.plant.guard.step(self.plant.seen)
        else:
            self._edge_guard.step(self.edge.observe())

    def keep(self) -> None:
        """A sign of life between two steps that are far apart."""
        if self.mode is Mode.CONTROL and self.plant is not None:
            self._claims.beat(PLANT, Role.TECHNICAL)
            self.plant.beat()

    def look(self) -> Vector:
        """The present values, read anew where no time has to pass for that."""
        if self.backend == PLANT and self.plant is not None:
            self.plant.look()
            self._tell()
        return self.told

    def end(self, seconds: float) -> Vector:
        """The step is over: the model is stepped, the plant read."""
        plant = self.plant
        if plant is not None:
            plant.advance(seconds)
            plant.look(anew=plant.lockstep)
        self.edge.held[:] = self.u[self.actuated] = self.positions()
        if self.backend == MODEL or plant is None:
            self._side.stand_in(self.u, seconds, must=not self.resting)
        else:
            np.copyto(self.u, plant.acting, where=np.isfinite(plant.acting))
            if self._side.step(self.u, seconds) and self.beside is not None:
                self.beside.step(self.u, plant, self.edge.told, seconds)
        self._tell()
        return self.told

    def _tell(self, *, count: bool = True) -> None:
        """Points of the backend; registers go on, or stay where no time has passed."""
        plant, model = self.plant, self.edge.told
        own = plant.values if self.backend == PLANT and plant is not None else None
        if own is not None:
            self.told[:] = np.where(np.isfinite(own), own, model)
        elif not self._side.failed:
            self.told[:] = model
        if count:
            self._registers.count(self.told, model, own)
            self._registers.seen(plant.values if plant is not None else None)
        else:
            self._registers.keep(self.told)

    def turn(self, mode: Mode, who: str, why: str, *, settle: bool = True) -> None:
        """Change over without a jump in registers or actuators; recorded at once.

        Towards the model its state is set to the plant's (`settle`), if that can be estimated;
        its actuators start where the plant's stand. Nothing is changed where ModelError is
        raised, or RunError: what would be written in `control` could not be recorded.
        """
        plant = self.plant
        assert plant is not None
        before, positions = self.backend, self.positions().copy()
        if before == PLANT and mode is Mode.SIMULATE and settle:
            self._side.settle()
        enter_armed(plant.guard, mode, who, why)
        self._claims.drop_all()
        self._not_taken.over()
        self.mode, self.advice = mode, {}
        if self.backend != before:
            self.edge.held[:] = positions
            enter(
                self._edge_guard, Mode.SHADOW if self.backend == PLANT else Mode.CONTROL, who, why
            )
            if self.beside is not None:
                self.beside.restart()
            self._tell(count=False)
        self._others[:] = False
        self.moved = True

    def rest(self, resting: bool) -> None:
        """Let safe values be wanted, or what the controllers want again."""
        self.resting = resting
        self._claims.drop(MODEL, Role.SAFETY)
        self.moved = True

    def save(self) -> bytes:
        """Model, guards, registers, mode: the whole twin but its plant. ModelError."""
        plain = {
            "mode": self.mode.value,
            "resting": self.resting,
            "claims": self._claims.plain(),
            "moved": self.moved,
            "others": self._others.tolist(),
            "model_side": self._side.plain(),
        }
        parts = {
            "model": self._side.save(),
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
        self.mode, self.resting, self.moved = Mode(plain["mode"]), plain["resting"], plain["moved"]
        self._side.restore(plain["model_side"])
        self._others[:] = plain["others"]
        self._claims.restore(plain["claims"])

    def _vectors(self) -> dict[str, Vector]:
        vectors = (self.u, self.told, self.edge.told, self.edge.held, self._landed, self._wanted)
        return dict(zip(("u", "told", "raw", "held", "landed", "wanted"), vectors, strict=True))

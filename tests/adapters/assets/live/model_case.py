"""Cases of models run live: a Python model and an FMU from elsewhere."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from pathlib import Path

import numpy as np

from adapters.assets.fmu.backend import FmuBackend
from adapters.assets.fmu.configuration import FmuVariable
from adapters.assets.native.backend import NativeBackend
from rami.asset.live import Paced, Vector
from rami.core.points import Direction, Point, PointIndex
from rami.integration.live_model import LiveModel, PlantModel
from tests.adapters.assets.foreign import Foreign, build
from tests.adapters.assets.live.case import INPUTS, OUTPUTS, Case, LiveBackend

_WEATHER = Point("air.T", "temperature", Direction.DISTURBANCE, start=10.0)


class Drifting:
    """A plant whose outputs grow with time, each at a pace of its own; order of its own."""

    def __init__(self) -> None:
        self.inputs = PointIndex([_WEATHER, *INPUTS.points[::-1]])
        self.outputs = PointIndex(OUTPUTS.points[::-1])
        self.u = self.inputs.starts()
        self.y = np.array([1.0, 2.0, 3.0, 4.0])

    def read(self) -> Vector:
        return self.y

    def write(self, values: Vector) -> None:
        self.u[:] = values

    def step(self, inputs: Vector, seconds: float) -> Vector:
        self.u[:] = inputs
        self.y = self.y + np.array([0.1, 0.2, 0.3, 0.4]) * seconds
        return self.y


class _ModelCase(Case):
    missing = ("hex.T_left", "hp.P_left")

    def __init__(
        self, make: Callable[[], PlantModel], held: Callable[[PlantModel], Vector]
    ) -> None:
        super().__init__()
        self._make, self._of, self._model = make, held, make()

    def _made(self) -> PlantModel:
        self._model = self._make()
        return self._model

    def backend(self, inputs: PointIndex = INPUTS, outputs: PointIndex = OUTPUTS) -> LiveBackend:
        return LiveModel(self._made, inputs, outputs, self.clock)

    def lacking(self) -> LiveBackend:
        return self.backend(
            PointIndex([*INPUTS.points, Point("hex.T_left", "temperature")]),
            PointIndex([Point("hp.P_left", "power"), *OUTPUTS.points]),
        )

    def told(self) -> Vector:
        model = self._model
        return np.array(model.read())[model.outputs.places(OUTPUTS.names)]

    def change(self, backend: LiveBackend) -> None:
        assert isinstance(backend, Paced)
        backend.advance(60.0)

    def held(self) -> Vector:
        return self._of(self._model)


def native_case(folder: Path) -> Case:
    """A Python model behind its adapter."""

    def make() -> PlantModel:
        plant = Drifting()
        return NativeBackend(plant, plant.inputs, OUTPUTS)

    def held(model: PlantModel) -> Vector:
        assert isinstance(model, NativeBackend)  # keeps the inputs for the next step
        return model._u[model.inputs.places(INPUTS.names)]

    return _ModelCase(make, held)


#: lags of 1000 s towards the sum of the inputs, in units of its own
_FMU = Foreign(
    [("T_supply", "K"), ("Pset", "W"), ("opening", "%")],
    [("T_line", "K"), ("flow", "kg/s"), ("Pel", "W"), ("work", "MWh")],
    gain=2.0,
)
_NAMES = {
    name: FmuVariable(name=variable)
    for name, (variable, _) in zip(
        (*INPUTS.names, *OUTPUTS.names), (*_FMU.inputs, *_FMU.outputs), strict=True
    )
}


def fmu_case(folder: Path) -> Case:
    """An FMU from elsewhere, in units of its own."""
    path = build(_FMU, folder)
    last = INPUTS.starts()

    def make() -> PlantModel:
        return FmuBackend.load(path, INPUTS, OUTPUTS, _NAMES, name="plant")

    def held(model: PlantModel) -> Vector:
        assert isinstance(model, FmuBackend)
        if not model.close.alive:
            return last
        variables = model._interface.inputs
        own = np.zeros(len(INPUTS))
        model._library.call(
            "fmi2GetReal",
            ctypes.c_void_p(variables.references.ctypes.data),
            ctypes.c_size_t(len(own)),
            ctypes.c_void_p(own.ctypes.data),
        )
        last[:] = own * variables.factor + variables.offset
        return last.copy()

    return _ModelCase(make, held)

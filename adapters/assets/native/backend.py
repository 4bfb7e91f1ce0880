"""Puts a Python plant model behind a twin's points, whatever the order of its own."""

from __future__ import annotations

from importlib import import_module

import numpy as np

from rami.asset.capability import Readable, Snapshotable, Stateful, Steppable, Vector
from rami.asset.topology import TwinTopology
from rami.core.errors import ModelError
from rami.core.points import PointIndex
from rami.core.wording import did_you_mean


def created(reference: str, topology: TwinTopology) -> object:
    """What `module:callable` returns for a topology; ModelError when it cannot be found."""
    module, _, name = reference.partition(":")
    try:
        make = getattr(import_module(module), name)
    except (ImportError, AttributeError) as error:
        raise ModelError(
            f"native model {reference!r} cannot be loaded: {error}; wanted `module:callable` of "
            f"something importable"
        ) from error
    return make(topology)


class NativeBackend:
    """Readable, Writable, Steppable, and Snapshotable as far as the model is.

    Raises ModelError when the model lacks a capability or a point of the twin.
    """

    def __init__(self, plant: object, inputs: PointIndex, outputs: PointIndex) -> None:
        word = type(plant).__name__
        if not (isinstance(plant, Steppable) and isinstance(plant, Readable)):
            raise ModelError(f"{word} lacks `step`, `read` or `outputs` (rami.asset.capability)")
        own_inputs: PointIndex = getattr(plant, "inputs", PointIndex([]))
        problems = [
            f"{word}: no {kind} {name!r}; {did_you_mean(name, own.names)}"
            for kind, wanted, own in (
                ("input", inputs, own_inputs),
                ("output", outputs, plant.outputs),
            )
            for name in wanted.names
            if name not in own
        ]
        if problems:
            raise ModelError("\n".join(problems))
        self.inputs, self.outputs = inputs, outputs
        self._plant, self._reader, self._word = plant, plant, word
        self._into = own_inputs.places(inputs.names)
        self._from = plant.outputs.places(outputs.names)
        self._u = own_inputs.starts()

    def write(self, values: Vector) -> None:
        """Keep the inputs for the next step; ModelError when one is not finite."""
        finite = np.isfinite(values)
        if not finite.all():
            place = int(np.argmin(finite))
            raise ModelError(
                f"{self._word}: {self.inputs.names[place]} is set to {values[place]}; "
                f"wanted a finite number"
            )
        self._u[self._into] = values

    def read(self) -> Vector:
        """The present outputs."""
        return self._reader.read()[self._from]

    def step(self, inputs: Vector, seconds: float) -> Vector:
        """Hold `inputs` for `seconds`, return the outputs after it. Raises ModelError."""
        self.write(inputs)
        return self._plant.step(self._u, seconds)[self._from]

    def save(self) -> bytes:
        """The model's state as bytes; ModelError when it cannot save."""
        return self._snapshotable().save()

    def restore(self, state: bytes) -> None:
        """Go back to a saved state; ModelError when the model cannot."""
        self._snapshotable().restore(state)

    def _snapshotable(self) -> Snapshotable:
        if not isinstance(self._plant, Snapshotable):
            raise ModelError(f"{self._word} cannot save its state; give it `save` and `restore`")
        return self._plant


class StatefulNativeBackend(NativeBackend):
    """Stateful too, for a model that is."""

    def __init__(self, plant: Stateful, inputs: PointIndex, outputs: PointIndex) -> None:
        super().__init__(plant, inputs, outputs)
        self.state_points = plant.state_points
        self._stateful = plant

    def state(self) -> Vector:
        """The model's state."""
        return self._stateful.state()

    def set_state(self, state: Vector) -> None:
        """Set the model's state. Raises ModelError."""
        self._stateful.set_state(state)


def placed(plant: object, inputs: PointIndex, outputs: PointIndex) -> NativeBackend:
    """A model behind a twin's points, with all that it can do; ModelError when it does not fit."""
    if isinstance(plant, Stateful):
        return StatefulNativeBackend(plant, inputs, outputs)
    return NativeBackend(plant, inputs, outputs)

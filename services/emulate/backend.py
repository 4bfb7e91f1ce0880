"""An emulated plant in this process, as a backend of a simulation."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from rami.asset.topology import TwinTopology
from rami.core.errors import ModelError
from services.emulate.plc import Plc
from services.emulate.settings import Settings

Vector = NDArray[np.float64]


class EmulatedBackend:
    """Readable, Writable, Steppable, Snapshotable; the same plant, sensors and faults as behind
    a server, obeying every input at once."""

    def __init__(self, topology: TwinTopology, settings: Settings) -> None:
        self.plc = Plc(topology, replace(settings, heartbeat_s=None))
        self.inputs, self.outputs = self.plc.inputs, self.plc.outputs

    def read(self) -> Vector:
        """The outputs as last measured."""
        return self.plc.values

    def write(self, values: Vector) -> None:
        """Set all inputs; ModelError when one is not finite."""
        finite = np.isfinite(values)
        if not finite.all():
            name = self.inputs.names[int(np.argmin(finite))]
            raise ModelError(f"{self.plc.topology.name}: {name} is not finite")
        self.plc.image[:] = values

    def step(self, inputs: Vector, seconds: float) -> Vector:
        """Hold `inputs` for `seconds`, a whole number of scans; the outputs after it."""
        self.write(inputs)
        self.plc.advance(seconds)
        return self.plc.values

    def save(self) -> bytes:
        """The whole state."""
        return self.plc.save()

    def restore(self, state: bytes) -> None:
        """Go back to a saved state."""
        self.plc.restore(state)

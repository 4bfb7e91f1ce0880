"""An FMU that tells where its states are in what it serialises: told and set."""

from __future__ import annotations

import json
from pathlib import Path
from zipfile import ZipFile

import numpy as np

from adapters.assets.fmu.finite import refuse_non_finite
from adapters.assets.fmu.snapshot import SnapshotFmuBackend
from rami.asset.capability import Vector
from rami.core.points import Point, PointIndex

#: resource of a generated FMU: a list of states, each a point and the byte its double is at
STATES = "resources/states.json"
_OURS = b'generationTool="rami-twins"'
#: bytes of what `save` gives before what the FMU serialised: the time
_FRONT = 8


def tells_states(path: Path) -> bool:
    """Whether the FMU is one of ours that says where its states are."""
    with ZipFile(path) as archive:
        ours = _OURS in archive.read("modelDescription.xml")
        return ours and STATES in archive.namelist()


class StatefulFmuBackend(SnapshotFmuBackend):
    """Stateful, once `place_states` has been called."""

    state_points: PointIndex

    def place_states(self, path: Path) -> None:
        """Read from the FMU's resource where its states are."""
        with ZipFile(path) as archive:
            entries = json.loads(archive.read(STATES))
        places = _FRONT + np.array([entry.pop("byte") for entry in entries], np.intp)
        self._bytes = (places[:, None] + np.arange(8)).ravel()
        self.state_points = PointIndex(Point(**entry) for entry in entries)

    def state(self) -> Vector:
        """The present state."""
        saved = np.frombuffer(self.save(), np.uint8)
        state: Vector = saved[self._bytes].view(np.float64)
        return state

    def set_state(self, state: Vector) -> None:
        """Go on from this state; ModelError for a value that is not finite."""
        names = [f"state {name}" for name in self.state_points.names]
        refuse_non_finite(self._library.name, names, state)
        saved = np.frombuffer(self.save(), np.uint8).copy()
        saved[self._bytes] = np.ascontiguousarray(state, np.float64).view(np.uint8)
        self.restore(saved.tobytes())

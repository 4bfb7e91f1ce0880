"""The inputs that a plant has, for the model beside it: positions read back, what acts on it as
measured, the last good value in place of a bad one."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rami.asset.live import Observation, Vector
from rami.core.points import PointIndex
from rami.core.quality import is_bad
from rami.core.snapshot import Snapshot, array_bytes
from rami.core.timegrid import NS

_KIND, _VERSION = "inputs of a shadow", 1


class HeldInputs:
    """`values` are the model's inputs, always finite; `unknown` those that were not known for
    longer than `hold_s`, though the plant told them once.

    `seen` and `read_back` name what observations hold; what the plant never tells stays at its
    start, or as `told` last set it.
    """

    def __init__(
        self, inputs: PointIndex, seen: PointIndex, read_back: PointIndex, hold_s: float = 60.0
    ) -> None:
        self.inputs, self._hold_ns = inputs, round(hold_s * NS)
        self._into: list[NDArray[np.intp]] = []
        self._from: list[NDArray[np.intp]] = []
        for index in (seen, read_back):
            shared = [n for n in index.names if n in inputs]
            self._into.append(inputs.places(shared))
            self._from.append(index.places(shared))
        self.values = inputs.starts()
        self._good_ns = np.zeros(len(inputs), np.int64)
        self.unknown = np.zeros(len(inputs), np.bool_)

    def take(self, now_ns: int, seen: Observation, read_back: Observation) -> Vector:
        """What holds now; the vector is a buffer."""
        for observation, into, own in zip((seen, read_back), self._into, self._from, strict=True):
            value = observation.values[own]
            usable = np.isfinite(value) & ~is_bad(observation.quality[own])
            self.values[into[usable]] = value[usable]
            self._good_ns[into[usable]] = now_ns
        told = self._good_ns > 0
        self.unknown = told & (now_ns - self._good_ns > self._hold_ns)
        return self.values

    def save(self) -> bytes:
        """The whole state."""
        parts = {"values": self.values, "good_ns": self._good_ns, "unknown": self.unknown}
        arrays = {name: array_bytes(part) for name, part in parts.items()}
        return Snapshot(_KIND, _VERSION, {}, arrays).to_bytes()

    def restore(self, state: bytes) -> None:
        """Go back; DataError."""
        saved = Snapshot.from_bytes(state, _KIND, _VERSION)
        self.values, self._good_ns = saved.array("values").copy(), saved.array("good_ns").copy()
        self.unknown = saved.array("unknown").copy()

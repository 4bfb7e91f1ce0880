"""Steps an FMU with preallocated buffers: one set, one step, one get per call."""

from __future__ import annotations

import shutil
import weakref
from collections.abc import Mapping
from ctypes import c_double
from math import isfinite
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Self

import numpy as np

from adapters.assets.fmu.described import Interface
from adapters.assets.fmu.finite import refuse_non_finite
from adapters.assets.fmu.library import Library
from rami.asset.capability import Vector
from rami.core.points import PointIndex

if TYPE_CHECKING:
    from adapters.assets.fmu.interface import Names


class FmuBackend:
    """An initialised FMU behind a twin's points: Readable, Writable, Steppable.

    `load` gives a SnapshotFmuBackend, Snapshotable as well, where the FMU can serialise its
    state, and a StatefulFmuBackend, Stateful too, where it is one of ours. Vectors are in the
    order of `inputs` and `outputs` and in canonical units.
    """

    def __init__(
        self, library: Library, interface: Interface, inputs: PointIndex, outputs: PointIndex
    ) -> None:
        self.inputs, self.outputs = inputs, outputs
        self.time = 0.0
        self._library, self._interface = library, interface
        self._u, self._y = np.zeros(len(inputs)), np.zeros(len(outputs))
        self._canonical = np.zeros(len(outputs))
        self._checks = not interface.ours
        self._converts = not (interface.inputs.canonical and interface.outputs.canonical)
        self._seen = self._u.data  # plain floats: a sum of few is faster than by numpy
        self._now, self._length = c_double(0.0), c_double(0.0)
        # raw functions with prebuilt arguments: a call converts nothing
        component, words = library.component, library.dialect
        self._words = words
        self._set = library.function(words.set_reals)
        self._set_with = (component, *words.reals(interface.inputs.references, self._u))
        step = library.function(words.do_step)
        self._do, self._do_with = words.stepping(step, component, self._now, self._length)
        self._get = library.function(words.get_reals)
        self._get_with = (component, *words.reals(interface.outputs.references, self._y))

    @staticmethod
    def load(
        path: Path,
        inputs: PointIndex,
        outputs: PointIndex,
        names: Names | None = None,
        *,
        name: str = "twin",
        start: Mapping[str, float] | None = None,
    ) -> FmuBackend:
        """Check, load and initialise the FMU at `path`.

        `names` maps points to its variables; `start` sets start values of points before the
        run (canonical units), else inputs begin at their points' start values. Raises
        ModelError naming everything that is missing or measured in a wrong unit.
        """
        import fmpy

        from adapters.assets.fmu.interface import check
        from adapters.assets.fmu.snapshot import SnapshotFmuBackend
        from adapters.assets.fmu.stateful import StatefulFmuBackend, tells_states

        interface = check(path, inputs, outputs, names or {})
        folder = Path(mkdtemp(prefix="rami-fmu-"))
        try:
            fmpy.extract(str(path), str(folder))
            kind = SnapshotFmuBackend if interface.snapshots else FmuBackend
            if interface.snapshots and tells_states(path):
                kind = StatefulFmuBackend
            backend = kind.unpacked(folder, interface, inputs, outputs, name)
            if isinstance(backend, StatefulFmuBackend):
                backend.place_states(path)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        if interface.ours:  # it reads no file any more, and so kill -9 leaves none
            shutil.rmtree(folder, ignore_errors=True)
        backend.close = weakref.finalize(backend, _close, backend._library, folder)
        backend.begin(start)
        return backend

    #: free the FMU and remove what was unpacked; called by itself at the end
    close: weakref.finalize[..., FmuBackend]

    @classmethod
    def unpacked(
        cls, folder: Path, interface: Interface, inputs: PointIndex, outputs: PointIndex, name: str
    ) -> Self:
        """Load an FMU checked and unpacked before; `begin` initialises it. ModelError."""
        binary, resources = folder / interface.library, folder / "resources"
        library = Library(binary, interface.guid, resources, name, interface.version)
        return cls(library, interface, inputs, outputs)

    def begin(
        self,
        start: Mapping[str, float] | None = None,
        at: float = 0.0,
        held: Vector | None = None,
    ) -> None:
        """Initialise at a time, s, with inputs held (default: the points' start values)."""
        self._library.initialise(at)
        self.time = at
        self.write(self.inputs.starts() if held is None else held)
        for name, value in (start or {}).items():
            taken = name in self.inputs
            place = (self.inputs if taken else self.outputs)[name]
            variables = self._interface.inputs if taken else self._interface.outputs
            own = (value - variables.offset[place]) / variables.factor[place]
            into = self._u if taken else self._y
            into[place] = own
            one = self._words.reals(variables.references, into, place, 1)
            self._library.call(self._words.set_reals, *one)
        self._library.call(self._words.exit_initialisation)

    def reset(self, start: Mapping[str, float] | None = None) -> None:
        """Back to the start values and time 0, as after `load`."""
        self._library.call(self._words.reset)
        self.begin(start)

    def free(self) -> None:
        """Free the FMU, which is of no more use then."""
        self._library.free()

    def write(self, values: Vector) -> None:
        """Set all inputs; ModelError when one is not finite."""
        self._u[:] = values
        if self._checks:
            self._refuse_non_finite()
        if self._converts:
            self._convert_inputs()
        status = self._set(*self._set_with)
        if status > 1:
            raise self._library.failure(self._words.set_reals, status)

    def read(self) -> Vector:
        """The present outputs; the buffer is overwritten by the next call."""
        status = self._get(*self._get_with)
        if status > 1:
            raise self._library.failure(self._words.get_reals, status)
        return self._converted_outputs() if self._converts else self._y

    def step(self, inputs: Vector, seconds: float) -> Vector:
        """Hold `inputs` for `seconds`, return the outputs after it (a reused buffer).

        Raises ModelError with the FMU's own message.
        """
        self._u[:] = inputs
        if self._checks and not isfinite(sum(self._seen)):
            self._refuse_non_finite()
        if self._converts:
            self._convert_inputs()
        status = self._set(*self._set_with)
        if status > 1:
            raise self._library.failure(self._words.set_reals, status)
        self._now.value = self.time
        self._length.value = seconds
        status = self._do(*self._do_with)
        if status > 1:
            raise self._library.failure(self._words.do_step, status)
        self.time += seconds
        status = self._get(*self._get_with)
        if status > 1:
            raise self._library.failure(self._words.get_reals, status)
        return self._converted_outputs() if self._converts else self._y

    def _refuse_non_finite(self) -> None:
        refuse_non_finite(self._library.name, self.inputs.names, self._u)

    def _convert_inputs(self) -> None:
        self._u -= self._interface.inputs.offset
        self._u /= self._interface.inputs.factor

    def _converted_outputs(self) -> Vector:
        np.multiply(self._y, self._interface.outputs.factor, out=self._canonical)
        self._canonical += self._interface.outputs.offset
        return self._canonical


def _close(library: Library, folder: Path) -> None:
    library.free()
    shutil.rmtree(folder, ignore_errors=True)

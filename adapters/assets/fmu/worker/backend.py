"""The backend: an FMU in a process of its own behind a twin's points."""

from __future__ import annotations

import struct
import weakref
from collections.abc import Mapping
from math import isfinite
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp

import numpy as np

from adapters.assets.fmu.finite import refuse_non_finite
from adapters.assets.fmu.interface import Names, check
from adapters.assets.fmu.snapshot import time_of
from adapters.assets.fmu.worker.keeper import Keeper
from adapters.assets.fmu.worker.probe import begin
from adapters.assets.fmu.worker.process import Failed, Process
from adapters.assets.fmu.worker.protocol import NO_SLOT, Ask, Spec
from adapters.assets.fmu.worker.trouble import Counts, Limits, OnTrouble, log
from rami.asset.capability import Vector
from rami.core.errors import ModelError
from rami.core.points import PointIndex


class WorkerFmu:
    """An initialised FMU in a process of its own: Readable, Writable, Steppable.

    `load` gives a SnapshotWorkerFmu, Snapshotable as well, where the FMU proves that it can save.
    Trouble with the process is mended and told to `on_trouble`; ModelError when it is too much.
    Where the state is lost with a process, the FMU is initialised anew at the present time and
    inputs, and its registers are counted on.
    """

    def __init__(self, keeper: Keeper) -> None:
        self.inputs, self.outputs = keeper.spec.inputs, keeper.spec.outputs
        self.time = 0.0
        self._keeper, self._shared, self._name = keeper, keeper.shared, keeper.spec.name
        self._held, self._told = self.inputs.starts(), np.zeros(len(self.outputs))
        # plain floats: a sum of few is faster than by numpy
        self._to_hold, self._to_tell = self._held.data, keeper.shared.outputs.data
        self._good = 0 if keeper.saves else NO_SLOT
        registers = [i for i, p in enumerate(self.outputs.points) if p.cumulative]
        self._registers = np.array(registers, np.intp)
        self._counted = np.zeros(len(registers))

    @staticmethod
    def load(
        path: Path,
        inputs: PointIndex,
        outputs: PointIndex,
        names: Names | None = None,
        *,
        name: str = "twin",
        start: Mapping[str, float] | None = None,
        limits: Limits | None = None,
        on_trouble: OnTrouble = log,
    ) -> WorkerFmu:
        """Check, load and initialise the FMU at `path`; arguments as of FmuBackend.load.

        ModelError also when it does not start; that is not tried again.
        """
        import fmpy

        limits = limits or Limits()
        interface = check(path, inputs, outputs, names or {})
        folder = Path(mkdtemp(prefix="rami-fmu-"))
        try:
            fmpy.extract(str(path), str(folder))
            spec = Spec(folder, interface, inputs, outputs, name, limits.memory, dict(start or {}))
            keeper = Keeper(spec, limits, on_trouble)
        except BaseException:
            rmtree(folder, ignore_errors=True)
            raise
        try:
            keeper.start()
            backend = (SnapshotWorkerFmu if keeper.saves else WorkerFmu)(keeper)
            backend._take()
        except Failed as failed:
            keeper.end()
            raise ModelError(f"{name}: at its start the FMU {failed}") from None
        except BaseException:
            keeper.end()
            raise
        backend.close = weakref.finalize(backend, keeper.end)
        return backend

    #: end the process and remove what was unpacked; called by itself at the end
    close: weakref.finalize[..., WorkerFmu]

    @property
    def on_trouble(self) -> OnTrouble:
        """Who is told of trouble."""
        return self._keeper.on_trouble

    @on_trouble.setter
    def on_trouble(self, listener: OnTrouble) -> None:
        self._keeper.on_trouble = listener

    @property
    def counts(self) -> Counts:
        """Restarts so far."""
        return self._keeper.counts

    @property
    def pid(self) -> int | None:
        """Process in which the FMU is now."""
        return self._keeper.pid

    def write(self, values: Vector) -> None:
        """Set all inputs; ModelError when one is not finite."""
        self._hold(values)
        self._done("taking inputs", Ask.WRITE)

    def read(self) -> Vector:
        """The present outputs; the buffer is overwritten by the next call."""
        self._done("telling outputs", Ask.READ)
        return self._told

    def step(self, inputs: Vector, seconds: float) -> Vector:
        """Hold `inputs` for `seconds`, return the outputs after it (a reused buffer).

        Raises ModelError with the FMU's own message.
        """
        self._hold(inputs)
        self._done("a step", Ask.STEP, seconds)
        self.time += seconds
        return self._told

    def _hold(self, values: Vector) -> None:
        held = self._held
        held[:] = values
        if not isfinite(sum(self._to_hold)):
            refuse_non_finite(self._name, self.inputs.names, held)

    def _done(self, doing: str, what: Ask, number: float = 0.0) -> None:
        """Ask until it is done, over restarts; ModelError beyond the declared number."""
        slot = self._spare if what in (Ask.STEP, Ask.SAVE) else NO_SLOT
        while True:
            try:
                self._shared.inputs[:] = self._held
                self._keeper.ask(what, number, slot)
                if what in (Ask.STEP, Ask.READ):
                    self._take()
                break
            except Failed as failed:
                self._recover(failed, doing)
        if slot != NO_SLOT:
            self._good = slot

    @property
    def _spare(self) -> int:
        """Where a state is saved next, so that the last good one stays."""
        return NO_SLOT if self._good == NO_SLOT else 1 - self._good

    def _take(self) -> None:
        """Outputs as told now, registers counted on; Failed, and the old ones stay, when one of
        them is no number."""
        told = self._shared.outputs
        if not isfinite(sum(self._to_tell)):
            finite = np.isfinite(told)
            if not finite.all():
                place = int(np.argmin(finite))
                raise Failed("values", f"told {self.outputs.names[place]} = {told[place]}")
        self._told[:] = told
        self._told[self._registers] += self._counted

    def _recover(self, failed: Failed, doing: str) -> None:
        self._keeper.recover(failed, f"{doing} at {self.time:g} s", self._put_back)

    def _put_back(self, process: Process) -> str:
        """Bring a new process to where the last one was; Failed."""
        shared, limits = self._shared, self._keeper.limits
        if self._good != NO_SLOT:
            begin(process, self._keeper.spec, shared, limits)
            process.ask(Ask.RESTORE, slot=self._good, within_s=limits.step_s)
            shared.inputs[:] = self._held
            process.ask(Ask.WRITE, within_s=limits.step_s)
            return f"put back to its state at {self.time:g} s"
        last = self._told[self._registers]
        shared.inputs[:] = self._held
        process.ask(Ask.BEGIN, self.time, within_s=limits.load_s)
        self._counted = last - shared.outputs[self._registers]
        return f"initialised at {self.time:g} s with the present inputs: its state is lost"


class SnapshotWorkerFmu(WorkerFmu):
    """Snapshotable: restoring saved bytes gives the same future, in any process."""

    def save(self) -> bytes:
        """The state, in the bytes of SnapshotFmuBackend; ModelError."""
        self._done("saving its state", Ask.SAVE)
        return self._shared.get(self._good)

    def restore(self, state: bytes) -> None:
        """Go back to saved bytes; ModelError, and the present state stays, when the FMU cannot."""
        slot = self._spare
        try:
            time = time_of(state)
            self._shared.put(slot, state)
            self._keeper.ask(Ask.RESTORE, slot=slot)
            self._take()
        except struct.error:
            raise ModelError(f"{self._name}: what is to be restored is no saved state") from None
        except Failed as failed:
            self._recover(failed, "going back to a saved state")
            raise ModelError(f"{self._name}: the FMU does not take the state: {failed}") from None
        self.time, self._good = time, slot

"""An FMU stepped without the adapter: by raw ctypes calls, and by a loop in C."""

from __future__ import annotations

import ctypes
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Table = NDArray[np.float64]
_LOOP = [ctypes.c_void_p] * 5 + [ctypes.c_size_t, ctypes.c_void_p, ctypes.c_void_p]
_LOOP += [ctypes.c_size_t, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_double, ctypes.c_double]


class BareFmu:
    """One instance of an FMI 2.0 co-simulation FMU, initialised at its own start values."""

    def __init__(self, path: Path, folder: Path, inputs: list[str], outputs: list[str]) -> None:
        from fmpy import extract, read_model_description
        from fmpy.fmi2 import FMU2Slave

        described = read_model_description(str(path))
        references = {v.name: v.valueReference for v in described.modelVariables}
        self._slave: Any = FMU2Slave(
            guid=described.guid,
            modelIdentifier=described.coSimulation.modelIdentifier,
            unzipDirectory=extract(str(path), str(folder)),
        )
        self._slave.instantiate()
        self._slave.setupExperiment(startTime=0.0)
        self._slave.enterInitializationMode()
        self._slave.exitInitializationMode()
        self._in = np.array([references[name] for name in inputs], np.uint32)
        self._out = np.array([references[name] for name in outputs], np.uint32)
        self.now = 0.0

    def raw_calls(self, given: Table, taken: Table, seconds: float) -> None:
        """One step per row by plain ctypes: row in, three calls with status check, row out."""
        library, component = self._slave.dll, self._slave.component
        pointer, size, real = ctypes.c_void_p, ctypes.c_size_t, ctypes.c_double
        set_real, get_real, do_step = library.fmi2SetReal, library.fmi2GetReal, library.fmi2DoStep
        set_real.argtypes = get_real.argtypes = [pointer, pointer, size, pointer]
        do_step.argtypes = [pointer, real, real, ctypes.c_int]
        row_in, row_out = np.empty(len(self._in)), np.empty(len(self._out))
        in_reference, in_row = self._in.ctypes.data, row_in.ctypes.data
        out_reference, out_row = self._out.ctypes.data, row_out.ctypes.data
        inputs, outputs, now = len(self._in), len(self._out), self.now
        for i in range(len(given)):
            row_in[:] = given[i]
            if set_real(component, in_reference, inputs, in_row) > 1:
                raise RuntimeError("fmi2SetReal failed")
            if do_step(component, now, seconds, 1) > 1:
                raise RuntimeError("fmi2DoStep failed")
            if get_real(component, out_reference, outputs, out_row) > 1:
                raise RuntimeError("fmi2GetReal failed")
            now += seconds
            taken[i] = row_out
        self.now = now

    def c_loop(self, loop: Path, given: Table, taken: Table, seconds: float) -> None:
        """The same without Python in between."""
        run = ctypes.CDLL(str(loop)).run
        run.argtypes = _LOOP
        library = self._slave.dll
        calls = [ctypes.cast(getattr(library, f"fmi2{n}"), ctypes.c_void_p) for n in _CALLS]
        failed = run(
            *calls,
            self._slave.component,
            self._in.ctypes.data,
            len(self._in),
            given.ctypes.data,
            self._out.ctypes.data,
            len(self._out),
            taken.ctypes.data,
            len(given),
            self.now,
            seconds,
        )
        if failed:
            raise RuntimeError(f"{_CALLS[failed - 1]} failed")
        self.now += seconds * len(given)

    def close(self) -> None:
        """Terminate and free the instance."""
        self._slave.terminate()
        self._slave.freeInstance()


_CALLS = ("SetReal", "DoStep", "GetReal")

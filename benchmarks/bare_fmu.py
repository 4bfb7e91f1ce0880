"""An FMU stepped without the adapter: by raw ctypes calls, and by a loop in C."""

from __future__ import annotations

import ctypes
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Table = NDArray[np.float64]
_LOOP: list[Any] = [ctypes.c_void_p] * 5 + [ctypes.c_size_t, ctypes.c_void_p, ctypes.c_void_p]
_LOOP += [ctypes.c_size_t, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_double, ctypes.c_double]


def _arguments(
    component: ctypes.c_void_p, references: NDArray[np.uint32], row: Table
) -> tuple[ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_void_p]:
    """Arguments of SetReal and GetReal, made once: nothing is converted in a call."""
    pointer = ctypes.c_void_p
    size = ctypes.c_size_t(len(references))
    return component, pointer(references.ctypes.data), size, pointer(row.ctypes.data)


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
        """One step per row by plain ctypes: row in, three calls with status check, row out.

        About the least that ctypes can cost: functions without argument types, arguments made
        once.
        """
        library, component = self._slave.dll, ctypes.c_void_p(self._slave.component)
        row_in, row_out = np.empty(len(self._in)), np.empty(len(self._out))
        set_real, set_with = library["fmi2SetReal"], _arguments(component, self._in, row_in)
        get_real, get_with = library["fmi2GetReal"], _arguments(component, self._out, row_out)
        do_step, now = library["fmi2DoStep"], ctypes.c_double(self.now)
        do_with = (component, now, ctypes.c_double(seconds), ctypes.c_int(1))
        for i in range(len(given)):
            row_in[:] = given[i]
            if set_real(*set_with) > 1:
                raise RuntimeError("fmi2SetReal failed")
            if do_step(*do_with) > 1:
                raise RuntimeError("fmi2DoStep failed")
            if get_real(*get_with) > 1:
                raise RuntimeError("fmi2GetReal failed")
            now.value += seconds
            taken[i] = row_out
        self.now = now.value

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

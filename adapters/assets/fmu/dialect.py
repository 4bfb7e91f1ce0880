"""What differs between FMI 2.0 and FMI 3.0 for one who steps real variables."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from ctypes import byref, c_bool, c_char_p, c_double, c_int, c_size_t, c_void_p
from pathlib import Path
from typing import Any, Protocol

from numpy.typing import NDArray

Function = Callable[..., int]
Log = Callable[[bytes], None]

_DISCARD = 2


class Dialect(Protocol):
    """Names of functions, and arguments behind the instance; all are ctypes objects."""

    set_reals: str
    get_reals: str
    do_step: str
    exit_initialisation: str
    reset: str
    free: str
    get_state: str
    set_state: str
    free_state: str
    state_size: str
    pack_state: str
    unpack_state: str

    def instantiate(
        self, find: Callable[[str], Any], name: str, guid: str, resources: Path, log: Log
    ) -> int | None:
        """Address of a new instance, none when the FMU refuses; keeps the callbacks alive."""

    def initialisation(self, at: float) -> list[tuple[str, tuple[Any, ...]]]:
        """Calls that lead into the initialisation mode at a time, s."""

    def reals(
        self, references: NDArray[Any], values: NDArray[Any], first: int = 0, count: int = -1
    ) -> tuple[Any, ...]:
        """Arguments of `set_reals` and `get_reals` for arrays that stay where they are."""

    def stepping(
        self, function: Function, component: c_void_p, now: c_double, length: c_double
    ) -> tuple[Function, tuple[Any, ...]]:
        """The function to call for a step, and all its arguments."""


def _slice(
    references: NDArray[Any], values: NDArray[Any], first: int, count: int
) -> tuple[c_void_p, c_size_t, c_void_p, c_size_t]:
    size = c_size_t(len(references) - first if count < 0 else count)
    return (
        c_void_p(references[first:].ctypes.data),
        size,
        c_void_p(values[first:].ctypes.data),
        size,
    )


_LOGGER = ctypes.CFUNCTYPE(None, c_void_p, c_char_p, c_int, c_char_p, c_char_p)
_ALLOCATE = ctypes.CFUNCTYPE(c_void_p, c_size_t, c_size_t)
_FREE = ctypes.CFUNCTYPE(None, c_void_p)


class _Callbacks(ctypes.Structure):
    """fmi2CallbackFunctions; the logger's further arguments stay where they are."""

    _fields_ = (
        ("logger", _LOGGER),
        ("allocateMemory", _ALLOCATE),
        ("freeMemory", _FREE),
        ("stepFinished", c_void_p),
        ("componentEnvironment", c_void_p),
    )


class Fmi2:
    """FMI 2.0.4."""

    set_reals, get_reals, do_step = "fmi2SetReal", "fmi2GetReal", "fmi2DoStep"
    exit_initialisation, reset = "fmi2ExitInitializationMode", "fmi2Reset"
    free = "fmi2FreeInstance"
    get_state, set_state, free_state = "fmi2GetFMUstate", "fmi2SetFMUstate", "fmi2FreeFMUstate"
    state_size = "fmi2SerializedFMUstateSize"
    pack_state, unpack_state = "fmi2SerializeFMUstate", "fmi2DeSerializeFMUstate"

    def instantiate(
        self, find: Callable[[str], Any], name: str, guid: str, resources: Path, log: Log
    ) -> int | None:
        """As in Dialect."""

        def told(_e: object, _i: bytes, _s: int, _c: bytes, message: bytes) -> None:
            log(message)

        system = ctypes.CDLL(None)
        self._callbacks = _Callbacks(
            _LOGGER(told), _ALLOCATE(("calloc", system)), _FREE(("free", system))
        )
        function = find("fmi2Instantiate")
        function.restype = c_void_p
        address: int | None = function(
            c_char_p(name.encode()),
            c_int(1),
            c_char_p(guid.encode()),
            c_char_p(resources.as_uri().encode()),
            byref(self._callbacks),
            c_int(0),
            c_int(0),
        )
        return address

    def initialisation(self, at: float) -> list[tuple[str, tuple[Any, ...]]]:
        """As in Dialect."""
        zero = c_double(0.0)
        setup = (c_int(0), zero, c_double(at), c_int(0), zero)
        return [("fmi2SetupExperiment", setup), ("fmi2EnterInitializationMode", ())]

    def reals(
        self, references: NDArray[Any], values: NDArray[Any], first: int = 0, count: int = -1
    ) -> tuple[Any, ...]:
        """As in Dialect."""
        return _slice(references, values, first, count)[:3]

    def stepping(
        self, function: Function, component: c_void_p, now: c_double, length: c_double
    ) -> tuple[Function, tuple[Any, ...]]:
        """As in Dialect."""
        return function, (component, now, length, c_int(1))


class Fmi3:
    """FMI 3.0, without events, clocks and early return."""

    set_reals, get_reals, do_step = "fmi3SetFloat64", "fmi3GetFloat64", "fmi3DoStep"
    exit_initialisation, reset = "fmi3ExitInitializationMode", "fmi3Reset"
    free = "fmi3FreeInstance"
    get_state, set_state, free_state = "fmi3GetFMUState", "fmi3SetFMUState", "fmi3FreeFMUState"
    state_size = "fmi3SerializedFMUStateSize"
    pack_state, unpack_state = "fmi3SerializeFMUState", "fmi3DeserializeFMUState"

    def instantiate(
        self, find: Callable[[str], Any], name: str, guid: str, resources: Path, log: Log
    ) -> int | None:
        """As in Dialect."""
        kind = ctypes.CFUNCTYPE(None, c_void_p, c_int, c_char_p, c_char_p)
        self._log = kind(lambda _e, _s, _c, message: log(message))
        function = find("fmi3InstantiateCoSimulation")
        function.restype = c_void_p
        no = c_bool(False)
        address: int | None = function(
            c_char_p(name.encode()),
            c_char_p(guid.encode()),
            c_char_p(f"{resources}/".encode()),  # a path, where FMI 2.0 has a URI
            *(no, no, no, no),  # visible, logging, events, early return
            *(c_void_p(), c_size_t(0)),
            *(c_void_p(), self._log, c_void_p()),
        )
        return address

    def initialisation(self, at: float) -> list[tuple[str, tuple[Any, ...]]]:
        """As in Dialect."""
        no, zero = c_bool(False), c_double(0.0)
        return [("fmi3EnterInitializationMode", (no, zero, c_double(at), no, zero))]

    def reals(
        self, references: NDArray[Any], values: NDArray[Any], first: int = 0, count: int = -1
    ) -> tuple[Any, ...]:
        """As in Dialect."""
        return _slice(references, values, first, count)

    def stepping(
        self, function: Function, component: c_void_p, now: c_double, length: c_double
    ) -> tuple[Function, tuple[Any, ...]]:
        """As in Dialect; a step that ends early, or the simulation, was not done."""
        event, ends, early, reached = c_bool(), c_bool(), c_bool(), c_double()

        def step(*arguments: object) -> int:
            status = function(*arguments)
            return _DISCARD if status < _DISCARD and (ends.value or early.value) else status

        told = (byref(event), byref(ends), byref(early), byref(reached))
        return step, (component, now, length, c_bool(True), *told)


def dialect(version: str) -> Dialect:
    """That of an FMI version, `2.0` or `3.0`."""
    return Fmi3() if version.startswith("3") else Fmi2()

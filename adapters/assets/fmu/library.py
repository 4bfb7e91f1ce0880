"""An FMU's binary, loaded; its C functions called with prebuilt pointers."""

from __future__ import annotations

import ctypes
from collections import deque
from pathlib import Path

from adapters.assets.fmu.dialect import Function, dialect
from rami.core.errors import ModelError

_OK_OR_WARNING = 1
_STATUS = ("ok", "warning", "discard", "error", "fatal", "pending")
_KEPT_MESSAGES = 5
_KEPT_BYTES = 2000


class Library:
    """One instance of an FMU. `function(name)` gives raw functions without conversions.

    Arguments of raw functions must be ctypes objects. Messages of the FMU's logger are
    kept for errors.
    """

    def __init__(
        self, path: Path, guid: str, resources: Path, name: str, version: str = "2.0"
    ) -> None:
        self.name = name
        self.dialect = dialect(version)
        self._messages: deque[str] = deque(maxlen=_KEPT_MESSAGES)
        try:
            self._dll = ctypes.CDLL(str(path))
        except OSError as error:
            raise ModelError(f"{name}: {path.name} cannot be loaded: {error}") from error
        address = self.dialect.instantiate(self.function, name, guid, resources, self._log)
        if not address:
            raise ModelError(f"{name}: {path.name} cannot be instantiated{self.said()}")
        self.component = ctypes.c_void_p(address)

    def _log(self, message: bytes) -> None:
        self._messages.append((message or b"")[:_KEPT_BYTES].decode("utf-8", "replace"))

    def function(self, name: str) -> Function:
        """A C function by name; ModelError when the binary does not have it."""
        try:
            found: Function = self._dll[name]
        except AttributeError:
            raise ModelError(f"{self.name}: the binary has no function {name}") from None
        return found

    def call(self, name: str, *arguments: object) -> None:
        """Call a function on the instance; ModelError when it fails."""
        status = self.function(name)(self.component, *arguments)
        if status > _OK_OR_WARNING:
            raise self.failure(name, status)

    def failure(self, name: str, status: int) -> ModelError:
        """The error for a failed call, with what the FMU said."""
        word = _STATUS[status] if 0 <= status < len(_STATUS) else str(status)
        return ModelError(f"{self.name}: {name} returned {word}{self.said()}")

    def said(self) -> str:
        """What the FMU logged last, and forgets it."""
        text = "; ".join(self._messages)
        self._messages.clear()
        return f": {text}" if text else ""

    def initialise(self, at: float = 0.0) -> None:
        """From instantiated (or reset) to the initialisation mode, at a time, s."""
        for name, arguments in self.dialect.initialisation(at):
            self.call(name, *arguments)

    def free(self) -> None:
        """Free the instance; the binary stays loaded, since unloading crashes some FMUs."""
        if self.component:
            self.function(self.dialect.free)(self.component)
            self.component = ctypes.c_void_p()

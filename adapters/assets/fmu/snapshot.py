"""An FMU that can serialise its state: save and restore."""

from __future__ import annotations

import struct
from ctypes import byref, c_size_t, c_void_p, create_string_buffer

from adapters.assets.fmu.backend import FmuBackend

_TIME = struct.Struct("<d")


class SnapshotFmuBackend(FmuBackend):
    """Snapshotable: restoring saved bytes gives the same future."""

    def save(self) -> bytes:
        """Time and the FMU's serialised state; ModelError when the FMU refuses."""
        library, state, size = self._library, c_void_p(), c_size_t()
        library.call("fmi2GetFMUstate", byref(state))
        try:
            library.call("fmi2SerializedFMUstateSize", state, byref(size))
            buffer = create_string_buffer(size.value)
            library.call("fmi2SerializeFMUstate", state, buffer, size)
        finally:
            library.call("fmi2FreeFMUstate", byref(state))
        return _TIME.pack(self.time) + buffer.raw

    def restore(self, state: bytes) -> None:
        """Go back to saved bytes; ModelError when they belong to another model."""
        library, handle, content = self._library, c_void_p(), state[_TIME.size :]
        buffer = create_string_buffer(content, len(content) or 1)
        library.call("fmi2DeSerializeFMUstate", buffer, c_size_t(len(content)), byref(handle))
        try:
            library.call("fmi2SetFMUstate", handle)
        finally:
            library.call("fmi2FreeFMUstate", byref(handle))
        (self.time,) = _TIME.unpack_from(state)

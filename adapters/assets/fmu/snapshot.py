"""An FMU that can serialise its state: save and restore."""

from __future__ import annotations

import struct
from ctypes import byref, c_size_t, c_void_p, create_string_buffer

from adapters.assets.fmu.backend import FmuBackend

_TIME = struct.Struct("<d")
#: bytes of a saved state before the FMU's own
TIME_BYTES = _TIME.size


def time_of(state: bytes) -> float:
    """Time of a saved state, s."""
    (time,) = _TIME.unpack_from(state)
    return float(time)


class SnapshotFmuBackend(FmuBackend):
    """Snapshotable: restoring saved bytes gives the same future."""

    def save(self) -> bytes:
        """Time and the FMU's serialised state; ModelError when the FMU refuses."""
        library, state, size = self._library, c_void_p(), c_size_t()
        words = library.dialect
        library.call(words.get_state, byref(state))
        try:
            library.call(words.state_size, state, byref(size))
            buffer = create_string_buffer(size.value)
            library.call(words.pack_state, state, buffer, size)
        finally:
            library.call(words.free_state, byref(state))
        return _TIME.pack(self.time) + buffer.raw

    def restore(self, state: bytes) -> None:
        """Go back to saved bytes; ModelError when they belong to another model."""
        library, handle, content = self._library, c_void_p(), state[_TIME.size :]
        words = library.dialect
        buffer = create_string_buffer(content, len(content) or 1)
        library.call(words.unpack_state, buffer, c_size_t(len(content)), byref(handle))
        try:
            library.call(words.set_state, handle)
        finally:
            library.call(words.free_state, byref(handle))
        self.time = time_of(state)

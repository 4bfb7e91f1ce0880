"""States as bytes: a short head in JSON, then named parts, each as long as the head says.

The same state gives the same bytes; nothing in it is ever executed when it is read back.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rami.core.errors import DataError

_MAGIC = b"RAMIs1\r\n"
#: behind the checksum of all that follows it (4), and the head's length in bytes (8)
_HEAD_AT = len(_MAGIC) + 12

Array = NDArray[Any]


@dataclass(frozen=True)
class Snapshot:
    """What `kind` of state, in which `version`, its `plain` values (JSON) and `parts`."""

    kind: str
    version: int
    plain: Mapping[str, Any]
    parts: Mapping[str, bytes]

    def to_bytes(self) -> bytes:
        """All of it as bytes."""
        sizes = [[name, len(part)] for name, part in self.parts.items()]
        plain = {"kind": self.kind, "version": self.version, "plain": self.plain, "parts": sizes}
        head = json.dumps(plain, separators=(",", ":")).encode()
        content = b"".join((len(head).to_bytes(8, "little"), head, *self.parts.values()))
        return b"".join((_MAGIC, zlib.crc32(content).to_bytes(4, "little"), content))

    @classmethod
    def from_bytes(cls, state: bytes, kind: str, version: int) -> Snapshot:
        """From `to_bytes`; DataError when it is damaged, or another kind or version of state."""
        start = _HEAD_AT
        if not state.startswith(_MAGIC) or len(state) < start:
            raise DataError(f"this is no saved state of {kind}: it begins with {state[:8]!r}")
        check = int.from_bytes(state[len(_MAGIC) : start - 8], "little")
        if zlib.crc32(state[start - 8 :]) != check:
            raise DataError(f"the saved state of {kind} is damaged; take an earlier one")
        length = int.from_bytes(state[start - 8 : start], "little")
        head = json.loads(state[start : start + length])
        if (head["kind"], head["version"]) != (kind, version):
            raise DataError(
                f"wanted a saved state of {kind}, version {version}, "
                f"got {head['kind']}, version {head['version']}"
            )
        parts, at = {}, start + length
        for name, size in head["parts"]:
            parts[name] = state[at : at + size]
            at += size
        return cls(kind, version, head["plain"], parts)

    def array(self, name: str) -> Array:
        """A part that `array_bytes` made."""
        return array_of(self.parts[name])


def array_bytes(array: Array) -> bytes:
    """An array with its type and shape."""
    into = BytesIO()
    np.save(into, np.ascontiguousarray(array), allow_pickle=False)
    return into.getvalue()


def array_of(state: bytes) -> Array:
    """The array that `array_bytes` wrote."""
    found: Array = np.load(BytesIO(state), allow_pickle=False)
    return found

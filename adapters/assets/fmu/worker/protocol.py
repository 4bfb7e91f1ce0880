"""What a worker process and its parent say to each other, and the memory they share.

Vectors stand in shared memory; a request and its answer are a few bytes on a socket. Saved
states stand in two files in memory, in turns, so that a worker that dies while it saves leaves
the state before.
"""

from __future__ import annotations

import mmap
import os
import struct
import tempfile
from dataclasses import dataclass, field
from enum import IntEnum
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from adapters.assets.fmu.described import Interface
from rami.core.points import PointIndex

#: request: what, place of the state, a number (seconds)
REQUEST = struct.Struct("<BBd")
#: answer: whether it was done, length of the text that follows
ANSWER = struct.Struct("<BI")
#: length of the pickled specification
LENGTH = struct.Struct("<Q")
SLOTS = 2
NO_SLOT = 255


class Ask(IntEnum):
    """What a worker can be asked for; all answers stand in the shared vectors."""

    BEGIN = 1
    WRITE = 2
    READ = 3
    STEP = 4
    SAVE = 5
    RESTORE = 6
    END = 7


@dataclass(frozen=True)
class Spec:
    """What a worker needs to know: the FMU unpacked in `folder`, and its points.

    `memory` is what it may take in bytes beyond what Python has taken before.
    """

    folder: Path
    interface: Interface
    inputs: PointIndex
    outputs: PointIndex
    name: str
    memory: int
    start: dict[str, float] = field(default_factory=dict)


class Shared:
    """Vectors `inputs` and `outputs`, and saved states, seen by both sides."""

    def __init__(self, wide: int, high: int, files: tuple[int, ...] | None = None) -> None:
        size = 8 * (wide + high)
        self.files = files or tuple(_memory_file() for _ in range(1 + SLOTS))
        if files is None:
            os.ftruncate(self.files[0], max(size, 8))
        self._map = mmap.mmap(self.files[0], max(size, 8))
        both: NDArray[np.float64] = np.frombuffer(self._map, np.float64, wide + high)
        self.inputs, self.outputs = both[:wide], both[wide:]

    def put(self, slot: int, state: bytes) -> None:
        """Keep a state."""
        file = self.files[1 + slot]
        if os.fstat(file).st_size != len(state):
            os.ftruncate(file, len(state))
        done = 0
        while done < len(state):
            done += os.pwrite(file, memoryview(state)[done:], done)

    def get(self, slot: int) -> bytes:
        """A state that was kept."""
        file = self.files[1 + slot]
        size, parts, done = os.fstat(file).st_size, [], 0
        while done < size and (part := os.pread(file, size - done, done)):
            parts.append(part)
            done += len(part)
        return b"".join(parts)

    def close(self) -> None:
        """Let go of the files; the vectors stay as long as somebody holds them."""
        files, self.files = self.files, ()
        for file in files:
            os.close(file)


def _memory_file() -> int:
    if hasattr(os, "memfd_create"):
        return os.memfd_create("rami-fmu")
    with tempfile.TemporaryFile() as file:
        return os.dup(file.fileno())

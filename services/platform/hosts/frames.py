"""Frames on a socket between two processes: four bytes of length, then the content."""

from __future__ import annotations

import socket
import struct

_LENGTH = struct.Struct(">I")


class TooLong(Exception):
    """A frame above the limit was announced."""


def send(line: socket.socket, content: bytes) -> None:
    """One frame; OSError."""
    line.sendall(_LENGTH.pack(len(content)) + content)


def receive(line: socket.socket, limit: int) -> bytes:
    """The next frame. Raises EOFError at the end, TooLong, OSError."""
    (length,) = _LENGTH.unpack(_exactly(line, _LENGTH.size))
    if length > limit:
        raise TooLong(f"a frame of {length} bytes, wanted at most {limit}")
    return _exactly(line, length)


def _exactly(line: socket.socket, count: int) -> bytes:
    parts = []
    while count:
        part = line.recv(min(count, 1 << 20))
        if not part:
            raise EOFError
        parts.append(part)
        count -= len(part)
    return b"".join(parts)

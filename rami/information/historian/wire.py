"""Messages between a process and the one that keeps its store, over a socket of their own.

Columns travel as they lie in memory (pickle protocol 5, buffers out of band): neither side holds
its interpreter up while they are copied. Only for sockets that a parent made for its child.
"""

from __future__ import annotations

import pickle
import struct
from socket import MSG_WAITALL, socket
from typing import Any

_HEAD = struct.Struct("<QI")  # bytes of the pickle, buffers that follow it
_MOST = 512  # buffers that one system call takes


def send(to: socket, message: Any) -> None:
    """One message, whole. OSError when nobody is there."""
    columns: list[pickle.PickleBuffer] = []
    told = pickle.dumps(message, protocol=5, buffer_callback=columns.append)
    raw = [column.raw() for column in columns]
    head = _HEAD.pack(len(told), len(raw)) + struct.pack(f"<{len(raw)}Q", *map(len, raw))
    parts = [memoryview(head), memoryview(told), *(r for r in raw if len(r))]
    while parts:
        sent = to.sendmsg(parts[:_MOST])
        while parts and sent >= len(parts[0]):
            sent -= len(parts.pop(0))
        if sent:
            parts[0] = parts[0][sent:]


def receive(of: socket) -> Any:
    """The next message. EOFError when the other side is gone, OSError."""
    size, count = _HEAD.unpack(_bytes(of, _HEAD.size))
    sizes = struct.unpack(f"<{count}Q", _bytes(of, 8 * count))
    told = _bytes(of, size)
    return pickle.loads(told, buffers=[_bytes(of, s) for s in sizes])


def _bytes(of: socket, size: int) -> bytearray:
    found = bytearray(size)
    view = memoryview(found)
    while view:
        got = of.recv_into(view, flags=MSG_WAITALL)
        if not got:
            raise EOFError
        view = view[got:]
    return found

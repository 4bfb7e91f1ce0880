"""Modbus TCP, the server's side of what a PLC needs: read and write of registers.

MODBUS Messaging on TCP/IP Implementation Guide V1.0b and Application Protocol V1.1b3, functions
3, 4, 6 and 16. Written out because servers in the libraries change with every release, and
connections must be cut and refused here on command.
"""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Callable, Sequence

_READ_HOLDING, _READ_INPUT, _WRITE_ONE, _WRITE_MANY = 3, 4, 6, 16
ILLEGAL_FUNCTION, ILLEGAL_ADDRESS, ILLEGAL_VALUE, FAILURE, BUSY = 1, 2, 3, 4, 6
_MOST_READ, _MOST_WRITTEN = 125, 123
_HEADER = struct.Struct(">HHHB")
_TWO = struct.Struct(">HH")


class ModbusException(Exception):
    """An answer that says no; `code` is one of the protocol's exception codes."""

    def __init__(self, code: int) -> None:
        super().__init__(f"exception code {code}")
        self.code = code


#: holding (True) or input registers (False), first address, count -> registers
Read = Callable[[bool, int, int], Sequence[int]]
#: first address, registers
Write = Callable[[int, Sequence[int]], None]


def answer(request: bytes, read: Read, write: Write) -> bytes:
    """The answer to a protocol data unit."""
    function = request[0] if request else 0
    try:
        return bytes([function]) + _answer(function, request[1:], read, write)
    except ModbusException as error:
        return bytes([function | 0x80, error.code])


def _answer(function: int, body: bytes, read: Read, write: Write) -> bytes:
    if function not in (_READ_HOLDING, _READ_INPUT, _WRITE_ONE, _WRITE_MANY):
        raise ModbusException(ILLEGAL_FUNCTION)
    if len(body) < _TWO.size:
        raise ModbusException(ILLEGAL_VALUE)
    address, second = _TWO.unpack(body[: _TWO.size])
    if function in (_READ_HOLDING, _READ_INPUT):
        if not 1 <= second <= _MOST_READ:
            raise ModbusException(ILLEGAL_VALUE)
        registers = read(function == _READ_HOLDING, address, second)
        return bytes([2 * second]) + struct.pack(f">{second}H", *registers)
    if function == _WRITE_ONE:
        write(address, (second,))
        return body[: _TWO.size]
    data = body[5:]
    if not 1 <= second <= _MOST_WRITTEN or len(data) != 2 * second or body[4] != 2 * second:
        raise ModbusException(ILLEGAL_VALUE)
    write(address, struct.unpack(f">{second}H", data))
    return body[: _TWO.size]


async def serve_connection(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, read: Read, write: Write
) -> None:
    """Answer requests of one connection until it ends; any unit identifier is ours."""
    try:
        while True:
            header = await reader.readexactly(_HEADER.size)
            transaction, protocol, length, unit = _HEADER.unpack(header)
            if protocol != 0 or not 2 <= length <= 254:
                return
            said = answer(await reader.readexactly(length - 1), read, write)
            writer.write(_HEADER.pack(transaction, 0, len(said) + 1, unit) + said)
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        return
    finally:
        writer.close()

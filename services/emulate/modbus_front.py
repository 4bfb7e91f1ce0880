"""The PLC as a Modbus TCP server: measured points in input registers, inputs in holding ones."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Sequence

from services.emulate.front import HOST, port_errors
from services.emulate.modbus_protocol import (
    BUSY,
    FAILURE,
    ILLEGAL_ADDRESS,
    ILLEGAL_VALUE,
    ModbusException,
    serve_connection,
)
from services.emulate.plc import Plc
from services.emulate.register_layout import HEARTBEAT, Register, laid_out
from services.emulate.status_points import status_values

#: input registers of the PLC's own state
CYCLE, CONTROL, SILENT, TIMEOUT = 0, 2, 3, 4
_CODES = {"range": ILLEGAL_VALUE, "type": ILLEGAL_VALUE, "fault": FAILURE, "away": BUSY}
_WORD = 2**16


class ModbusFront:
    """All values of one request are taken, or none."""

    def __init__(self, plc: Plc, port: int) -> None:
        self._plc, self._port = plc, port
        self._measured, self._held = laid_out(plc.outputs), laid_out(plc.inputs)
        self._at = {r.address: r for r in self._held}
        self._input = [0] * _size(self._measured)
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()

    @property
    def address(self) -> str:
        """Host and port."""
        return f"{HOST}:{self._port}"

    async def open(self) -> None:
        """As in Front."""
        with port_errors("--modbus", self._port):
            self._server = await asyncio.start_server(self._connected, HOST, self._port)
        self._port = self._server.sockets[0].getsockname()[1]

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            await serve_connection(reader, writer, self._read, self._write)
        finally:
            self._writers.discard(writer)

    async def publish(self, now_ns: int) -> None:
        """As in Front; Modbus knows no times."""
        plc, table = self._plc, self._input
        if plc.frozen:
            return
        for register in self._measured:
            value = float("nan") if plc.bad[register.place] else float(plc.values[register.place])
            table[register.address : register.address + register.count] = register.encoded(value)
        _, cycle, control, silent, timeout = map(int, status_values(plc))
        table[CYCLE : CYCLE + 2] = struct.unpack(">2H", struct.pack(">I", cycle))
        table[CONTROL : TIMEOUT + 1] = control, min(silent, _WORD - 1), min(timeout, _WORD - 1)

    def _read(self, holding: bool, address: int, count: int) -> Sequence[int]:
        table = self._holding() if holding else self._input
        if address + count > len(table):
            raise ModbusException(ILLEGAL_ADDRESS)
        return table[address : address + count]

    def _holding(self) -> list[int]:
        table = [0] * _size(self._held)
        table[HEARTBEAT] = self._plc.heartbeat % _WORD
        for register in self._held:
            value = float(self._plc.image[register.place])
            table[register.address : register.address + register.count] = register.encoded(value)
        return table

    def _write(self, address: int, registers: Sequence[int]) -> None:
        plc, end = self._plc, address + len(registers)
        wanted: list[tuple[int, float]] = []
        beat: int | None = None
        at = address
        while at < end:
            register = self._at.get(at)
            if at == HEARTBEAT:
                beat, at = registers[at - address], at + 1
                continue
            if register is None:
                raise ModbusException(ILLEGAL_ADDRESS)
            if at + register.count > end:
                # half a value is none
                raise ModbusException(ILLEGAL_VALUE)
            number = registers[at - address : at - address + register.count]
            wanted.append((register.place, register.decoded(number)))
            at += register.count
        for place, value in wanted:
            refused = plc.refusal(place, value)
            if refused is not None:
                raise ModbusException(_CODES[refused.reason])
        for place, value in wanted:
            plc.write(place, value)
        if beat is not None:
            plc.beat(beat)

    async def drop(self) -> None:
        """As in Front."""
        server, self._server = self._server, None
        if server is not None:
            server.close()
            for writer in list(self._writers):
                writer.transport.abort()
            await server.wait_closed()

    async def restore(self) -> None:
        """As in Front."""
        if self._server is None:
            await self.open()

    async def close(self) -> None:
        """As in Front."""
        await self.drop()


def _size(registers: Sequence[Register]) -> int:
    return max((r.address + r.count for r in registers), default=TIMEOUT + 1)

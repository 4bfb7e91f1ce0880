"""A Modbus server of pymodbus in a process of its own, told what to hold by lines on stdin.

Each line is a JSON list of a word and its arguments; each answer is a JSON value.
"""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from threading import Thread
from typing import Any

from pymodbus.constants import ExcCodes
from pymodbus.datastore import ModbusServerContext
from pymodbus.server import ModbusTcpServer

_TABLES = {1: "coil", 5: "coil", 15: "coil", 2: "discrete", 4: "input"}


class Plant(ModbusServerContext):
    """Cells by device, table and address; an address that was never set is illegal."""

    def __init__(self) -> None:
        self.old_simulator, self.simdevices = True, []
        self.cells: dict[tuple[int, str, int], int] = {}
        self.faults: dict[tuple[int, str, int], tuple[int, int]] = {}
        self.deaf: dict[tuple[int, int], int] = {}
        self.silent: set[int] = set()
        self.slow_s = 0.0
        self.requests: list[list[Any]] = []

    def device_ids(self) -> list[int]:
        return sorted({device for device, _, _ in self.cells})

    async def async_getValues(
        self, device_id: int, func_code: int, address: int, count: int = 1
    ) -> Any:
        return await self._served("read", device_id, func_code, address, [0] * count)

    async def async_setValues(
        self, device_id: int, func_code: int, address: int, values: Any
    ) -> Any:
        return await self._served("write", device_id, func_code, address, values)

    async def _served(
        self, what: str, device: int, function: int, address: int, values: Any
    ) -> Any:
        table = _TABLES.get(function, "holding")
        self.requests.append([what, device, table, address, len(values)])
        await asyncio.sleep(self.slow_s)
        while device in self.silent:
            await asyncio.sleep(0.05)
        places = [(device, table, address + n) for n in range(len(values))]
        for place in places:
            read, write = self.faults.get(place, (0, 0))
            if code := read if what == "read" else write:
                return ExcCodes(code)
        if any(place not in self.cells for place in places):
            return ExcCodes.ILLEGAL_ADDRESS
        if what == "write":
            for place, value in zip(places, values, strict=True):
                if (place[0], place[2]) not in self.deaf:
                    self.cells[place] = int(value)
            return None
        found = [self.cells[place] for place in places]
        return [bool(v) for v in found] if table in ("coil", "discrete") else found

    def told(self, word: str, *what: Any) -> Any:
        """One line from the test."""
        if word == "set":
            device, table, address, values = what
            for n, value in enumerate(values):
                self.cells[device, table, address + n] = value
        elif word == "get":
            device, table, address, count = what
            return [self.cells[device, table, address + n] for n in range(count)]
        elif word == "fault":
            device, table, address, reading, writing = what
            self.faults[device, table, address] = (reading, writing)
        elif word == "deaf":
            self.deaf[what[0], what[1]] = 1
        elif word == "silent":
            self.silent = set(what[0])
        elif word == "slow":
            self.slow_s = what[0]
        elif word == "requests":
            seen, self.requests = self.requests, []
            return seen
        elif word == "well":
            self.faults, self.deaf, self.silent, self.slow_s = {}, {}, set(), 0.0
        return None


def _say(what: Any) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


async def _serve() -> None:
    plant = Plant()
    server = ModbusTcpServer(plant, address=("127.0.0.1", int(sys.argv[1])))
    await server.serve_forever(background=True)
    port = server.transport.sockets[0].getsockname()[1]  # type: ignore[union-attr]
    _say(port)
    loop, over = asyncio.get_running_loop(), asyncio.Event()

    def listen() -> None:
        for line in sys.stdin:
            _say(plant.told(*json.loads(line)))
        loop.call_soon_threadsafe(over.set)

    Thread(target=listen, daemon=True).start()
    await over.wait()
    await server.shutdown()


if __name__ == "__main__":
    logging.disable()
    asyncio.run(_serve())

"""Our server, insecure like its peers: numbers that all change so often a second."""

from __future__ import annotations

import asyncio
import logging
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from benchmarks.opcua.nodes import numbers
from rami.communication.opcua_settings import OpcuaSettings
from rami.core.audit import AuditEntry
from services.opcua.server import OpcuaServer


class _Nothing:
    def record(self, entries: tuple[AuditEntry, ...]) -> None:
        pass

    def head(self) -> str:
        return ""


async def main(count: int, hertz: float) -> None:
    logging.disable(logging.CRITICAL)
    with TemporaryDirectory() as folder:
        settings = OpcuaSettings.model_validate({"port": 0, "insecure": True})
        server = OpcuaServer(settings, "bench", Path(folder), _Nothing())
        await server.prepare()
        nodes, variables = numbers(count)
        await server.add(nodes)
        block = server.block(variables)
        await server.start()
        print(server.address, flush=True)
        good, first = np.zeros(count, np.uint32), np.arange(float(count))
        beat, turn = time.monotonic(), 0.0
        while True:
            beat += 1.0 / hertz
            turn += 1.0
            now = time.time_ns()
            block.update(first + turn, good, np.full(count, now), now)
            await asyncio.sleep(max(beat - time.monotonic(), 0.0))


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), float(sys.argv[2])))

"""Bytes that arrive wrong, cut or doubled: the link is lost and had again, the thread lives."""

from __future__ import annotations

import asyncio
import random
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest

from adapters.assets.opcua.backend import OpcuaBackend
from rami.asset.live import LinkState
from rami.core.quality import is_good
from tests.adapters.assets.opcua.conftest import PlantServer, until, value


class Noise:
    """A wire whose server side is garbled while `bad`."""

    def __init__(self, port: int) -> None:
        self.to, self.port, self.bad, self.spoiled = port, 0, False, 0
        self._random = random.Random(7)
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()
        assert self._ready.wait(10.0)

    def _run(self) -> None:
        with suppress(asyncio.CancelledError):
            self._loop.run_until_complete(self._serve())
        self._loop.close()

    async def _serve(self) -> None:
        self._task = asyncio.current_task()
        server = await asyncio.start_server(self._join, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        try:
            await asyncio.Event().wait()
        finally:
            server.close()
            others = asyncio.all_tasks() - {asyncio.current_task()}
            for task in others:
                task.cancel()
            await asyncio.gather(*others, return_exceptions=True)

    async def _join(self, near: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        far, out = await asyncio.open_connection("127.0.0.1", self.to)
        try:
            await asyncio.gather(self._pass(near, out, False), self._pass(far, back, True))
        finally:
            for writer in (out, back):
                writer.transport.abort()

    async def _pass(
        self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, told: bool
    ) -> None:
        with suppress(OSError):
            while data := await source.read(65536):
                sink.write(self._spoilt(data) if told and self.bad else data)
                await sink.drain()
        sink.transport.abort()

    def _spoilt(self, data: bytes) -> bytes:
        draw = self._random
        if draw.random() < 0.5:
            return data
        self.spoiled += 1
        at = draw.randrange(len(data))
        flipped = bytes([data[at] ^ (1 << draw.randrange(8))])
        ways = (
            data[:at] + flipped + data[at + 1 :],
            data[:at],
            data + data,
            data[:at] + bytes(draw.randrange(256) for _ in range(8)) + data[at:],
        )
        return draw.choice(ways)

    def close(self) -> None:
        assert self._task is not None
        self._loop.call_soon_threadsafe(self._task.cancel)
        self._thread.join()


@pytest.fixture
def noise(plant: PlantServer) -> Iterator[Noise]:
    wire = Noise(plant.wanted["port"])
    yield wire
    wire.close()


@pytest.mark.parametrize(
    "updates", ["subscription", pytest.param("polling", marks=pytest.mark.soak)]
)
def test_it_comes_back_from_every_garbled_message(
    plant: PlantServer, noise: Noise, opened: Callable[..., OpcuaBackend], updates: str
) -> None:
    url = f"opc.tcp://127.0.0.1:{noise.port}"
    backend = opened(url, updates=updates, timeout="300 ms")
    noise.bad = True
    until(lambda: noise.spoiled >= 25)
    noise.bad = False
    until(lambda: backend.link().state is LinkState.OPEN)
    plant.do("set", name="hp.P_el", value=333e3)
    until(lambda: value(backend, "hp.P_el") == 333.0 and is_good(backend.observe().quality).all())
    assert "\n" not in backend.link().trouble

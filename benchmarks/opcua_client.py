"""Reading 1,000 points per cycle from an OPC UA server, beside asyncua's reads one by one.

A cycle of ours ends with values in canonical units, qualities and source times in arrays; a cycle
of asyncua's with a list of DataValues. CPU is that of this process, the client's.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from asyncua import ua

from adapters.assets.opcua.batches import Requests
from adapters.assets.opcua.client import Access, connected
from adapters.assets.opcua.configuration import OpcuaConfiguration
from adapters.assets.opcua.decode import decoded
from adapters.assets.opcua.held import Held
from adapters.assets.opcua.mapping import read_map
from adapters.assets.opcua.node_ids import namespaces
from adapters.assets.opcua.resolve import resolve
from benchmarks.row import Row, in_turns
from rami.core.points import Point

POINTS = 1_000


@contextmanager
def _served() -> Iterator[str]:
    command = [sys.executable, "-m", "benchmarks.opcua_server", str(POINTS)]
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[1],
    ) as server:
        assert server.stdout is not None
        try:
            yield server.stdout.readline().strip()
        finally:
            server.kill()


class _Cycles:
    """One connection, and three ways to read all points over it."""

    def __init__(self, client: Any, standings: list[Any], requests: Requests) -> None:
        self.client, self.standings, self.requests = client, standings, requests
        self.asked = []
        for standing in standings:
            value = ua.ReadValueId()
            value.NodeId, value.AttributeId = standing.id, ua.AttributeIds.Value
            self.asked.append(value)
        self.nodes = [client.get_node(standing.id) for standing in standings]
        self.places = np.arange(len(standings))
        self.held = Held(len(standings), 10**12, None, np.ones(len(standings), np.bool_))

    async def ours(self) -> None:
        answers = await self.requests.read_prepared(self.asked)
        now = time.time_ns()
        values, qualities, times = decoded(self.standings, answers, now)
        self.held.take(self.places, values, qualities, times, now)
        self.held.observation(slice(None), now)

    async def singly(self) -> None:
        for node in self.nodes:
            await node.read_data_value()

    async def in_one(self) -> None:
        await self.client.read_attributes(self.nodes)


def rows(quick: bool) -> Iterator[Row]:
    """Cycles in turns."""
    repeats = 3 if quick else 15
    points = [Point(f"c.P{k:04d}", "power") for k in range(POINTS)]
    with TemporaryDirectory() as folder, _served() as url:
        map_rows = [f"{p.name},nsu=urn:bench;s={p.name[2:]},W" for p in points]
        path = Path(folder) / "nodes.csv"
        path.write_text("\n".join(["point,node,unit", *map_rows]), encoding="utf-8")
        said = {"endpoint": url, "nodes": path, "timeout": "60 s"}
        declared = OpcuaConfiguration.model_validate(said)
        nodes = list(enumerate(read_map(path, "nodes.csv", points).entries))
        with asyncio.Runner() as runner:
            link = connected(declared, Access(None, None, None), lambda why: None)
            client = runner.run(link.__aenter__())
            try:
                requests = Requests(client.uaclient)
                known = runner.run(namespaces(requests, ()))
                found = runner.run(resolve(requests, known, nodes, False))
                assert len(found.standing) == POINTS
                yield from _measured(runner, _Cycles(client, found.standing, requests), repeats)
            finally:
                runner.run(link.__aexit__(None, None, None))


def _measured(runner: asyncio.Runner, cycles: _Cycles, repeats: int) -> Iterator[Row]:
    def timed(
        work: Callable[[], Awaitable[None]], clock: Callable[[], float]
    ) -> Callable[[], float]:
        def once() -> float:
            begun = clock()
            runner.run(work())
            return clock() - begun

        return once

    name = f"opcua: {POINTS} points, one cycle"
    for told, clock in (("CPU", time.process_time), ("elapsed", time.perf_counter)):
        pair = timed(cycles.ours, clock), timed(cycles.singly, clock)
        measured = in_turns(*pair, repeats=repeats, scale=1e3)
        yield measured.times_faster(f"{name}, {told}", "ms", "asyncua, one by one", 8.0)
    pair = timed(cycles.ours, time.process_time), timed(cycles.in_one, time.process_time)
    measured = in_turns(*pair, repeats=repeats, scale=1e3)
    yield measured.at_most(
        f"{name} into arrays, CPU", "ms", "asyncua, one request, no arrays", None
    )

"""The OPC UA server beside asyncua's own and node-opcua's, each in a process of its own.

CPU is that of the server's process, its threads included, for each value that reached a client;
`NODE_OPCUA` names a folder with `npm install node-opcua-server`, without it that peer is left out.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path

from benchmarks.opcua.building import bare_s, ours_s
from benchmarks.opcua.subscriber import Subscriber, counted
from benchmarks.row import Measured, Row, below

_HERE = Path(__file__).parent / "opcua"
#: what asyncua's own server still delivers in full
ITEMS, HERTZ = 400, 5.0
_PLAIN, _NODE = "asyncua 2.1", "node-opcua"


def rows(quick: bool) -> Iterator[Row]:
    """Figures of the server."""
    seconds, repeats = (2.0, 1) if quick else (4.0, 3)
    folder = os.environ.get("NODE_OPCUA")
    commands = {"ours": [sys.executable, "-m", "benchmarks.opcua.ours"]}
    commands[_PLAIN] = [sys.executable, "-m", "benchmarks.opcua.plain"]
    if folder:
        commands[_NODE] = ["node", str(_HERE / "node_opcua.js"), str(Path(folder).resolve())]
    costs: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(repeats):
        for name, command in commands.items():
            with _started([*command, str(ITEMS), str(HERTZ)]) as (url, pid):
                load = [Subscriber(url, ITEMS, 200.0, 0.0)]
                share, cost = asyncio.run(_loaded(load, pid, seconds, ITEMS * HERTZ))
                assert share > 0.8, f"{name} delivered {share:.0%}: its cost is not comparable"
                costs[name].append(cost * 1e6)
    name = "server CPU per delivered value"
    ours = tuple(costs["ours"])
    yield Measured(ours, tuple(costs[_PLAIN])).times_faster(name, "us", _PLAIN, 7.0)
    if folder:
        yield Measured(ours, tuple(costs[_NODE])).at_most(name, "us", _NODE, 1.3)
    yield from _full(commands, quick)
    repeats = 1 if quick else 3
    built = [(ours_s(), bare_s()) for _ in range(repeats)]
    measured = Measured(tuple(a for a, _ in built), tuple(b for _, b in built))
    yield measured.at_most("10,000 nodes ready", "s", "asyncua, in thousands", 1.3)


def _full(commands: dict[str, list[str]], quick: bool) -> Iterator[Row]:
    seconds = 3.0 if quick else 6.0
    with _started([*commands["ours"], "1000", "10"]) as (url, pid):
        one = [Subscriber(url, 1000, 100.0, 0.0)]
        share, _ = asyncio.run(_loaded(one, pid, seconds, 10_000.0))
    yield _missing("1,000 values at 10 Hz to one client", share)
    with _started([*commands["ours"], "200", "1"]) as (url, pid):
        many = [Subscriber(url, 200, 500.0, 0.0) for _ in range(50)]
        share, _ = asyncio.run(_loaded(many, pid, seconds, 10_000.0))
    yield _missing("200 values at 1 Hz to 50 clients", share)


def _missing(name: str, share: float) -> Row:
    """A row of what did not arrive; one change more or less may fall into the time."""
    return below(f"{name}: not delivered", max(1.0 - share, 0.0), "1", 0.05)


async def _loaded(
    subscribers: list[Subscriber], pid: int, seconds: float, per_second: float
) -> tuple[float, float]:
    """Share of the values that were delivered, CPU seconds for each."""
    async with AsyncExitStack() as stack:
        for subscriber in subscribers:
            stack.push_async_callback(subscriber.close)
            await subscriber.open()
        await asyncio.sleep(1.0)
        before = _cpu(pid)
        count, took = await counted(subscribers, seconds)
        cost = _cpu(pid) - before
    return count / (per_second * took), cost / max(count, 1)


@contextmanager
def _started(command: list[str]) -> Iterator[tuple[str, int]]:
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        cwd=Path(__file__).parents[1],
    ) as server:
        assert server.stdout is not None
        try:
            # node-opcua tells of its certificates first
            url = next(line for line in server.stdout if line.startswith("opc.tcp"))
            yield url.strip(), server.pid
        finally:
            server.kill()


def _cpu(pid: int) -> float:
    tasks = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(task.read_text().split()[0]) for task in tasks) / 1e9

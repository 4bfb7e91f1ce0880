"""A crowd that means harm: the server lives, its memory is bounded, others are served."""

from __future__ import annotations

import asyncio
import random
import time
from contextlib import suppress
from pathlib import Path

import pytest

from tests.services.opcua import attacks
from tests.services.opcua.attacks import REFUSED, Heard, Target
from tests.services.opcua.hostile import WAYS, Way, mutate_inside
from tests.services.opcua.served import Served, client, node, spaces


async def _crowd(target: Target, count: int, at_once: int, seed: int) -> None:
    draw = random.Random(seed)
    gate = asyncio.Semaphore(at_once)

    async def one(way: Way) -> None:
        async with gate:
            with suppress(*REFUSED):
                await way(target, random.Random(draw.random()))

    await asyncio.gather(*(one(WAYS[k % len(WAYS)]) for k in range(count)))


async def _besieged(served: Served, count: int, at_once: int, requests: int) -> list[float]:
    """What a client that was there before waits for each of its reads meanwhile, s."""
    target = Target(served.url, served.keys)
    waits: list[float] = []
    async with client(served.url, served.keys["anna"], "operator") as made:
        await spaces(made)
        heard = Heard()
        subscription = await made.create_subscription(100, heard)
        await subscription.subscribe_data_change(node(made, "v1"))
        work = asyncio.create_task(_crowd(target, count, at_once, seed=1))
        while not work.done():
            start = time.monotonic()
            assert await node(made, "v2").read_value() == served.now[2]
            waits.append(time.monotonic() - start)
            await asyncio.sleep(0.01)
        await work
        before = len(heard.values)
        await asyncio.to_thread(served.set, {1: served.now[1] + 1.0})
        assert await attacks.until(lambda: len(heard.values) > before)
        await _mutate(served, requests)
        assert await node(made, "v2").read_value() == served.now[2]
        await subscription.delete()
    # and a new one is let in
    async with client(served.url, served.keys["anna"], "operator") as made:
        assert await made.get_namespace_array()
    return waits


async def _mutate(served: Served, requests: int) -> None:
    done, draw = 0, random.Random(2)
    while done < requests:
        # some of them end the session, and the next one begins
        with suppress(*REFUSED):
            async with client(served.url, served.keys["bert"], "engineer") as made:
                done += await mutate_inside(made, draw, min(50, requests - done))
        done += 1


def test_a_small_crowd(served: Served) -> None:
    waits = asyncio.run(_besieged(served, count=70, at_once=35, requests=10))
    assert waits
    assert asyncio.run(_empty(served))


@pytest.mark.soak
def test_a_thousand(served: Served) -> None:
    before = _memory()
    waits = sorted(asyncio.run(_besieged(served, count=1000, at_once=100, requests=300)))
    assert waits[int(0.99 * len(waits))] < 0.2
    assert _memory() - before < 150e6
    assert asyncio.run(_empty(served))


async def _empty(served: Served) -> bool:
    """Whether every connection ends; sessions with subscriptions outlive theirs for a while."""
    return await attacks.until(lambda: served.server.state["connections"] == 0)


def _memory() -> float:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return float(line.split()[1]) * 1024
    return 0.0

"""One connection's life: look every node up, then keep values coming until it is lost."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from asyncua import ua

from adapters.assets.opcua.batches import Requests
from adapters.assets.opcua.client import Access, connected
from adapters.assets.opcua.configuration import OpcuaConfiguration
from adapters.assets.opcua.decode import Standing, decoded, nanoseconds
from adapters.assets.opcua.heartbeat import Heartbeat
from adapters.assets.opcua.held import Held
from adapters.assets.opcua.mapping import MappedNode
from adapters.assets.opcua.node_ids import Namespaces, namespaces
from adapters.assets.opcua.resolve import Resolution, resolve
from adapters.assets.opcua.subscription import Subscription
from adapters.assets.opcua.trouble import TROUBLE, Lost, in_words
from adapters.assets.opcua.writing import prepared, written
from rami.asset.live import Answer, Taken

#: share of its time that a write may use; the rest is for telling of it
_OF_TIMEOUT = 0.9
#: readings of the server's clock that are compared
_LOOKS = 8


@dataclass(frozen=True)
class Setup:
    """What every connection of a backend shares; `inputs_from` is the first input's place."""

    configuration: OpcuaConfiguration
    access: Access
    nodes: Sequence[tuple[int, MappedNode]]
    held: Held
    clock: Callable[[], int]
    inputs_from: int
    heartbeat: Heartbeat | None = None


class Session:
    """One connection. All its methods run in its own event loop, but for plain figures."""

    def __init__(self, setup: Setup, first: Sequence[str]) -> None:
        self.known: Namespaces | None = None
        self.resolution = Resolution()
        self.skew_ns: int | None = None
        self.reads = self.late = 0
        self.subscription = Subscription(setup.held, setup.clock, self.lose)
        self.polled: list[Standing] = []
        self._asked: list[Any] = []
        # servers tell a clock that ticks by the second: the newest tick is the nearest
        self._skews: deque[int] = deque(maxlen=_LOOKS)
        self._setup, self._first = setup, first
        self._inputs: dict[int, Standing] = {}
        self._gone: asyncio.Future[str] | None = None
        self._one_writer = asyncio.Lock()
        self._requests: Requests | None = None

    def lose(self, why: str) -> None:
        """Give this connection up."""
        if self._gone is not None and not self._gone.done():
            self._gone.set_result(why)

    async def run(self, found: Callable[[], None], opened: Callable[[], None]) -> None:
        """Connect, call `found` when the nodes were looked up (it may refuse them), `opened`
        when their values are known, and go on until the link is lost.

        Raises Lost, what asyncua raises, ConfigurationError or UnreachableError.
        """
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda *_: None)  # asyncua's tasks die with their connection
        self._gone = loop.create_future()
        setup = self._setup
        async with connected(setup.configuration, setup.access, self.lose) as client:
            requests = self._requests = Requests(client.uaclient)
            await requests.learn_limits()
            self.known = await namespaces(requests, self._first)
            writes = setup.configuration.writes
            self.resolution = await resolve(requests, self.known, setup.nodes, writes)
            if setup.heartbeat is not None:
                await setup.heartbeat.look(requests, self.known)
            found()
            await self._begin(requests)
            opened()
            await self._serve(requests)

    async def _begin(self, requests: Requests) -> None:
        setup, standing = self._setup, self.resolution.standing
        self._inputs = {s.place - setup.inputs_from: s for s in standing}
        failed = [f.place for f in self.resolution.failed]
        setup.held.missing(failed, setup.clock())
        await self._read(requests, standing)
        if setup.configuration.updates == "subscription":
            c = setup.configuration
            dated = c.source_age is not None
            refused = await self.subscription.begin(
                requests, standing, c.sampling, c.keep_alive, dated
            )
            self._poll_too(refused)
        else:
            self._poll_too(standing)

    async def _serve(self, requests: Requests) -> None:
        work = [self._watch(), self._poll(requests), self._look(requests), self._again(requests)]
        heartbeat = self._setup.heartbeat
        if heartbeat is not None and self.known is not None:
            work.append(heartbeat.keep(requests, self.known, self._one_writer))
        tasks = [asyncio.create_task(one) for one in work]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _watch(self) -> None:
        assert self._gone is not None
        raise Lost(await self._gone)

    async def _poll(self, requests: Requests) -> None:
        loop, sampling = asyncio.get_running_loop(), self._setup.configuration.sampling
        due = loop.time()
        while True:
            due += sampling
            if due < loop.time():  # the server is slower than that
                self.late += 1
                due = loop.time()
            await asyncio.sleep(due - loop.time())
            if self.polled:
                answers = await requests.read_prepared(self._asked)
                self._take(self.polled, answers)

    async def _look(self, requests: Requests) -> None:
        """Is anybody there, what time is it there, does the subscription still speak?"""
        loop, c = asyncio.get_running_loop(), self._setup.configuration
        node = ua.NodeId(ua.ObjectIds.Server_ServerStatus_CurrentTime)
        while True:
            begun = self._setup.clock()
            (answer,) = await requests.read([(node, ua.AttributeIds.Value)])
            told = answer.Value.Value if answer.Value is not None else None
            if isinstance(told, datetime):
                middle = (begun + self._setup.clock()) // 2
                self._skews.append(nanoseconds(told) - middle)
                self.skew_ns = max(self._skews)
                self._setup.held.clock_off = abs(self.skew_ns) > c.clock_skew * 1e9
            silent = loop.time() - self.subscription.heard
            if self.subscription.standings and silent > 2 * self.subscription.period + c.timeout:
                raise Lost(f"the subscription is silent for {silent:.1f} s")
            await asyncio.sleep(c.keep_alive)

    async def _again(self, requests: Requests) -> None:
        """Look for missing nodes now and then; one that is there again is polled."""
        while True:
            await asyncio.sleep(self._setup.configuration.retries.longest)
            lost = [(f.place, f.node) for f in self.resolution.failed]
            if not lost:
                continue
            self.known = await namespaces(requests, self._first)
            writes = self._setup.configuration.writes
            found = await resolve(requests, self.known, lost, writes)
            self.resolution.failed = found.failed
            self.resolution.standing += found.standing
            self._inputs |= {s.place - self._setup.inputs_from: s for s in found.standing}
            self._poll_too(found.standing)
            self._setup.held.missing([f.place for f in found.failed], self._setup.clock())

    def _poll_too(self, standings: Sequence[Standing]) -> None:
        self.polled = [*self.polled, *standings]
        self._asked = []
        for standing in self.polled:
            value = ua.ReadValueId()
            value.NodeId, value.AttributeId = standing.id, ua.AttributeIds.Value
            self._asked.append(value)

    async def _read(self, requests: Requests, standings: Sequence[Standing]) -> None:
        asked = [(s.id, ua.AttributeIds.Value) for s in standings]
        self._take(standings, await requests.read(asked))

    def _take(self, standings: Sequence[Standing], answers: Sequence[Any]) -> None:
        now = self._setup.clock()
        values, qualities, times = decoded(standings, answers, now)
        places = np.array([s.place for s in standings], np.intp)
        self._setup.held.take(places, values, qualities, times, now)
        self.reads += len(standings)

    async def read_all(self) -> None:
        """Read every node that stands now. Raises Lost where that fails; so is the link then."""
        assert self._requests is not None
        try:
            await self._read(self._requests, self.resolution.standing)
        except TROUBLE as error:
            self.lose(in_words(error))
            raise Lost(in_words(error)) from None

    async def write(self, wanted: Sequence[tuple[int, float]], within_s: float) -> list[Answer]:
        """Write (input, canonical value), nothing else being written meanwhile.

        What is not answered in time may or may not have been taken: it is lost, and so is
        the link, so that no second write overtakes the first (opcua-asyncio #1987).
        """
        assert self._requests is not None
        c = self._setup.configuration
        ready, answers = prepared(self._inputs, wanted)
        try:
            async with asyncio.timeout(_OF_TIMEOUT * within_s), self._one_writer:
                if ready:
                    answers += await written(self._requests, ready, c.only_changed, c.verify)
        except TROUBLE as error:
            why = f"a write was lost: {in_words(error)}"
            self.lose(why)
            answers += [
                Answer(w.place, Taken.LOST, f"{in_words(error)}; it may have been taken")
                for w in ready
            ]
        except asyncio.CancelledError:
            self.lose("a write was given up")
            raise
        return answers

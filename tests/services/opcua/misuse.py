"""A server with a past, and a client that asks for what it should not while others are served."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np
from asyncua import ua
from asyncua.ua.ua_binary import struct_from_binary

from adapters.stores.duckdb.configuration import DuckdbConfiguration
from rami.core.event import EventKind, Severity
from rami.core.signal import Rows, Signal
from rami.core.timegrid import NS
from services.control.journal import EVENTS_FILE, EventJournal
from services.opcua.serving import Serving
from tests.services.opcua.running import SPACE, START, Running, Server
from tests.services.opcua.served import PASSWORDS, Keys, client
from tests.services.opcua.wire import REFUSED
from twins.site import load_site

POINT = "hts.hex_hnht.P"
#: asyncua's client hangs up where its own requests keep its own watchdog waiting
_PATIENT = {"watchdog_intervall": 1e6}


@contextmanager
def watched(folder: Path, keys: Keys, site: Path) -> Iterator[Server]:
    """A server with a past of 20,000 values and 2,000 events."""
    declared = DuckdbConfiguration(folder=folder / "rows")
    store = declared.open(folder)
    store.declare([Signal(POINT, "power")])
    times = START + NS * np.arange(20_000)
    store.write(Rows.of_series(POINT, times, np.arange(20_000.0)))
    store.close()
    journal = EventJournal(folder / EVENTS_FILE)
    loop = Running(load_site(site), journal)
    for number in range(2000):
        loop.site.happened(EventKind.MODEL, "hts", Severity.NOTE, f"event {number}")
    loop.publish()

    def prepare(serving: Serving) -> None:
        guards = serving.server.guards
        for name in ("anna", "bert"):
            guards.trust.put(keys[name].certificate, "trusted")
        for role, password in PASSWORDS.items():
            guards.users.add(role, role, password)

    made = Server(
        loop, folder, prepare, past=lambda: declared.open(folder, read_only=True),
        journal=folder / EVENTS_FILE, limits={"logins": 1000},
    )  # fmt: skip
    made.keys = keys  # type: ignore[attr-defined]
    yield made
    made.close()
    loop.end()
    journal.close()


class Evil:
    """A client with what it needs to ask for anything."""

    def __init__(self, made: Any, index: int) -> None:
        self.made, self.index = made, index

    def id(self, name: str) -> Any:
        return ua.NodeId(name, self.index)

    async def ask(self, request: Any, response: type) -> Any:
        data = await self.made.uaclient.protocol.send_request(request, timeout=60.0)
        return struct_from_binary(response, data)

    async def history(self, details: Any, count: int = 1, point: bytes | None = None) -> list[Any]:
        request = self._asking(details, count, point)
        return list((await self.ask(request, ua.HistoryReadResponse)).Results)

    async def unread(self, details: Any, count: int = 1) -> int:
        """Bytes of an answer that is not looked at: that would take longer than to give it."""
        asked = self._asking(details, count, None)
        return len(await self.made.uaclient.protocol.send_request(asked, timeout=60.0))

    def _asking(self, details: Any, count: int, point: bytes | None) -> Any:
        request = ua.HistoryReadRequest()
        asked = request.Parameters
        asked.HistoryReadDetails, asked.ReleaseContinuationPoints = details, False
        node = self.id("hts") if isinstance(details, ua.ReadEventDetails) else self.id(POINT)
        one = ua.HistoryReadValueId(NodeId=node)
        one.ContinuationPoint = point
        asked.NodesToRead = [one] * count
        return request

    async def event_item(self, chosen: Any) -> str:
        params = ua.CreateSubscriptionParameters(RequestedPublishingInterval=100.0)
        made = await self.made.uaclient.create_subscription(params, lambda _: None)
        wanted = ua.CreateMonitoredItemsParameters(SubscriptionId=made.SubscriptionId)
        one = ua.MonitoredItemCreateRequest()
        one.ItemToMonitor = ua.ReadValueId(self.id("hts"), ua.AttributeIds.EventNotifier)
        one.MonitoringMode = ua.MonitoringMode.Reporting
        one.RequestedParameters.Filter = chosen
        wanted.ItemsToCreate = [one]
        try:
            (result,) = await self.made.uaclient.create_monitored_items(wanted)
        except ua.UaStatusCodeError as error:
            return type(error).__name__
        finally:
            await self.made.uaclient.delete_subscriptions([made.SubscriptionId])
        return str(result.StatusCode.name)


def misused(
    server: Server, role: str, work: Callable[[Evil], Awaitable[None]], name: str = "anna"
) -> float:
    """While `work` is done somebody else reads; the longest step of the server's loop, CPU s."""
    keys = server.keys  # type: ignore[attr-defined]

    async def whole() -> None:
        async with client(server.url, keys["bert"], "observer", **_PATIENT) as other:
            index = (await other.get_namespace_array()).index(SPACE)
            node, served = other.get_node(ua.NodeId("/Control/State", index)), 0
            entered = AsyncExitStack()
            made = await entered.enter_async_context(
                client(server.url, keys[name], role, **_PATIENT)
            )
            try:
                task = asyncio.ensure_future(work(Evil(made, index)))
                while not task.done():
                    assert await node.read_value() == "running"
                    served += 1
                    await asyncio.sleep(0.02)
                await task
            finally:
                # who was cut off cannot take his leave
                with suppress(*REFUSED):
                    await entered.aclose()
            assert served, "somebody else was served meanwhile"

    with steps(server.thread) as taken:
        asyncio.run(whole())
    return max(taken)


@contextmanager
def steps(thread: threading.Thread) -> Iterator[list[float]]:
    """What the steps of an event loop in another thread take of it, CPU s: however busy the
    machine is, everybody else waits at least so long."""
    plain, taken = asyncio.Handle._run, [0.0]

    def run(handle: asyncio.Handle) -> None:
        start = time.thread_time()
        plain(handle)
        if threading.get_ident() == thread.ident:
            taken.append(time.thread_time() - start)

    asyncio.Handle._run = run  # type: ignore[method-assign]
    try:
        yield taken
    finally:
        asyncio.Handle._run = plain  # type: ignore[method-assign]

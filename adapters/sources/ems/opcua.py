"""Reading and writing nodes of an OPC UA server; the one place here that knows asyncua.

Every asking makes a client of its own: after a lost link a used one does not recover.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from adapters.sources.ems.configuration import EmsOpcuaConfiguration, OpcuaNode
from adapters.sources.ems.fetched import Fetched
from adapters.sources.ems.node_values import Answers, array, measurements
from adapters.sources.ems.nodes_written import latest, message
from rami.core.errors import ConfigurationError, Problem, UnreachableError
from rami.core.timegrid import moment

T = TypeVar("T")


class Opcua:
    """Nodes by the map of a site file."""

    def __init__(self, declared: EmsOpcuaConfiguration, folder: Path) -> None:
        self._declared, self._folder = declared, folder
        self._password = _secret(declared.password_env)

    @property
    def place(self) -> str:
        """The server's address."""
        return f"opcua {self._declared.url}"

    def fetch(self, quantities: Mapping[str, str], start_ns: int, end_ns: int) -> Fetched:
        """As in Transport. A node that cannot be read is a problem of its series."""
        nodes = {n: self._declared.nodes[n] for n in quantities if n in self._declared.nodes}
        answers = _run(self._session(lambda client: self._asked(client, nodes, start_ns, end_ns)))
        fetched = Fetched()
        for name, quantity in quantities.items():
            if name not in nodes:
                fetched.refuse(name, Problem(self.place, f"{name}: no node is declared for it"))
                continue
            try:
                read = array if answers.is_array(nodes[name].node) else measurements
                fetched.add(name, read(nodes[name], quantity, answers))
            except ValueError as error:
                where = f"{self.place} {nodes[name].node}"
                fetched.refuse(name, Problem(where, f"{name}: {error}"))
        return fetched

    def send(self, key: str, message_text: str) -> None:
        """As in Transport: every mapped balance is written, then the key."""
        _run(self._session(lambda client: self._told(client, key, message_text)))

    async def _asked(
        self, client: Any, nodes: Mapping[str, OpcuaNode], start_ns: int, end_ns: int
    ) -> Answers:
        wanted = dict.fromkeys(i for node in nodes.values() for i in _ids(node))
        ids = list(wanted)
        values = await client.read_attributes([_node(client, i, self.place) for i in ids])
        answers = Answers(dict(zip(ids, values, strict=True)))
        for node in nodes.values():
            if node.history:
                begin, end = _naive(start_ns), _naive(end_ns)
                source = _node(client, node.node, self.place)
                answers.history[node.node] = await source.read_raw_history(begin, end)
        return answers

    async def _told(self, client: Any, key: str, message_text: str) -> None:
        for name, delivery in message(message_text).items():
            if name not in self._declared.writes:
                continue
            write = self._declared.writes[name]
            node = _node(client, write.node, self.place)
            kind = await node.read_data_type_as_variant_type()
            is_array = (await node.read_value_rank()) >= 0
            try:
                value = latest(delivery, write.unit, is_array)
            except ValueError as error:
                raise ConfigurationError([Problem(write.node, f"{name}: {error}")]) from error
            if value is not None:
                await node.write_value(_variant(value, kind))
        if self._declared.message_node is not None:
            node = _node(client, self._declared.message_node, self.place)
            await node.write_value(_variant(key, await node.read_data_type_as_variant_type()))

    async def _session(self, work: Callable[[Any], Coroutine[Any, Any, T]]) -> T:
        async with _translated(self.place):
            client = await self._client()
            await client.connect()
            try:
                return await work(client)
            finally:
                await client.disconnect()

    async def _client(self) -> Any:
        try:
            from asyncua import Client
        except ImportError as error:
            raise ConfigurationError(
                f"{self.place}: asyncua is missing; pip install asyncua"
            ) from error
        logging.getLogger("asyncua").setLevel(logging.ERROR)  # its warnings are of no use to a user
        d = self._declared
        client = Client(d.url, timeout=float(d.timeout))
        if d.user is not None:
            client.set_user(d.user)
            client.set_password(self._password or "")
        if d.security != "none":
            from asyncua import ua
            from asyncua.crypto.security_policies import SecurityPolicyBasic256Sha256

            modes = {"sign": "Sign", "sign_encrypt": "SignAndEncrypt"}
            await client.set_security(
                SecurityPolicyBasic256Sha256,
                str(self._folder / str(d.certificate)),
                str(self._folder / str(d.private_key)),
                server_certificate=str(self._folder / str(d.server_certificate)),
                mode=ua.MessageSecurityMode[modes[d.security]],
            )
        return client


def _ids(node: OpcuaNode) -> Iterable[str]:
    return (i for i in (node.node, node.times, node.start, node.issued) if i is not None)


def _node(client: Any, identifier: str, place: str) -> Any:
    from asyncua.ua.uaerrors import UaError

    try:
        return client.get_node(identifier)
    except (UaError, ValueError) as error:
        what = f"{identifier!r} is no node id"
        raise ConfigurationError([Problem(place, what, "e.g. ns=2;s=Cost.HNHT")]) from error


def _variant(value: object, kind: Any) -> Any:
    from asyncua import ua

    return ua.Variant(value, kind)


def _naive(ns: int) -> datetime:
    """Asyncua wants UTC without a zone."""
    return moment(ns).astimezone(UTC).replace(tzinfo=None)


def _secret(variable: str | None) -> str | None:
    if variable is None:
        return None
    value = os.environ.get(variable)
    if not value:
        raise ConfigurationError(f"password_env: the environment has no {variable}; export it")
    return value


def _run(work: Coroutine[Any, Any, T]) -> T:
    """Run to the end, also where a loop runs already: in a thread with a loop of its own."""
    with ThreadPoolExecutor(1, "ems_opcua") as pool:
        return pool.submit(asyncio.run, work).result()


@asynccontextmanager
async def _translated(place: str) -> AsyncIterator[None]:
    try:
        from asyncua.ua.uaerrors import UaError
    except ImportError:  # told where the client is made
        yield
        return
    try:
        yield
    except TimeoutError as error:
        raise UnreachableError(f"{place} did not answer in time") from error
    except UaError as error:
        said = str(error) or type(error).__name__
        raise UnreachableError(f"{place} refused: {said}") from error
    except OSError as error:
        raise UnreachableError(f"{place} does not answer: {error.strerror or error}") from error

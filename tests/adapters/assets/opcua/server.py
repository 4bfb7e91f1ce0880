"""An OPC UA server in a process of its own: prints its address, then obeys lines of JSON on stdin.

The first line is what it shall be: `port`, `namespaces` (in order), `nodes`, and if wanted
`security` (names of policies) with `certificate` and `key`, `limits`, `refuse` (services).
Then one command a line, each answered by one: see `Plant`.
"""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

from asyncua import Server, ua
from asyncua.crypto.permission_rules import User, UserRole
from asyncua.server.internal_session import InternalSession

UNECE = "http://www.opcfoundation.org/UA/units/un/cefact"


class Users:
    """One name, one word."""

    def get_user(self, iserver: Any, username: Any = None, password: Any = None, **_: Any) -> Any:
        if username is None or (username, password) == ("operator", "word"):
            return User(role=UserRole.User)
        return None


class Plant:
    """The server and how it behaves; every public method is a command."""

    def __init__(self, server: Server, wanted: dict[str, Any]) -> None:
        self.server, self.wanted = server, wanted
        self.nodes: dict[str, Any] = {}
        self.types: dict[str, Any] = {}
        self.delay = 0.0
        self.fault: dict[str, str] = {}
        self.ignored: set[str] = set()
        self.denied: set[str] = set()
        self.requests = {"read": 0, "write": 0, "largest": 0, "at_once": 0}
        self.busy = 0

    async def add(self, node: dict[str, Any]) -> str:
        index = await self.server.get_namespace_index(node.get("namespace", "urn:plant"))
        kind = ua.VariantType[node.get("type", "Double")]
        folder = self.nodes.get("folder")
        if folder is None:
            name = ua.QualifiedName("Plant", index)
            folder = await self.server.nodes.objects.add_object(ua.NodeId("Plant", index), name)
            self.nodes["folder"] = folder
        name = node["name"]
        made = await folder.add_variable(
            ua.NodeId(name, index), ua.QualifiedName(name, index), node.get("value", 0.0), kind
        )
        if node.get("writable"):
            await made.set_writable()
        if "access" in node:
            for attribute in (ua.AttributeIds.AccessLevel, ua.AttributeIds.UserAccessLevel):
                await made.write_attribute(
                    attribute, ua.DataValue(ua.Variant(node["access"], ua.VariantType.Byte))
                )
        if "unit" in node:
            number, shown = node["unit"]
            told = ua.EUInformation(UNECE, number, ua.LocalizedText(shown), ua.LocalizedText(shown))
            await made.add_property(ua.NodeId(), ua.QualifiedName("EngineeringUnits", 0), told)
        if "range" in node:
            low, high = node["range"]
            await made.add_property(
                ua.NodeId(), ua.QualifiedName("EURange", 0), ua.Range(low, high)
            )
        self.nodes[name], self.types[name] = made, kind
        return "ok"

    async def set(self, name: str, value: Any, status: str = "Good", age: float = 0.0) -> str:
        code = ua.StatusCode(getattr(ua.StatusCodes, status))
        at = datetime.now(UTC) - timedelta(seconds=age)
        number = float(value) if isinstance(value, str) and value in ("nan", "inf") else value
        data = ua.DataValue(
            ua.Variant(number, self.types[name]), StatusCode=code, SourceTimestamp=at
        )
        await self.server.write_attribute_value(self.nodes[name].nodeid, data)
        return "ok"

    async def get(self, name: str) -> Any:
        value = await self.nodes[name].read_data_value(raise_on_bad_status=False)
        return [value.Value.Value, value.Value.VariantType.name]

    async def delete(self, name: str) -> str:
        await self.server.delete_nodes([self.nodes[name]])
        return "ok"

    async def reset(self, nodes: list[dict[str, Any]]) -> str:
        """As if just started, with these nodes."""
        await self.behave()
        self.wanted = {"nodes": nodes}
        await self.drop()
        await self.server.delete_nodes(list(self.nodes.values()), recursive=True)
        self.nodes.clear()
        for node in nodes:
            await self.add(node)
        self.requests = dict.fromkeys(self.requests, 0)
        return "ok"

    async def drop(self) -> int:
        clients = list(self.server.bserver.clients)
        for client in clients:
            client.transport.abort()
        return len(clients)

    async def behave(
        self,
        delay: float = 0.0,
        fault: dict[str, str] | None = None,
        ignored: Any = (),
        denied: Any = (),
    ) -> str:
        self.delay, self.fault, self.ignored = delay, dict(fault or {}), set(ignored)
        for name in {*self.denied, *denied}:
            await self.nodes[name].set_writable(name not in denied)
        self.denied = set(denied)
        return "ok"

    async def end_subscriptions(self, told: bool = True) -> int:
        service = self.server.iserver.subscription_service
        numbers = list(service.subscriptions)
        for number in numbers:
            if told:
                ended = ua.StatusCode(ua.StatusCodes.BadTimeout)
                await service.subscriptions[number].enqueue_statuschange(ended)
            else:
                await service.delete_subscriptions([number])
        return len(numbers)

    async def counts(self) -> dict[str, int]:
        return {**self.requests, "clients": len(self.server.bserver.clients)}


def hook(plant: Plant) -> None:
    """Put the plant's manners between every session and its services."""

    def around(name: str) -> None:
        real = getattr(InternalSession, name)

        async def behaved(self: InternalSession, parameters: Any, *rest: Any, **more: Any) -> Any:
            if not self.external:
                return await real(self, parameters, *rest, **more)
            number = {"read": "NodesToRead", "write": "NodesToWrite"}.get(name)
            if number is not None:
                count = len(getattr(parameters, number))
                plant.requests[name] += 1
                most = plant.wanted.get("limits", {}).get(name)
                if most is not None and count > most:
                    raise ua.UaStatusCodeError(ua.StatusCodes.BadTooManyOperations)
                if name == "read":
                    plant.requests["largest"] = max(plant.requests["largest"], count)
            if name == "write":
                plant.busy += 1
                plant.requests["at_once"] = max(plant.requests["at_once"], plant.busy)
            try:
                if plant.delay:
                    await asyncio.sleep(plant.delay)
                if name in plant.fault:
                    raise ua.UaStatusCodeError(getattr(ua.StatusCodes, plant.fault[name]))
                if name == "write" and plant.ignored:
                    for value in parameters.NodesToWrite:
                        if value.NodeId.Identifier in plant.ignored:
                            value.NodeId = ua.NodeId("elsewhere", value.NodeId.NamespaceIndex)
                return await real(self, parameters, *rest, **more)
            finally:
                if name == "write":
                    plant.busy -= 1

        setattr(InternalSession, name, behaved)

    for name in ("read", "write", "create_subscription", "create_monitored_items"):
        around(name)


async def main() -> None:
    """Serve."""
    logging.disable(logging.CRITICAL)
    wanted = json.loads(sys.stdin.readline())
    server = Server(user_manager=Users() if "security" in wanted else None)
    await server.init()
    server.set_endpoint(f"opc.tcp://127.0.0.1:{wanted.get('port', 0)}/plant")
    policies = wanted.get("security", ["NoSecurity"])
    server.set_security_policy([ua.SecurityPolicyType[p] for p in policies])
    if "certificate" in wanted:
        await server.load_certificate(wanted["certificate"])
        await server.load_private_key(wanted["key"])
    for uri in wanted.get("namespaces", ["urn:plant"]):
        await server.register_namespace(uri)
    plant = Plant(server, wanted)
    plant.fault = dict(wanted.get("fault", {}))
    for node in wanted["nodes"]:
        await plant.add(node)
    hook(plant)
    for kind, number in wanted.get("told_limits", {}).items():
        word = f"Server_ServerCapabilities_OperationLimits_MaxNodesPer{kind.capitalize()}"
        limit = getattr(ua.ObjectIds, word)
        value = ua.DataValue(ua.Variant(number, ua.VariantType.UInt32))
        await server.write_attribute_value(ua.NodeId(limit), value)
    await server.start()
    port = server.bserver._server.sockets[0].getsockname()[1]
    print(f"opc.tcp://127.0.0.1:{port}/plant", flush=True)  # noqa: T201
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        said = json.loads(line)
        answer = await getattr(plant, said.pop("do"))(**said)
        print(json.dumps(answer), flush=True)  # noqa: T201
    await server.stop()


if __name__ == "__main__":
    asyncio.run(main())

"""An OPC UA server in a process of its own: prints its address, then serves until it is killed.

With a certificate and a key as arguments it takes signed and encrypted messages only.

Commands come as lines of JSON on stdin (`node`, `value`, `at`, `bad`), each answered by `ok`.
"""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

from asyncua import Server, ua

START = datetime(2019, 1, 14, tzinfo=UTC)
D = ua.VariantType.Double


async def main() -> None:
    """Serve."""
    logging.disable(logging.CRITICAL)
    server = Server()
    await server.init()
    server.set_endpoint("opc.tcp://127.0.0.1:0/ems")
    if len(sys.argv) > 1:
        server.set_security_policy([ua.SecurityPolicyType.Basic256Sha256_SignAndEncrypt])
        await server.load_certificate(sys.argv[1])
        await server.load_private_key(sys.argv[2])
    else:
        server.set_security_policy([ua.SecurityPolicyType.NoSecurity])
    index = await server.register_namespace("urn:test:ems")
    assert index == 2
    objects = server.nodes.objects
    nodes: dict[str, Any] = {}
    for name, value, kind in (
        ("Cost", 30.0, D),
        ("Plan", [1.0, 2.0, 3.0, 4.0], D),
        ("PlanTimes", [START + timedelta(hours=h) for h in range(4)], ua.VariantType.DateTime),
        ("PlanStart", START, ua.VariantType.DateTime),
        ("Issued", START - timedelta(hours=12), ua.VariantType.DateTime),
        ("Word", "no number", ua.VariantType.String),
        ("Heat", 0.0, ua.VariantType.Float),
        ("Costs", [0.0], D),
        ("Message", "", ua.VariantType.String),
    ):
        node = await objects.add_variable(ua.NodeId(name, index), name, value, kind)
        await node.set_writable()
        nodes[name] = node
    await server.historize_node_data_change(nodes["Cost"], period=None, count=100)
    await server.start()
    for hours in range(-1, 3):
        await _set(server, nodes["Cost"], 30.0 + hours, START + timedelta(hours=hours))
    host, port = server.bserver._server.sockets[0].getsockname()[:2]
    print(f"opc.tcp://{host}:{port}/ems", flush=True)  # noqa: T201
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        said = json.loads(line)
        node = nodes[said["node"]]
        if "value" in said:
            await _set(
                server, node, said["value"], datetime.fromisoformat(said["at"]), said.get("bad")
            )
            print("ok", flush=True)  # noqa: T201
        else:
            found = await node.read_value()
            print(json.dumps(found), flush=True)  # noqa: T201
    await server.stop()


async def _set(server: Server, node: Any, value: Any, at: datetime, bad: Any = None) -> None:
    code = ua.StatusCodes.BadSensorFailure if bad else ua.StatusCodes.Good
    kind = await node.read_data_type_as_variant_type()
    data = ua.DataValue(ua.Variant(value, kind), StatusCode=ua.StatusCode(code), SourceTimestamp=at)
    await server.write_attribute_value(node.nodeid, data)


if __name__ == "__main__":
    asyncio.run(main())

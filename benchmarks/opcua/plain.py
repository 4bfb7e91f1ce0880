"""asyncua's own server: numbers that all change so often a second, written the quick way."""

from __future__ import annotations

import asyncio
import logging
import sys
import time
from datetime import UTC, datetime

from asyncua import Server, ua

_FOLDER = 100


async def main(count: int, hertz: float) -> None:
    logging.disable(logging.CRITICAL)
    server = Server()
    await server.init()
    server.set_endpoint("opc.tcp://127.0.0.1:0/bench")
    server.set_security_policy([ua.SecurityPolicyType.NoSecurity])
    index = await server.register_namespace("urn:bench")
    folder, nodes = server.nodes.objects, []
    for k in range(count):
        if k % _FOLDER == 0:
            at = ua.NodeId(f"folder{k}", index)
            folder = await server.nodes.objects.add_object(at, ua.QualifiedName(f"f{k}", index))
        name = ua.QualifiedName(f"P{k}", index)
        made = await folder.add_variable(ua.NodeId(name.Name, index), name, float(k))
        nodes.append(made.nodeid)
    await server.start()
    port = server.bserver._server.sockets[0].getsockname()[1]
    print(f"opc.tcp://127.0.0.1:{port}/bench", flush=True)
    write, value_of = server.iserver.aspace.write_attribute_value, ua.AttributeIds.Value
    beat, turn = time.monotonic(), 0.0
    while True:
        beat += 1.0 / hertz
        turn += 1.0
        now = datetime.now(UTC)
        for k, node in enumerate(nodes):
            told = ua.DataValue(ua.Variant(k + turn, ua.VariantType.Double), SourceTimestamp=now)
            await write(node, value_of, told)
        await asyncio.sleep(max(beat - time.monotonic(), 0.0))


asyncio.run(main(int(sys.argv[1]), float(sys.argv[2])))

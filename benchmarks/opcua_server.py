"""An OPC UA server of many numbers in a process of its own; prints its address, ends with stdin."""

from __future__ import annotations

import asyncio
import logging
import sys

from asyncua import Server, ua

#: nodes in one folder: asyncua's folders grow slow with their size
_FOLDER = 100


async def main(count: int) -> None:
    logging.disable(logging.CRITICAL)
    server = Server()
    await server.init()
    server.set_endpoint("opc.tcp://127.0.0.1:0/bench")
    server.set_security_policy([ua.SecurityPolicyType.NoSecurity])
    index = await server.register_namespace("urn:bench")
    folder = server.nodes.objects
    for k in range(count):
        if k % _FOLDER == 0:
            at = ua.NodeId(f"folder{k}", index)
            folder = await server.nodes.objects.add_object(at, ua.QualifiedName(f"f{k}", index))
        name = ua.QualifiedName(f"P{k:04d}", index)
        await folder.add_variable(ua.NodeId(name.Name, index), name, float(k))
    await server.start()
    port = server.bserver._server.sockets[0].getsockname()[1]
    print(f"opc.tcp://127.0.0.1:{port}/bench", flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    await server.stop()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))

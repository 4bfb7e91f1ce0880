"""asyncua's own server in a process of its own, as secure as it can be configured; prints its URL.

What it does with the attacks shows that they are real.
"""

from __future__ import annotations

import asyncio
import logging
import sys

from asyncua import Server, ua


async def main(certificate: str, key: str) -> None:
    logging.disable(logging.CRITICAL)
    server = Server()
    await server.init()
    server.set_endpoint("opc.tcp://127.0.0.1:0/plain")
    server.set_security_policy([ua.SecurityPolicyType.Basic256Sha256_SignAndEncrypt])
    server.set_identity_tokens([ua.UserNameIdentityToken])
    await server.load_certificate(certificate)
    await server.load_private_key(key)
    index = await server.register_namespace("urn:test")
    place = server.nodes.objects
    for name in ("v0", "v1", "security", "set_point"):
        made = await place.add_variable(ua.NodeId(name, index), ua.QualifiedName(name, index), 1.0)
        if name == "set_point":
            await made.set_writable()
        if name == "security":
            none = ua.DataValue(ua.Variant(0, ua.VariantType.Byte))
            await made.write_attribute(ua.AttributeIds.AccessLevel, none)
            await made.write_attribute(ua.AttributeIds.UserAccessLevel, none)
    await server.start()
    port = server.bserver._server.sockets[0].getsockname()[1]
    print(f"opc.tcp://127.0.0.1:{port}/plain", flush=True)  # noqa: T201
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    await server.stop()


asyncio.run(main(*sys.argv[1:3]))

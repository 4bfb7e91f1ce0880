"""CPU seconds until 10,000 doubles are in a server, ours and asyncua's own way."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time

from asyncua import Server, ua

from benchmarks.opcua.nodes import FOLDER, numbers
from benchmarks.opcua.ours import _Nothing
from rami.communication.opcua_settings import OpcuaSettings
from services.opcua.server import OpcuaServer

COUNT = 10_000


def ours_s() -> float:
    """From the information model as plain data."""

    async def work() -> float:
        with TemporaryDirectory() as folder:
            settings = OpcuaSettings.model_validate({"port": 0, "insecure": True})
            server = OpcuaServer(settings, "bench", Path(folder), _Nothing())
            await server.prepare()
            start = process_time()
            nodes, variables = numbers(COUNT)
            await server.add(nodes)
            server.block(variables)
            cost = process_time() - start
            await server.stop()
            return cost

    return asyncio.run(work())


def bare_s() -> float:
    """One call a node, in folders of a thousand."""

    async def work() -> float:
        logging.disable(logging.CRITICAL)
        server = Server()
        await server.init()
        index = await server.register_namespace("urn:bench")
        start = process_time()
        folder = server.nodes.objects
        for k in range(COUNT):
            if k % FOLDER == 0:
                at = ua.NodeId(f"folder{k}", index)
                name = ua.QualifiedName(f"f{k}", index)
                folder = await server.nodes.objects.add_object(at, name)
            name = ua.QualifiedName(f"P{k}", index)
            await folder.add_variable(ua.NodeId(f"P{k}", index), name, 0.0)
        return process_time() - start

    return asyncio.run(work())

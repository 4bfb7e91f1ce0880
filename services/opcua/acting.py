"""Writes and method calls of clients as requests to the running site."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from asyncua import ua

from rami.communication.information_model.access import Access
from rami.communication.information_model.methods import METHODS, Method
from rami.communication.information_model.node import MethodNode, VariableNode
from rami.communication.information_model.site_model import SiteModel
from rami.communication.live_site import LiveSite, Reply, Request, Verb
from services.opcua.caller import Caller
from services.opcua.corrections.calls import Method as Callable_
from services.opcua.inputs import Inputs
from services.opcua.refusing import refused_by
from services.opcua.server import OpcuaServer
from services.opcua.values import variant_type

_SC, _V = ua.StatusCodes, ua.VariantType
#: requests that wait for the loop at once; further ones wait for those
_AT_ONCE = 8
_PATIENCE_S = 30.0


class Acting:
    """Asks the site in the name of whoever is logged in; the loop's guard has the last word."""

    def __init__(self, server: OpcuaServer, model: SiteModel, site: LiveSite) -> None:
        self._server, self._model, self._site = server, model, site
        self._pool = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="opcua-ask")
        self._inputs = Inputs(server, model)
        self._set_points()
        self._methods()

    def close(self) -> None:
        """Let go of what still waits."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _set_points(self) -> None:
        nodes = self._model.nodes.nodes
        for twin, variables in self._model.variables.items():
            for variable in variables:
                node = nodes[variable]
                if isinstance(node, VariableNode) and node.access is Access.SET_POINT:
                    name = f"{twin}.{str(variable.identifier).removeprefix(f'{twin}.')}"
                    place = self._server.nodes[variable].nodeid
                    self._server.inner.takers[place] = (_V.Double, self._writing(name))

    def _writing(self, point: str) -> Callable[[Caller, Any], Awaitable[Any]]:
        async def take(caller: Caller, value: float) -> Any:
            if not math.isfinite(value):
                return ua.StatusCode(_SC.BadOutOfRange)
            arguments = {"point": point, "value": value}
            reply = await self.ask(Request(Verb.SET_POINT, caller.name, arguments))
            done = _SC.GoodClamped if reply.told.get("clamped") else _SC.Good
            return ua.StatusCode(int(done) if reply.done else refused_by(reply))

        return take

    def _methods(self) -> None:
        by_name = {method.name: method for method in METHODS}
        for node in self._model.nodes.nodes.values():
            declared = by_name.get(node.name.text) if isinstance(node, MethodNode) else None
            if declared is None or not isinstance(node, MethodNode):
                continue
            kinds = [variant_type(i.argument.data_type) for i in declared.inputs]
            made = Callable_(
                declared.name, kinds, self._calling(declared), look=self._inputs.looking(declared)
            )
            for place in (node.id, node.declared):
                if place is not None and place in self._server.nodes:
                    self._server.inner.methods[self._server.nodes[place].nodeid] = made

    def _calling(
        self, method: Method
    ) -> Callable[[Caller, Any, list[Any]], Awaitable[tuple[Any, list[Any]]]]:
        async def run(caller: Caller, place: Any, values: list[Any]) -> tuple[Any, list[Any]]:
            arguments = self._inputs.taken(method, place, values)
            reply = await self.ask(Request(method.verb, caller.name, arguments))
            told = [
                ua.Variant(reply.done, _V.Boolean),
                ua.Variant(list(reply.why), _V.String, is_array=True),
            ]
            return ua.StatusCode(), told

        return run

    async def ask(self, request: Request) -> Reply:
        """Have the site do it, in a thread of our own; the server goes on meanwhile."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._pool, self._site.ask, request, _PATIENCE_S)

"""Requests of many nodes at once, within what the server takes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

from asyncua import ua
from asyncua.ua.uaerrors import UaStatusCodeError

T = TypeVar("T")

#: nodes in one request where the server names no limit
_MOST = 1000
_TOO_MUCH = (
    ua.StatusCodes.BadTooManyOperations,
    ua.StatusCodes.BadRequestTooLarge,
    ua.StatusCodes.BadResponseTooLarge,
    ua.StatusCodes.BadEncodingLimitsExceeded,
)
_LIMITS = {
    "read": ua.ObjectIds.Server_ServerCapabilities_OperationLimits_MaxNodesPerRead,
    "write": ua.ObjectIds.Server_ServerCapabilities_OperationLimits_MaxNodesPerWrite,
    "browse": ua.ObjectIds.Server_ServerCapabilities_OperationLimits_MaxNodesPerBrowse,
    "translate": (
        ua.ObjectIds.Server_ServerCapabilities_OperationLimits_MaxNodesPerTranslateBrowsePathsToNodeIds
    ),
    "monitor": ua.ObjectIds.Server_ServerCapabilities_OperationLimits_MaxMonitoredItemsPerCall,
}


class Requests:
    """Reads, writes, browses in chunks; a chunk that is too much for the server is halved."""

    def __init__(self, session: Any) -> None:
        self.session = session
        self.most = dict.fromkeys(_LIMITS, _MOST)

    async def learn_limits(self) -> None:
        """Ask the server how many nodes it takes in one request."""
        asked = [(ua.NodeId(i), ua.AttributeIds.Value) for i in _LIMITS.values()]
        for kind, answer in zip(_LIMITS, await self.read(asked), strict=True):
            told = answer.Value.Value if answer.Value is not None else None
            if isinstance(told, int) and told > 0:
                self.most[kind] = min(told, _MOST)

    async def read(self, asked: Sequence[tuple[Any, Any]]) -> list[Any]:
        """DataValues of (node id, attribute)."""
        return await self.read_prepared([_asked(node, attribute) for node, attribute in asked])

    async def read_prepared(self, asked: Sequence[Any]) -> list[Any]:
        """DataValues of ReadValueIds; those of a cycle are built once."""

        async def ask(chunk: Sequence[Any]) -> list[Any]:
            parameters = ua.ReadParameters()
            parameters.TimestampsToReturn = ua.TimestampsToReturn.Both
            parameters.NodesToRead = list(chunk)
            return list(await self.session.read(parameters))

        return await self._chunked("read", asked, ask)

    async def write(self, wanted: Sequence[tuple[Any, Any]]) -> list[int]:
        """StatusCodes of writing (node id, Variant); one request after the other."""

        async def ask(chunk: Sequence[tuple[Any, Any]]) -> list[int]:
            parameters = ua.WriteParameters()
            for node, variant in chunk:
                value = ua.WriteValue()
                value.NodeId, value.AttributeId = node, ua.AttributeIds.Value
                # neither status nor times: many servers refuse to take those
                value.Value = ua.DataValue(variant, StatusCode=None)
                parameters.NodesToWrite.append(value)
            return [code.value for code in await self.session.write(parameters)]

        return await self._chunked("write", wanted, ask)

    async def translate(self, paths: Sequence[Any]) -> list[Any]:
        """BrowsePathResults of BrowsePaths."""

        async def ask(chunk: Sequence[Any]) -> list[Any]:
            return list(await self.session.translate_browsepaths_to_nodeids(list(chunk)))

        return await self._chunked("translate", paths, ask)

    async def supertypes(self, types: Sequence[Any]) -> list[Any]:
        """The type above each data type; None where there is none."""

        async def ask(chunk: Sequence[Any]) -> list[Any]:
            parameters = ua.BrowseParameters()
            for node in chunk:
                wanted = ua.BrowseDescription()
                wanted.NodeId = node
                wanted.BrowseDirection = ua.BrowseDirection.Inverse
                wanted.ReferenceTypeId = ua.NodeId(ua.ObjectIds.HasSubtype)
                wanted.IncludeSubtypes = True
                wanted.ResultMask = ua.BrowseResultMask.None_
                parameters.NodesToBrowse.append(wanted)
            results = await self.session.browse(parameters)
            return [r.References[0].NodeId if r.References else None for r in results]

        return await self._chunked("browse", types, ask)

    async def monitor(self, subscription: int, items: Sequence[Any]) -> list[Any]:
        """MonitoredItemCreateResults."""

        async def ask(chunk: Sequence[Any]) -> list[Any]:
            parameters = ua.CreateMonitoredItemsParameters()
            parameters.SubscriptionId = subscription
            parameters.TimestampsToReturn = ua.TimestampsToReturn.Both
            parameters.ItemsToCreate = list(chunk)
            return list(await self.session.create_monitored_items(parameters))

        return await self._chunked("monitor", items, ask)

    async def _chunked(
        self, kind: str, items: Sequence[Any], ask: Callable[[Sequence[Any]], Awaitable[list[T]]]
    ) -> list[T]:
        found: list[T] = []
        while len(found) < len(items):
            chunk = items[len(found) : len(found) + self.most[kind]]
            try:
                answers = await ask(chunk)
            except UaStatusCodeError as error:
                if error.code not in _TOO_MUCH or len(chunk) == 1:
                    raise
                self.most[kind] = len(chunk) // 2
                continue
            if len(answers) != len(chunk):
                raise ValueError(f"{len(answers)} answers to {len(chunk)} questions")
            found += answers
        return found


def _asked(node: Any, attribute: Any) -> Any:
    value = ua.ReadValueId()
    value.NodeId, value.AttributeId = node, attribute
    return value

"""Written addresses as node ids of a server, whatever order its namespaces have today."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from asyncua import ua

from adapters.assets.opcua.address import Address, Namespace
from adapters.assets.opcua.batches import Requests
from adapters.assets.opcua.trouble import status_name
from rami.core.wording import did_you_mean


class Namespaces:
    """Indices by URI. An index that a node map was written with keeps the meaning that it had
    when the link was first opened: `first` holds the namespaces of then."""

    def __init__(self, now: Sequence[str], first: Sequence[str]) -> None:
        self.now, self._first = tuple(now), tuple(first)

    def index(self, namespace: Namespace) -> int:
        """The index of today. ValueError where the server has no such namespace."""
        if isinstance(namespace, int):
            if namespace >= len(self._first):
                raise ValueError(f"the server has no namespace {namespace}, {self._told()}")
            namespace = self._first[namespace]
        try:
            return self.now.index(namespace)
        except ValueError:
            hint = did_you_mean(namespace, self.now)
            raise ValueError(f"the server has no namespace {namespace!r}; {hint}") from None

    def _told(self) -> str:
        return "only " + ", ".join(f"{i} {uri}" for i, uri in enumerate(self._first))


async def namespaces(requests: Requests, first: Sequence[str]) -> Namespaces:
    """The server's namespaces of now."""
    node = ua.NodeId(ua.ObjectIds.Server_NamespaceArray)
    (answer,) = await requests.read([(node, ua.AttributeIds.Value)])
    told = answer.Value.Value if answer.Value is not None else None
    if not isinstance(told, list):
        raise ValueError("the server tells no namespaces")
    return Namespaces([str(uri) for uri in told], first or [str(uri) for uri in told])


async def node_ids(
    requests: Requests, known: Namespaces, wanted: Sequence[Address]
) -> list[Any | str]:
    """The node id of each address, or why there is none."""
    found: list[Any | str] = []
    paths: list[tuple[int, Any]] = []
    for place, one in enumerate(wanted):
        try:
            if one.kind == "path":
                paths.append((place, _browse_path(one, known)))
                found.append("")
            else:
                found.append(_id(one, known.index(one.namespace)))
        except ValueError as error:
            found.append(str(error))
    results = await requests.translate([path for _, path in paths])
    for (place, _), result in zip(paths, results, strict=True):
        found[place] = _target(result)
    return found


def _id(one: Address, index: int) -> Any:
    if one.kind == "i":
        return ua.NodeId(int(one.identifier), index, ua.NodeIdType.Numeric)
    if one.kind == "g":
        return ua.NodeId(UUID(one.identifier), index, ua.NodeIdType.Guid)
    if one.kind == "b":
        return ua.NodeId(b64decode(one.identifier), index, ua.NodeIdType.ByteString)
    return ua.NodeId(one.identifier, index, ua.NodeIdType.String)


def _browse_path(one: Address, known: Namespaces) -> Any:
    steps = [ua.QualifiedName(name, known.index(namespace)) for namespace, name in one.path]
    kind = ua.ObjectIds.HierarchicalReferences
    return browse_path(ua.NodeId(ua.ObjectIds.ObjectsFolder), steps, kind)


def browse_path(start: Any, steps: Sequence[Any], kind: int) -> Any:
    """A BrowsePath along references of a kind and of what derives from it."""
    path = ua.BrowsePath()
    path.StartingNode = start
    for name in steps:
        element = ua.RelativePathElement()
        element.ReferenceTypeId = ua.NodeId(kind)
        element.IsInverse, element.IncludeSubtypes, element.TargetName = False, True, name
        path.RelativePath.Elements.append(element)
    return path


def _target(result: Any) -> Any | str:
    targets = {target.TargetId for target in result.Targets or ()}
    if not result.StatusCode.is_good() or not targets:
        return f"no such path ({status_name(result.StatusCode.value)})"
    if len(targets) > 1:
        return f"the path leads to {len(targets)} nodes; give the node's id"
    return plain(targets.pop())


def plain(target: Any) -> Any:
    """A NodeId of an ExpandedNodeId."""
    return ua.NodeId(target.Identifier, target.NamespaceIndex, target.NodeIdType)

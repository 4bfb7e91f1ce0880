"""NodeIds of the information model as asyncua's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from asyncua import ua

from rami.communication.information_model.node_id import UA, Name, NodeId


def ua_node_id(node: NodeId, indices: Mapping[str, int] | None) -> Any:
    """`indices` are places in the server's namespace array; nodes of the standard need none."""
    if node.namespace == UA:
        return ua.NodeId(node.identifier, 0)
    assert indices is not None
    return ua.NodeId(node.identifier, indices[node.namespace])


def ua_name(name: Name, indices: Mapping[str, int]) -> Any:
    """A browse name."""
    return ua.QualifiedName(name.text, 0 if name.namespace == UA else indices[name.namespace])

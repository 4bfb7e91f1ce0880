"""Ids and browse names as a file writes them: by index into its own list of namespaces."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from rami.communication.information_model import standard as ua
from rami.communication.information_model.node_id import UA, Name, NodeId

#: the few standard nodes that a file names in words, as all published files do
ALIASES: Final = {
    "Boolean": ua.BOOLEAN,
    "Int32": ua.INT32,
    "Int64": ua.INT64,
    "Double": ua.DOUBLE,
    "String": ua.STRING,
    "LocalizedText": ua.LOCALIZED_TEXT,
    "Duration": ua.DURATION,
    "UtcTime": ua.UTC_TIME,
    "Argument": ua.ARGUMENT,
    "Range": ua.RANGE,
    "EUInformation": ua.EU_INFORMATION,
    "Organizes": ua.ORGANIZES,
    "HasEventSource": ua.HAS_EVENT_SOURCE,
    "HasModellingRule": ua.HAS_MODELLING_RULE,
    "HasTypeDefinition": ua.HAS_TYPE_DEFINITION,
    "GeneratesEvent": ua.GENERATES_EVENT,
    "HasSubtype": ua.HAS_SUBTYPE,
    "HasProperty": ua.HAS_PROPERTY,
    "HasComponent": ua.HAS_COMPONENT,
    "HasNotifier": ua.HAS_NOTIFIER,
    "HasOrderedComponent": ua.HAS_ORDERED_COMPONENT,
}
_ALIAS_OF: Final = {node: alias for alias, node in ALIASES.items()}


class Names:
    """`namespaces` in the file's order; the standard's is 0, the first of them 1."""

    def __init__(self, namespaces: Iterable[str]) -> None:
        self.namespaces = tuple(namespaces)
        self._index = {uri: i for i, uri in enumerate((UA, *self.namespaces))}

    def node(self, node: NodeId) -> str:
        """`i=47` or `ns=1;s=TwinType`."""
        if isinstance(node.identifier, int):
            return f"i={node.identifier}"
        return f"ns={self._index[node.namespace]};s={node.identifier}"

    def short(self, node: NodeId) -> str:
        """The alias where there is one."""
        return _ALIAS_OF.get(node) or self.node(node)

    def browse(self, name: Name) -> str:
        """`1:TwinType`; without an index in the standard's namespace."""
        index = self._index[name.namespace]
        return f"{index}:{name.text}" if index else name.text

"""A NodeSet from asyncua's address space, to be held against the one that was imported."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

from rami.communication.information_model import (
    UA,
    Argument,
    DataTypeNode,
    EnumField,
    MethodNode,
    Name,
    Node,
    NodeId,
    NodeSet,
    ObjectNode,
    ObjectTypeNode,
    Range,
    Rank,
    Reference,
    ReferenceTypeNode,
    UnitInformation,
    VariableNode,
)
from rami.communication.information_model.values import Text


class ReadBack:
    """`server` has imported what `wanted` holds."""

    def __init__(self, server: Any, uris: list[str], wanted: NodeSet) -> None:
        from asyncua import ua

        self.ua, self.uris, self.wanted = ua, [UA, *uris[1:]], wanted
        space = server.iserver.aspace
        self.space: Mapping[Any, Any] = {at: space[at] for at in space.keys()}  # noqa: SIM118

    def nodes(self) -> NodeSet:
        """What the server holds of the namespaces of `wanted`, in the order of `wanted`."""
        own = {n.uri for n in self.wanted.namespaces}
        held = {
            self.node_id(at): data
            for at, data in self.space.items()
            if self.uris[at.NamespaceIndex] in own and isinstance(at.Identifier, str)
        }
        found = {at: self.node(at, data) for at, data in held.items()}
        references = {
            self.reference(at, r): None for at, data in held.items() for r in data.references
        }
        ordered = dict.fromkeys(r for r in self.wanted.references if r in references)
        known = {at: found[at] for at in self.wanted.nodes if at in found}
        return replace(self.wanted, nodes=known | found, references=tuple(ordered | references))

    def node_id(self, at: Any) -> NodeId:
        return NodeId(self.uris[at.NamespaceIndex], at.Identifier)

    def reference(self, at: NodeId, told: Any) -> Reference:
        kind, other = self.node_id(told.ReferenceTypeId), self.node_id(told.NodeId)
        return Reference(at, kind, other) if told.IsForward else Reference(other, kind, at)

    def node(self, at: NodeId, data: Any) -> Node:
        """With what asyncua drops taken from the node that was imported."""
        ids = self.ua.AttributeIds

        def read(name: str) -> Any:
            return data.attributes[getattr(ids, name)].value.Value.Value

        name = read("BrowseName")
        wanted = self.wanted.nodes[at]
        common: dict[str, Any] = {
            "id": at,
            "name": Name(self.uris[name.NamespaceIndex], name.Name),
            "description": read("Description").Text or ""
            if ids.Description in data.attributes
            else "",
            "access": wanted.access,
            "display": "" if read("DisplayName").Text == name.Name else read("DisplayName").Text,
        }
        node_class = self.ua.NodeClass(read("NodeClass"))
        if node_class is self.ua.NodeClass.Object:
            return ObjectNode(**common, notifies=read("EventNotifier") == 1)
        if node_class is self.ua.NodeClass.Method:
            assert isinstance(wanted, MethodNode)
            return MethodNode(**common, declared=wanted.declared)
        if node_class is self.ua.NodeClass.ObjectType:
            return ObjectTypeNode(**common, abstract=read("IsAbstract"))
        if node_class is self.ua.NodeClass.ReferenceType:
            return ReferenceTypeNode(**common, inverse=read("InverseName").Text)
        if node_class is self.ua.NodeClass.DataType:
            told = read("DataTypeDefinition").Fields
            return DataTypeNode(**common, fields=tuple(EnumField(f.Value, f.Name) for f in told))
        level = read("AccessLevel")
        node = VariableNode(
            **common,
            data_type=self.node_id(read("DataType")),
            rank=Rank(read("ValueRank")),
            dimensions=tuple(read("ArrayDimensions") or ()),
            value=self.value(read("Value")),
            historized=bool(level & 4),
        )
        assert node.access_level == level
        return node

    def value(self, told: Any) -> Any:
        ua = self.ua
        if isinstance(told, list):
            return tuple(map(self.value, told))
        if isinstance(told, ua.LocalizedText):
            return Text(told.Text)
        if isinstance(told, ua.Range):
            return Range(told.Low, told.High)
        if isinstance(told, ua.EUInformation):
            return UnitInformation(
                told.NamespaceUri, told.UnitId, told.DisplayName.Text, told.Description.Text
            )
        if isinstance(told, ua.Argument):
            return Argument(
                told.Name, self.node_id(told.DataType), told.Description.Text, Rank(told.ValueRank)
            )
        return told


def differences(found: NodeSet, wanted: NodeSet) -> list[str]:
    """Of nodes, field by field, and of references."""
    told = [f"no {at}" for at in wanted.nodes if at not in found.nodes]
    told += [f"{at} besides" for at in found.nodes if at not in wanted.nodes]
    for at in (at for at in wanted.nodes if at in found.nodes):
        a, b = found.nodes[at], wanted.nodes[at]
        told += [
            f"{at}: {f.name} {getattr(a, f.name)!r}, wanted {getattr(b, f.name)!r}"
            for f in fields(b)
            if not hasattr(a, f.name) or getattr(a, f.name) != getattr(b, f.name)
        ]
    told += [f"no {r}" for r in set(wanted.references) - set(found.references)]
    return told + [f"{r} besides" for r in set(found.references) - set(wanted.references)]

"""A set of nodes with their references, and how one is put together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeVar

from rami.communication.information_model import standard as ua
from rami.communication.information_model.node import Node, Reference
from rami.communication.information_model.node_id import Namespace, NodeId

N = TypeVar("N", bound=Node)


@dataclass(frozen=True)
class NodeSet:
    """Nodes in the order added (parents first), references in the order added.

    References may lead from and to nodes of the standard, and of `namespaces[].needs`.
    """

    namespaces: tuple[Namespace, ...]
    nodes: Mapping[NodeId, Node]
    references: tuple[Reference, ...]

    def of(self, kind: type[N]) -> Iterator[N]:
        """Nodes of a class."""
        return (node for node in self.nodes.values() if isinstance(node, kind))

    def targets(self, source: NodeId, kind: NodeId) -> tuple[NodeId, ...]:
        """What references of a kind lead to, in order."""
        return tuple(r.target for r in self._forward.get(source, ()) if r.kind == kind)

    def sources(self, target: NodeId, kind: NodeId) -> tuple[NodeId, ...]:
        """Where references of a kind come from, in order."""
        return tuple(r.source for r in self._inverse.get(target, ()) if r.kind == kind)

    def leading_from(self, source: NodeId) -> tuple[Reference, ...]:
        """All references of a source."""
        return tuple(self._forward.get(source, ()))

    def leading_to(self, target: NodeId) -> tuple[Reference, ...]:
        """All references to a target."""
        return tuple(self._inverse.get(target, ()))

    def type_of(self, node: NodeId) -> NodeId | None:
        """Its type definition; None for types and methods."""
        return next(iter(self.targets(node, ua.HAS_TYPE_DEFINITION)), None)

    def parent_of(self, node: NodeId) -> Reference | None:
        """The first hierarchical reference that leads to it."""
        return next((r for r in self._inverse.get(node, ()) if r.kind in ua.HIERARCHICAL), None)

    def child(self, parent: NodeId, *path: str) -> NodeId | None:
        """The node along a path of browse names; None where it ends."""
        for step in path:
            found = next(
                (
                    r.target
                    for r in self._forward.get(parent, ())
                    if r.kind in ua.HIERARCHICAL
                    and r.target in self.nodes
                    and self.nodes[r.target].name.text == step
                ),
                None,
            )
            if found is None:
                return None
            parent = found
        return parent

    def joined(self, other: NodeSet) -> NodeSet:
        """Both as one, e.g. types with the instances of a site."""
        return NodeSet(
            (*self.namespaces, *other.namespaces),
            {**self.nodes, **other.nodes},
            (*self.references, *other.references),
        )

    @cached_property
    def _forward(self) -> dict[NodeId, list[Reference]]:
        table = defaultdict(list)
        for reference in self.references:
            table[reference.source].append(reference)
        return dict(table)

    @cached_property
    def _inverse(self) -> dict[NodeId, list[Reference]]:
        table = defaultdict(list)
        for reference in self.references:
            table[reference.target].append(reference)
        return dict(table)


@dataclass
class Draft:
    """A NodeSet in the making; a node or a reference may be added once."""

    nodes: dict[NodeId, Node] = field(default_factory=dict)
    references: dict[Reference, None] = field(default_factory=dict)

    def add(
        self,
        node: Node,
        parent: NodeId | None = None,
        by: NodeId = ua.HAS_COMPONENT,
        definition: NodeId | None = None,
        rule: NodeId | None = None,
    ) -> NodeId:
        """A node below `parent`, with its type and modelling rule; ValueError if it is there."""
        if node.id in self.nodes:
            raise ValueError(f"two nodes have the id {node.id}")
        self.nodes[node.id] = node
        if parent is not None:
            self.refer(parent, by, node.id)
        if definition is not None:
            self.refer(node.id, ua.HAS_TYPE_DEFINITION, definition)
        if rule is not None:
            self.refer(node.id, ua.HAS_MODELLING_RULE, rule)
        return node.id

    def refer(self, source: NodeId, kind: NodeId, target: NodeId) -> None:
        """A reference; ValueError if it is there."""
        reference = Reference(source, kind, target)
        if reference in self.references:
            raise ValueError(f"two references {kind} lead from {source} to {target}")
        self.references[reference] = None

    def done(self, *namespaces: Namespace) -> NodeSet:
        """What was put together."""
        return NodeSet(namespaces, self.nodes, tuple(self.references))

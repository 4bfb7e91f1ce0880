"""What must hold in every set of nodes; each function names what breaks it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from rami.communication.information_model import (
    UA,
    MethodNode,
    NodeId,
    NodeSet,
    ObjectNode,
    VariableNode,
)
from rami.communication.information_model import standard as ua

_CONTAINS = (ua.HAS_COMPONENT, ua.HAS_PROPERTY, ua.HAS_ORDERED_COMPONENT)


def faults(nodes: NodeSet) -> list[str]:
    """All of them."""
    return [
        *_unresolved(nodes),
        *_told_twice(nodes),
        *_misplaced(nodes),
        *_without_type(nodes),
        *_same_names(nodes),
        *_missing_members(nodes),
    ]


def _unresolved(nodes: NodeSet) -> Iterator[str]:
    for reference in nodes.references:
        for end in reference:
            if end.namespace != UA and end not in nodes.nodes:
                yield f"{reference} leads nowhere"
        if reference.source.namespace == UA and reference.target.namespace == UA:
            yield f"{reference} is the standard's own"
    declared = {n.uri for n in nodes.namespaces}
    for node in nodes.nodes.values():
        if node.id.namespace not in declared:
            yield f"{node.id} has no namespace"
        if node.name.namespace not in (*declared, UA):
            yield f"{node.name} has no namespace"


def _told_twice(nodes: NodeSet) -> Iterator[str]:
    for reference, times in Counter(nodes.references).items():
        if times > 1:
            yield f"{reference} is told {times} times"
    known = set(nodes.references)
    for source, kind, target in nodes.references:
        if (target, kind, source) in known:
            yield f"{kind} leads from {source} to {target} and back"


def _misplaced(nodes: NodeSet) -> Iterator[str]:
    for node in nodes.nodes:
        parents = [r for r in nodes.leading_to(node) if r.kind in ua.HIERARCHICAL]
        containing = [r for r in parents if r.kind in _CONTAINS]
        if not parents or len(containing) > 1:
            yield f"{node} has the parents {parents}"
        if parents and nodes.parent_of(node) != (containing or parents)[0]:
            yield f"{node} is told below {parents[0]} first"


def _without_type(nodes: NodeSet) -> Iterator[str]:
    for node in nodes.nodes.values():
        types = nodes.targets(node.id, ua.HAS_TYPE_DEFINITION)
        wanted = 1 if isinstance(node, ObjectNode | VariableNode) else 0
        if len(types) != wanted:
            yield f"{node.id} has the types {types}"


def _same_names(nodes: NodeSet) -> Iterator[str]:
    for node in nodes.nodes:
        targets = {r.target for r in nodes.leading_from(node) if r.kind in ua.HIERARCHICAL}
        names = Counter(nodes.nodes[t].name for t in targets if t in nodes.nodes)
        yield from (f"{node} has {n} parts {name}" for name, n in names.items() if n > 1)


def supertypes(nodes: NodeSet, of: NodeId) -> Iterator[NodeId]:
    """A type and all above it, as far as the set has them."""
    yield of
    for above in nodes.sources(of, ua.HAS_SUBTYPE):
        yield from supertypes(nodes, above)


def _missing_members(nodes: NodeSet) -> Iterator[str]:
    for node in nodes.nodes.values():
        if isinstance(node, ObjectNode | VariableNode) and not _in_type(nodes, node.id):
            for own in nodes.targets(node.id, ua.HAS_TYPE_DEFINITION):
                for definition in supertypes(nodes, own):
                    yield from _missing(nodes, node.id, definition)


def _missing(nodes: NodeSet, thing: NodeId, declared: NodeId) -> Iterator[str]:
    """Mandatory members of a declaration that a thing lacks, and those of its parts."""
    if declared == ua.ANALOG_UNIT_RANGE_TYPE:
        for name in ("EngineeringUnits", "EURange"):
            if nodes.child(thing, name) is None:
                yield f"{thing} has no {name}"
    for reference in nodes.leading_from(declared):
        if reference.kind not in _CONTAINS:
            continue
        member = nodes.nodes[reference.target]
        found = nodes.child(thing, member.name.text)
        rules = nodes.targets(member.id, ua.HAS_MODELLING_RULE)
        if found is None and ua.MANDATORY in rules:
            yield f"{thing} has no {member.name.text}"
        if found is not None:
            if nodes.nodes[found].name != member.name:
                yield f"{found} is called {nodes.nodes[found].name}, not {member.name}"
            if type(nodes.nodes[found]) is not type(member):
                yield f"{found} is no {type(member).__name__}"
            if isinstance(member, MethodNode):
                made = nodes.nodes[found]
                assert isinstance(made, MethodNode)
                if made.declared != member.id:
                    yield f"{found} is not of the method {member.id}"
            yield from _missing(nodes, found, member.id)


def _in_type(nodes: NodeSet, node: NodeId) -> bool:
    """Whether it is part of a type, not of a thing."""
    return bool(nodes.targets(node, ua.HAS_MODELLING_RULE)) or bool(
        [r for r in nodes.leading_to(node) if r.kind in _CONTAINS] and _in_type_above(nodes, node)
    )


def _in_type_above(nodes: NodeSet, node: NodeId) -> bool:
    parents = [r.source for r in nodes.leading_to(node) if r.kind in _CONTAINS]
    return any(p in nodes.nodes and _in_type(nodes, p) for p in parents)

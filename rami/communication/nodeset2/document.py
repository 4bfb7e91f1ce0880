"""A NodeSet as a NodeSet2 document (Part 6, Annex F; UANodeSet.xsd)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from rami.communication.information_model import standard as ua
from rami.communication.information_model.access import Access, role_permissions
from rami.communication.information_model.node import (
    DataTypeNode,
    MethodNode,
    Node,
    ObjectNode,
    ObjectTypeNode,
    Reference,
    ReferenceTypeNode,
    VariableNode,
)
from rami.communication.information_model.node_id import UA, Namespace, NodeId
from rami.communication.information_model.node_set import NodeSet
from rami.communication.nodeset2.element import Element
from rami.communication.nodeset2.names import ALIASES, Names
from rami.communication.nodeset2.values import value_element

#: the oldest standard NodeSet that has all that ours refer to
_STANDARD: Final = Namespace(UA, "1.04", "2019-05-01T00:00:00Z")
_HEAD: Final = '<?xml version="1.0" encoding="utf-8"?>'
_SCHEMA: Final = {
    "xmlns": "http://opcfoundation.org/UA/2011/03/UANodeSet.xsd",
    "xmlns:uax": "http://opcfoundation.org/UA/2008/02/Types.xsd",
}
#: references that files tell at their source alone: nobody browses them backwards
_ONE_WAY: Final = frozenset({ua.HAS_TYPE_DEFINITION, ua.HAS_MODELLING_RULE, ua.GENERATES_EVENT})
_TAGS: Final = {
    ObjectNode: "UAObject",
    VariableNode: "UAVariable",
    MethodNode: "UAMethod",
    ObjectTypeNode: "UAObjectType",
    ReferenceTypeNode: "UAReferenceType",
    DataTypeNode: "UADataType",
}


def nodeset2(nodes: NodeSet, needed: Iterable[Namespace] = ()) -> str:
    """The document. `needed` are the namespaces that those of `nodes` need, with versions."""
    known = {n.uri: n for n in (*needed, *nodes.namespaces)}
    own = [n.uri for n in nodes.namespaces]
    others = [uri for n in nodes.namespaces for uri in n.needs if uri not in own]
    names = Names(dict.fromkeys((*own, *others)))
    newest = max(n.published for n in nodes.namespaces)
    children = [
        Element("NamespaceUris", children=[Element("Uri", text=u) for u in names.namespaces]),
        Element("Models", children=list(_models(nodes.namespaces, known))),
        Element(
            "Aliases",
            children=[
                Element("Alias", {"Alias": alias}, names.node(node))
                for alias, node in ALIASES.items()
            ],
        ),
        *(_node(node, nodes, names) for node in nodes.nodes.values()),
    ]
    root = Element("UANodeSet", _SCHEMA | {"LastModified": newest}, children=children)
    return "\n".join((_HEAD, *root.lines(), ""))


def _models(own: Sequence[Namespace], known: Mapping[str, Namespace]) -> Iterator[Element]:
    """What a file itself brings cannot be required before it. The standard is required once:
    asyncua 2.1 finds no model that two others of a file require."""
    brought = {n.uri for n in own}
    for i, space in enumerate(own):
        needs = [known[uri] for uri in space.needs if uri not in brought]
        if i == 0:
            needs.insert(0, _STANDARD)
        required = [Element("RequiredModel", _versioned(n)) for n in needs]
        yield Element("Model", _versioned(space), children=required)


def _versioned(space: Namespace) -> dict[str, str]:
    return {
        "ModelUri": space.uri,
        "Version": space.version,
        "PublicationDate": space.published,
    }


def _node(node: Node, nodes: NodeSet, names: Names) -> Element:
    attributes = {"NodeId": names.node(node.id), "BrowseName": names.browse(node.name)}
    parent = nodes.parent_of(node.id)
    if parent is not None and isinstance(node, ObjectNode | VariableNode | MethodNode):
        attributes["ParentNodeId"] = names.node(parent.source)
    children = [Element("DisplayName", text=node.shown)]
    if node.description:
        children.append(Element("Description", text=node.description))
    children.append(Element("References", children=list(_references(node, nodes, names))))
    if node.access is not Access.STRUCTURE:
        children.append(_permissions(node.access, names))
    attributes |= _own_attributes(node, names)
    children += _own_elements(node, names)
    return Element(_TAGS[type(node)], attributes, children=children)


def _references(node: Node, nodes: NodeSet, names: Names) -> Iterator[Element]:
    """All that lead away; and back to the parent first, then to whatever else leads here."""

    def told(reference: Reference, other: NodeId, backwards: bool) -> Element:
        attributes = {"ReferenceType": names.short(reference.kind)}
        if backwards:
            attributes["IsForward"] = "false"
        return Element("Reference", attributes, names.node(other))

    for reference in nodes.leading_to(node.id):
        if reference.kind not in _ONE_WAY:
            yield told(reference, reference.source, True)
    for reference in nodes.leading_from(node.id):
        yield told(reference, reference.target, False)


def _permissions(access: Access, names: Names) -> Element:
    return Element(
        "RolePermissions",
        children=[
            Element("RolePermission", {"Permissions": str(bits)}, names.node(role))
            for role, bits in role_permissions(access)
        ],
    )


def _own_attributes(node: Node, names: Names) -> dict[str, str]:
    """Attributes of a node's class that differ from the schema's defaults."""
    if isinstance(node, VariableNode):
        return {
            "DataType": names.short(node.data_type),
            "ValueRank": str(int(node.rank)) if node.rank > 0 else "",
            "ArrayDimensions": ",".join(map(str, node.dimensions)),
            "AccessLevel": str(node.access_level) if node.access_level != 1 else "",
            "Historizing": "true" if node.historized else "",
        }
    if isinstance(node, ObjectNode):
        return {"EventNotifier": "1" if node.notifies else ""}
    if isinstance(node, MethodNode) and node.declared is not None:
        return {"MethodDeclarationId": names.node(node.declared)}
    if isinstance(node, ObjectTypeNode):
        return {"IsAbstract": "true" if node.abstract else ""}
    return {}


def _own_elements(node: Node, names: Names) -> list[Element]:
    if isinstance(node, VariableNode):
        value = value_element(node, names)
        return [] if value is None else [value]
    if isinstance(node, ReferenceTypeNode):
        return [Element("InverseName", text=node.inverse)]
    if isinstance(node, DataTypeNode):
        fields = [Element("Field", {"Name": f.name, "Value": str(f.value)}) for f in node.fields]
        return [Element("Definition", {"Name": names.browse(node.name)}, children=fields)]
    return []

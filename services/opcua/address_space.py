"""An information model put into asyncua's address space, whole and in one go.

Nodes are made directly: asyncua's AddNodes looks at all children of the parent for each new one,
so a folder of 10,000 takes a minute and a half.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from asyncua import ua
from asyncua.server.address_space import AttributeValue, NodeData

from rami.communication.information_model import standard
from rami.communication.information_model.node import (
    DataTypeNode,
    MethodNode,
    Node,
    ObjectNode,
    ObjectTypeNode,
    ReferenceTypeNode,
    VariableNode,
)
from rami.communication.information_model.node_id import TYPES, UA, NodeId
from rami.communication.information_model.node_set import NodeSet
from services.opcua.node_ids import ua_name, ua_node_id
from services.opcua.permissions import Permissions
from services.opcua.values import variant, variant_type

_A, _C, _V = ua.AttributeIds, ua.NodeClass, ua.VariantType
_CLASSES = {
    ObjectNode: _C.Object,
    VariableNode: _C.Variable,
    MethodNode: _C.Method,
    ObjectTypeNode: _C.ObjectType,
    ReferenceTypeNode: _C.ReferenceType,
    DataTypeNode: _C.DataType,
}
#: references told in one direction only where they lead to the standard: a type or rule of it
#: would list thousands
_ONE_WAY = {standard.HAS_TYPE_DEFINITION, standard.HAS_MODELLING_RULE}
_HISTORY = 4


def populate(
    aspace: Any,
    nodes: NodeSet,
    indices: Mapping[str, int],
    permissions: Permissions,
    history: bool = False,
) -> dict[NodeId, NodeData]:
    """Add nodes and references; the data of each node. `indices` are places of namespaces;
    `history`: whether what the historian keeps can be read."""
    made: dict[NodeId, NodeData] = {}
    for node in nodes.nodes.values():
        data = made[node.id] = _data(node, indices, history)
        aspace[data.nodeid] = data
        permissions.classes[data.nodeid] = node.access
    types = {
        r.source: ua_node_id(r.target, indices)
        for r in nodes.references
        if r.kind == standard.HAS_TYPE_DEFINITION
    }
    ids: dict[NodeId, Any] = {node: data.nodeid for node, data in made.items()}

    def node_id(node: NodeId) -> Any:
        known = ids.get(node)
        if known is None:
            known = ids[node] = ua_node_id(node, indices)
        return known

    shown: dict[Any, tuple[Any, Any, Any]] = {}
    for reference in nodes.references:
        source, target = (
            aspace.get(node_id(reference.source)),
            aspace.get(node_id(reference.target)),
        )
        if source is None or target is None:
            lost = reference.source if source is None else reference.target
            raise ValueError(f"a reference to {lost}, which is not there")
        kind = node_id(reference.kind)
        source.references.append(described(kind, target, types.get(reference.target), True, shown))
        if reference.kind not in _ONE_WAY or reference.target.namespace != UA:
            back = described(kind, source, types.get(reference.source), False, shown)
            target.references.append(back)
    return made


def _data(node: Node, indices: Mapping[str, int], history: bool) -> NodeData:
    data = NodeData(ua_node_id(node.id, indices))
    attributes = {
        _A.NodeId: (data.nodeid, _V.NodeId),
        _A.NodeClass: (_CLASSES[type(node)], _V.Int32),
        _A.BrowseName: (ua_name(node.name, indices), _V.QualifiedName),
        _A.DisplayName: (ua.LocalizedText(node.shown), _V.LocalizedText),
    }
    if node.description:
        attributes[_A.Description] = (ua.LocalizedText(node.description), _V.LocalizedText)
    if isinstance(node, VariableNode):
        level = node.access_level if history else node.access_level & ~_HISTORY
        attributes |= {
            _A.DataType: (ua_node_id(node.data_type, indices), _V.NodeId),
            _A.ValueRank: (int(node.rank), _V.Int32),
            _A.AccessLevel: (level, _V.Byte),
            _A.UserAccessLevel: (level, _V.Byte),
            _A.Historizing: (node.historized and history, _V.Boolean),
            _A.MinimumSamplingInterval: (0.0, _V.Double),
        }
    elif isinstance(node, ObjectNode):
        attributes[_A.EventNotifier] = (1 if node.notifies else 0, _V.Byte)
    elif isinstance(node, MethodNode):
        attributes |= {_A.Executable: (True, _V.Boolean), _A.UserExecutable: (True, _V.Boolean)}
    elif isinstance(node, ReferenceTypeNode):
        attributes |= {
            _A.IsAbstract: (False, _V.Boolean),
            _A.Symmetric: (False, _V.Boolean),
            _A.InverseName: (ua.LocalizedText(node.inverse), _V.LocalizedText),
        }
    elif isinstance(node, ObjectTypeNode):
        attributes[_A.IsAbstract] = (node.abstract, _V.Boolean)
    elif isinstance(node, DataTypeNode):
        attributes[_A.IsAbstract] = (False, _V.Boolean)
        attributes[_A.DataTypeDefinition] = (_enumeration(node), _V.ExtensionObject)
    data.attributes = {
        key: AttributeValue(ua.DataValue(ua.Variant(value, kind)))
        for key, (value, kind) in attributes.items()
    }
    if isinstance(node, VariableNode):
        sizes = list(node.dimensions) or None
        if sizes is not None:
            told = ua.Variant(sizes, _V.UInt32, is_array=True)
            data.attributes[_A.ArrayDimensions] = AttributeValue(ua.DataValue(told))
        data.attributes[_A.Value] = AttributeValue(_first_value(node, indices))
    return data


def _first_value(node: VariableNode, indices: Mapping[str, int]) -> Any:
    if node.value is not None:
        return ua.DataValue(variant(node.value, node.data_type, indices))
    kind = variant_type(node.data_type)
    array = node.rank > 0
    if node.id.namespace.startswith(TYPES):
        # a declaration: instances have values
        return ua.DataValue(ua.Variant([] if array else None, kind if array else _V.Null))
    return ua.DataValue(
        ua.Variant(None, _V.Null), ua.StatusCode(ua.StatusCodes.BadWaitingForInitialData)
    )


def _enumeration(node: DataTypeNode) -> Any:
    fields = [
        ua.EnumField(
            Value=f.value,
            DisplayName=ua.LocalizedText(f.name),
            Description=ua.LocalizedText(f.description),
            Name=f.name,
        )
        for f in node.fields
    ]
    return ua.EnumDefinition(Fields=fields)


def described(
    kind: Any, target: NodeData, definition: Any, forward: bool, shown: dict[Any, Any]
) -> Any:
    """A reference as the address space keeps it; `shown` is filled with names, to be used again."""
    known = shown.get(target.nodeid)
    if known is None:
        known = shown[target.nodeid] = tuple(
            target.attributes[a].value.Value.Value
            for a in (_A.BrowseName, _A.DisplayName, _A.NodeClass)
        )
    made = ua.ReferenceDescription()
    made.ReferenceTypeId, made.IsForward = kind, forward
    made.NodeId = target.nodeid
    made.BrowseName, made.DisplayName = known[0], known[1]
    made.NodeClass = ua.NodeClass(known[2])
    if definition is not None:
        made.TypeDefinition = definition
    return made

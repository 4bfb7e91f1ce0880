"""The site as OPC UA clients see it, as plain data; `services.opcua` serves it."""

from rami.communication.information_model.access import RIGHTS, Access, Person, Right, may
from rami.communication.information_model.node import (
    DataTypeNode,
    EnumField,
    MethodNode,
    Node,
    ObjectNode,
    ObjectTypeNode,
    Reference,
    ReferenceTypeNode,
    VariableNode,
)
from rami.communication.information_model.node_id import TYPES, UA, Name, Namespace, NodeId
from rami.communication.information_model.node_set import NodeSet
from rami.communication.information_model.site_ids import SiteIds
from rami.communication.information_model.site_model import SiteModel, Told, site_model
from rami.communication.information_model.type_set import type_set
from rami.communication.information_model.values import Argument, Range, Rank, UnitInformation

__all__ = [
    "RIGHTS",
    "TYPES",
    "UA",
    "Access",
    "Argument",
    "DataTypeNode",
    "EnumField",
    "MethodNode",
    "Name",
    "Namespace",
    "Node",
    "NodeId",
    "NodeSet",
    "ObjectNode",
    "ObjectTypeNode",
    "Person",
    "Range",
    "Rank",
    "Reference",
    "ReferenceTypeNode",
    "Right",
    "SiteIds",
    "SiteModel",
    "Told",
    "UnitInformation",
    "VariableNode",
    "may",
    "site_model",
    "type_set",
]

"""Values of variables in the XML encoding (Part 6, 5.3)."""

from __future__ import annotations

from rami.communication.information_model import standard as ua
from rami.communication.information_model.node import VariableNode
from rami.communication.information_model.node_id import NodeId
from rami.communication.information_model.values import (
    Argument,
    Range,
    Scalar,
    Text,
    UnitInformation,
)
from rami.communication.nodeset2.element import Element
from rami.communication.nodeset2.names import Names

#: nodes that say "this body is XML" of each structure
_XML_ENCODING = {Range: "i=885", UnitInformation: "i=888", Argument: "i=297"}
#: built-in types of plain values (UtcTime and Duration are of them)
_BUILT_IN = {
    ua.BOOLEAN: "Boolean",
    ua.INT32: "Int32",
    ua.UINT32: "UInt32",
    ua.INT64: "Int64",
    ua.DOUBLE: "Double",
    ua.DURATION: "Double",
    ua.STRING: "String",
}


def value_element(node: VariableNode, names: Names) -> Element | None:
    """`<Value>`; None for a variable without one."""
    if node.value is None:
        return None
    if not isinstance(node.value, tuple):
        return Element("Value", children=[_scalar(node.value, node.data_type, names)])
    inner = [_scalar(item, node.data_type, names) for item in node.value]
    tag = inner[0].tag.removeprefix("uax:") if inner else _BUILT_IN[node.data_type]
    return Element("Value", children=[Element(f"uax:ListOf{tag}", children=inner)])


def _scalar(value: Scalar, data_type: NodeId, names: Names) -> Element:
    if isinstance(value, Text):
        return Element("uax:LocalizedText", children=[Element("uax:Text", text=value.text)])
    if isinstance(value, Range | UnitInformation | Argument):
        body = Element("uax:Body", children=[_structure(value, names)])
        kind = Element("uax:Identifier", text=_XML_ENCODING[type(value)])
        return Element(
            "uax:ExtensionObject", children=[Element("uax:TypeId", children=[kind]), body]
        )
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return Element(f"uax:{_BUILT_IN[data_type]}", text=text)


def _structure(value: Range | UnitInformation | Argument, names: Names) -> Element:
    if isinstance(value, Range):
        return Element("uax:Range", children=[_field("Low", value.low), _field("High", value.high)])
    if isinstance(value, UnitInformation):
        return Element(
            "uax:EUInformation",
            children=[
                _field("NamespaceUri", value.namespace),
                _field("UnitId", value.number),
                _text("DisplayName", value.shown),
                _text("Description", value.description),
            ],
        )
    kind = Element("uax:Identifier", text=names.node(value.data_type))
    dimensions = [_field("UInt32", 0)] * max(0, value.rank)
    return Element(
        "uax:Argument",
        children=[
            _field("Name", value.name),
            Element("uax:DataType", children=[kind]),
            _field("ValueRank", int(value.rank)),
            Element("uax:ArrayDimensions", children=dimensions),
            _text("Description", value.description),
        ],
    )


def _field(name: str, value: float | str) -> Element:
    return Element(f"uax:{name}", text=str(value))


def _text(name: str, text: str) -> Element:
    return Element(f"uax:{name}", children=[Element("uax:Text", text=text)])

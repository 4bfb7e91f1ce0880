"""Values of the information model as asyncua's variants."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from asyncua import ua

from rami.communication.information_model import standard
from rami.communication.information_model.node_id import UA, NodeId
from rami.communication.information_model.values import (
    Argument,
    Range,
    Scalar,
    Text,
    UnitInformation,
    Value,
)
from services.opcua.node_ids import ua_node_id

_V = ua.VariantType
#: the last of the built-in types (Part 6, 5.1.2)
_LAST_BUILT_IN = 25
_DERIVED = {
    standard.DURATION: _V.Double,
    standard.UTC_TIME: _V.DateTime,
    standard.ENUMERATION: _V.Int32,
    standard.ARGUMENT: _V.ExtensionObject,
    standard.RANGE: _V.ExtensionObject,
    standard.EU_INFORMATION: _V.ExtensionObject,
}


def variant_type(data_type: NodeId) -> Any:
    """The built-in type that values of a data type are of; our own types are enumerations."""
    if data_type.namespace != UA:
        return _V.Int32
    known = _DERIVED.get(data_type)
    if known is not None:
        return known
    number = int(data_type.identifier)
    return _V(number) if 0 < number <= _LAST_BUILT_IN else _V.ExtensionObject


def variant(value: Value, data_type: NodeId, indices: Mapping[str, int]) -> Any:
    """A value of a data type."""
    kind = variant_type(data_type)
    if isinstance(value, tuple):
        return ua.Variant([_scalar(v, indices) for v in value], kind, is_array=True)
    assert value is not None
    return ua.Variant(_scalar(value, indices), kind)


def _scalar(value: Scalar, indices: Mapping[str, int]) -> Any:
    if isinstance(value, Range):
        return ua.Range(value.low, value.high)
    if isinstance(value, UnitInformation):
        shown, about = ua.LocalizedText(value.shown), ua.LocalizedText(value.description)
        return ua.EUInformation(value.namespace, value.number, shown, about)
    if isinstance(value, Text):
        return ua.LocalizedText(value.text)
    if isinstance(value, Argument):
        return ua.Argument(
            Name=value.name,
            DataType=ua_node_id(value.data_type, indices),
            ValueRank=int(value.rank),
            ArrayDimensions=[0] * int(value.rank) if value.rank > 0 else [],
            Description=ua.LocalizedText(value.description),
        )
    return value

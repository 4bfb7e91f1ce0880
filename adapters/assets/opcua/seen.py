"""What a server tells of a node: its kind, its type of number, its rights, unit and range."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from asyncua import ua

from adapters.assets.opcua.batches import Requests
from adapters.assets.opcua.node_ids import browse_path, plain
from adapters.assets.opcua.number_types import BY_NUMBER, NUMBERS, NumberType
from adapters.assets.opcua.trouble import status_name

_LOOKED_AT = (
    ua.AttributeIds.NodeClass,
    ua.AttributeIds.DataType,
    ua.AttributeIds.ValueRank,
    ua.AttributeIds.AccessLevel,
    ua.AttributeIds.UserAccessLevel,
    ua.AttributeIds.Value,
)
_READ, _WRITE = 1, 2
_DEEPEST = 12
#: abstract types above the numbers: the value tells which one it is
_ABSTRACT = (
    ua.ObjectIds.BaseDataType,
    ua.ObjectIds.Number,
    ua.ObjectIds.Integer,
    ua.ObjectIds.UInteger,
)


@dataclass(frozen=True)
class Seen:
    """What the server says of one node; answers by attribute."""

    attributes: Mapping[Any, Any]
    kind: NumberType | None
    type_name: str
    unit: Any
    range: Any

    @property
    def absent(self) -> str:
        """Why there is no such node; empty where there is one."""
        status = self.attributes[ua.AttributeIds.NodeClass].StatusCode
        gone = status is not None and not status.is_good()
        return f"no such node ({status_name(status.value)})" if gone else ""

    def form(self) -> str:
        """Why it is no single number; empty where it is one, or holds nothing yet."""
        if content(self.attributes[ua.AttributeIds.NodeClass]) != ua.NodeClass.Variable:
            return "is no variable"
        rank = content(self.attributes[ua.AttributeIds.ValueRank])
        value = content(self.attributes[ua.AttributeIds.Value])
        if isinstance(value, list) or (isinstance(rank, int) and rank >= 0):
            return "holds an array; wanted a single number"
        if self.kind is None and self.type_name != "nothing":
            return f"holds {self.type_name}; wanted a number"
        return ""

    def may(self) -> tuple[bool, bool]:
        """Whether this user may read, and write."""
        level = _READ | _WRITE
        for attribute in (ua.AttributeIds.AccessLevel, ua.AttributeIds.UserAccessLevel):
            told = content(self.attributes[attribute])
            level &= told if isinstance(told, int) else level
        return bool(level & _READ), bool(level & _WRITE)


async def look(requests: Requests, ids: Sequence[Any]) -> list[Seen]:
    """All nodes, in batches."""
    width = len(_LOOKED_AT)
    answers = await requests.read([(node, a) for node in ids for a in _LOOKED_AT])
    rows = [
        dict(zip(_LOOKED_AT, answers[at : at + width], strict=True))
        for at in range(0, len(answers), width)
    ]
    types = [content(row[ua.AttributeIds.DataType]) for row in rows]
    kinds = await _kinds(requests, [t for t in types if isinstance(t, ua.NodeId)])
    units, ranges = await _properties(requests, ids)
    return [
        Seen(row, *_kind(row, kind, kinds), unit, bounds)
        for row, kind, unit, bounds in zip(rows, types, units, ranges, strict=True)
    ]


async def _kinds(requests: Requests, types: Sequence[Any]) -> dict[Any, int]:
    """The number of the built-in type that each data type derives from (0: none of them)."""
    above = {kind: kind for kind in types}
    for _ in range(_DEEPEST):
        open_ = [kind for kind, top in above.items() if not _basic(top)]
        if not open_:
            break
        tops = await requests.supertypes([above[kind] for kind in open_])
        for kind, top in zip(open_, tops, strict=True):
            above[kind] = ua.NodeId() if top is None else plain(top)
    return {kind: _basic(top) or 0 for kind, top in above.items()}


def _basic(kind: Any) -> int | None:
    """Number of a built-in or abstract type of the standard; 0 for the null id, None else."""
    if kind.NamespaceIndex or not isinstance(kind.Identifier, int):
        return None
    if kind.Identifier == ua.ObjectIds.Enumeration:
        return NUMBERS["Int32"].number
    known = kind.Identifier <= 25 or kind.Identifier in _ABSTRACT
    return int(kind.Identifier) if known else None


def _kind(
    row: Mapping[Any, Any], declared: Any, kinds: Mapping[Any, int]
) -> tuple[NumberType | None, str]:
    number = kinds.get(declared, 0) if isinstance(declared, ua.NodeId) else 0
    variant = row[ua.AttributeIds.Value].Value
    told = variant.VariantType.value if variant is not None else 0
    if number in _ABSTRACT or number == 0:  # abstract or unknown: what it holds now
        number = told
    name = ua.VariantType(number).name if 0 < number <= 25 else "nothing"
    return BY_NUMBER.get(number), name


async def _properties(requests: Requests, ids: Sequence[Any]) -> tuple[list[Any], list[Any]]:
    """EngineeringUnits and EURange of each node; None where it has none."""
    names = [ua.QualifiedName(n, 0) for n in ("EngineeringUnits", "EURange")]
    paths = [browse_path(i, [n], ua.ObjectIds.HasProperty) for n in names for i in ids]
    results = await requests.translate(paths)
    places = [p for p, r in enumerate(results) if r.StatusCode.is_good() and r.Targets]
    asked = [(plain(results[p].Targets[0].TargetId), ua.AttributeIds.Value) for p in places]
    found: list[Any] = [None] * len(paths)
    for place, answer in zip(places, await requests.read(asked), strict=True):
        found[place] = content(answer)
    return found[: len(ids)], found[len(ids) :]


def content(answer: Any) -> Any:
    """The value of an answer; None where it is bad or empty."""
    if answer.StatusCode is not None and answer.StatusCode.is_bad():
        return None
    return answer.Value.Value if answer.Value is not None else None

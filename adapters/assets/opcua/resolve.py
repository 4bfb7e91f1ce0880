"""Every node of a map looked up and looked at before anything is read or written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import isclose, isfinite
from typing import Any

from asyncua import ua

from adapters.assets.opcua.batches import Requests
from adapters.assets.opcua.decode import Standing
from adapters.assets.opcua.engineering_units import unit_told
from adapters.assets.opcua.mapping import MappedNode
from adapters.assets.opcua.node_ids import Namespaces, browse_path, node_ids, plain
from adapters.assets.opcua.number_types import BY_NUMBER, NUMBERS, NumberType
from adapters.assets.opcua.trouble import status_name
from rami.core.errors import Problem
from rami.core.points import Direction
from rami.core.units import allowed, convert

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
class Failed:
    """A node that cannot serve its point, and why; `absent` ones are not there at all."""

    place: int
    node: MappedNode
    why: str
    absent: bool = False

    @property
    def problem(self) -> Problem:
        """With its place in the node map."""
        return Problem(self.node.where, f"{self.node.address.text}: {self.why}")


@dataclass
class Resolution:
    """Nodes that stand and those that do not; notes on both."""

    standing: list[Standing] = field(default_factory=list)
    failed: list[Failed] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)


@dataclass(frozen=True)
class _Seen:
    """What the server says of one node."""

    attributes: Mapping[Any, Any]
    kind: NumberType | None
    type_name: str
    unit: Any
    range: Any


async def resolve(
    requests: Requests,
    known: Namespaces,
    nodes: Sequence[tuple[int, MappedNode]],
    writes: bool,
) -> Resolution:
    """Look at (place, node) in batches; with `writes`, actuated points must be writable."""
    result = Resolution()
    ids = await node_ids(requests, known, [node.address for _, node in nodes])
    there = []
    for (place, node), found in zip(nodes, ids, strict=True):
        if isinstance(found, str):
            result.failed.append(Failed(place, node, found, absent=True))
        else:
            there.append((place, node, found))
    seen = await _look(requests, [found for *_, found in there])
    for (place, node, found), one in zip(there, seen, strict=True):
        wrong: list[str] = []
        status = one.attributes[ua.AttributeIds.NodeClass].StatusCode
        if status is not None and not status.is_good():
            why = f"no such node ({status_name(status.value)})"
            result.failed.append(Failed(place, node, why, absent=True))
            continue
        standing = _standing(place, node, found, one, writes, wrong, result.notes)
        result.failed += [Failed(place, node, what) for what in wrong]
        if not wrong:
            result.standing.append(standing)
    order = {place: at for at, (place, _) in enumerate(nodes)}
    result.failed.sort(key=lambda failed: order[failed.place])
    return result


async def _look(requests: Requests, ids: Sequence[Any]) -> list[_Seen]:
    width = len(_LOOKED_AT)
    answers = await requests.read([(node, a) for node in ids for a in _LOOKED_AT])
    rows = [
        dict(zip(_LOOKED_AT, answers[at : at + width], strict=True))
        for at in range(0, len(answers), width)
    ]
    types = [_content(row[ua.AttributeIds.DataType]) for row in rows]
    kinds = await _kinds(requests, [t for t in types if isinstance(t, ua.NodeId)])
    units, ranges = await _properties(requests, ids)
    return [
        _Seen(row, *_kind(row, kind, kinds), unit, bounds)
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
        found[place] = _content(answer)
    return found[: len(ids)], found[len(ids) :]


def _content(answer: Any) -> Any:
    if answer.StatusCode is not None and answer.StatusCode.is_bad():
        return None
    return answer.Value.Value if answer.Value is not None else None


def _standing(
    place: int,
    node: MappedNode,
    found: Any,
    seen: _Seen,
    writes: bool,
    wrong: list[str],
    notes: list[Problem],
) -> Standing:
    if _content(seen.attributes[ua.AttributeIds.NodeClass]) != ua.NodeClass.Variable:
        wrong.append("is no variable")
        return Standing(place, node, found, None, 1.0, 0.0, False)
    rank = _content(seen.attributes[ua.AttributeIds.ValueRank])
    value = _content(seen.attributes[ua.AttributeIds.Value])
    if isinstance(value, list) or (isinstance(rank, int) and rank >= 0):
        wrong.append("holds an array; wanted a single number")
    elif seen.kind is None and seen.type_name != "nothing":
        wrong.append(f"holds {seen.type_name}; wanted a number")
    elif node.data_type is not None and seen.kind not in (None, NUMBERS[node.data_type]):
        wrong.append(f"holds {seen.type_name}; the node map says {node.data_type}")
    writable = _access(node, seen, writes, wrong)
    if writable and seen.kind is None and not wrong:
        wrong.append("tells no type and holds no value, so nothing can be written to it")
    factor, shift = _conversion(node, seen, wrong, notes)
    if not wrong:
        _compare_ranges(node, seen, factor, shift, wrong, notes)
    return Standing(place, node, found, seen.kind, factor, shift, writable)


def _access(node: MappedNode, seen: _Seen, writes: bool, wrong: list[str]) -> bool:
    level = _READ | _WRITE
    for attribute in (ua.AttributeIds.AccessLevel, ua.AttributeIds.UserAccessLevel):
        told = _content(seen.attributes[attribute])
        level &= told if isinstance(told, int) else level
    if not level & _READ:
        wrong.append("cannot be read by this user")
    actuated = node.point.direction is Direction.ACTUATED
    if actuated and writes and not level & _WRITE:
        wrong.append("cannot be written by this user; or say `writes: false`")
    return actuated and writes and bool(level & _WRITE)


def _conversion(
    node: MappedNode, seen: _Seen, wrong: list[str], notes: list[Problem]
) -> tuple[float, float]:
    """Factor and shift to the canonical unit; the file's unit against the server's."""
    quantity, unit = node.point.quantity, node.unit
    told, shown = _unit(seen.unit, quantity)
    as_is = (node.scale, node.offset) == (1.0, 0.0)
    if unit is None:
        if seen.unit is None and quantity != "share":
            wrong.append("neither the node map nor the server tells a unit; write one")
        elif seen.unit is not None and told not in allowed(quantity):
            wrong.append(
                f"the server measures in {shown!r}, no known unit of "
                f"{quantity.replace('_', ' ')}; write one of {', '.join(allowed(quantity))}"
            )
        unit = told if told in allowed(quantity) else allowed(quantity)[0]
    elif as_is and told is not None and told != unit:
        wrong.append(f"the node map says {unit}, the server measures in {shown!r}")
    elif as_is and seen.unit is not None and told is None:
        what = f"{node.point.name}: the server's unit {shown!r} is not known, {unit} is taken"
        notes.append(Problem(node.where, what))
    base = convert(0.0, unit, quantity)
    factor = convert(1.0, unit, quantity) - base
    return factor * node.scale, factor * node.offset + base


def _unit(information: Any, quantity: str) -> tuple[str | None, str]:
    """Our word for an EUInformation, and what it shows."""
    if information is None or not hasattr(information, "UnitId"):
        return None, ""
    name = information.DisplayName
    shown = (name.Text if name is not None else None) or str(information.UnitId)
    told = unit_told(information.NamespaceUri, information.UnitId, shown)
    if quantity == "temperature_difference" and told == "degC":
        told = "K"
    return told, shown


def _compare_ranges(
    node: MappedNode,
    seen: _Seen,
    factor: float,
    shift: float,
    wrong: list[str],
    notes: list[Problem],
) -> None:
    """The instrument's range beside what is physically possible: apart, a unit is wrong."""
    if seen.range is None or not hasattr(seen.range, "Low"):
        return
    low, high = sorted(factor * float(x) + shift for x in (seen.range.Low, seen.range.High))
    point = node.point
    if not (isfinite(low) and isfinite(high)) or low >= high:
        return
    told = f"the server's range {low:g} to {high:g} {point.unit}"
    if low > point.high or high < point.low:
        possible = f"{point.low:g} to {point.high:g} {point.unit}"
        wrong.append(f"{told} lies outside what {point.name} can be, {possible}: unit or scale?")
    elif point.direction is Direction.ACTUATED and isfinite(point.high - point.low):
        slack = 1e-9 * max(abs(point.low), abs(point.high))
        same = isclose(low, point.low, abs_tol=slack) and isclose(high, point.high, abs_tol=slack)
        if not same:
            what = f"{point.name}: {told}, the point's is {point.low:g} to {point.high:g}"
            notes.append(Problem(node.where, what))

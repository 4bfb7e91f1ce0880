"""Every node of a map looked up and looked at before anything is read or written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from adapters.assets.opcua.batches import Requests
from adapters.assets.opcua.decode import Standing
from adapters.assets.opcua.fitting import compare_ranges, conversion
from adapters.assets.opcua.mapping import MappedNode
from adapters.assets.opcua.node_ids import Namespaces, node_ids
from adapters.assets.opcua.number_types import NUMBERS
from adapters.assets.opcua.seen import Seen, look
from rami.core.errors import Problem
from rami.core.points import Direction


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
    seen = await look(requests, [found for *_, found in there])
    for (place, node, found), one in zip(there, seen, strict=True):
        wrong: list[str] = []
        if one.absent:
            result.failed.append(Failed(place, node, one.absent, absent=True))
            continue
        standing = _standing(place, node, found, one, writes, wrong, result.notes)
        result.failed += [Failed(place, node, what) for what in wrong]
        if not wrong:
            result.standing.append(standing)
    order = {place: at for at, (place, _) in enumerate(nodes)}
    result.failed.sort(key=lambda failed: order[failed.place])
    return result


def _standing(
    place: int,
    node: MappedNode,
    found: Any,
    seen: Seen,
    writes: bool,
    wrong: list[str],
    notes: list[Problem],
) -> Standing:
    form = seen.form()
    if form:
        wrong.append(form)
    elif node.data_type is not None and seen.kind not in (None, NUMBERS[node.data_type]):
        wrong.append(f"holds {seen.type_name}; the node map says {node.data_type}")
    if form == "is no variable":
        return Standing(place, node, found, None, 1.0, 0.0, False)
    writable = _access(node, seen, writes, wrong)
    if writable and seen.kind is None and not wrong:
        wrong.append("tells no type and holds no value, so nothing can be written to it")
    factor, shift = conversion(node, seen, wrong, notes)
    if not wrong:
        compare_ranges(node, seen, factor, shift, wrong, notes)
    return Standing(place, node, found, seen.kind, factor, shift, writable)


def _access(node: MappedNode, seen: Seen, writes: bool, wrong: list[str]) -> bool:
    read, write = seen.may()
    if not read:
        wrong.append("cannot be read by this user")
    actuated = node.point.direction is Direction.ACTUATED
    if actuated and writes and not write:
        wrong.append("cannot be written by this user; or say `writes: false`")
    return actuated and writes and write

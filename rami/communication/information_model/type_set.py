"""The NodeSet of our types: the base ones, and one for each component kind, from its points."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Final

from rami.asset.component import Component
from rami.asset.kinds import kind_name, kinds
from rami.communication.information_model import standard as ua
from rami.communication.information_model.base_types import COMPONENT_TYPE, add_base_types
from rami.communication.information_model.groups import Group, group_of
from rami.communication.information_model.kind_points import members, series_of
from rami.communication.information_model.layout import Layout, below
from rami.communication.information_model.node import ObjectTypeNode
from rami.communication.information_model.node_id import (
    TYPES,
    Name,
    Namespace,
    NodeId,
    kind_namespace,
)
from rami.communication.information_model.node_set import Draft, NodeSet

#: version of our types; a change of what they hold needs a new one, with its date
VERSION: Final = "1.1.0"
PUBLISHED: Final = "2026-11-22T00:00:00Z"


def component_type(kind: type[Component]) -> NodeId:
    """Type of the components of a kind; kinds from outside have a namespace of their own."""
    word = kind_name(kind)
    name = "".join(part.capitalize() for part in word.split("_")) + "Type"
    return NodeId(TYPES if _ours(kind) else kind_namespace(word), name)


def member_namespace(kind: type[Component]) -> str:
    """Namespace of the browse names of a kind's points."""
    return component_type(kind).namespace


@cache
def type_set() -> NodeSet:
    """Our types and those of every kind known here, kinds from outside last."""
    return types_of(kinds())


def types_of(known: Mapping[str, type[Component]]) -> NodeSet:
    """Our types with those of some kinds."""
    draft = Draft()
    layout = Layout(draft, typed=True)
    add_base_types(layout)
    namespaces = [Namespace(TYPES, VERSION, PUBLISHED)]
    for kind in sorted(known.values(), key=lambda k: not _ours(k)):
        _component_type(layout, kind)
        if not _ours(kind):
            uri = kind_namespace(kind_name(kind))
            namespaces.append(Namespace(uri, VERSION, PUBLISHED, needs=(TYPES,)))
    return draft.done(*namespaces)


def _ours(kind: type[Component]) -> bool:
    return kind.__module__.startswith("rami.asset.")


def _component_type(layout: Layout, kind: type[Component]) -> None:
    at = component_type(kind)
    space = at.namespace
    name = Name(space, str(at.identifier))
    node = ObjectTypeNode(at, name, (kind.__doc__ or "").strip().partition("\n")[0])
    layout.draft.add(node, COMPONENT_TYPE, ua.HAS_SUBTYPE)
    told = members(kind)
    series, alone = series_of(tuple(m.point for m in told))
    always = {m.point.name for m in told if m.always}
    firm = {group_of(m.point) for m in told if m.always}
    for group in (Group.MEASUREMENTS, Group.SETPOINTS, Group.BALANCING):
        here = [p for p in alone if group_of(p) is group]
        lines = [s for s in series if group_of(s.points[0]) is group]
        if not here and not lines:
            continue
        parent = layout.group(at, group, optional=group not in firm)
        for point in here:
            own = below(parent, point.name)
            optional = point.name not in always
            layout.point(parent, own, Name(space, point.name), point, optional)
        for line in lines:
            layout.series(parent, line, space, line.points[1].name not in always)

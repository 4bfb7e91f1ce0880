"""Unit and range that a server tells of a node, against the node map's and the point's."""

from __future__ import annotations

from math import isclose, isfinite
from typing import Any

from adapters.assets.opcua.engineering_units import unit_told
from adapters.assets.opcua.mapping import MappedNode
from adapters.assets.opcua.seen import Seen
from rami.core.errors import Problem
from rami.core.points import Direction
from rami.core.units import allowed, convert


def conversion(
    node: MappedNode, seen: Seen, wrong: list[str], notes: list[Problem]
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


def compare_ranges(
    node: MappedNode,
    seen: Seen,
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

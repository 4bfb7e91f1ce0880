"""The points of a twin that its controller reads and writes."""

from __future__ import annotations

from collections.abc import Iterable

from rami.asset.topology import TwinTopology
from rami.core.points import Direction, PointIndex


def read_points(topology: TwinTopology, names: Iterable[str]) -> PointIndex:
    """Named points in the order declared; KeyError with a hint when the twin lacks one."""
    places = sorted({topology.points[name] for name in names})
    return PointIndex(topology.points.points[i] for i in places)


def actuated_points(topology: TwinTopology) -> PointIndex:
    """Every actuated point, in the order declared."""
    return PointIndex(p for p in topology.points.points if p.direction is Direction.ACTUATED)

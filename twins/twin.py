"""What every twin is: a topology with its points, a mode, and its place in the plan."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import ClassVar, Literal

from rami.asset.component import Component, Face
from rami.asset.topology import TwinKind, TwinTopology
from rami.core.points import Direction, PointIndex
from rami.integration.mode import Mode

CostBasis = Literal["marginal", "average", "ems"]


class PlanBoundary(StrEnum):
    """How a twin appears in the plan (accounting: boundary of the MILP)."""

    BLOCKS = "blocks"  # every component that has a block
    PORTS = "ports"  # its networks, with prices and limits


@dataclass(frozen=True)
class Twin:
    """One twin of a site; it knows what stands in it, not what stands behind its points.

    `period_s` is the time between two steps of its controller.
    """

    kind: ClassVar[TwinKind]

    topology: TwinTopology
    period_s: float
    mode: Mode = Mode.SIMULATE

    @property
    def name(self) -> str:
        """Name in the site."""
        return self.topology.name

    @cached_property
    def actuated(self) -> PointIndex:
        """Points that a controller may write."""
        return self._points(Direction.ACTUATED)

    @cached_property
    def disturbances(self) -> PointIndex:
        """Points that come from outside: loads, weather, other twins."""
        return self._points(Direction.DISTURBANCE)

    @cached_property
    def measured(self) -> PointIndex:
        """Points that can be read."""
        return self._points(Direction.MEASURED, Direction.DERIVED)

    def planned(self, cost_basis: CostBasis) -> dict[str, Component]:
        """Components that the plan holds as blocks."""
        if self.boundary(cost_basis) is PlanBoundary.PORTS:
            return {}
        return {n: c for n, c in self.topology.components.items() if Face.STRATEGY in c.faces}

    def boundary(self, cost_basis: CostBasis) -> PlanBoundary:
        """How the twin appears in a plan on this cost basis."""
        raise NotImplementedError

    def _points(self, *directions: Direction) -> PointIndex:
        return PointIndex(p for p in self.topology.points.points if p.direction in directions)

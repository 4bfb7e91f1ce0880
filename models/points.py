"""Which points of a twin its model has, as inputs and outputs; loads no sympy."""

from __future__ import annotations

from collections.abc import Iterable

from models.balance import BoundaryFlow, energy_balance
from rami.asset.capability import STORED
from rami.asset.component import Component, Face
from rami.asset.consumer import Consumer
from rami.asset.topology import TwinTopology
from rami.core.points import Direction, Point, PointIndex

_TAKEN = (Direction.ACTUATED, Direction.DISTURBANCE)


def modelled(component: Component) -> bool:
    """Whether a component has equations; a plain electric load has none."""
    electric = isinstance(component, Consumer) and component.electric
    return Face.MODEL in component.faces and not electric


def points_of(
    topology: TwinTopology, boundaries: Iterable[BoundaryFlow] = ()
) -> tuple[PointIndex, PointIndex]:
    """Inputs (actuated and disturbance points) and outputs (all others) of a twin's model.

    With `boundaries` (of a built FMU, see `boundaries_of`) the outputs end with the registers
    and the stored energy that the twin's energy balance needs beyond its points.
    """
    points = [
        point.under(name)
        for name, component in topology.components.items()
        if modelled(component)
        for point in component.points()
    ]
    inputs = [p for p in points if p.direction in _TAKEN]
    outputs = [p for p in points if p.direction not in _TAKEN]
    known = {p.name for p in outputs}
    listed = list(boundaries)
    if listed:
        outputs += [
            Point(n, "energy", cumulative=n != STORED)
            for n in energy_balance(listed)
            if n not in known
        ]
    return PointIndex(inputs), PointIndex(outputs)
